import { type Database, type Sql, sql, type Transaction } from '../../database/index.js';
import type { Actor } from '../actor.js';
import type { LockingCommand } from '../command.js';
import { isExpired } from '../living.js';
import { requireUserId } from './locked-user.js';
import { requireScheduled } from './restore-user.js';

/** What the log and lists call a tombstone. */
const DELETED_USER = 'deleted user';

/** Sites with users whose grace period is over. @param graceDays how many days after its deletion a user is kept */
export async function sitesWithExpiredUsers(database: Database, graceDays: number): Promise<number[]> {
  const rows = await database.write<{ id: number }>(sql`
    SELECT s.id FROM sites s WHERE EXISTS (
      SELECT 1 FROM users u WHERE u.site_id = s.id AND ${isExpired(sql`u`, graceDays)})`);
  return rows.map(({ id }) => id);
}

/** Statements of others for what they know of users that are erased. */
export type AlsoErase = (userIds: readonly string[]) => readonly Sql[];

/**
 * Makes tombstones of users whose grace period is over, `limit` of them at most. Those whom another process has in
 * hand are passed over.
 * @returns how many there were
 */
export function eraseExpiredUsers(
  actor: Actor,
  graceDays: number,
  limit: number,
  also: AlsoErase,
): LockingCommand<number> {
  return erasure(actor, undefined, also, async (transaction) => {
    const rows = await transaction.run<{ id: string }>(sql`
      SELECT id FROM users u WHERE u.site_id = ${actor.siteId} AND ${isExpired(sql`u`, graceDays)}
      ORDER BY u.deleted_at LIMIT ${limit} FOR UPDATE SKIP LOCKED`);
    return rows.map(({ id }) => id);
  });
}

/**
 * Makes a tombstone of a user who is scheduled for deletion, before the grace period is over.
 * @throws RollcallError `user.not-found`, `user.wrong-state`, `user.erased`
 */
export function eraseUser(actor: Actor, id: string, also: AlsoErase): LockingCommand<number> {
  const userId = requireUserId(id);
  return erasure(actor, userId, also, async (transaction) => {
    await requireScheduled(transaction, actor.siteId, userId);
    return [userId];
  });
}

function erasure(
  actor: Actor,
  objectId: string | undefined,
  also: AlsoErase,
  find: (transaction: Transaction) => Promise<readonly string[]>,
): LockingCommand<number> {
  return {
    action: 'user.erase',
    objectType: 'User',
    ...(objectId === undefined ? {} : { objectId }),
    structure: 'shared',
    groupIds: [],
    userIds: [],
    async run(transaction) {
      const ids = await find(transaction);
      return {
        result: ids.length,
        objectId,
        objectName: objectId === undefined ? undefined : DELETED_USER,
        changed: objectId === undefined ? [] : [{ attribute: 'state', old: 'deletion-scheduled', new: 'deleted' }],
        subjects: objectId === undefined ? ids.map((id) => ({ kind: 'User', id, effect: 'erased' })) : [],
        affectedUserIds: [],
        writes: ids.length === 0 ? [] : [...tombstones(actor.siteId, ids), ...also(ids)],
        unchanged: ids.length === 0,
      };
    },
  };
}

/** The rows stay, so that no id is given twice and what refers to one finds that it is a deleted user's. */
function tombstones(siteId: number, ids: readonly string[]): Sql[] {
  return [
    sql`
      UPDATE users SET user_name = ${DELETED_USER}, user_name_key = ${DELETED_USER}, display_name = NULL,
        state = 'deactivated', resumes_to = NULL, suspended_at = NULL, suspended_until = NULL,
        suspension_reason = NULL, suspension_overdue = false, manager_id = NULL, released_values = NULL,
        document = '{}', folded = '{}', version = version + 1, erased_at = now()
      WHERE site_id = ${siteId} AND id = ANY (${ids}::uuid[])`,
    ...[sql`user_emails`, sql`user_passwords`, sql`memberships`].map(
      (table) => sql`DELETE FROM ${table} WHERE site_id = ${siteId} AND user_id = ANY (${ids}::uuid[])`,
    ),
    sql`DELETE FROM identities WHERE site_id = ${siteId} AND object_id = ANY (${ids}::uuid[])`,
  ];
}
