import { setTimeout as delay } from 'node:timers/promises';
import type { RollcallError } from '../../errors/index.js';
import { cancelled, googleError } from './errors.js';
import type { GoogleClientSettings } from './settings.js';
import type { UsageCounter } from './usage.js';

/** What is to be thought of a failed attempt. */
export interface Verdict {
  /** What is thrown unless it is tried again. */
  readonly error: RollcallError;
  /** `once`: a second such failure in a row of attempts is final. */
  readonly again: 'never' | 'once' | 'later';
  /** How long Google wants to be left alone. */
  readonly retryAfterMilliseconds?: number | undefined;
}

export interface RetryOptions {
  readonly settings: Pick<GoogleClientSettings, 'retries' | 'retryFirstMilliseconds' | 'retryLongestSeconds'>;
  readonly usage: UsageCounter;
  readonly signal: AbortSignal;
}

/** Google's own steps: 1, 2, 4, 8, 16, 32 times the first, and no longer; to each as much as the first by chance. */
const LONGEST_STEP = 32;

/**
 * Makes an attempt after the other until one comes through, the verdict is final, or there were enough of them.
 * @throws RollcallError the last verdict's; `google.cancelled` as soon as the signal is aborted
 */
export async function retrying<Result>(
  attempt: () => Promise<Result>,
  judge: (error: unknown) => Verdict,
  { settings, usage, signal }: RetryOptions,
): Promise<Result> {
  const triedOnce = new Set<string>();
  for (let failures = 0; ; failures += 1) {
    if (signal.aborted) throw cancelled();
    let verdict: Verdict;
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted) throw cancelled();
      verdict = judge(error);
    }
    const { error, again, retryAfterMilliseconds } = verdict;
    const spent = again === 'never' || failures >= settings.retries || (again === 'once' && triedOnce.has(error.code));
    if (spent) throw error;
    if (again === 'once') triedOnce.add(error.code);
    const longest = settings.retryLongestSeconds * 1000;
    if (retryAfterMilliseconds !== undefined && retryAfterMilliseconds > longest) throw tooLong(retryAfterMilliseconds);
    const step = settings.retryFirstMilliseconds * (Math.min(2 ** failures, LONGEST_STEP) + Math.random());
    const wait = retryAfterMilliseconds ?? Math.min(step, longest);
    usage.retried();
    usage.waited(wait);
    await delay(wait, undefined, { signal }).catch(() => undefined);
  }
}

function tooLong(milliseconds: number): RollcallError {
  const seconds = Math.ceil(milliseconds / 1000);
  const message = `Google wants to be left alone for ${seconds} seconds, longer than GOOGLE_RETRY_LONGEST_SECONDS.`;
  return googleError('quota', 'quota', message, { retryAfterSeconds: seconds });
}
