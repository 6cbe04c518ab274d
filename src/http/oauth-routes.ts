import express, { type ErrorRequestHandler, type Request, type Response, Router } from 'express';
import type { Logger } from 'pino';
import type { Config } from '../config/index.js';
import { type Authenticator, createAddresses } from '../connections/index.js';
import { RollcallError } from '../errors/index.js';
import { OAuthError, parseTokenRequest } from './oauth-request.js';
import type { RateLimit } from './rate-limits.js';
import { securityHeaders } from './security-headers.js';

export interface OAuthDependencies {
  readonly config: Pick<Config, 'server'>;
  readonly authenticator: Authenticator;
  readonly failures: RateLimit;
  readonly logger: Logger;
}

/** A token request is a few hundred bytes. */
const FORM_BYTES = 8_192;
const RETRY_SECONDS = '5';

/** RFC 6749 section 5.1: neither the token nor an error may be kept by anybody on the way. */
const HEADERS = { ...securityHeaders(), 'Cache-Control': 'no-store', Pragma: 'no-cache' };

/**
 * The token endpoint of each connection, `/oauth2/{connectionKey}/token` (RFC 6749 section 4.4), and where clients look
 * it up: for an issuer with a path the well-known part comes first (RFC 8414 section 3.1).
 */
export function createOAuthRoutes({ config, authenticator, failures, logger }: OAuthDependencies): Router {
  const addresses = createAddresses(config.server.publicUrl);
  const router = Router();

  router.get('/.well-known/oauth-authorization-server/oauth2/:key', async (request, response) => {
    const connection = await authenticator.findByKey(request.params.key);
    if (connection?.type !== 'scim') {
      response.set(HEADERS).status(404).json({ error: 'not_found', error_description: 'There is no such connection.' });
      return;
    }
    const issuer = addresses.issuer(connection.key);
    response.set({ ...HEADERS, 'Cache-Control': 'max-age=300' }).json({
      issuer,
      token_endpoint: `${issuer}/token`,
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      grant_types_supported: ['client_credentials'],
      response_types_supported: [],
      scopes_supported: ['scim.read', 'scim.write'],
    });
  });

  const form = express.text({ type: 'application/x-www-form-urlencoded', limit: FORM_BYTES });
  router.post('/oauth2/:key/token', form, async (request, response) => {
    await giveToken(request, response);
  });
  router.all('/oauth2/:key/token', (_request, response) => {
    response
      .set({ ...HEADERS, Allow: 'POST' })
      .status(405)
      .json({
        error: 'invalid_request',
        error_description: 'Tokens are asked for with POST.',
      });
  });

  async function giveToken(request: Request<{ key: string }>, response: Response): Promise<void> {
    if (typeof request.body !== 'string') {
      throw new OAuthError('invalid_request', 'The body must be application/x-www-form-urlencoded.');
    }
    const { client, scope, usedBasic } = parseTokenRequest(new URLSearchParams(request.body), request.headers);
    const connection = await authenticator.findByKey(request.params.key);
    if (connection?.state === 'paused') {
      response
        .set({ ...HEADERS, 'Retry-After': '300' })
        .status(503)
        .json({
          error: 'temporarily_unavailable',
          error_description: 'The connection is paused by its administrator.',
        });
      return;
    }
    const grant = await authenticator.grant(request.params.key, client, scope);
    if ('token' in grant) {
      response.set(HEADERS).json({
        access_token: grant.token,
        token_type: 'Bearer',
        expires_in: grant.seconds,
        scope: `scim.${grant.scope}`,
      });
      return;
    }
    if (grant.refusal === 'scope') throw new OAuthError('invalid_scope', 'The client may only read.');
    throw new OAuthError('invalid_client', 'The client is not known here, or its secret is not valid.', usedBasic);
  }

  const onError: ErrorRequestHandler = (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    if (error instanceof OAuthError) refuse(error, request, response);
    else if (isTooLarge(error)) {
      refuse(new OAuthError('invalid_request', `The body is longer than ${FORM_BYTES} bytes.`), request, response, 413);
    } else if (isClientMistake(error)) {
      refuse(new OAuthError('invalid_request', 'The request cannot be read.'), request, response);
    } else {
      const away = error instanceof RollcallError && error.kind === 'unavailable';
      logger[away ? 'warn' : 'error']({ err: error }, 'a token request failed');
      response.set({ ...HEADERS, ...(away ? { 'Retry-After': RETRY_SECONDS } : {}) });
      response.status(away ? 503 : 500).json({
        error: away ? 'temporarily_unavailable' : 'server_error',
        error_description: 'The server failed to answer; it is logged there.',
      });
    }
  };
  router.use('/oauth2', onError);

  function refuse(error: OAuthError, request: Request, response: Response, status = 400): void {
    const failed = error.error === 'invalid_client';
    const wait = failed ? failures.take(request.ip ?? '') : undefined;
    const challenge = error.usedBasic ? { 'WWW-Authenticate': 'Basic realm="rollcall"' } : {};
    response.set(wait === undefined ? { ...HEADERS, ...challenge } : { ...HEADERS, 'Retry-After': String(wait) });
    response.status(wait === undefined ? (failed ? 401 : status) : 429);
    response.json({ error: error.error, error_description: error.description });
  }

  return router;
}

function isTooLarge(error: unknown): boolean {
  return statusOf(error) === 413;
}

/** What Express's parser makes of a broken body. */
function isClientMistake(error: unknown): boolean {
  const status = statusOf(error);
  return status !== undefined && status >= 400 && status < 500;
}

function statusOf(error: unknown): number | undefined {
  return typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number'
    ? error.status
    : undefined;
}
