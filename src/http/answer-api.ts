import type { Logger } from 'pino';
import { type Api, Problem } from '../api/index.js';
import type { Change } from '../change/index.js';
import type { Config } from '../config/index.js';
import type { ApiAuthentication, ApiCaller, AuthenticateApi } from '../connections/index.js';
import { RollcallError } from '../errors/index.js';
import { ScimError } from '../scim/index.js';
import { type Challenge, createBearer, type Shown } from './bearer.js';
import { requireJson } from './media-type.js';
import { parseBody } from './parse-body.js';
import { createRequestLimit, type RateLimit } from './rate-limits.js';
import { readBody } from './read-body.js';
import { createNoteRefusal, createWarnOfExpiry } from './refusal-notes.js';
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

interface ShownRequest extends Shown {
  readonly correlationId: string;
}

/**
 * Answers a request under /api: who asks and what the body says is found out when the API wants to know.
 * The answer function throws Problem; ClientGone; RollcallError.
 */
export function createAnswerApi(dependencies: AnswerApiDependencies): Answer {
  const { config, api, failures } = dependencies;
  const authenticate = createAuthenticate(dependencies);
  const requests = createRequestLimit(config.limits.requestsPerSecond);
  return (request, response, trace) => {
    const { correlationId } = trace;
    const { authorization } = request.headers;
    return api.handle(
      {
        method: request.method ?? 'GET',
        target: request.originalUrl,
        correlationId,
        header(name) {
          const value = request.headers[name];
          return Array.isArray(value) ? value.join(', ') : value;
        },
        async authenticate() {
          const caller = await authenticate({ headers: { authorization }, correlationId }).catch((error: unknown) => {
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
  };
}

/** `user` and `lastActiveAt` */
const ATTRIBUTES_PER_REPORT = 2;

/** Reports have a limit of their own, which their route knows how to count. */
function attributesOf({ bodyAttributes, activityReports }: Config['limits']): number {
  return bodyAttributes + activityReports * ATTRIBUTES_PER_REPORT;
}

/** How each kind of token is called in notes about it, and how another one is made. */
function aboutToken(caller: ApiCaller) {
  if (caller.kind === 'application') {
    const { applicationKey: application, applicationId: objectId, tokenId: token } = caller;
    const command = 'rollcall application token create';
    return {
      objectType: 'Application',
      objectId,
      name: 'application',
      holder: { application, token },
      command,
    } as const;
  }
  const { tokenId, tokenName } = caller;
  const holder = { apiToken: tokenId, tokenName };
  const command = 'rollcall api-token create';
  return { objectType: 'ApiToken', objectId: tokenId, name: 'api-token', holder, command } as const;
}

const REFUSALS: Readonly<Record<string, (command: string) => string>> = {
  expired: (command) => `The token has expired: make another one with \`${command}\`.`,
  revoked: (command) => `The token was revoked: make another one with \`${command}\` and use that.`,
};

function createAuthenticate({ authenticateApi, config, ...logs }: AnswerApiDependencies) {
  const noteRefusal = createNoteRefusal(logs);
  const warnOfExpiry = createWarnOfExpiry(logs.logger, config.tokens.warningDays);
  const refused = async (authentication: ApiAuthentication, correlationId: string) => {
    if (!('refusal' in authentication)) return;
    const { refusal, holder } = authentication;
    const reason = REFUSALS[refusal];
    if (holder === undefined || reason === undefined) return;
    const { name, objectType, objectId, command } = aboutToken(holder);
    const actor = { siteId: holder.siteId, source: 'system', connection: undefined, correlationId } as const;
    const error = new RollcallError('forbidden', `${name}.token-${refusal}`, reason(command));
    await noteRefusal(actor, { action: `${name}.refuse-token`, objectType, objectId }, error);
  };
  return createBearer({
    async verify(token, { correlationId }: ShownRequest) {
      const authentication = await authenticateApi(token);
      if ('refusal' in authentication) {
        await refused(authentication, correlationId);
        return undefined;
      }
      const { holder, command } = aboutToken(authentication);
      warnOfExpiry({ holder, expiresAt: authentication.expiresAt, command });
      return authentication;
    },
    unauthorized,
  });
}

function unauthorized({ missing, challenge }: Challenge): Problem {
  const headers = { 'www-authenticate': challenge };
  return missing
    ? new Problem(401, 'token.missing', 'A bearer token is needed in the Authorization header.', headers)
    : new Problem(401, 'token.invalid', 'The token is not valid.', headers);
}

const FAILED = {
  code: 'limit.failed-authentications',
  why: 'Too many refused tokens came from this address, the setting LIMIT_FAILED_AUTHENTICATIONS',
};
const EXCESS = {
  code: 'limit.requests',
  why: 'More requests come with this token or application than LIMIT_REQUESTS_PER_SECOND allows',
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
