import type { Run } from './run.js';

/** How far a run is, as far as that can be said. */
export interface RunOutlook {
  /** From 0 to 1, of the phase that it is in; undefined: there is nothing to compare with. */
  readonly done: number | undefined;
  readonly secondsLeft: number | undefined;
}

/** Below this what is left cannot be told from what was done. */
const SMALLEST_PART = 0.02;

/**
 * What is left of the phase: of the walk by the requests that the last complete run needed, of applying by the items of
 * the plan.
 */
export function runOutlook({ state, progress, walkStartedAt, walkFinishedAt }: Run, now: Date): RunOutlook {
  const { requests = 0, expected, applied, planned } = progress;
  if (state === 'walking' && walkStartedAt !== null && expected !== undefined && expected.requests > 0) {
    // The last percent is for what is there more than last time.
    return outlook(Math.min(requests / expected.requests, 0.99), walkStartedAt, now);
  }
  if (state === 'applying' && planned !== undefined && planned > 0) {
    return outlook(Math.min((applied ?? 0) / planned, 1), walkFinishedAt ?? now, now);
  }
  return { done: undefined, secondsLeft: undefined };
}

function outlook(done: number, since: Date, now: Date): RunOutlook {
  const seconds = (now.getTime() - since.getTime()) / 1000;
  return { done, secondsLeft: done < SMALLEST_PART ? undefined : Math.round((seconds * (1 - done)) / done) };
}
