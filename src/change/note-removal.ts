import type { Sql, Transaction } from '../database/index.js';
import { type Actor, type Effects, requireRemovable } from '../directory/index.js';
import type { AccessChange } from '../licensing/index.js';

/**
 * Counts what a command takes away towards the limit of the acting connection: a user as one person, a group as
 * everybody who loses access with it.
 * @returns the statements that note it
 * @throws RollcallError `connection.removal-limit`
 */
export async function noteRemoval(
  transaction: Transaction,
  actor: Actor,
  { removal: kind, objectId }: Effects<unknown>,
  access: readonly AccessChange[],
): Promise<Sql[]> {
  if (kind === undefined || objectId === undefined || actor.connection === undefined) return [];
  const losers = new Set(access.filter(({ after }) => after === undefined).map(({ userId }) => userId));
  const people = kind === 'group' ? losers.size : 1;
  return people === 0 ? [] : requireRemovable(transaction, actor, { kind, objectId, people });
}
