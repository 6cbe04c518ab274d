import type { SealedColumn, Secrets } from '../../secrets/index.js';
import {
  type GoogleClientSettings,
  googleError,
  type KeylessSource,
  parseServiceAccountKey,
  readKeylessSource,
  type ServiceAccountKey,
} from '../client/index.js';

/** What a connection proves itself with: the text of a key's file, or the name of a keyless credential. */
export type GivenCredential = { readonly key: string } | { readonly keyless: string };

/** The same, checked. */
export type Credential =
  | {
      readonly kind: 'key';
      readonly serviceAccount: string;
      readonly keyId: string | null;
      readonly key: ServiceAccountKey;
    }
  | {
      readonly kind: 'keyless';
      readonly serviceAccount: string;
      readonly keyId: null;
      readonly source: KeylessSource;
    };

/**
 * @throws RollcallError `google.key-invalid`, `google.token-host-refused`, `google.keyless-unknown`,
 *   `google.keyless-unreadable`
 */
export async function readCredential(settings: GoogleClientSettings, given: GivenCredential): Promise<Credential> {
  if ('key' in given) return keyCredential(parseServiceAccountKey(given.key, settings));
  const source = await readKeylessSource(settings, given.keyless);
  return { kind: 'keyless', serviceAccount: source.clientEmail, keyId: null, source };
}

export function keyCredential(key: ServiceAccountKey): Credential {
  return { kind: 'key', serviceAccount: key.clientEmail, keyId: key.keyId ?? null, key };
}

/** The columns `credential` and `keyless`. */
export function credentialColumns(secrets: Secrets, connectionId: string, credential: Credential) {
  return credential.kind === 'keyless'
    ? { sealed: null, keyless: credential.source.name }
    : {
        sealed: secrets.seal('google', Buffer.from(JSON.stringify(credential.key)), connectionId),
        keyless: null,
      };
}

/** @throws RollcallError `google.secret-key` where SECRET_KEY is another than it was stored with */
export function openKey(secrets: Secrets, connectionId: string, name: string, sealed: Buffer): ServiceAccountKey {
  try {
    return JSON.parse(secrets.open('google', sealed, connectionId).toString()) as ServiceAccountKey;
  } catch {
    const message =
      `The key of "${name}" cannot be opened: SECRET_KEY is not the one that it was stored with. Set that one again, or ` +
      'give the key once more: rollcall google replace-key';
    throw googleError('configuration', 'secret-key', message);
  }
}

/** Where keys are stored. */
export const googleSealed: readonly SealedColumn[] = [
  {
    table: 'google_connections',
    column: 'credential',
    purpose: 'google',
    belongsTo: 'id::text',
    mend: 'rollcall google replace-key',
  },
];
