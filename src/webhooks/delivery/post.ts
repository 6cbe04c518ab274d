import http from 'node:http';
import https from 'node:https';
import type { AddressGuard } from './address-guard.js';

export interface PostAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

export interface Poster {
  /**
   * Sends a body of JSON. Redirects are not followed: a signed event goes where the administrator said and nowhere
   * else.
   * @throws Error whose message says in a few words why there was no answer; `signal.reason` once that is aborted
   */
  post(url: URL, headers: Readonly<Record<string, string>>, body: string, signal: AbortSignal): Promise<PostAnswer>;
  /** Cuts every connection. */
  close(): void;
}

export interface PosterSettings {
  readonly timeoutMilliseconds: number;
  /** How much of an answer's body is read, for the sake of the connection; then it is cut. */
  readonly answerBytes: number;
}

export function createPoster(guard: AddressGuard, { timeoutMilliseconds, answerBytes }: PosterSettings): Poster {
  const agents = { 'http:': new http.Agent({ keepAlive: true }), 'https:': new https.Agent({ keepAlive: true }) };

  return {
    async post(url, headers, body, signal) {
      const refusal = guard.refusal(url);
      if (refusal !== undefined) throw new Error(refusal);
      const timeout = AbortSignal.timeout(timeoutMilliseconds);
      try {
        return await send(url, headers, body, AbortSignal.any([signal, timeout]));
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        throw new Error(timeout.aborted ? `no answer within ${timeoutMilliseconds} ms` : describe(error));
      }
    },
    close() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };

  function send(
    url: URL,
    headers: Readonly<Record<string, string>>,
    body: string,
    signal: AbortSignal,
  ): Promise<PostAnswer> {
    return new Promise((resolve, reject) => {
      const secure = url.protocol === 'https:';
      const request = (secure ? https : http).request(url, {
        method: 'POST',
        agent: agents[secure ? 'https:' : 'http:'],
        lookup: guard.lookupFor(url),
        headers: {
          ...headers,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'user-agent': 'Rollcall',
        },
        signal,
      });
      request.on('error', (error) => {
        // The other side may close a kept connection at the very moment at which it is used again; a new one can tell
        // whether anybody is there. What was sent may then come twice, as any event may.
        if (request.reusedSocket && isCutOff(error)) send(url, headers, body, signal).then(resolve, reject);
        else reject(error);
      });
      request.on('response', (response) => {
        let received = 0;
        response.on('data', (chunk: Buffer) => {
          received += chunk.length;
          if (received > answerBytes) response.destroy();
        });
        // What comes behind the status decides nothing.
        response.on('error', () => undefined);
        resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] });
      });
      request.end(body);
    });
  }
}

function isCutOff(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ECONNRESET' || error.code === 'EPIPE';
}

const LONGEST_DESCRIPTION = 300;

/** An error of the connection in a few words: several addresses of one host fail as one AggregateError. */
function describe(error: unknown): string {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const text =
    typeof first === 'object' && first !== null && 'message' in first ? String(first.message) : String(first);
  return text.slice(0, LONGEST_DESCRIPTION);
}
