import { randomInt } from 'node:crypto';
import { hashSecret, newSecret } from './secret.js';

/** No underscore, which Okta refuses in base URLs, and nothing that looks alike. */
const KEY_CHARACTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const KEY_LENGTH = 10;

/** `rc_{connectionKey}_{secret}`; the prefix lets secret scanners recognise it. */
const TOKEN = /^rc_([a-z0-9]{10})_([A-Za-z0-9_-]{43})$/;

export interface IssuedToken {
  /** Shown once, never stored. */
  readonly token: string;
  readonly secretHash: Buffer;
}

export function newConnectionKey(): string {
  return Array.from({ length: KEY_LENGTH }, () => KEY_CHARACTERS[randomInt(KEY_CHARACTERS.length)]).join('');
}

export function issueToken(connectionKey: string): IssuedToken {
  const secret = newSecret();
  return { token: `rc_${connectionKey}_${secret}`, secretHash: hashSecret(secret) };
}

/** The parts of a token's text; undefined for any other text. */
export function parseToken(text: string): { readonly connectionKey: string; readonly secretHash: Buffer } | undefined {
  const match = TOKEN.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  return { connectionKey: match[1], secretHash: hashSecret(match[2]) };
}
