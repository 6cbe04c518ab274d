import { type Database, type Sql, sql } from '../../database/index.js';
import type { Actor } from '../actor.js';
import { type LockingCommand, LocksOutdated } from '../command.js';
import { type UserEdit, updateUser } from './update-user.js';
import type { UserRecord } from './user-profile.js';

/**
 * The user of the acting connection that is deactivated and that it calls by this externalId. Whom an administrator
 * suspended is not among them.
 * @returns the id; undefined when there is none, or more than one
 */
export async function findDeactivated(
  database: Database,
  { siteId, connection }: Actor,
  externalId: string,
): Promise<string | undefined> {
  const [user, ...others] = await database.write<{ id: string }>(sql`
    SELECT u.id FROM identities i JOIN users u ON u.site_id = i.site_id AND u.id = i.object_id
    WHERE i.site_id = ${siteId} AND i.connection_id = ${connection?.id ?? null}::uuid AND i.external_id = ${externalId}
      AND u.owner_connection_id = i.connection_id AND u.state = 'deactivated' AND u.deleted_at IS NULL
    LIMIT 2`);
  return others.length === 0 ? user?.id : undefined;
}

/**
 * Brings a deactivated user back, with what is known of them replaced.
 * @param access see lockedUserQuery
 * @throws RollcallError `user.user-name-taken`; LocksOutdated when somebody else was quicker
 */
export function reactivateUser(
  actor: Actor,
  id: string,
  edit: (current: UserRecord) => UserEdit,
  access?: Sql,
): LockingCommand<UserRecord> {
  const editReturning = (current: UserRecord) => {
    if (current.status.state !== 'deactivated') throw new LocksOutdated();
    return edit(current);
  };
  const update = updateUser(actor, id, editReturning, access);
  return {
    ...update,
    action: 'user.reactivate',
    async run(transaction, held) {
      const effects = await update.run(transaction, held);
      return { ...effects, result: effects.result.record };
    },
  };
}
