import { randomBytes } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { type Answer, badRequest } from './answer.ts';
import { type ApiCall, type ApiService, answerApi } from './answer-api.ts';
import { contentOf } from './send.ts';
import type { Received } from './serve.ts';

/** Google's limit. */
const MOST_CALLS = 1_000;

/** The address of the discovery document, and those that older clients use. */
export function isBatch(path: string): boolean {
  return /^\/batch(\/admin\/directory(\/|_)v1)?$/.test(path);
}

/**
 * Answers the calls of a `multipart/mixed` request, each as if it had come alone and counted by itself.
 * @throws GoogleError 400 where it is no batch or holds more than 1,000 calls
 */
export async function answerBatch(received: Received, service: ApiService): Promise<Answer> {
  const boundary = /boundary="?([^";]+)"?/.exec(received.headers['content-type'] ?? '')?.[1];
  if (received.method !== 'POST' || boundary === undefined) throw badRequest('Failed to parse batch request');
  const parts = received.text.split(`--${boundary}`).slice(1, -1);
  if (parts.length > MOST_CALLS) throw badRequest(`The batch request contains more than ${MOST_CALLS} calls`);
  const answers = await Promise.all(parts.map((part) => answerPart(part, received, service)));
  const outer = `batch_${randomBytes(12).toString('base64url')}`;
  return {
    status: 200,
    text: `${answers.map((answer) => `--${outer}\r\n${answer}`).join('')}--${outer}--\r\n`,
    contentType: `multipart/mixed; boundary=${outer}`,
  };
}

async function answerPart(part: string, { headers }: Received, service: ApiService): Promise<string> {
  const [outerHead = '', innerHead = '', body = ''] = part.replace(/^\r?\n/, '').split(/\r?\n\r?\n/, 3);
  const id = /^content-id:\s*<?([^>\r\n]+)>?/im.exec(outerHead)?.[1];
  const answer = await answerApi(callOf(innerHead, body, headers), service);
  const { text, contentType } = contentOf(answer);
  const head = [
    'Content-Type: application/http',
    ...(id === undefined ? [] : [`Content-ID: <response-${id.trim()}>`]),
    '',
    `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status]}`,
    `Content-Type: ${contentType}`,
    ...Object.entries(answer.headers ?? {}).map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${Buffer.byteLength(text)}`,
  ];
  return `${head.join('\r\n')}\r\n\r\n${text}\r\n`;
}

/** A call has the credentials of the batch unless it has its own. */
function callOf(head: string, body: string, outer: Received['headers']): ApiCall {
  const [line = '', ...rest] = head.split(/\r?\n/);
  const [method = 'GET', target = '/'] = line.trim().split(/\s+/);
  const own = rest.map((header) => {
    const colon = header.indexOf(':');
    return [header.slice(0, colon).trim().toLowerCase(), header.slice(colon + 1).trim()];
  });
  const url = new URL(target, 'http://127.0.0.1');
  return {
    method,
    path: url.pathname,
    query: url.searchParams,
    headers: { authorization: outer.authorization, ...Object.fromEntries(own) },
    text: body,
    batch: true,
  };
}
