import { createSign } from 'node:crypto';
import { GoogleError } from '../http/answer.ts';
import { isObject, type JsonObject } from '../state/json.ts';
import type { AccessTokens } from './access-tokens.ts';
import { CLOUD_PLATFORM } from './scopes.ts';
import type { ServiceAccount, ServiceAccounts } from './service-accounts.ts';

/** How far ahead the credentials service lets an assertion end. */
const LONGEST = 12 * 3_600;

/** An error of the IAM Credentials API, which has no list of reasons. */
function iamError(code: number, status: string, message: string): GoogleError {
  return new GoogleError({ status: code, body: { error: { code, message, status } } });
}

const invalidArgument = (message: string) => iamError(400, 'INVALID_ARGUMENT', message);

export interface IamCall {
  /** The service account that the path names. */
  readonly email: string;
  readonly authorization: string | undefined;
  readonly text: string;
}

interface IamParts {
  readonly accounts: ServiceAccounts;
  readonly tokens: AccessTokens;
}

/** `…/serviceAccounts/{email}:signJwt`: signs claims with the key of an account. @throws GoogleError 400, 401 or 403 */
export function signJwt({ email, text, ...call }: IamCall, parts: IamParts): JsonObject {
  const { keyId } = requireSigner({ email, text, ...call }, parts);
  const payload = bodyOf(text).payload;
  const claims = typeof payload === 'string' ? objectOf(payload) : undefined;
  if (claims === undefined) throw invalidArgument('payload must be the claims as a text of JSON');
  if (claims.iss !== email) throw invalidArgument('iss must be the service account that signs');
  const now = Date.now() / 1_000;
  if (typeof claims.exp !== 'number' || claims.exp <= now || claims.exp > now + LONGEST) {
    throw invalidArgument('exp must be between now and 12 hours from now');
  }
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const signed = `${encode({ alg: 'RS256', typ: 'JWT', kid: keyId })}.${encode(claims)}`;
  return {
    keyId,
    signedJwt: `${signed}.${createSign('RSA-SHA256').update(signed).sign(parts.accounts.keys.privateKey, 'base64url')}`,
  };
}

/** `…/serviceAccounts/{email}:generateAccessToken`: a token of the account itself. @throws GoogleError 400, 401 or 403 */
export function generateAccessToken(call: IamCall, parts: IamParts): JsonObject {
  requireSigner(call, parts);
  const { scope } = bodyOf(call.text);
  if (!Array.isArray(scope) || scope.length === 0) throw invalidArgument('scope must be a list of scopes');
  const caller = { serviceAccount: call.email, subject: undefined, scopes: new Set(scope.map(String)) };
  const { token, expiresIn } = parts.tokens.issue(caller);
  return { accessToken: token, expireTime: new Date(Date.now() + expiresIn * 1_000).toISOString() };
}

/** Who calls has to be a workload that may act for the account. */
function requireSigner({ email, authorization }: IamCall, { accounts, tokens }: IamParts): ServiceAccount {
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
  return account;
}

function bodyOf(text: string): JsonObject {
  const body = objectOf(text);
  if (body === undefined) throw invalidArgument('the body must be a JSON object');
  return body;
}

function objectOf(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
