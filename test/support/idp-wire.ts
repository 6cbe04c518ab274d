import { request as httpRequest } from 'node:http';

/** What an answer was; `body` is the JSON, or undefined where there was none. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers and fail where something is missing
  readonly body: any;
  readonly text: string;
}

export type WireHeaders = Readonly<Record<string, string>>;

/**
 * Sends a request byte for byte: `fetch` would tidy the URL (a trailing `?` goes) and the headers. A body that is no
 * string is sent as JSON.
 */
export function sendOnWire(
  method: string,
  origin: string,
  target: string,
  headers: WireHeaders,
  body?: unknown,
): Promise<WireAnswer> {
  const { hostname, port } = new URL(origin);
  const payload = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const sent = {
    ...headers,
    ...(payload === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(payload)) }),
  };
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ hostname, port, method, path: target, headers: sent, agent: false }, (incoming) => {
      const pieces: Buffer[] = [];
      incoming.on('data', (piece: Buffer) => pieces.push(piece));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const text = Buffer.concat(pieces).toString('utf8');
        try {
          const parsed: unknown = text === '' ? undefined : JSON.parse(text);
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, body: parsed });
        } catch (error) {
          reject(error);
        }
      });
    });
    outgoing.on('error', reject);
    outgoing.end(payload);
  });
}
