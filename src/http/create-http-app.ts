import express, { type ErrorRequestHandler, type Express } from 'express';
import type { Registry } from 'prom-client';
import { type Api, renderProblem, toProblem } from '../api/index.js';
import type { Config } from '../config/index.js';
import type { AuthenticateApi } from '../connections/index.js';
import type { Database } from '../database/index.js';
import { renderError, toScimError } from '../scim/index.js';
import { createAnswerApi } from './answer-api.js';
import { type AnswerScimDependencies, createAnswerScim } from './answer-scim.js';
import { createGoogleNotifications } from './google-notifications.js';
import { INVITATION_PAGE, INVITATION_PAGE_HEADERS } from './invitation-page.js';
import { createOAuthRoutes } from './oauth-routes.js';
import { createMinuteLimit } from './rate-limits.js';
import { createRequestHandler } from './request-handler.js';
import { createRequestMetrics } from './request-metrics.js';
import { securityHeaders } from './security-headers.js';

export interface HttpAppDependencies extends Omit<AnswerScimDependencies, 'failures'> {
  readonly config: Config;
  readonly api: Api;
  readonly authenticateApi: AuthenticateApi;
  readonly database: Database;
  /** Resolves when requests can be served; throws RollcallError otherwise. */
  readonly isReady: () => Promise<void>;
  /** What `GET /metrics` gives. */
  readonly registry: Registry;
}

const RETRY_AFTER_SECONDS = '5';

/** The Express application: SCIM, the API, and what operators' tools ask without a token. */
export function createHttpApp(dependencies: HttpAppDependencies): Express {
  const { config, logger, isReady, registry } = dependencies;
  const metrics = createRequestMetrics(registry);
  const failures = createMinuteLimit(config.limits.failedAuthentications);
  const { observe } = metrics;
  const scim = createRequestHandler({
    answer: createAnswerScim({ ...dependencies, failures }),
    answerError: scimError,
    cacheControl: 'private, no-cache',
    unknownRoute: '/scim/other',
    logger,
    observe,
  });
  const api = createRequestHandler({
    answer: createAnswerApi({ ...dependencies, failures }),
    answerError: apiError,
    cacheControl: 'no-store',
    unknownRoute: '/api/other',
    logger,
    observe,
  });
  const headers = { ...securityHeaders(), 'Cache-Control': 'no-store' };

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', config.server.trustProxy);
  app.use('/scim', scim);
  app.use('/api', api);
  app.use(createOAuthRoutes({ ...dependencies, failures }));
  app.get('/invitation', (_request, response) => {
    response.set({ ...headers, ...INVITATION_PAGE_HEADERS }).send(INVITATION_PAGE);
  });
  app.use(createGoogleNotifications({ ...dependencies, failures, observe }));
  app.get('/healthz', (_request, response) => {
    response.set(headers).json({ status: 'ok' });
  });
  app.get('/readyz', async (_request, response) => {
    try {
      await isReady();
      response.set(headers).json({ status: 'ok' });
    } catch (error) {
      logger.warn({ err: error }, 'not ready');
      response.set(headers).set('Retry-After', RETRY_AFTER_SECONDS).status(503).json({ status: 'unavailable' });
    }
  });
  app.get('/metrics', async (_request, response) => {
    response
      .set(headers)
      .type(metrics.contentType)
      .send(await metrics.text());
  });
  app.use((_request, response) => {
    response.set(headers).status(404).json({ status: 404, title: 'Not found' });
  });
  const onError: ErrorRequestHandler = (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error);
    logger.error({ err: error }, 'a request failed');
    response.set(headers).status(500).json({ status: 500, title: 'The server failed to answer' });
  };
  app.use(onError);
  return app;
}

function scimError(error: unknown) {
  const failure = toScimError(error);
  const { status, headers } = failure;
  return { status, headers, body: renderError(failure), known: failure === error };
}

/** RFC 9457. */
function apiError(error: unknown, correlationId: string) {
  const problem = toProblem(error);
  const headers = { ...problem.headers, 'content-type': 'application/problem+json' };
  return { status: problem.status, headers, body: renderProblem(problem, correlationId), known: problem === error };
}
