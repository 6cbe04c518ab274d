import { verify } from 'node:crypto';
import { oauthError } from '../http/answer.ts';
import { isObject, type JsonObject } from '../state/json.ts';
import type { ServiceAccount, ServiceAccounts } from './service-accounts.ts';

/** The audience that Google's own libraries put into an assertion, whatever the key file says. */
const GOOGLE_TOKEN_URL = 'https://oauth2.googleapis.com/token';
const LONGEST = 3_600;
/** How far a client's clock may be ahead, in seconds. */
const SKEW = 300;

export interface Assertion {
  readonly account: ServiceAccount;
  readonly subject: string | undefined;
  readonly scopes: readonly string[];
}

/**
 * Reads a signed assertion (RFC 7523). Its times are held to the machine's own clock, not to the emulator's: who signs
 * runs on this machine and cannot know what the emulator's clock was set to.
 * @throws GoogleError invalid_grant
 */
export function readAssertion(jwt: string, accounts: ServiceAccounts, tokenUrl: string): Assertion {
  const [head = '', body = '', signature = '', ...rest] = jwt.split('.');
  const header = decode(head);
  const claims = decode(body);
  if (header === undefined || claims === undefined || rest.length > 0) throw refused('Invalid JWT');
  const { iss, sub, scope, aud, iat, exp } = claims;
  const account = accounts.find(String(iss));
  if (account === undefined || account.deleted) throw refused('Invalid JWT: No valid verifier found for issuer.');
  const signed = Buffer.from(`${head}.${body}`);
  const authentic = verify('RSA-SHA256', signed, accounts.keys.publicKey, Buffer.from(signature, 'base64url'));
  if (header.alg !== 'RS256' || !authentic) throw refused('Invalid JWT Signature.');
  const now = Date.now() / 1_000;
  if (typeof iat !== 'number' || typeof exp !== 'number' || exp - iat > LONGEST || exp <= now || iat > now + SKEW) {
    throw refused(
      'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. ' +
        'Check your iat and exp values in the JWT claim.',
    );
  }
  if (aud !== tokenUrl && aud !== GOOGLE_TOKEN_URL) throw refused('Invalid JWT: Failed audience check.');
  return {
    account,
    subject: sub === undefined ? undefined : String(sub),
    scopes: typeof scope === 'string' ? scope.split(' ').filter((one) => one !== '') : [],
  };
}

function decode(part: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function refused(description: string) {
  return oauthError(400, 'invalid_grant', description);
}
