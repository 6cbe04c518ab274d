import { abortable } from './abortable.js';
import { cancelled } from './errors.js';

export interface AccessToken {
  readonly token: string;
  readonly expiresAt: Date;
}

/** Access tokens for one set of scopes, one after the other. */
export interface TokenSource {
  /** The one in use, or a new one; who asks at once gets the same. @throws RollcallError `google.*` */
  get(signal: AbortSignal): Promise<string>;
  /** Google did not take this one: the next is a new one. */
  reject(token: string): void;
}

/** A token is used until so much before its end, or for most of a life that is shorter. */
const EARLY = 5 * 60_000;
const MOST = 0.9;

interface Exchange {
  readonly result: Promise<AccessToken>;
  readonly controller: AbortController;
  waiting: number;
}

/** @param exchange gets a new token; its signal is aborted once nobody waits for it any longer */
export function createTokenSource(exchange: (signal: AbortSignal) => Promise<AccessToken>): TokenSource {
  let current: { readonly token: string; readonly usedUntil: number } | undefined;
  let running: Exchange | undefined;

  function begin(): Exchange {
    const controller = new AbortController();
    const started: Exchange = { result: exchange(controller.signal), controller, waiting: 0 };
    const end = () => {
      if (running === started) running = undefined;
    };
    started.result.then(({ token, expiresAt }) => {
      const life = expiresAt.getTime() - Date.now();
      current = { token, usedUntil: Date.now() + Math.max(life - EARLY, life * MOST) };
      end();
    }, end);
    return started;
  }

  return {
    async get(signal) {
      if (current !== undefined && current.usedUntil > Date.now()) return current.token;
      running ??= begin();
      const joined = running;
      joined.waiting += 1;
      try {
        return (await abortable(joined.result, signal)).token;
      } catch (error) {
        throw signal.aborted ? cancelled() : error;
      } finally {
        joined.waiting -= 1;
        if (joined.waiting === 0 && running === joined) {
          running = undefined;
          joined.controller.abort();
        }
      }
    },
    reject(token) {
      if (current?.token === token) current = undefined;
    },
  };
}
