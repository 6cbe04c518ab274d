import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { Answer } from './answer.ts';

const compress = promisify(gzip);
/** Below this an answer fits into one packet anyway. */
const WORTH_IT = 1_000;

/** Sends an answer, compressed for clients that accept it and, as Google asks for, say so in their user agent. */
export async function send(request: IncomingMessage, response: ServerResponse, answer: Answer): Promise<void> {
  if (answer.accident === 'reset') {
    request.socket.resetAndDestroy();
    return;
  }
  const { text, contentType } = contentOf(answer);
  const whole = Buffer.from(text);
  const content = answer.accident === 'truncated' ? whole.subarray(0, Math.ceil(whole.length / 2)) : whole;
  const compressed = wantsGzip(request) && content.length > WORTH_IT;
  const bytes = compressed ? await compress(content, { level: constants.Z_BEST_SPEED }) : content;
  response.writeHead(answer.status, {
    ...(text !== '' && { 'content-type': contentType }),
    ...(answer.status !== 304 && answer.status !== 204 && { 'content-length': String(bytes.length) }),
    ...(compressed && { 'content-encoding': 'gzip' }),
    vary: 'Origin, X-Origin, Referer',
    ...answer.headers,
  });
  response.end(bytes);
}

export function contentOf({ body, text, contentType }: Answer): { text: string; contentType: string } {
  if (body !== undefined) return { text: JSON.stringify(body), contentType: 'application/json; charset=UTF-8' };
  return { text: text ?? '', contentType: contentType ?? 'text/plain' };
}

function wantsGzip({ headers }: IncomingMessage): boolean {
  return /\bgzip\b/.test(String(headers['accept-encoding'])) && /gzip/.test(headers['user-agent'] ?? '');
}
