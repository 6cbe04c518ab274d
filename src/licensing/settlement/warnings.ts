import type { Pool } from './person.js';

/** A limited licence under its lock, with what decides whether somebody has to be warned. */
export interface WatchedPool extends Pool {
  /** Null: unlimited. */
  readonly limit: number | null;
  /** Percentages of its seats. */
  readonly warnAt: readonly number[];
  /** The highest that was warned of, unless use has fallen away from it since. */
  readonly warnedAt: number | null;
}

/** So many of a licence's seats are taken now that somebody wanted to know. */
export interface LicenceWarning {
  readonly licenceId: string;
  readonly name: string;
  /** Of the percentages that the licence warns at the one that was passed. */
  readonly percent: number;
  readonly used: number;
  readonly seats: number;
}

/** Percentage points below a warning's own at which it may come again: one seat to and fro is no news. */
const HYSTERESIS = 5;

/**
 * What to remember of a licence's warnings once so many of its seats are taken: the highest percentage that is
 * reached, or that was warned of and is not left by more than the hysteresis. A licence without limit, or one that has
 * ended, warns of nothing.
 */
export function warnedNow({ limit, ended, warnAt, warnedAt }: WatchedPool, used: number): number | null {
  if (limit === null || ended === true) return null;
  const isAbove = (percent: number) => used > 0 && used * 100 >= percent * limit;
  const stays = warnedAt !== null && isAbove(warnedAt - HYSTERESIS) ? [warnedAt] : [];
  const reached = [...warnAt.filter(isAbove), ...stays];
  return reached.length === 0 ? null : Math.max(...reached);
}

/** The licences of which somebody has to be warned: once each time a percentage is passed. */
export function warningsOf(pools: readonly WatchedPool[], used: ReadonlyMap<string, number>): LicenceWarning[] {
  return pools.flatMap((pool) => {
    const { licenceId, name, limit, warnedAt } = pool;
    const taken = used.get(licenceId) ?? pool.used;
    const percent = warnedNow(pool, taken);
    if (percent === null || limit === null || percent <= (warnedAt ?? 0)) return [];
    return [{ licenceId, name, percent, used: taken, seats: limit }];
  });
}
