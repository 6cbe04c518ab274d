import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits as text; nothing to guess, so SHA-256 without salt and cost is enough to keep it. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
