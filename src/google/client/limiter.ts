import { setTimeout as delay } from 'node:timers/promises';
import pLimit from 'p-limit';
import { abortable } from './abortable.js';

export interface Limiter {
  /** Waits for its turn, in the order of the calls. @throws the signal's reason */
  take(signal: AbortSignal): Promise<void>;
  /** Half as fast from now on; within `RECOVERY` it is as fast as before. Said often at once, it counts once. */
  slowDown(): void;
  /** Lets nothing through for so long. */
  pause(milliseconds: number): void;
}

/** Time in milliseconds, and a wait that a signal ends; tests bring their own. */
export interface Clock {
  now(): number;
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export const SYSTEM_CLOCK: Clock = {
  // Not the time of day: that jumps.
  now: () => performance.now(),
  sleep: (milliseconds, signal) => delay(milliseconds, undefined, { signal }),
};

const MINUTE = 60_000;

/** From standing still to the full rate. */
const RECOVERY = MINUTE;

/** Requests that were under way together are refused together: that is one reason to slow down, not twenty. */
const ONE_REASON = 1000;

/** Never slower than this part of the rate. */
const SLOWEST = 1 / 32;

/**
 * A token bucket that holds one token: requests leave evenly spaced, and in no 60 seconds more than `perMinute` of
 * them. A turn that came late is made up for, so that timers that fire late cost nothing.
 */
export function createLimiter(perMinute: number, clock: Clock = SYSTEM_CLOCK): Limiter {
  const line = pLimit(1);
  /** When the last `perMinute` requests left, in a ring. */
  const left = new Float64Array(perMinute).fill(-Infinity);
  let next = 0;
  let turn = -Infinity;
  let pausedUntil = -Infinity;
  let slowed = { at: -Infinity, to: 1 };

  /** The part of the full rate that is allowed now: it grows evenly again. */
  const share = (now: number) => Math.min(1, slowed.to + (now - slowed.at) / RECOVERY);

  const dueAt = (now: number) => {
    const spacing = MINUTE / perMinute / share(now);
    return Math.max(turn + spacing, pausedUntil, (left[next] ?? 0) + MINUTE);
  };

  return {
    take: (signal) =>
      abortable(
        line(async () => {
          signal.throwIfAborted();
          for (;;) {
            const now = clock.now();
            const due = dueAt(now);
            if (due <= now) {
              // A turn counts from when it was due, but nobody may save up more than one.
              turn = Math.max(due, now - MINUTE / perMinute);
              left[next] = now;
              next = (next + 1) % perMinute;
              return;
            }
            // Looked at again now and then: somebody may pause it meanwhile, or the rate may have grown.
            await clock.sleep(Math.min(Math.ceil(due - now), ONE_REASON), signal);
          }
        }),
        signal,
      ),
    slowDown() {
      const now = clock.now();
      if (now - slowed.at < ONE_REASON) return;
      slowed = { at: now, to: Math.max(share(now) / 2, SLOWEST) };
    },
    pause(milliseconds) {
      pausedUntil = Math.max(pausedUntil, clock.now() + milliseconds);
    },
  };
}
