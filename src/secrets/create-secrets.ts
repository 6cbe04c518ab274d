import { hkdfSync } from 'node:crypto';

/** What a derived key is for. Keys of different purposes tell nothing about each other. */
export type SecretPurpose = 'cursor' | 'access-token';

/** The server's keys, all of them worked out from one: every process that has that one agrees on all. */
export interface Secrets {
  /** 32 bytes, the same for the same purpose. */
  key(purpose: SecretPurpose): Buffer;
}

const KEY_BYTES = 32;

/** @param secretKey 32 random bytes, as `loadSecretKey` gives them */
export function createSecrets(secretKey: Buffer): Secrets {
  return {
    // HKDF, RFC 5869. No salt: the input is random already (section 3.1).
    key: (purpose) => Buffer.from(hkdfSync('sha256', secretKey, '', `rollcall ${purpose}`, KEY_BYTES)),
  };
}
