import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { RollcallError } from '../errors/index.js';

/** What a derived key is for. Keys of different purposes tell nothing about each other. */
export type SecretPurpose = 'cursor' | 'access-token' | 'webhook' | 'api-cursor' | 'api-answer' | 'google' | 'mail';

/** The server's keys, all of them worked out from one: every process that has that one agrees on all. */
export interface Secrets {
  /** 32 bytes, the same for the same purpose. */
  key(purpose: SecretPurpose): Buffer;
  /**
   * Encrypts what has to be stored and read again.
   * @param belongsTo where it is stored; opened anywhere else it is refused
   */
  seal(purpose: SecretPurpose, plain: Buffer, belongsTo: string): Buffer;
  /** By the key in use or the former one. @throws RollcallError `secrets.cannot-open` (misconfigured) */
  open(purpose: SecretPurpose, sealed: Buffer, belongsTo: string): Buffer;
  /** Which key opens it; undefined: none of them. */
  sealedBy(purpose: SecretPurpose, sealed: Buffer, belongsTo: string): 'current' | 'former' | undefined;
}

const KEY_BYTES = 32;

/** AES-256-GCM as NIST SP 800-38D recommends it: a random nonce of 96 bits, a tag of 128. */
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * @param secretKey 32 random bytes, as `loadSecretKey` gives them
 * @param formerKey the one before, while there may be something that is sealed with it
 */
export function createSecrets(secretKey: Buffer, formerKey?: Buffer): Secrets {
  const key = (purpose: SecretPurpose) => derive(secretKey, purpose);

  const openBy = (from: Buffer, purpose: SecretPurpose, sealed: Buffer, belongsTo: string): Buffer | undefined => {
    const nonce = sealed.subarray(0, NONCE_BYTES);
    const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
    try {
      const decipher = createDecipheriv(CIPHER, derive(from, purpose), nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(belongsTo)).setAuthTag(tag);
      return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    } catch {
      // Another key, another place, or changed: nothing tells them apart.
      return undefined;
    }
  };
  const openByFormer = (purpose: SecretPurpose, sealed: Buffer, belongsTo: string) =>
    formerKey === undefined ? undefined : openBy(formerKey, purpose, sealed, belongsTo);

  return {
    key,
    seal(purpose, plain, belongsTo) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key(purpose), nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(belongsTo));
      const encrypted = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), encrypted]);
    },
    open(...sealed) {
      const plain = openBy(secretKey, ...sealed) ?? openByFormer(...sealed);
      if (plain !== undefined) return plain;
      const message = 'A stored secret cannot be opened: SECRET_KEY is not the one that it was stored with.';
      throw new RollcallError('misconfigured', 'secrets.cannot-open', message);
    },
    sealedBy(...sealed) {
      if (openBy(secretKey, ...sealed) !== undefined) return 'current';
      return openByFormer(...sealed) === undefined ? undefined : 'former';
    },
  };
}

/** HKDF, RFC 5869. No salt: the input is random already (section 3.1). */
function derive(from: Buffer, purpose: SecretPurpose): Buffer {
  return Buffer.from(hkdfSync('sha256', from, '', `rollcall ${purpose}`, KEY_BYTES));
}
