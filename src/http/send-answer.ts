import type { IncomingMessage, ServerResponse } from 'node:http';
import { endPolitely } from './end-politely.js';

/** Pieces are put together to this many characters: a write costs more than a character. */
const WRITE_CHARACTERS = 32_768;

/** RFC 7644 section 8.1; whatever the client would accept. An answer that is something else says so itself. */
const SCIM_TYPE = 'application/scim+json;charset=utf-8';

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Headers;
  /** JSON text, whole or in pieces. */
  readonly body: string | AsyncIterable<string> | undefined;
  /** Pieces are events, of which each is sent as soon as it is there; an empty one only asks whether the client is. */
  readonly live?: boolean;
}

export type Headers = Readonly<Record<string, string>>;

/** Writes an answer; `headers` are those that every answer has. Rejects when a streamed body fails. */
export async function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  answer: HttpAnswer,
  headers: Headers,
): Promise<void> {
  const { status, body } = answer;
  const isHead = request.method === 'HEAD';
  if (body === undefined || typeof body === 'string') {
    const all: Record<string, string> = { ...headers, ...answer.headers };
    if (body !== undefined) {
      all['content-type'] ??= SCIM_TYPE;
      all['content-length'] = String(Buffer.byteLength(body));
    }
    endPolitely(request, response, status, all, isHead ? undefined : body);
    return;
  }
  const pieces = body[Symbol.asyncIterator]();
  const all = { ...headers, 'content-type': SCIM_TYPE, ...answer.headers };
  if (isHead) {
    await pieces.return?.();
    endPolitely(request, response, status, all, undefined);
    return;
  }
  const together = answer.live === true ? 1 : WRITE_CHARACTERS;
  await stream(pieces, response, together, () => response.writeHead(status, all));
}

/** The head waits for the first piece: until then a failure can still become an error answer. */
async function stream(
  pieces: AsyncIterator<string>,
  response: ServerResponse,
  together: number,
  writeHead: () => void,
): Promise<void> {
  const gone = new Promise<void>((resolve) => response.once('close', resolve));
  let waiting = '';
  try {
    for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) {
      if (response.destroyed) return;
      waiting += next.value;
      if (waiting.length < together) continue;
      if (!response.headersSent) writeHead();
      const roomLeft = response.write(waiting);
      waiting = '';
      if (!roomLeft) await Promise.race([gone, new Promise<void>((resolve) => response.once('drain', resolve))]);
    }
    if (!response.headersSent) writeHead();
    response.end(waiting);
  } finally {
    // Ends the database's cursor when the client went away or a write failed.
    await pieces.return?.();
  }
}
