import { randomInt } from 'node:crypto';
import { hashSecret, newSecret } from './secret.js';

/** No underscore, which Okta refuses in base URLs, and nothing that looks alike. */
const KEY_CHARACTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const KEY_LENGTH = 10;

/** What a token begins with: it says whose it is, and lets secret scanners recognise it. */
const PREFIXES = { connection: 'rc', application: 'ra', api: 'rk', invitation: 'ri', 'sign-up': 'rs' } as const;

export type TokenHolder = keyof typeof PREFIXES;

/** `rc_{connectionKey}_{secret}`, and for all others `ra_{tokenKey}_{secret}` with the prefix of the kind. */
const TOKEN = /^(r[ackis])_([a-z0-9]{10})_([A-Za-z0-9_-]{43})$/;

export interface IssuedToken {
  /** Shown once, never stored. */
  readonly token: string;
  readonly secretHash: Buffer;
}

/** Ten random characters by which a connection or a token is found. */
export function newKey(): string {
  return Array.from({ length: KEY_LENGTH }, () => KEY_CHARACTERS[randomInt(KEY_CHARACTERS.length)]).join('');
}

export function issueToken(holder: TokenHolder, key: string): IssuedToken {
  const secret = newSecret();
  return { token: `${PREFIXES[holder]}_${key}_${secret}`, secretHash: hashSecret(secret) };
}

/** The parts of the text of such a holder's token; undefined for any other text. */
export function parseToken(
  holder: TokenHolder,
  text: string,
): { readonly key: string; readonly secretHash: Buffer } | undefined {
  const match = TOKEN.exec(text);
  if (match?.[1] !== PREFIXES[holder] || match[2] === undefined || match[3] === undefined) return undefined;
  return { key: match[2], secretHash: hashSecret(match[3]) };
}
