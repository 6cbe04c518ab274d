import type { GoogleClientSettings } from './settings.js';
import type { UsageCounter } from './usage.js';

/** There was no answer, or not all of one. */
export class WireFailure extends Error {
  override readonly name = 'WireFailure';

  constructor(
    readonly reason: 'timeout' | 'lost' | 'too-large',
    /** Such as ECONNRESET; never a URL, which may hold what is personal. */
    readonly what: string,
  ) {
    super(`${reason}: ${what}`);
  }
}

/** An answer that is no success. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly status: number,
    /** Parsed where it was JSON, text otherwise. */
    readonly body: unknown,
    readonly retryAfter: string | null,
  ) {
    super(`answered ${status}`);
  }
}

/** @param method what is counted; `token` unless said otherwise */
export type Wire = (url: string | URL, init: RequestInit, method?: string) => Promise<Response>;

/** Statuses that have no body (Fetch section 2.2.3): a Response made with one would be refused. */
const WITHOUT_BODY = [204, 205, 304];

/**
 * `fetch` for one attempt: counted, with a time limit, its whole body read, up to `answerBytes`. Redirects are answers
 * like any other: what is sent holds tokens, and they go where the settings say and nowhere else.
 * @returns a fetch that throws WireFailure, or the reason of the request's own signal
 */
export function createWire(
  { timeoutMilliseconds, answerBytes }: Pick<GoogleClientSettings, 'timeoutMilliseconds' | 'answerBytes'>,
  usage: UsageCounter,
): Wire {
  return async (url, init, method = 'token') => {
    const timeout = AbortSignal.timeout(timeoutMilliseconds);
    const own = init.signal ?? undefined;
    const signal = own === undefined ? timeout : AbortSignal.any([own, timeout]);
    let counted = false;
    try {
      const response = await fetch(url, { ...init, signal, redirect: 'manual' });
      usage.answered(response.status, method);
      counted = true;
      const body = WITHOUT_BODY.includes(response.status) ? null : await readBody(response, answerBytes);
      usage.received(body?.byteLength ?? 0);
      return new Response(body, { status: response.status, headers: response.headers });
    } catch (error) {
      if (!counted) usage.unanswered(method);
      if (own?.aborted === true) throw own.reason;
      if (error instanceof WireFailure) throw error;
      if (timeout.aborted) throw new WireFailure('timeout', `no answer within ${timeoutMilliseconds} ms`);
      throw new WireFailure('lost', codeOf(error));
    }
  };
}

async function readBody(response: Response, answerBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  if (response.body === null) return new Uint8Array();
  for await (const chunk of response.body) {
    length += chunk.byteLength;
    // Leaving the loop cancels the body, which cuts the connection.
    if (length > answerBytes) throw new WireFailure('too-large', `more than ${answerBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The code of what lies deepest: fetch itself says no more than "fetch failed". */
function codeOf(error: unknown): string {
  let found = 'the connection failed';
  for (let each = error; typeof each === 'object' && each !== null; each = 'cause' in each ? each.cause : undefined) {
    if ('code' in each && typeof each.code === 'string') found = each.code;
  }
  return found;
}

/** What the wire said, however deep others have wrapped it. */
export function wireFailureIn(error: unknown): WireFailure | undefined {
  for (let each = error; typeof each === 'object' && each !== null; each = 'cause' in each ? each.cause : undefined) {
    if (each instanceof WireFailure) return each;
  }
  return undefined;
}
