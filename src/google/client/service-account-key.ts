import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import { isProtectedUrl } from '../../config/index.js';
import { googleError } from './errors.js';
import type { GoogleClientSettings } from './settings.js';

/** What is kept of a service account's key. */
export interface ServiceAccountKey {
  readonly clientEmail: string;
  /** The number by which delegation is granted in the Admin console. */
  readonly clientId: string | undefined;
  readonly keyId: string | undefined;
  /** PEM. */
  readonly privateKey: string;
  readonly tokenUri: string;
}

const schema = z.object({
  type: z.string(),
  client_email: z
    .string()
    .regex(/^[^\s@]+@[^\s@]+$/)
    .max(254),
  client_id: z.string().max(64).optional(),
  private_key_id: z.string().max(128).optional(),
  private_key: z.string(),
  token_uri: z.url().max(2048),
});

/** Below it RSA is broken too easily, above it a signature takes seconds. */
const KEY_BITS = { least: 2048, most: 8192 };

/** Google's own hosts that exchange signed JWTs for tokens. */
const TOKEN_HOSTS = ['oauth2.googleapis.com', 'www.googleapis.com', 'accounts.google.com'];

/**
 * Reads the JSON file of a service account's key as Google Cloud gives it out. Every other type of credential can name
 * files, programs and addresses of the server, so none is taken from whoever may upload one.
 * @throws RollcallError `google.key-invalid`, `google.token-host-refused`
 */
export function parseServiceAccountKey(
  text: string,
  settings: Pick<GoogleClientSettings, 'allowedHosts' | 'credentialBytes'>,
): ServiceAccountKey {
  if (Buffer.byteLength(text) > settings.credentialBytes) {
    throw invalidKey(`is larger than ${settings.credentialBytes} bytes (GOOGLE_CREDENTIAL_BYTES)`);
  }
  const parsed = schema.safeParse(parseJson(text));
  if (!parsed.success) {
    const field = parsed.error.issues[0]?.path.join('.') ?? '';
    throw invalidKey(field === '' ? 'is no JSON object' : `has no valid ${field}`);
  }
  const key = parsed.data;
  if (key.type !== 'service_account') {
    throw invalidKey(`is of type ${JSON.stringify(key.type.slice(0, 40))}; only service_account can be given here`);
  }
  requireRsaKey(key.private_key);
  requireTokenHost(key.token_uri, settings.allowedHosts);
  return {
    clientEmail: key.client_email,
    clientId: key.client_id,
    keyId: key.private_key_id,
    privateKey: key.private_key,
    tokenUri: key.token_uri,
  };
}

/**
 * Where signed JWTs may be sent to.
 * @param allowedHosts `host` or `host:port`, beside Google's own; plain http only to this machine
 * @throws RollcallError `google.token-host-refused`
 */
export function requireTokenHost(tokenUri: string, allowedHosts: readonly string[]): void {
  const url = new URL(tokenUri);
  const named = [...TOKEN_HOSTS, ...allowedHosts].some((host) => host === url.host || host === url.hostname);
  if (named && isProtectedUrl(tokenUri)) return;
  const message = named
    ? `The token_uri of the key, ${url.origin}, must be https.`
    : `The token_uri of the key is at ${url.host}, which is not Google's; GOOGLE_ALLOWED_HOSTS can allow it.`;
  throw googleError('configuration', 'token-host-refused', message);
}

function requireRsaKey(pem: string): void {
  let type: string | undefined;
  let bits = 0;
  try {
    const key = createPrivateKey(pem);
    type = key.asymmetricKeyType;
    bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  } catch {
    // Whatever OpenSSL finds wrong with it could quote it.
    throw invalidKey('has a private_key that is no PEM of a key');
  }
  if (type !== 'rsa' || bits < KEY_BITS.least || bits > KEY_BITS.most) {
    throw invalidKey(`must hold an RSA key of ${KEY_BITS.least} to ${KEY_BITS.most} bits`);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What the parser says quotes the text, and the text is a secret.
    return undefined;
  }
}

function invalidKey(complaint: string) {
  const advice =
    'Give the JSON file that Google Cloud made for the service account: IAM & Admin > Service Accounts > Keys';
  return googleError('configuration', 'key-invalid', `The key ${complaint}. ${advice}.`);
}
