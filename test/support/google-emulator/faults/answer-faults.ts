import type { ApiRequest } from '../api/route.ts';
import { unauthenticated } from '../auth/authorize.ts';
import { type Answer, apiError, forbidden, GoogleError, invalid, unavailable } from '../http/answer.ts';
import { meant, turns } from './counting.ts';
import type { FaultDefinition, FaultOptions } from './fault.ts';

const ONE_OBJECT = ['groups.get', 'members.list', 'members.get', 'users.get'];
const WHICH = ['times', 'after', 'method', 'key'] as const;

/** A fault that gives an answer in place of the method's own. */
function instead(
  does: string,
  usual: { readonly times: number | 'always'; readonly methods?: readonly string[] },
  answer: (options: FaultOptions) => Answer | GoogleError,
  more: readonly (keyof FaultOptions)[] = [],
): FaultDefinition {
  return {
    does,
    options: [...WHICH, ...more],
    start(options) {
      const turn = turns(options, usual.times);
      return {
        before(request) {
          if (!meant(options, request, usual.methods) || !turn()) return undefined;
          const given = answer(options);
          return given instanceof GoogleError ? given.answer : given;
        },
      };
    },
  };
}

const text = (status: number, content: string): Answer => ({ status, text: content, contentType: 'text/plain' });
const html = (status: number, title: string): Answer => ({
  status,
  text: `<!DOCTYPE html>\n<html lang=en><title>Error ${status} (${title})!!1</title><p><b>${status}.</b> The server encountered a temporary error.</html>`,
  contentType: 'text/html; charset=UTF-8',
});

const QUOTA_TEXTS: Readonly<Record<string, string>> = {
  userRateLimitExceeded: 'User Rate Limit Exceeded',
  quotaExceeded: 'Request rate higher than configured.',
  rateLimitExceeded: 'Rate Limit Exceeded',
  dailyLimitExceeded: 'Daily Limit Exceeded',
  accessNotConfigured: 'Access Not Configured. The API is not enabled for your project.',
};

/** Faults in which one request gets another answer than it should. */
export const answerFaults = {
  '403-quota': instead(
    'The next `times` (3) requests get 403 of the domain usageLimits; `reason` (userRateLimitExceeded) may be quotaExceeded, rateLimitExceeded, dailyLimitExceeded or accessNotConfigured.',
    { times: 3 },
    ({ reason = 'userRateLimitExceeded' }) =>
      apiError(403, reason, QUOTA_TEXTS[reason] ?? reason, { domain: 'usageLimits' }),
    ['reason'],
  ),
  '403-plain-text': instead(
    'The next `times` (2) requests get 403 with a sentence in place of JSON.',
    { times: 2 },
    () => text(403, 'Request rate higher than configured.'),
  ),
  '429-retry-after': instead(
    'The next `times` (1) requests get 429 with Retry-After of `seconds` (1).',
    { times: 1 },
    ({ seconds = 1 }) =>
      apiError(429, 'rateLimitExceeded', 'Rate Limit Exceeded', {
        domain: 'usageLimits',
        headers: { 'retry-after': String(seconds) },
      }),
    ['seconds'],
  ),
  '502-html': instead('The next `times` (1) requests get 502 with a web page.', { times: 1 }, () =>
    html(502, 'Server Error'),
  ),
  '400-transient': instead(
    'The next `times` (1) requests for one object (groups.get, members.list, members.get, users.get) get 400 invalid.',
    { times: 1, methods: ONE_OBJECT },
    () => invalid(),
  ),
  'reset-connection': instead('The connection of the next `times` (1) requests is reset.', { times: 1 }, () => ({
    status: 200,
    accident: 'reset',
  })),
  '503-walk': {
    does: 'From page `page` (2) on, `times` (1) walks of users.list (or `method`) get 503, however often the page is asked for; a new walk passes.',
    options: [...WHICH, 'page'],
    start(options) {
      const turn = turns(options, 1);
      const doomed = new Set<string>();
      return {
        before({ walk, ...request }) {
          if (walk === undefined || !meant(options, { walk, ...request }, ['users.list'])) return undefined;
          if (!doomed.has(walk.id) && (walk.page < (options.page ?? 2) || !turn())) return undefined;
          doomed.add(walk.id);
          return unavailable().answer;
        },
      };
    },
  },
  '401-revoked-midway': {
    does: 'After `after` (1) requests every access token is taken back, `times` (1) times; with times "always" no token is believed any more.',
    options: WHICH,
    start(options, { tokens }) {
      const turn = turns({ after: 1, ...options }, 1);
      return {
        before(request) {
          if (!meant(options, request) || !turn()) return undefined;
          tokens.revoke();
          return unauthenticated('authError', 'Invalid Credentials').answer;
        },
      };
    },
  },
  'slow-page': {
    does: 'The next `times` (1) requests take `milliseconds` (1,000) longer.',
    options: [...WHICH, 'milliseconds'],
    start(options) {
      const turn = turns(options, 1);
      return {
        async before(request) {
          if (meant(options, request) && turn()) {
            // Whoever asked may be gone long before that, and the emulator closed.
            await new Promise((resolve) => setTimeout(resolve, options.milliseconds ?? 1_000).unref());
          }
          return undefined;
        },
      };
    },
  },
  'truncated-json': {
    does: 'The next `times` (1) answers end in the middle of their JSON.',
    options: WHICH,
    start(options) {
      const turn = turns(options, 1);
      return {
        answer: (request, answer) =>
          answer.status === 200 && meant(options, request) && turn() ? { ...answer, accident: 'truncated' } : answer,
      };
    },
  },
  'dasa-403-unknown': {
    does: 'users.get of somebody unknown answers 403 in place of 404, as it does to a service account with a role of its own.',
    options: ['times', 'after'],
    start(options) {
      const turn = turns(options, 'always');
      const unknown = ({ api }: ApiRequest, { status }: Answer) => api === 'users.get' && status === 404;
      return { answer: (request, answer) => (unknown(request, answer) && turn() ? forbidden().answer : answer) };
    },
  },
} satisfies Record<string, FaultDefinition>;
