import express, { type ErrorRequestHandler, type Express } from 'express';
import { type AnswerScimDependencies, createAnswerScim } from './answer-scim.js';
import { createOAuthRoutes } from './oauth-routes.js';
import { createFailureLimit } from './rate-limits.js';
import { createRequestMetrics } from './request-metrics.js';
import { createScimHandler } from './scim-handler.js';
import { securityHeaders } from './security-headers.js';

export interface HttpAppDependencies extends Omit<AnswerScimDependencies, 'failures'> {
  /** Resolves when requests can be served; throws RollcallError otherwise. */
  readonly isReady: () => Promise<void>;
}

const RETRY_AFTER_SECONDS = '5';

/** The Express application: SCIM, and what operators' tools ask without a token. */
export function createHttpApp(dependencies: HttpAppDependencies): Express {
  const { config, logger, isReady } = dependencies;
  const metrics = createRequestMetrics();
  const failures = createFailureLimit(config.limits.failedAuthentications);
  const answer = createAnswerScim({ ...dependencies, failures });
  const scim = createScimHandler({ answer, logger, observe: metrics.observe });
  const headers = { ...securityHeaders(), 'Cache-Control': 'no-store' };

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', config.server.trustProxy);
  app.use('/scim', scim);
  app.use(createOAuthRoutes({ ...dependencies, failures }));
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
