/** How the emulated service behaves; every field may be changed while it runs. */
export interface Settings {
  /** Milliseconds that each API request takes before it is looked at. */
  latency: number;
  /** API requests per subject in any 60 s before 403 userRateLimitExceeded; undefined switches the limit off. */
  quotaPerMinute: number | undefined;
  /** Reports requests with a filter, per subject in any 60 s. */
  filteredReportsPerMinute: number | undefined;
  /** API requests of the whole account at one time before 429 rateLimitExceeded. */
  concurrency: number | undefined;
  /** Items on a page at most, below what was asked for; makes many pages of a small directory. */
  pageLimit: number | undefined;
  /** A maxResults above the maximum is lowered, or answered with 400. */
  aboveMaxResults: 'clamp' | 'refuse';
  /** Age in milliseconds at which a page token is refused. */
  pageTokenLife: number;
  /** Age in milliseconds at which a walk of users or members is answered with 503. */
  walkLife: number;
  /** Milliseconds until a change shows in the Reports API. */
  reportLag: number;
  /** Seconds that an access token lives. */
  tokenLife: number;
  /** The answer to `my_customer` from a service account that impersonates nobody. */
  myCustomerWithoutSubject: 400 | 403;
  /** The longest life of a channel in milliseconds, whatever was asked for. */
  channelLife: number;
  /** Milliseconds before the first repetition of a push that was answered with 5xx; it doubles, four attempts in all. */
  pushRetry: number;
}

const HOUR = 3_600_000;

/** Google's figures where they are documented. */
export function defaultSettings(changes: Partial<Settings> = {}): Settings {
  return {
    latency: 0,
    quotaPerMinute: 2_400,
    filteredReportsPerMinute: 250,
    concurrency: undefined,
    pageLimit: undefined,
    aboveMaxResults: 'clamp',
    pageTokenLife: 72 * HOUR,
    walkLife: HOUR,
    reportLag: 0,
    tokenLife: 3_599,
    myCustomerWithoutSubject: 403,
    channelLife: 6 * HOUR,
    pushRetry: 1_000,
    ...changes,
  };
}
