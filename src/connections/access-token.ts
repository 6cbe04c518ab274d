import { randomUUID } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import type { TokenScope } from './connection.js';

/** RFC 9068 section 2.1: told from every other JWT by its type. */
const TYPE = 'at+jwt';
const ALGORITHM = 'HS256';

/** An access token that the token endpoint gave out. */
export interface AccessToken {
  readonly clientId: string;
  readonly scope: TokenScope;
}

export interface AccessTokens {
  /** Signs a token for the base URL of one connection. @param seconds how long it is valid */
  issue(token: AccessToken, issuer: string, audience: string, seconds: number): Promise<string>;
  /** What a token says; undefined when it is not ours, not for this audience or expired. */
  verify(text: string, issuer: string, audience: string): Promise<AccessToken | undefined>;
}

/** @param key 32 bytes, the same in every process */
export function createAccessTokens(key: Buffer): AccessTokens {
  return {
    issue: ({ clientId, scope }, issuer, audience, seconds) =>
      new SignJWT({ client_id: clientId, scope })
        .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
        .setIssuer(issuer)
        .setSubject(clientId)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime(`${seconds} seconds`)
        .setJti(randomUUID())
        .sign(key),
    async verify(text, issuer, audience) {
      try {
        const { payload } = await jwtVerify(text, key, { issuer, audience, typ: TYPE, algorithms: [ALGORITHM] });
        const { client_id: clientId, scope } = payload;
        if (typeof clientId !== 'string' || (scope !== 'read' && scope !== 'write')) return undefined;
        return { clientId, scope };
      } catch {
        // Whatever is wrong with it, it is not valid; which client had it is only known when it is.
        return undefined;
      }
    },
  };
}
