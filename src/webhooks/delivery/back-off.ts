export interface BackOffSettings {
  readonly retryFirstMilliseconds: number;
  readonly retryLongestSeconds: number;
}

/** Doubling stops long before the number does. */
const MOST_DOUBLINGS = 40;

/**
 * Milliseconds to wait after so many attempts in a row that failed: twice as long each time, and up to a quarter
 * less, so that what failed together does not come back together.
 * @param attempts 1 or more
 * @param random 0 to 1
 */
export function backOff(settings: BackOffSettings, attempts: number, random: number): number {
  const doubled = settings.retryFirstMilliseconds * 2 ** Math.min(attempts - 1, MOST_DOUBLINGS);
  const wait = Math.min(doubled, settings.retryLongestSeconds * 1000);
  return Math.round(wait * (1 - random / 4));
}

/** Longer than a day nobody is waited for, whatever they say. */
const LONGEST_RETRY_AFTER = 86_400_000;

/** Milliseconds of a Retry-After header, seconds or a date (RFC 9110 section 10.2.3); undefined where it is neither. */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const wait = /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(0, wait), LONGEST_RETRY_AFTER);
}
