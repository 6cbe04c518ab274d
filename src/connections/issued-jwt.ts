import { errors, type JWTPayload, jwtVerify } from 'jose';
import { RollcallError } from '../errors/index.js';
import type { IssuerKeys } from './issuer-keys.js';
import type { TrustedIssuer } from './trusted-issuers.js';

/** What became of a JWT of a trusted issuer. */
export type JwtVerdict =
  | { readonly issuer: TrustedIssuer }
  /** `expired` and `not-for-us` were signed by the issuer, `invalid` was not or cannot be read. */
  | 'expired'
  | 'not-for-us'
  | 'invalid';

/** Asymmetric ones only: with a shared secret whoever can check a token could make one. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** Clocks differ. */
const TOLERANCE_SECONDS = 60;

/**
 * Checks a JWT against those of the trusted issuers that it names.
 * @throws RollcallError `connection.keys-unavailable`
 */
export async function judgeJwt(
  text: string,
  candidates: readonly TrustedIssuer[],
  keys: IssuerKeys,
): Promise<JwtVerdict> {
  let verdict: JwtVerdict = 'invalid';
  for (const issuer of candidates) {
    const one = await judgeFor(text, issuer, keys);
    if (typeof one === 'object') return one;
    if (one !== 'invalid') verdict = one;
  }
  return verdict;
}

async function judgeFor(text: string, issuer: TrustedIssuer, keys: IssuerKeys): Promise<JwtVerdict> {
  try {
    const { payload } = await jwtVerify(text, keys(issuer), {
      issuer: issuer.issuer,
      audience: issuer.audience,
      algorithms: ALGORITHMS,
      clockTolerance: TOLERANCE_SECONDS,
      // A token without an end would be a secret for ever.
      requiredClaims: ['exp'],
    });
    return fits(payload, issuer) ? { issuer } : 'not-for-us';
  } catch (error) {
    if (error instanceof RollcallError) throw error;
    if (error instanceof errors.JWTExpired) return 'expired';
    return error instanceof errors.JWTClaimValidationFailed ? 'not-for-us' : 'invalid';
  }
}

function fits({ tid, azp, appid, sub }: JWTPayload, { tenant, clients }: TrustedIssuer): boolean {
  if (tenant !== null && tid !== tenant) return false;
  return clients.length === 0 || [azp, appid, sub].some((id) => typeof id === 'string' && clients.includes(id));
}
