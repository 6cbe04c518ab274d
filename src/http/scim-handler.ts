import type { ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { renderError, toScimError } from '../scim/index.js';
import type { AnswerScim, ScimHttpRequest } from './answer-scim.js';
import { ClientGone } from './read-body.js';
import type { ObserveRequest } from './request-metrics.js';
import { securityHeaders } from './security-headers.js';
import { type Headers, sendAnswer } from './send-answer.js';
import { startTrace } from './trace.js';

export interface ScimHandlerDependencies {
  readonly answer: AnswerScim;
  readonly logger: Logger;
  readonly observe: ObserveRequest;
}

export type ScimHandler = (request: ScimHttpRequest, response: ServerResponse) => void;

/** nginx's number for a client that did not wait; never sent. */
const CLIENT_GONE = 499;

/**
 * Everything under /scim as one function, with an error body on every status: on a read of one row, each middleware
 * more is felt.
 */
export function createScimHandler({ answer, logger, observe }: ScimHandlerDependencies): ScimHandler {
  const everyAnswer: Headers = { ...securityHeaders(), 'cache-control': 'private, no-cache' };

  const answerError = async (
    error: unknown,
    request: ScimHttpRequest,
    response: ServerResponse,
    headers: Headers,
    correlationId: string,
  ): Promise<number> => {
    if (error instanceof ClientGone || response.destroyed) return CLIENT_GONE;
    const failure = toScimError(error);
    if (failure.status >= 500 && failure !== error) logger.error({ err: error, correlationId }, 'a request failed');
    // Half an answer is out: cutting the connection is the only way to say that the rest will not come.
    if (response.headersSent) response.destroy();
    else {
      const { status, headers: more } = failure;
      await sendAnswer(request, response, { status, headers: more, body: renderError(failure) }, headers);
    }
    return failure.status;
  };

  const handle = async (request: ScimHttpRequest, response: ServerResponse): Promise<void> => {
    const trace = startTrace(request);
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
