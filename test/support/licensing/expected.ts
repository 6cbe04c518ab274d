import type { NaiveModel } from './naive-model.js';
import type { Snapshot } from './stage.js';

/** What the database must hold where the model is right. */
export function expected(model: NaiveModel): Snapshot {
  const queues: Record<string, string[]> = {};
  const living = new Set(model.livingUsers());
  for (const { user, role: waited } of model.places.filter((place) => living.has(place.user))) {
    const queue = model.poolOf.get(waited) ?? '';
    queues[queue] = [...(queues[queue] ?? []), `${user} ${waited}`];
  }
  const limited = [...model.pools].filter(([, { seats: limit }]) => limit !== undefined);
  return {
    held: [...model.held].map(([user, key]) => [user, key, model.poolFor(user, key)].filter(Boolean).join(' ')).sort(),
    queues,
    used: Object.fromEntries(limited.map(([key]) => [key, model.seatsUsed(key)])),
    closure: model.closure().sort(),
    members: [...model.groups].flatMap(([id, group]) => [...group.members].map((member) => `${id} ${member}`)).sort(),
  };
}
