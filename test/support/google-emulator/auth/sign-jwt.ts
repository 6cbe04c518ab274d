import { createSign } from 'node:crypto';
import { GoogleError } from '../http/answer.ts';
import { isObject, type JsonObject } from '../state/json.ts';
import type { AccessTokens } from './access-tokens.ts';
import { CLOUD_PLATFORM } from './scopes.ts';
import { type ServiceAccounts, signingKey } from './service-accounts.ts';

/** How far ahead the credentials service lets an assertion end. */
const LONGEST = 12 * 3_600;

/** An error of the IAM Credentials API, which has no list of reasons. */
function iamError(code: number, status: string, message: string): GoogleError {
  return new GoogleError({ status: code, body: { error: { code, message, status } } });
}

/**
 * `POST /v1/projects/-/serviceAccounts/{email}:signJwt`: signs claims with the key of an account for a workload that may.
 * @throws GoogleError 400, 401 or 403
 */
export function signJwt(
  email: string,
  authorization: string | undefined,
  text: string,
  { accounts, tokens }: { readonly accounts: ServiceAccounts; readonly tokens: AccessTokens },
): JsonObject {
  const caller = tokens.find(authorization?.replace(/^Bearer /i, '') ?? '');
  if (caller === undefined) throw iamError(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.');
  if (!caller.scopes.has(CLOUD_PLATFORM)) {
    throw iamError(403, 'PERMISSION_DENIED', 'Request had insufficient authentication scopes.');
  }
  const account = accounts.find(email);
  if (account === undefined || account.deleted || !account.signers.has(caller.serviceAccount)) {
    const denied = "Permission 'iam.serviceAccounts.signJwt' denied on resource (or it may not exist).";
    throw iamError(403, 'PERMISSION_DENIED', denied);
  }
  const claims = claimsOf(text);
  if (claims.iss !== email) throw iamError(400, 'INVALID_ARGUMENT', 'iss must be the service account that signs');
  const now = Date.now() / 1_000;
  if (typeof claims.exp !== 'number' || claims.exp <= now || claims.exp > now + LONGEST) {
    throw iamError(400, 'INVALID_ARGUMENT', 'exp must be between now and 12 hours from now');
  }
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const keyId = account.keyId;
  const signed = `${encode({ alg: 'RS256', typ: 'JWT', kid: keyId })}.${encode(claims)}`;
  return { keyId, signedJwt: `${signed}.${createSign('RSA-SHA256').update(signed).sign(signingKey(), 'base64url')}` };
}

function claimsOf(text: string): JsonObject {
  try {
    const body: unknown = JSON.parse(text);
    const claims: unknown = isObject(body) ? JSON.parse(String(body.payload)) : undefined;
    if (isObject(claims)) return claims;
  } catch {
    // Told below, with what is expected.
  }
  throw iamError(400, 'INVALID_ARGUMENT', 'payload must be the claims as a text of JSON');
}
