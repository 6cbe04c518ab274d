import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { ClientGone } from './read-body.js';
import type { ObserveRequest } from './request-metrics.js';
import { securityHeaders } from './security-headers.js';
import { type Headers, type HttpAnswer, sendAnswer } from './send-answer.js';
import { startTrace, type Trace } from './trace.js';

/** A request as Express hands it on: `url` may lack the mount path, `originalUrl` has everything. */
export type HttpRequest = IncomingMessage & { readonly originalUrl: string; readonly ip?: string | undefined };

export type Answer = (request: HttpRequest, response: ServerResponse, trace: Trace) => Promise<HttpAnswer>;

export interface RequestHandlerDependencies {
  readonly answer: Answer;
  /** The answer that is given for an error; `known` where the error itself says what it means. */
  readonly answerError: (error: unknown, correlationId: string) => HttpAnswer & { readonly known: boolean };
  /** RFC 9111; for every answer. */
  readonly cacheControl: string;
  /** What a request is called in logs and metrics until its route is known. */
  readonly unknownRoute: string;
  readonly logger: Logger;
  readonly observe: ObserveRequest;
}

export type RequestHandler = (request: HttpRequest, response: ServerResponse) => void;

/** nginx's number for a client that did not wait; never sent. */
const CLIENT_GONE = 499;

/**
 * Everything below a path as one function, with an error body on every status: on a read of one row, each middleware
 * more is felt.
 */
export function createRequestHandler(dependencies: RequestHandlerDependencies): RequestHandler {
  const { answer, logger, observe, unknownRoute } = dependencies;
  const everyAnswer: Headers = { ...securityHeaders(), 'cache-control': dependencies.cacheControl };

  const answerError = async (
    error: unknown,
    request: HttpRequest,
    response: ServerResponse,
    headers: Headers,
    correlationId: string,
  ): Promise<number> => {
    if (error instanceof ClientGone || response.destroyed) return CLIENT_GONE;
    const { known, ...failure } = dependencies.answerError(error, correlationId);
    if (failure.status >= 500 && !known) logger.error({ err: error, correlationId }, 'a request failed');
    // Half an answer is out: cutting the connection is the only way to say that the rest will not come.
    if (response.headersSent) response.destroy();
    else await sendAnswer(request, response, failure, headers);
    return failure.status;
  };

  const handle = async (request: HttpRequest, response: ServerResponse): Promise<void> => {
    const trace = startTrace(request, unknownRoute);
    const { correlationId } = trace;
    const headers = { ...everyAnswer, 'x-request-id': correlationId };
    let status: number;
    try {
      const answered = await answer(request, response, trace);
      await sendAnswer(request, response, answered, headers);
      status = answered.status;
    } catch (error) {
      status = await answerError(error, request, response, headers, correlationId);
    }
    const milliseconds = performance.now() - trace.started;
    const { method = 'GET' } = request;
    observe(method, trace.route, status, milliseconds);
    // Neither headers nor the query: they hold tokens and people's names.
    logger.info({
      method,
      route: trace.route,
      status,
      ms: Math.round(milliseconds * 10) / 10,
      connection: trace.connectionKey,
      application: trace.application,
      apiToken: trace.apiToken,
      correlationId,
    });
  };

  return (request, response) => {
    handle(request, response).catch((error: unknown) => {
      logger.error({ err: error }, 'an answer could not be written');
      response.destroy();
    });
  };
}
