import { LRUCache } from 'lru-cache';

/** A key nobody has costs a lookup; what was not found is remembered as well. */
const NOBODY = Symbol('nothing with that key');

/** Beyond it what was asked for longest ago is read again. */
const MOST_KEYS = 10_000;

/**
 * Remembers what `read` found for `milliseconds`: a read for every request would halve what clients can ask. A revoked
 * token is refused after that time at the latest.
 */
export function remember<Found>(
  read: (key: string) => Promise<Found | undefined>,
  milliseconds: number,
): (key: string) => Promise<Found | undefined> {
  const known = new LRUCache<string, Promise<Found | typeof NOBODY>>({
    max: MOST_KEYS,
    ttl: Math.max(milliseconds, 1),
  });
  return async (key) => {
    let entry = known.get(key);
    if (entry === undefined) {
      entry = read(key).then((found) => found ?? NOBODY);
      known.set(key, entry);
      // What failed must be asked again, not remembered.
      entry.catch(() => known.delete(key));
    }
    const found = await entry;
    return found === NOBODY ? undefined : (found as Found);
  };
}
