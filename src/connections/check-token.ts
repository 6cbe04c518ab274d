import { timingSafeEqual } from 'node:crypto';
import { parseToken, type TokenHolder } from '../secrets/index.js';
import { remember } from './remember.js';

/** What is kept of a token. */
export interface StoredToken<Holder> {
  readonly holder: Holder;
  readonly secretHash: Buffer;
  readonly revokedAt: Date | null;
}

/** A token that is not taken. `holder` is there when it was once good, so that the log can name it. */
export interface RefusedToken<Holder> {
  readonly refusal: 'malformed' | 'unknown' | 'expired' | 'revoked';
  readonly holder: Holder | undefined;
}

/**
 * Checks bearer tokens that are found by the key in them.
 * @param read the stored token with that key
 * @param cacheMilliseconds how long a token is believed without asking the database
 */
export function createCheckToken<Holder extends { readonly expiresAt: Date }>(
  kind: TokenHolder,
  read: (key: string) => Promise<StoredToken<Holder> | undefined>,
  cacheMilliseconds: number,
): (text: string) => Promise<Holder | RefusedToken<Holder>> {
  const find = remember(read, cacheMilliseconds);
  return async (text) => {
    const token = parseToken(kind, text);
    if (token === undefined) return { refusal: 'malformed', holder: undefined };
    const stored = await find(token.key);
    if (stored === undefined || !timingSafeEqual(stored.secretHash, token.secretHash)) {
      return { refusal: 'unknown', holder: undefined };
    }
    const { holder, revokedAt } = stored;
    if (revokedAt !== null) return { refusal: 'revoked', holder };
    if (holder.expiresAt.getTime() <= Date.now()) return { refusal: 'expired', holder };
    return holder;
  };
}
