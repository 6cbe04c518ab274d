import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';

/** The pair with which service accounts sign (RS256). */
export interface SigningKeys {
  /** PKCS #8, PEM. */
  readonly privateKey: string;
  readonly publicKey: KeyObject;
}

let made: SigningKeys | undefined;

/** @param privateKey one from earlier; without it the one of this process, which is made once */
export function signingKeys(privateKey?: string): SigningKeys {
  if (privateKey !== undefined) return { privateKey, publicKey: createPublicKey(privateKey) };
  if (made === undefined) {
    const { privateKey: key } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = key.export({ type: 'pkcs8', format: 'pem' }).toString();
    made = { privateKey: pem, publicKey: createPublicKey(pem) };
  }
  return made;
}
