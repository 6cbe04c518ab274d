import type { Asked, AskedFor } from './asked.js';
import { type Complaint, complain } from './complaints.js';
import { googleError, quoted } from './errors.js';
import { type RefusalReasons, reasonsOf } from './refusal-reasons.js';
import type { Verdict } from './retrying.js';
import type { Refusal } from './wire.js';

/** A verdict with what it means for the pace. */
export interface AnswerVerdict extends Verdict {
  /** Google is asked too often, or too much at once. */
  readonly tooFast?: 'rate' | 'concurrency';
}

/** Quota answers that go away by waiting. Other reasons of usageLimits do not: an API that is off is one of them. */
const PASSING = ['userRateLimitExceeded', 'rateLimitExceeded', 'quotaExceeded'];

/** What an answer of an API that is no success means. */
export function judgeAnswer(refusal: Refusal, asked: Asked, askedFor: AskedFor): AnswerVerdict {
  const { status } = refusal;
  const reasons = reasonsOf(refusal.body);
  const quota = judgeQuota(refusal, reasons, asked);
  if (quota !== undefined) return quota;
  if (status === 408 || status >= 500) {
    const message = `Google answered ${asked.method} with ${status}, again and again; it may work later.`;
    return { error: googleError('transient', 'unavailable', message, { status }), again: 'later' };
  }
  const complaint = complaintOf(status, reasons, asked, askedFor);
  const error = complain(complaint, asked, askedFor, quoted(reasons.message ?? `status ${status}`));
  // Google refuses what is right at times; a token may have been revoked a moment ago.
  return { error, again: status === 400 || status === 401 ? 'once' : 'never' };
}

function judgeQuota(
  { status, body, retryAfter }: Refusal,
  { message, reasons, limits }: RefusalReasons,
  { method }: Asked,
): AnswerVerdict | undefined {
  const plain = typeof body === 'string' && /^(?:request rate higher|quota exceeded)/i.test(body.trimStart());
  const passing =
    status === 429 || (plain && [403, 503].includes(status)) || limits.some((each) => PASSING.includes(each));
  if (status === 403 && reasons.includes('dailyLimitExceeded')) {
    const text = 'The daily quota of the Google Cloud project is used up: raise it there, or wait for the next day.';
    return { error: googleError('quota', 'daily-quota', text), again: 'never' };
  }
  if (!passing) return undefined;
  const text =
    `Google answers ${method} again and again that it is asked too often (${quoted(message)}): lower ` +
    'GOOGLE_REQUESTS_PER_MINUTE, or the requestsPerMinute of the connection, or raise the quota in Google Cloud.';
  const concurrent = limits.includes('quotaExceeded') || plain;
  return {
    error: googleError('quota', 'quota', text, { status }),
    again: 'later',
    retryAfterMilliseconds: waitOf(retryAfter),
    tooFast: concurrent ? 'concurrency' : 'rate',
  };
}

/** Seconds or an HTTP date (RFC 9110 section 10.2.3). */
function waitOf(retryAfter: string | null): number | undefined {
  if (retryAfter === null) return undefined;
  const seconds = /^\d{1,9}$/.test(retryAfter.trim())
    ? Number(retryAfter)
    : (Date.parse(retryAfter) - Date.now()) / 1000;
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined;
}

function complaintOf(
  status: number,
  { message = '', reasons }: RefusalReasons,
  { object, laterPage }: Asked,
  { domain }: AskedFor,
): Complaint {
  const unknown: Complaint = domain === undefined ? 'customer-unknown' : 'domain-unknown';
  switch (status) {
    case 400:
      if (object !== undefined) return 'object-invalid';
      if (reasons.includes('invalidParameter')) return 'request-invalid';
      return laterPage === true ? 'page-refused' : unknown;
    case 401:
      return 'token-rejected';
    case 403:
      if (/accessNotConfigured|SERVICE_DISABLED/.test(reasons.join(' '))) return 'api-disabled';
      if (/insufficientPermissions|ACCESS_TOKEN_SCOPE_INSUFFICIENT/.test(reasons.join(' '))) return 'scope-missing';
      if (reasons.includes('domainCannotUseApis')) return 'domain-apis-off';
      if (/insufficient authentication scopes/i.test(message)) return 'scope-missing';
      return object === undefined ? 'not-authorized' : 'object-forbidden';
    case 404:
      return object === undefined ? unknown : 'object-gone';
    default:
      return 'unexpected-answer';
  }
}
