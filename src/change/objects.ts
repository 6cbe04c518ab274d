import type { Transaction } from '../database/index.js';
import type { Command, Described, Effects, ObjectEffects } from '../directory/index.js';
import type { AccessChange } from '../licensing/index.js';

/** One object of a command, with whose access it changed: an entry of the log. */
export interface ObjectOutcome {
  readonly described: Described;
  readonly effects: ObjectEffects;
  readonly access: readonly AccessChange[];
}

/**
 * What becomes entries of the log: the command as a whole, or each of its objects with the access of its own users.
 * People whom no object names moved on because somebody else's seat came free: they stand with the first object that
 * changed access to the same application.
 */
export async function outcomesOf(
  transaction: Transaction,
  command: Command<unknown>,
  effects: Effects<unknown>,
  access: readonly AccessChange[],
): Promise<readonly ObjectOutcome[]> {
  const { objects } = effects;
  if (objects === undefined) return [{ described: command, effects, access }];
  const outcomes = objects.map((object) => ({ described: object, effects: object, access: [] as AccessChange[] }));
  if (access.length === 0) return outcomes;
  const known = await objectsOfUsers(transaction, effects, access);
  const orphans: AccessChange[] = [];
  const first = new Map<string, number>();
  for (const change of access) {
    const index = known.get(change.userId);
    if (index === undefined) orphans.push(change);
    else {
      outcomes[index]?.access.push(change);
      first.set(change.applicationId, Math.min(index, first.get(change.applicationId) ?? index));
    }
  }
  for (const change of orphans) outcomes[first.get(change.applicationId) ?? 0]?.access.push(change);
  return outcomes;
}

/** The place of the object that each of the users is, or is a subject of, or has other access because of. */
async function objectsOfUsers(
  transaction: Transaction,
  { objects = [], causes }: Effects<unknown>,
  access: readonly AccessChange[],
): Promise<ReadonlyMap<string, number>> {
  const places = new Map<string, number>();
  const claim = (id: string, index: number) => {
    if (!places.has(id)) places.set(id, index);
  };
  for (const [index, { objectId }] of objects.entries()) claim(objectId, index);
  for (const [index, { subjects }] of objects.entries()) for (const { id } of subjects) claim(id, index);
  const others = [...new Set(access.map(({ userId }) => userId))].filter((id) => !places.has(id));
  if (causes === undefined || others.length === 0) return places;
  for (const [userId, objectId] of await causes(transaction, others)) {
    const index = places.get(objectId);
    if (index !== undefined) claim(userId, index);
  }
  return places;
}
