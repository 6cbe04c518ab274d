import type { Logger } from 'pino';
import type { Change } from '../change/index.js';
import type { Config } from '../config/index.js';
import { type Authenticator, type Connection, createAddresses } from '../connections/index.js';
import {
  createProfiles,
  type Discovery,
  isRead,
  type ObserveClient,
  type ScimEngine,
  ScimError,
  type ScimRequest,
  type ScimResponse,
  type SeenRequest,
} from '../scim/index.js';
import { type Authenticated, createAuthenticateRequest } from './authenticate-request.js';
import { createRequestLimit, type RateLimit } from './rate-limits.js';
import { receiveBody } from './receive-body.js';
import type { Answer, HttpRequest } from './request-handler.js';
import { parseTarget, type RequestTarget } from './request-target.js';
import { routeName } from './route-name.js';
import { createTokenNotes } from './token-notes.js';

export interface AnswerScimDependencies {
  readonly config: Pick<Config, 'server' | 'limits' | 'tokens'>;
  readonly engine: ScimEngine;
  readonly discovery: Discovery;
  readonly authenticator: Authenticator;
  readonly observe: ObserveClient;
  readonly change: Change;
  readonly logger: Logger;
  /** Of refused tokens, by address. */
  readonly failures: RateLimit;
}

/** Anything else in its place may be a token, and does not belong into a log. */
const KEY = /^[a-z0-9]{10}$/;

const PAUSED_RETRY_SECONDS = '300';

/**
 * Answers a request under /scim, in this order: URL, discovery, token, state of the connection, scope, body, engine.
 * The answer function throws ScimError; ClientGone; RollcallError `unavailable`.
 */
export function createAnswerScim(dependencies: AnswerScimDependencies): Answer {
  const { config, engine, discovery, authenticator, observe, failures } = dependencies;
  const notes = createTokenNotes({ ...dependencies, warningDays: config.tokens.warningDays });
  const profiles = createProfiles(config.limits);
  const authenticate = createAuthenticateRequest(authenticator, notes.refused);
  const requests = createRequestLimit(config.limits.requestsPerSecond);
  const addresses = createAddresses(config.server.publicUrl);
  const baseUrl = ({ key }: Connection) => addresses.baseUrl(key);

  const discover = async (asked: ScimRequest, connectionKey: string): Promise<ScimResponse> => {
    const connection = await authenticator.findByKey(connectionKey);
    if (connection === undefined || connection.type !== 'scim') {
      throw new ScimError(404, undefined, 'There is no such connection: check the base URL.');
    }
    requireActive(connection);
    return discovery.handle(asked, { connection, baseUrl: baseUrl(connection) });
  };

  /** Schemas and ResourceTypes need a token where the connection says so. */
  const hidesDiscovery = async (connectionKey: string) =>
    (await authenticator.findByKey(connectionKey))?.discovery === 'protected';

  const requireScope = async ({ connection, scope }: Authenticated, asked: ScimRequest, correlationId: string) => {
    if (scope === 'write' || isRead(asked)) return;
    await notes.readOnly(connection, correlationId);
    throw new ScimError(403, undefined, 'The token may only read; changes need one with the scope write.', {
      'www-authenticate': 'Bearer realm="rollcall", error="insufficient_scope", scope="write"',
    });
  };

  return async (request, response, trace) => {
    const target = parseTarget(request.originalUrl);
    const { connectionKey, path } = target;
    const { correlationId } = trace;
    if (KEY.test(connectionKey)) trace.connectionKey = connectionKey;
    trace.route = routeName(path);
    const asked = scimRequest(request, target);
    const discovers = discovery.owns(path);
    if (discovers && (path === '/ServiceProviderConfig' || !(await hidesDiscovery(connectionKey)))) {
      return discover(asked, connectionKey);
    }

    const { authorization } = request.headers;
    const shown = { headers: { authorization }, connectionKey, correlationId };
    const authenticated = await authenticate(shown).catch((error: unknown) => {
      throw isUnauthorized(error) ? (tooMany(failures.take(request.ip ?? ''), FAILED) ?? error) : error;
    });
    const { connection, scope, userId } = authenticated;
    const excess = tooMany(requests.take(connection.id), EXCESS);
    if (excess !== undefined) throw excess;
    requireActive(connection);
    notes.expiring(authenticated);
    await requireScope(authenticated, asked, correlationId);
    if (discovers) return discovery.handle(asked, { connection, baseUrl: baseUrl(connection) });
    const profile = profiles.named(connection.profile);
    if (profile === undefined) throw new Error(`The connection ${connection.key} has an unknown profile.`);
    const parse = await receiveBody(request, response, path, config.limits);
    let parsed: unknown;
    const body = () => {
      parsed = parse();
      return parsed;
    };
    const context = { connection, scope, userId, profile, baseUrl: baseUrl(connection), correlationId };
    const answer = await engine.handle({ ...asked, body }, context);
    observe(connection, seenRequest(request, parsed));
    return answer;
  };
}

const FAILED = 'Too many refused tokens came from this address, the setting LIMIT_FAILED_AUTHENTICATIONS';
const EXCESS = 'The connection sends more requests than LIMIT_REQUESTS_PER_SECOND allows';

function isUnauthorized(error: unknown): boolean {
  return error instanceof ScimError && error.status === 401;
}

/** RFC 6585 section 4. */
function tooMany(seconds: number | undefined, why: string): ScimError | undefined {
  if (seconds === undefined) return undefined;
  return new ScimError(429, undefined, `${why}; come again in ${seconds} s.`, { 'retry-after': String(seconds) });
}

function scimRequest(request: HttpRequest, { path, query }: RequestTarget): ScimRequest {
  const { method = 'GET', headers } = request;
  return {
    // HTTP leaves the body of the answer out by itself.
    method: method === 'HEAD' ? 'GET' : method,
    path,
    query,
    ifMatch: headers['if-match'],
    ifNoneMatch: headers['if-none-match'],
    body: () => undefined,
  };
}

function seenRequest({ method = 'GET', originalUrl, headers }: HttpRequest, body: unknown): SeenRequest {
  return { method, target: originalUrl, userAgent: headers['user-agent'], contentType: headers['content-type'], body };
}

/** @throws ScimError 503, 403 */
function requireActive({ state, type }: Connection): void {
  if (type !== 'scim')
    throw new ScimError(403, undefined, 'This connection is read by Rollcall and takes no requests.');
  if (state === 'active') return;
  throw new ScimError(503, undefined, 'This connection is paused by its administrator; try again later.', {
    'retry-after': PAUSED_RETRY_SECONDS,
  });
}
