import { LRUCache } from 'lru-cache';

/** Counts what somebody does in a time, for a bounded number of somebodies. */
export interface RateLimit {
  /**
   * Notes one more of what is counted.
   * @returns after how many seconds it would be within the limit again; undefined where it is
   */
  take(name: string): number | undefined;
}

/** Beyond it the ones that have been quiet longest are forgotten: nobody can fill the memory with names. */
const MOST_NAMES = 50_000;

/** A bucket that fills with `perSecond` and holds `burst`. */
interface Bucket {
  left: number;
  at: number;
}

/**
 * A token bucket a name, in this process alone. Own code, since the libraries for it keep every name they have seen
 * until its time is over, and names are what an attacker can make.
 * @param now milliseconds
 */
export function createRateLimit(perSecond: number, burst: number, now = () => performance.now()): RateLimit {
  const buckets = new LRUCache<string, Bucket>({ max: MOST_NAMES });
  return {
    take(name) {
      const time = now();
      const bucket = buckets.get(name) ?? { left: burst, at: time };
      const left = Math.min(burst, bucket.left + ((time - bucket.at) / 1000) * perSecond);
      const within = left >= 1;
      buckets.set(name, { left: within ? left - 1 : left, at: time });
      return within ? undefined : Math.max(1, Math.ceil((1 - left) / perSecond));
    },
  };
}

/** No limit: costs nothing. */
export const UNLIMITED: RateLimit = { take: () => undefined };

const MINUTE_SECONDS = 60;
/** Short bursts are how clients work; two seconds' worth of them pass. */
const BURST_SECONDS = 2;

/** Of an address: refused tokens and secrets, or requests without a token. */
export function createMinuteLimit(perMinute: number): RateLimit {
  return createRateLimit(perMinute / MINUTE_SECONDS, perMinute);
}

/** Requests of a connection; 0 is no limit. */
export function createRequestLimit(perSecond: number): RateLimit {
  return perSecond === 0 ? UNLIMITED : createRateLimit(perSecond, perSecond * BURST_SECONDS);
}
