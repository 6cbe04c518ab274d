import type { Logger } from 'pino';
import { type Api, Problem } from '../api/index.js';
import type { Change } from '../change/index.js';
import type { Config } from '../config/index.js';
import type { ApiCaller, AuthenticateApi } from '../connections/index.js';
import { ScimError } from '../scim/index.js';
import { createApiCallers } from './api-callers.js';
import { requireJson } from './media-type.js';
import { parseBody } from './parse-body.js';
import { createMinuteLimit, createRequestLimit, type RateLimit } from './rate-limits.js';
import { readBody } from './read-body.js';
import type { Answer } from './request-handler.js';

export interface AnswerApiDependencies {
  readonly config: Pick<Config, 'limits' | 'tokens'>;
  readonly api: Api;
  readonly authenticateApi: AuthenticateApi;
  readonly change: Change;
  readonly logger: Logger;
  /** Of refused tokens, by address. */
  readonly failures: RateLimit;
}

/**
 * Answers a request under /api: who asks and what the body says is found out when the API wants to know.
 * The answer function throws Problem; ClientGone; RollcallError.
 */
export function createAnswerApi(dependencies: AnswerApiDependencies): Answer {
  const { config, api, failures } = dependencies;
  const callers = createApiCallers(dependencies);
  const requests = createRequestLimit(config.limits.requestsPerSecond);
  const withoutToken = createMinuteLimit(config.limits.publicRequests);
  return (request, response, trace) => {
    const { correlationId } = trace;
    const { authorization } = request.headers;
    let caller: ApiCaller | undefined;
    const answered = api.handle(
      {
        method: request.method ?? 'GET',
        target: request.originalUrl,
        correlationId,
        header(name) {
          const value = request.headers[name];
          return Array.isArray(value) ? value.join(', ') : value;
        },
        async authenticate() {
          const shown = { headers: { authorization }, correlationId };
          caller = await callers.authenticate(shown).catch((error: unknown) => {
            const isRefused = error instanceof Problem && error.status === 401;
            throw isRefused ? (tooMany(failures.take(request.ip ?? ''), FAILED) ?? error) : error;
          });
          if (caller.kind === 'application') trace.application = caller.applicationKey;
          else trace.apiToken = caller.tokenId;
          const holder = caller.kind === 'application' ? caller.applicationId : caller.tokenId;
          const excess = tooMany(requests.take(holder), EXCESS);
          if (excess !== undefined) throw excess;
          return caller;
        },
        countPublic() {
          const excess = tooMany(withoutToken.take(request.ip ?? ''), WITHOUT_TOKEN);
          if (excess !== undefined) throw excess;
        },
        async body() {
          try {
            requireJson(request.headers, ['application/json']);
            const { bodyBytes: bytes, bodyDepth: depth } = config.limits;
            const body = await readBody(request, response, { bytes, setting: 'LIMIT_BODY_BYTES' });
            return parseBody(body, { depth, attributes: attributesOf(config.limits) }, { keepSpelling: false });
          } catch (error) {
            throw error instanceof ScimError ? bodyProblem(error) : error;
          }
        },
      },
      (name) => {
        trace.route = name;
      },
    );
    return answered.catch(async (error: unknown) => {
      if (error instanceof Problem && caller !== undefined) await callers.overstepped(caller, error, correlationId);
      throw error;
    });
  };
}

/** `user` and `lastActiveAt` */
const ATTRIBUTES_PER_REPORT = 2;

/** The columns of a list of people. */
const ATTRIBUTES_PER_ROW = 10;

/** Reports and rows have limits of their own, which their routes know how to count. */
function attributesOf({ bodyAttributes, activityReports, importRows }: Config['limits']): number {
  return bodyAttributes + Math.max(activityReports * ATTRIBUTES_PER_REPORT, importRows * ATTRIBUTES_PER_ROW);
}

const FAILED = {
  code: 'limit.failed-authentications',
  why: 'Too many refused tokens came from this address, the setting LIMIT_FAILED_AUTHENTICATIONS',
};
const EXCESS = {
  code: 'limit.requests',
  why: 'More requests come with this token or application than LIMIT_REQUESTS_PER_SECOND allows',
};
const WITHOUT_TOKEN = {
  code: 'limit.public-requests',
  why: 'More requests without a token come from this address than LIMIT_PUBLIC_REQUESTS allows',
};

/** RFC 6585 section 4. */
function tooMany(seconds: number | undefined, { code, why }: typeof EXCESS): Problem | undefined {
  if (seconds === undefined) return undefined;
  return new Problem(429, code, `${why}; come again in ${seconds} s.`, { 'retry-after': String(seconds) });
}

const BODY_CODES: Readonly<Record<number, string>> = {
  400: 'request.not-json',
  413: 'request.too-large',
  415: 'request.media-type',
};

/** What reading a body says of it, in the words of the API. */
function bodyProblem(error: ScimError): Problem {
  const code = BODY_CODES[error.status] ?? 'request.invalid';
  return new Problem(error.status, code, error.detail, error.headers, [], { cause: error });
}
