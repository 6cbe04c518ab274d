import type { IncomingMessage } from 'node:http';
import { correlationId } from './correlation-id.js';

/** What the logs and metrics say about a request; filled in as it becomes known. */
export interface Trace {
  readonly correlationId: string;
  readonly started: number;
  connectionKey: string | undefined;
  /** A name that no client can choose, e.g. `/scim/Users/{id}`. */
  route: string;
}

export function startTrace(request: IncomingMessage): Trace {
  return {
    correlationId: correlationId(request.headers['x-request-id']),
    started: performance.now(),
    connectionKey: undefined,
    route: '/scim/other',
  };
}
