import { sql, type Transaction } from '../../database/index.js';
import { type Actor, type LockingCommand, setUserType, type UserType } from '../../directory/index.js';
import { RollcallError } from '../../errors/index.js';

/**
 * Says what kind of user somebody is; seats follow. A customer can hold only roles without a seat: whoever has another
 * by a grant of their own, or holds one through a group, does not become one before that is taken away.
 * @throws RollcallError `user.not-found`, `user.holds-seats` (conflict) with the grants, `licence.out-of-seats`
 */
export function changeUserType(actor: Actor, id: string, type: UserType): LockingCommand<{ before: UserType }> {
  const command = setUserType(actor, id, type);
  if (type !== 'customer') return command;
  return {
    ...command,
    async run(transaction, held) {
      const effects = await command.run(transaction, held);
      if (effects.unchanged !== true) await requireNoSeatRole(transaction, actor.siteId, id, effects.objectName);
      return effects;
    },
  };
}

async function requireNoSeatRole(
  transaction: Transaction,
  siteId: number,
  userId: string,
  userName: string | undefined,
): Promise<void> {
  const grants = await seatGrants(transaction, siteId, userId);
  if (grants.length === 0) return;
  const message = `${userName} has roles that take a seat and cannot be a customer: ${grants.join(', ')}. Take them away first.`;
  throw new RollcallError('conflict', 'user.holds-seats', message, { grants });
}

/** `wiki/admin directly`, `wiki/user through the group Staff`: grants of roles that take a seat. */
async function seatGrants(transaction: Transaction, siteId: number, userId: string): Promise<string[]> {
  const rows = await transaction.run<{ name: string }>(sql`
    WITH holders AS (
      SELECT m.group_id FROM memberships m
      JOIN groups g ON g.site_id = m.site_id AND g.id = m.group_id AND g.deleted_at IS NULL
      WHERE m.site_id = ${siteId} AND m.user_id = ${userId}
      UNION
      SELECT c.ancestor_id FROM memberships m
      JOIN group_closure c ON c.site_id = m.site_id AND c.descendant_id = m.group_id
      WHERE m.site_id = ${siteId} AND m.user_id = ${userId}
    ), given AS (
      SELECT role_id, NULL AS through FROM grants WHERE site_id = ${siteId} AND user_id = ${userId}
      UNION
      SELECT g.role_id, o.display_name FROM holders h
      JOIN grants g ON g.site_id = ${siteId} AND g.group_id = h.group_id
      JOIN groups o ON o.site_id = ${siteId} AND o.id = h.group_id
    )
    SELECT a.key || '/' || r.key || coalesce(' through the group ' || through, ' directly') AS name
    FROM given JOIN application_roles r ON r.site_id = ${siteId} AND r.id = given.role_id AND r.takes_seat
    JOIN applications a ON a.site_id = ${siteId} AND a.id = r.application_id
    ORDER BY a.key, r.rank, through`);
  return rows.map(({ name }) => name);
}
