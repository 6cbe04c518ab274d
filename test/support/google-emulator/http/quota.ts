import type { Clock } from '../clock.ts';
import type { Settings } from '../settings.ts';
import { apiError } from './answer.ts';

const MINUTE = 60_000;

export interface Quota {
  /** Takes a place among the requests in progress. @throws GoogleError 429 where there is none */
  enter(): void;
  leave(): void;
  /** Counts a request of a subject. @throws GoogleError 403 userRateLimitExceeded */
  take(subject: string): void;
  /** Counts a Reports request with a filter. @throws GoogleError 503 */
  takeFilteredReport(subject: string): void;
}

export function createQuota(clock: Clock, settings: Settings): Quota {
  const requests = new Map<string, number[]>();
  const reports = new Map<string, number[]>();
  let inProgress = 0;

  /** Whether another one is allowed in the last 60 s; refused ones do not count. */
  function allowed(windows: Map<string, number[]>, subject: string, limit: number | undefined): boolean {
    if (limit === undefined) return true;
    const now = clock.now();
    const times = (windows.get(subject) ?? []).filter((time) => time > now - MINUTE && time <= now);
    windows.set(subject, times);
    if (times.length >= limit) return false;
    times.push(now);
    return true;
  }

  return {
    enter() {
      if (settings.concurrency !== undefined && inProgress >= settings.concurrency) {
        throw apiError(429, 'rateLimitExceeded', 'Rate Limit Exceeded', { domain: 'usageLimits' });
      }
      inProgress += 1;
    },
    leave() {
      inProgress -= 1;
    },
    take(subject) {
      if (allowed(requests, subject, settings.quotaPerMinute)) return;
      throw apiError(403, 'userRateLimitExceeded', 'User Rate Limit Exceeded', { domain: 'usageLimits' });
    },
    takeFilteredReport(subject) {
      if (allowed(reports, subject, settings.filteredReportsPerMinute)) return;
      throw apiError(503, 'backendError', 'Quota exceeded for the current request');
    },
  };
}
