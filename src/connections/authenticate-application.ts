import { timingSafeEqual } from 'node:crypto';
import { type Database, sql } from '../database/index.js';
import type { ApplicationScope } from './application-tokens.js';
import { remember } from './remember.js';
import { parseToken } from './token.js';

/** An application that has shown a valid token of its own. */
export interface AuthenticatedApplication {
  readonly siteId: number;
  readonly applicationId: string;
  readonly applicationKey: string;
  readonly tokenId: string;
  readonly scopes: readonly ApplicationScope[];
  readonly expiresAt: Date;
}

export type ApplicationAuthentication =
  | AuthenticatedApplication
  /** `application` is there when the token was once good, so that the log can name it. */
  | {
      readonly refusal: 'malformed' | 'unknown' | 'expired' | 'revoked';
      readonly application: AuthenticatedApplication | undefined;
    };

/** Checks a bearer token of an application. */
export type AuthenticateApplication = (token: string) => Promise<ApplicationAuthentication>;

interface StoredToken extends AuthenticatedApplication {
  readonly secretHash: Buffer;
  readonly revokedAt: Date | null;
}

/** @param cacheMilliseconds how long a token is believed without asking the database */
export function createAuthenticateApplication(database: Database, cacheMilliseconds: number): AuthenticateApplication {
  const find = remember((key) => readToken(database, key), cacheMilliseconds);
  return async (text) => {
    const token = parseToken('application', text);
    if (token === undefined) return { refusal: 'malformed', application: undefined };
    const stored = await find(token.key);
    if (stored === undefined || !timingSafeEqual(stored.secretHash, token.secretHash)) {
      return { refusal: 'unknown', application: undefined };
    }
    const { secretHash: _, revokedAt, ...application } = stored;
    if (revokedAt !== null) return { refusal: 'revoked', application };
    if (application.expiresAt.getTime() <= Date.now()) return { refusal: 'expired', application };
    return application;
  };
}

async function readToken(database: Database, key: string): Promise<StoredToken | undefined> {
  const [token] = await database.read<StoredToken>(sql`
    SELECT t.site_id AS "siteId", t.application_id AS "applicationId", a.key AS "applicationKey", t.id AS "tokenId",
      t.scopes, t.secret_hash AS "secretHash", t.expires_at AS "expiresAt", t.revoked_at AS "revokedAt"
    FROM application_tokens t JOIN applications a ON a.site_id = t.site_id AND a.id = t.application_id
    WHERE t.key = ${key}`);
  return token;
}
