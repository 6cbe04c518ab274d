import express, { type ErrorRequestHandler, type Request, Router } from 'express';
import type { Logger } from 'pino';
import type { Config } from '../config/index.js';
import type { Database } from '../database/index.js';
import { NOTIFICATION_PATH, recogniseChannel, takeNotification } from '../google/index.js';
import { createRequestLimit, type RateLimit } from './rate-limits.js';
import type { ObserveRequest } from './request-metrics.js';
import { securityHeaders } from './security-headers.js';

export interface GoogleNotificationDependencies {
  readonly config: Pick<Config, 'google'>;
  readonly database: Database;
  readonly failures: RateLimit;
  readonly logger: Logger;
  readonly observe: ObserveRequest;
}

const HEADERS = { ...securityHeaders(), 'Cache-Control': 'no-store' };
const RETRY_SECONDS = '5';

/**
 * Where Google posts what happens to users. Whoever does not know a channel and its token is told that there is none, and
 * changes nothing. Answers are quick: what was said is read later.
 */
export function createGoogleNotifications(dependencies: GoogleNotificationDependencies): Router {
  const { config, database, failures, logger, observe } = dependencies;
  const { notificationBytes, notificationsPerSecond } = config.google;
  const perConnection = createRequestLimit(notificationsPerSecond);
  const router = Router();
  const body = express.text({ type: () => true, limit: notificationBytes });

  router.use(NOTIFICATION_PATH, (request, response, next) => {
    const began = performance.now();
    response.set(HEADERS);
    response.once('finish', () => {
      observe(request.method, NOTIFICATION_PATH, response.statusCode, performance.now() - began);
    });
    next();
  });
  router.post(NOTIFICATION_PATH, body, async (request, response) => {
    const channel = await recogniseChannel(
      database,
      request.get('x-goog-channel-id'),
      request.get('x-goog-channel-token'),
    );
    if (channel === undefined) {
      const wait = failures.take(request.ip ?? '');
      if (wait !== undefined) response.set('Retry-After', String(wait));
      response.status(wait === undefined ? 404 : 429).json({ title: 'There is no such channel.' });
      return;
    }
    const wait = perConnection.take(channel.connectionId);
    if (wait !== undefined) {
      // Google sends it again after a 503, and after no other refusal.
      const title = 'Too many at once (GOOGLE_NOTIFICATIONS_PER_SECOND).';
      response.set('Retry-After', String(wait)).status(503).json({ title });
      return;
    }
    await takeNotification(database, channel, textOf(request));
    response.status(204).end();
  });
  router.all(NOTIFICATION_PATH, (_request, response) => {
    response.set('Allow', 'POST').status(405).json({ title: 'Notifications are posted.' });
  });

  const onError: ErrorRequestHandler = (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error);
    const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
    if (status === 413) {
      const title = `The body is longer than ${notificationBytes} bytes (GOOGLE_NOTIFICATION_BYTES).`;
      response.status(413).json({ title });
    } else if (typeof status === 'number' && status >= 400 && status < 500) {
      response.status(400).json({ title: 'The request cannot be read.' });
    } else {
      logger.warn({ err: error }, 'a notification of Google could not be taken');
      response.set('Retry-After', RETRY_SECONDS).status(503).json({ title: 'The server failed to answer.' });
    }
  };
  router.use(NOTIFICATION_PATH, onError);
  return router;
}

function textOf({ body }: Request): string {
  return typeof body === 'string' ? body : '';
}
