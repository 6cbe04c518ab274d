import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Settings } from '../settings.ts';

/** Who a request is from. */
export interface Caller {
  readonly serviceAccount: string;
  /** The user that is impersonated; undefined for the service account itself. */
  readonly subject: string | undefined;
  readonly scopes: ReadonlySet<string>;
}

export interface AccessTokens {
  issue(caller: Caller): { readonly token: string; readonly expiresIn: number };
  /** Undefined where the token is unknown, expired or taken back. */
  find(token: string): Caller | undefined;
  /** Takes back one token, or all of them. */
  revoke(token?: string): void;
}

export function createAccessTokens(clock: Clock, settings: Settings): AccessTokens {
  const live = new Map<string, { readonly caller: Caller; readonly expires: number }>();
  return {
    issue(caller) {
      const token = `ya29.${randomBytes(32).toString('base64url')}`;
      live.set(token, { caller, expires: clock.now() + settings.tokenLife * 1_000 });
      return { token, expiresIn: settings.tokenLife };
    },
    find(token) {
      const found = live.get(token);
      if (found === undefined || found.expires > clock.now()) return found?.caller;
      live.delete(token);
      return undefined;
    },
    revoke(token) {
      if (token === undefined) live.clear();
      else live.delete(token);
    },
  };
}
