import type { Sql, Transaction } from '../database/index.js';
import { type Actor, requireRemovable } from '../directory/index.js';
import type { ObjectOutcome } from './objects.js';

/**
 * Counts what a command takes away towards the limit of the acting connection: a user as one person, a group as
 * everybody who loses access with it.
 * @returns the statements that note it
 * @throws RollcallError `connection.removal-limit`
 */
export async function noteRemoval(
  transaction: Transaction,
  actor: Actor,
  outcomes: readonly ObjectOutcome[],
): Promise<Sql[]> {
  if (actor.connection === undefined) return [];
  const removals = outcomes.flatMap(({ effects: { removal: kind, objectId }, access }) => {
    if (kind === undefined || objectId === undefined) return [];
    const losers = new Set(access.filter(({ after }) => after === undefined).map(({ userId }) => userId));
    const people = kind === 'group' ? losers.size : 1;
    return people === 0 ? [] : [{ kind, objectId, people }];
  });
  return requireRemovable(transaction, actor, removals);
}
