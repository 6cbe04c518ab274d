import { type Database, sql } from '../database/index.js';
import type { ApiScope } from './api-tokens.js';
import type { ApplicationScope } from './application-tokens.js';
import { createCheckToken, type RefusedToken, type StoredToken } from './check-token.js';

/** An application that has shown a valid token of its own. */
export interface AuthenticatedApplication {
  readonly kind: 'application';
  readonly siteId: number;
  readonly applicationId: string;
  readonly applicationKey: string;
  readonly tokenId: string;
  readonly scopes: readonly ApplicationScope[];
  readonly expiresAt: Date;
}

/** A program of an administrator, which has shown a valid API token of the site. */
export interface AuthenticatedProgram {
  readonly kind: 'program';
  readonly siteId: number;
  readonly siteKey: string;
  readonly tokenId: string;
  readonly tokenName: string;
  readonly scopes: readonly ApiScope[];
  readonly expiresAt: Date;
}

/** Who uses the API. */
export type ApiCaller = AuthenticatedApplication | AuthenticatedProgram;

export type ApiAuthentication = ApiCaller | RefusedToken<ApiCaller>;

/** Checks a bearer token that the API was shown. */
export type AuthenticateApi = (token: string) => Promise<ApiAuthentication>;

/** @param cacheMilliseconds how long a token is believed without asking the database */
export function createAuthenticateApi(database: Database, cacheMilliseconds: number): AuthenticateApi {
  const program = createCheckToken('api', (key) => readProgram(database, key), cacheMilliseconds);
  const application = createCheckToken('application', (key) => readApplication(database, key), cacheMilliseconds);
  return async (text) => {
    const checked = await program(text);
    return 'refusal' in checked && checked.refusal === 'malformed' ? application(text) : checked;
  };
}

type Row<Caller> = Omit<Caller, 'kind'> & Omit<StoredToken<Caller>, 'holder'>;

async function readApplication(
  database: Database,
  key: string,
): Promise<StoredToken<AuthenticatedApplication> | undefined> {
  const [row] = await database.read<Row<AuthenticatedApplication>>(sql`
    SELECT t.site_id AS "siteId", t.application_id AS "applicationId", a.key AS "applicationKey", t.id AS "tokenId",
      t.scopes, t.secret_hash AS "secretHash", t.expires_at AS "expiresAt", t.revoked_at AS "revokedAt"
    FROM application_tokens t JOIN applications a ON a.site_id = t.site_id AND a.id = t.application_id
    WHERE t.key = ${key}`);
  if (row === undefined) return undefined;
  const { secretHash, revokedAt, ...holder } = row;
  return { holder: { kind: 'application', ...holder }, secretHash, revokedAt };
}

async function readProgram(database: Database, key: string): Promise<StoredToken<AuthenticatedProgram> | undefined> {
  const [row] = await database.read<Row<AuthenticatedProgram>>(sql`
    SELECT t.site_id AS "siteId", s.key AS "siteKey", t.id AS "tokenId", t.name AS "tokenName", t.scopes,
      t.secret_hash AS "secretHash", t.expires_at AS "expiresAt", t.revoked_at AS "revokedAt"
    FROM api_tokens t JOIN sites s ON s.id = t.site_id
    WHERE t.key = ${key}`);
  if (row === undefined) return undefined;
  const { secretHash, revokedAt, ...holder } = row;
  return { holder: { kind: 'program', ...holder }, secretHash, revokedAt };
}
