import { randomUUID } from 'node:crypto';

/** What is safe in a log line and in a header. */
const SANE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** The number under which a request is found again: the client's X-Request-Id when it is sane, else one of ours. */
export function correlationId(sent: string | string[] | undefined): string {
  return typeof sent === 'string' && SANE.test(sent) ? sent : randomUUID();
}
