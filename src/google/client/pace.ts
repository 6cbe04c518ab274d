import { LRUCache } from 'lru-cache';
import pLimit from 'p-limit';
import { abortable } from './abortable.js';
import { createLimiter, type Limiter } from './limiter.js';

/** How fast, and how much at once, one Google Workspace is asked by this process. */
export interface Pace extends Limiter {
  /** Runs the work once fewer than `concurrency` others are running. @throws the signal's reason, at once */
  run<Result>(work: () => Promise<Result>, signal: AbortSignal): Promise<Result>;
  /** Google runs too much at once for it: one less, until `raise` was said often enough. */
  lower(): void;
  /** A request came through. */
  raise(): void;
}

/** So many answers in a row make room for one more at once, where it was lowered. */
const ANSWERS_TO_RAISE = 100;

export function createPace(perMinute: number, concurrency: number): Pace {
  const limiter = createLimiter(perMinute);
  const gate = pLimit(concurrency);
  let answers = 0;
  return {
    ...limiter,
    run: (work, signal) =>
      abortable(
        gate(async () => {
          signal.throwIfAborted();
          return work();
        }),
        signal,
      ),
    lower() {
      answers = 0;
      gate.concurrency = Math.max(1, gate.concurrency - 1);
    },
    raise() {
      if (gate.concurrency === concurrency) return;
      answers = (answers + 1) % ANSWERS_TO_RAISE;
      if (answers === 0) gate.concurrency += 1;
    },
  };
}

/** More connections at once than any installation has; one that is dropped begins anew. */
const paces = new LRUCache<string, Pace>({ max: 1000 });

/** The pace of a connection, the same for everybody in this process who asks Google on its behalf. */
export function paceOf(connectionId: string, perMinute: number, concurrency: number): Pace {
  const key = `${connectionId} ${perMinute} ${concurrency}`;
  let pace = paces.get(key);
  if (pace === undefined) {
    pace = createPace(perMinute, concurrency);
    paces.set(key, pace);
  }
  return pace;
}
