import type { MethodOptions } from '@googleapis/admin';
import { RollcallError } from '../../errors/index.js';
import type { Asked, AskedFor } from './asked.js';
import { googleError } from './errors.js';
import { type AnswerVerdict, judgeAnswer } from './judge-answer.js';
import { judgeWire } from './judge-token.js';
import type { Pace } from './pace.js';
import { retrying } from './retrying.js';
import { SCOPES, type ScopeSet } from './scopes.js';
import type { GoogleClientSettings } from './settings.js';
import type { TokenSource } from './tokens.js';
import type { UsageCounter } from './usage.js';
import { createWire, Refusal, wireFailureIn } from './wire.js';

/** An answer of the generated client, as far as it is looked at. */
interface Answer {
  readonly status: number;
  readonly data: unknown;
}

/** One call of one of Google's methods. */
export interface Call<Parsed> extends Omit<Asked, 'scopes'> {
  readonly scope: ScopeSet;
  readonly signal: AbortSignal;
  /** False where a second request would do something a second time. */
  readonly repeatable?: boolean;
  /** The generated method; all that decides about how it is sent is in the options. */
  send(options: MethodOptions): Promise<Answer>;
  parse(body: unknown): Parsed;
}

export type Caller = <Parsed>(call: Call<Parsed>) => Promise<Parsed>;

export interface CallerDependencies {
  readonly settings: GoogleClientSettings;
  readonly pace: Pace;
  readonly usage: UsageCounter;
  readonly askedFor: AskedFor;
  tokens(scope: ScopeSet): TokenSource;
}

/**
 * How every call is made: a place among those under way, a token, the turn of each single attempt, and another attempt
 * where it helps. The library's own retries are off: they are for GET alone, forget Retry-After, and take 403 for final,
 * which is how Google says that it is asked too often.
 */
export function createCaller({ settings, pace, usage, askedFor, tokens }: CallerDependencies): Caller {
  const wire = createWire(settings, usage);

  async function attempt<Parsed>(call: Call<Parsed>): Promise<Parsed> {
    const { signal } = call;
    const source = tokens(call.scope);
    const token = await source.get(signal);
    let retryAfter: string | null = null;
    const fetchInTurn: typeof fetch = async (url, init) => {
      const started = performance.now();
      await pace.take(signal);
      usage.waited(performance.now() - started);
      const response = await wire(url instanceof Request ? url.url : url, { ...init, signal }, call.method);
      retryAfter = response.headers.get('retry-after');
      return response;
    };
    const { status, data } = await call.send({
      headers: { authorization: `Bearer ${token}` },
      signal,
      retry: false,
      responseType: 'json',
      validateStatus: () => true,
      fetchImplementation: fetchInTurn,
    });
    if (status === 401) source.reject(token);
    if (status < 200 || status > 299) throw new Refusal(status, data, retryAfter);
    pace.raise();
    return call.parse(data);
  }

  return (call) => {
    const asked: Asked = { ...call, scopes: SCOPES[call.scope] };
    const judge = (error: unknown) => {
      const verdict = judgeFailure(error, asked, askedFor);
      if (verdict.tooFast !== undefined) pace.slowDown();
      if (verdict.tooFast === 'concurrency') pace.lower();
      // Google says when the whole Workspace may be asked again, not this call alone.
      const { retryAfterMilliseconds } = verdict;
      if (retryAfterMilliseconds !== undefined && retryAfterMilliseconds <= settings.retryLongestSeconds * 1000) {
        pace.pause(retryAfterMilliseconds);
      }
      const harmless = call.repeatable !== false || (error instanceof Refusal && error.status === 401);
      return harmless ? verdict : { ...verdict, again: 'never' as const };
    };
    const { signal } = call;
    return retrying(() => pace.run(() => attempt(call), signal), judge, { settings, usage, signal });
  };
}

function judgeFailure(error: unknown, asked: Asked, askedFor: AskedFor): AnswerVerdict {
  if (error instanceof Refusal) return judgeAnswer(error, asked, askedFor);
  if (error instanceof RollcallError) {
    // An answer that was cut off may come whole; the token's own errors were tried again already.
    return { error, again: error.code === 'google.unreadable-answer' ? 'later' : 'never' };
  }
  const verdict = judgeWire(error, asked.method);
  if (verdict !== undefined && wireFailureIn(error) !== undefined) return verdict;
  // The library refuses ids that could change the address of the request.
  const message = `${asked.method} cannot be asked: an id or address in it is not one of Google's.`;
  const errorClass = asked.object === undefined ? 'configuration' : 'object';
  return { error: googleError(errorClass, 'request-refused', message), again: 'never' };
}
