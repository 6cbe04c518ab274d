import { type Database, sql, type Transaction } from '../../database/index.js';
import { type Actor, deleteUser, type LockingCommand } from '../../directory/index.js';
import { RollcallError } from '../../errors/index.js';

/**
 * Schedules a user for deletion; see deleteUser.
 * @param confirmed without it, a user who has access to something stays
 * @throws RollcallError `user.not-found`, `user.has-access` (conflict) with what would be lost
 */
export async function removeUser(
  database: Database,
  actor: Actor,
  id: string,
  confirmed: boolean,
): Promise<LockingCommand<void>> {
  const command = await deleteUser(database, actor, id, () => undefined);
  return {
    ...command,
    async run(transaction, held) {
      const effects = await command.run(transaction, held);
      if (!confirmed) await requireConfirmed(transaction, actor.siteId, id, `Deleting ${effects.objectName}`);
      return effects;
    },
  };
}

/** Refuses what takes access away from one user until somebody has confirmed it, and names what that is. */
async function requireConfirmed(transaction: Transaction, siteId: number, userId: string, what: string): Promise<void> {
  const lost = await accessOf(transaction, siteId, userId);
  if (lost.length === 0) return;
  const message = `${what} takes away ${lost.join(', ')}: confirm it.`;
  throw new RollcallError('conflict', 'user.has-access', message, { access: lost });
}

/** `wiki (admin, a seat of Wiki)`, for each application. */
async function accessOf(transaction: Transaction, siteId: number, userId: string): Promise<string[]> {
  const rows = await transaction.run<{ name: string }>(sql`
    SELECT a.key || ' (' || r.key || coalesce(', a seat of ' || l.name, '') || ')' AS name
    FROM entitlements e
    JOIN applications a ON a.site_id = e.site_id AND a.id = e.application_id
    JOIN application_roles r ON r.site_id = e.site_id AND r.id = e.role_id
    LEFT JOIN licences l ON l.site_id = e.site_id AND l.id = e.licence_id
    WHERE e.site_id = ${siteId} AND e.user_id = ${userId} ORDER BY a.key`);
  return rows.map(({ name }) => name);
}
