import type { DayRange } from '../licensing/index.js';

const DAY = 86_400_000;

/** What a chart shows unless it is said otherwise. */
export const DAYS_SHOWN = 30;

/** Days of UTC as `2027-01-31`: up to today, and DAYS_SHOWN of them, unless it is said otherwise. */
export function dayRange(from: string | undefined, to = dayOf(Date.now())): DayRange {
  return { from: from ?? dayOf(Date.parse(to) - (DAYS_SHOWN - 1) * DAY), to };
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
