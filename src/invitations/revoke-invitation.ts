import { type Database, type Sql, sql } from '../database/index.js';
import { type Actor, deleteUser, type LockingCommand, LocksOutdated, type UserRecord } from '../directory/index.js';
import { RollcallError } from '../errors/index.js';
import { dropPendingMails } from '../mail/index.js';
import { type EditUser, heldInvitation, onInvitation, requireOpen } from './on-invitation.js';

/** What becomes of somebody whose invitation is taken back. */
export type RevokedUser = 'deletion-scheduled' | 'deactivated';

/**
 * Takes an invitation back; seats are free at once. The user, whom nobody but the invitation made, is scheduled for
 * deletion and can be restored; one whom a connection knows by now is deactivated, for it is the connection's.
 * @throws RollcallError `user.not-found`, `invitation.not-found`, `invitation.accepted`, `invitation.user-active`
 */
export async function revokeInvitation(
  database: Database,
  actor: Actor,
  userId: string,
  edit: EditUser,
): Promise<LockingCommand<RevokedUser>> {
  return (await isKnown(database, actor.siteId, userId))
    ? deactivating(actor, userId, edit)
    : deleting(database, actor, userId);
}

function deactivating(actor: Actor, userId: string, edit: EditUser): LockingCommand<RevokedUser> {
  const disabling: EditUser = (current, invitation) => {
    requireNotCome(current);
    return { ...edit(current, invitation), event: 'disable' };
  };
  return onInvitation(actor, userId, 'invitation.revoke', disabling, async (invitation) => {
    requireOpen(invitation);
    return { result: () => 'deactivated', changed: REVOKED, writes: revocation(actor.siteId, userId) };
  });
}

async function deleting(database: Database, actor: Actor, userId: string): Promise<LockingCommand<RevokedUser>> {
  const { siteId } = actor;
  const command = await deleteUser(database, actor, userId, requireNotCome);
  return {
    ...command,
    action: 'invitation.revoke',
    async run(transaction, held) {
      requireOpen(await heldInvitation(transaction, siteId, userId));
      const [known] = await transaction.run(identities(siteId, userId));
      if (known !== undefined) throw new LocksOutdated();
      const effects = await command.run(transaction, held);
      return {
        ...effects,
        result: 'deletion-scheduled',
        changed: [...effects.changed, ...REVOKED],
        writes: [...effects.writes, ...revocation(siteId, userId)],
      };
    },
  };
}

const REVOKED = [{ attribute: 'invitation', old: undefined, new: 'revoked' }];

/** Somebody whom an administrator has made active meanwhile is here to stay. */
function requireNotCome({ userName, status }: UserRecord): void {
  const { state } = status.state === 'suspended' ? status.before : status;
  if (state !== 'active') return;
  const message = `${userName} is active: deactivate or delete the user instead.`;
  throw new RollcallError('conflict', 'invitation.user-active', message);
}

function revocation(siteId: number, userId: string): Sql[] {
  return [
    sql`
      UPDATE invitations SET state = 'revoked', token_key = NULL, secret_hash = NULL, finished_at = now()
      WHERE site_id = ${siteId} AND user_id = ${userId}`,
    dropPendingMails(siteId, [userId]),
  ];
}

/** Not from a replica, which may not know it yet. */
async function isKnown(database: Database, siteId: number, userId: string): Promise<boolean> {
  const [known] = await database.write(sql`
    SELECT 1 FROM users WHERE site_id = ${siteId} AND id = ${userId} AND owner_connection_id IS NOT NULL
    UNION ALL ${identities(siteId, userId)}`);
  return known !== undefined;
}

/** Rows where a connection knows the user by a name of its own. */
function identities(siteId: number, userId: string): Sql {
  return sql`SELECT 1 FROM identities WHERE site_id = ${siteId} AND object_id = ${userId}`;
}
