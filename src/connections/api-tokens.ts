import { type Database, sql } from '../database/index.js';
import { type Actor, type LockingCommand, newObjectId, type StandaloneCommand } from '../directory/index.js';
import { RollcallError } from '../errors/index.js';
import { issueToken, newKey } from '../secrets/index.js';

/** What a program of an administrator may do, by area. Writing does not include reading. */
export const API_SCOPES = [
  'directory:read',
  'directory:write',
  'licensing:read',
  'licensing:write',
  'connections:read',
  'connections:write',
  'google:read',
  'google:write',
  'webhooks:read',
  'webhooks:write',
  'settings:read',
  'settings:write',
  'tokens:read',
  'tokens:write',
  'log:read',
] as const;

export type ApiScope = (typeof API_SCOPES)[number];

/** An API token as it may be shown: never its secret. */
export interface ApiToken {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly ApiScope[];
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
}

export interface NewApiToken {
  readonly name: string;
  readonly scopes: readonly ApiScope[];
  readonly expiresAt: Date;
}

export interface CreatedApiToken extends NewApiToken {
  readonly id: string;
  /** Shown once, never stored. */
  readonly token: string;
}

const LONGEST_NAME = 200;

/** Makes a token for the API of the site. @throws RollcallError `api-token.no-name`, `api-token.no-scope` */
export function createApiToken(
  actor: Actor,
  { name, scopes, expiresAt }: NewApiToken,
): StandaloneCommand<CreatedApiToken> {
  if (name.trim() === '' || name.length > LONGEST_NAME) {
    const message = `A token needs a name of 1 to ${LONGEST_NAME} characters: it is what the log calls it.`;
    throw new RollcallError('invalid', 'api-token.no-name', message);
  }
  if (scopes.length === 0) {
    throw new RollcallError('invalid', 'api-token.no-scope', 'A token needs at least one scope.');
  }
  const id = newObjectId();
  const key = newKey();
  const { token, secretHash } = issueToken('api', key);
  return {
    action: 'api-token.create',
    objectType: 'ApiToken',
    objectId: id,
    standalone: () => ({
      result: { id, token, name, scopes, expiresAt },
      objectId: id,
      objectName: name,
      changed: [
        { attribute: 'scopes', old: undefined, new: scopes },
        { attribute: 'expiresAt', old: undefined, new: expiresAt.toISOString() },
      ],
      subjects: [],
      affectedUserIds: [],
      writes: [
        sql`
          INSERT INTO api_tokens (site_id, id, key, name, secret_hash, scopes, expires_at)
          VALUES (${actor.siteId}, ${id}, ${key}, ${name}, ${secretHash}, ${scopes}::text[], ${expiresAt})`,
      ],
    }),
  };
}

/** Ends a token. @throws RollcallError `api-token.not-found`, for one that is revoked already as well */
export function revokeApiToken({ siteId }: Actor, id: string): LockingCommand<{ readonly name: string }> {
  return {
    action: 'api-token.revoke',
    objectType: 'ApiToken',
    structure: 'none',
    groupIds: [],
    userIds: [],
    async run(transaction) {
      const [revoked] = await transaction.run<{ id: string; name: string }>(sql`
        UPDATE api_tokens SET revoked_at = now()
        WHERE site_id = ${siteId} AND id::text = ${id} AND revoked_at IS NULL RETURNING id, name`);
      if (revoked === undefined) {
        throw new RollcallError('not-found', 'api-token.not-found', 'There is no such token that is not revoked yet.');
      }
      return {
        result: { name: revoked.name },
        objectId: revoked.id,
        objectName: revoked.name,
        changed: [{ attribute: 'revoked', old: undefined, new: true }],
        subjects: [],
        affectedUserIds: [],
        writes: [],
      };
    },
  };
}

/** The API tokens of a site, the newest first. Not from a replica, which may not know one that was just made. */
export function listApiTokens(database: Database, siteId: number): Promise<ApiToken[]> {
  return database.write<ApiToken>(sql`
    SELECT id, name, scopes, created_at AS "createdAt", expires_at AS "expiresAt", revoked_at AS "revokedAt"
    FROM api_tokens WHERE site_id = ${siteId} ORDER BY created_at DESC, id DESC`);
}
