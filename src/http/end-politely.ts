import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a client may still send after its answer before the connection is cut. */
const BYTES = 67_108_864;
const MILLISECONDS = 5_000;

/**
 * Ends an answer. While a body is still on its way the connection must not be closed at once: the client, busy
 * sending, would hear of a reset and never see the answer. What it sends is thrown away, up to a bound.
 */
export function endPolitely(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | undefined,
): void {
  if (request.complete || !hasBody(request)) {
    response.writeHead(status, headers).end(body);
    return;
  }
  response.writeHead(status, { ...headers, connection: 'close' });
  if (request.destroyed || request.headers.expect !== undefined) {
    // Who waits for `100 Continue` has not begun to send, and does not after another answer.
    response.end(body);
    return;
  }
  // The whole answer but its end, on which Node closes the connection.
  response.flushHeaders();
  if (body !== undefined) response.write(body);
  let bytes = 0;
  const end = (): void => {
    clearTimeout(timer);
    request.off('data', count).off('end', end).off('close', end);
    response.end();
  };
  const count = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes > BYTES) end();
  };
  const timer = setTimeout(end, MILLISECONDS);
  request.on('error', () => undefined);
  request.on('data', count).on('end', end).on('close', end);
  request.resume();
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
