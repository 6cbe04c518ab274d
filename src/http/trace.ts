import type { IncomingMessage } from 'node:http';
import { correlationId } from './correlation-id.js';

/** What the logs and metrics say about a request; filled in as it becomes known. */
export interface Trace {
  readonly correlationId: string;
  readonly started: number;
  connectionKey: string | undefined;
  /** The key of the application that asks. */
  application: string | undefined;
  /** The id of the API token that is used. */
  apiToken: string | undefined;
  /** A name that no client can choose, e.g. `/scim/Users/{id}`. */
  route: string;
}

/** @param route what it is called until its route is known */
export function startTrace(request: IncomingMessage, route: string): Trace {
  return {
    correlationId: correlationId(request.headers['x-request-id']),
    started: performance.now(),
    connectionKey: undefined,
    application: undefined,
    apiToken: undefined,
    route,
  };
}
