import { type Database, sql, type Transaction } from '../database/index.js';
import { type Actor, type LockingCommand, newObjectId } from '../directory/index.js';
import { RollcallError } from '../errors/index.js';
import { issueToken, newKey } from '../secrets/index.js';

/** What a token of an application may be used for, in the API's own words. */
export const APPLICATION_SCOPES = ['access:read', 'activity:write'] as const;

export type ApplicationScope = (typeof APPLICATION_SCOPES)[number];

/** A token of an application as it may be shown: never its secret. */
export interface ApplicationToken {
  readonly id: string;
  readonly scopes: readonly ApplicationScope[];
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
}

export interface NewApplicationToken {
  readonly scopes: readonly ApplicationScope[];
  readonly expiresAt: Date;
}

export interface CreatedApplicationToken extends NewApplicationToken {
  readonly id: string;
  /** Shown once, never stored. */
  readonly token: string;
}

interface TokensChange<Result> {
  readonly result: Result;
  readonly old: unknown;
  readonly new: unknown;
}

/** Makes a token that is good for one application alone. @throws RollcallError `application.not-found` */
export function createApplicationToken(
  actor: Actor,
  applicationKey: string,
  { scopes, expiresAt }: NewApplicationToken,
): LockingCommand<CreatedApplicationToken> {
  const id = newObjectId();
  const key = newKey();
  const { token, secretHash } = issueToken('application', key);
  return onTokens(actor, 'application.create-token', applicationKey, async (transaction, applicationId) => {
    await transaction.run(sql`
      INSERT INTO application_tokens (site_id, application_id, id, key, secret_hash, scopes, expires_at)
      VALUES (${actor.siteId}, ${applicationId}, ${id}, ${key}, ${secretHash}, ${scopes}::text[], ${expiresAt})`);
    return { result: { id, token, scopes, expiresAt }, old: undefined, new: { id, scopes, expiresAt } };
  });
}

/**
 * Revokes one token of an application, or all of them.
 * @returns their ids
 * @throws RollcallError `application.not-found`, `application.no-token`
 */
export function revokeApplicationTokens(
  actor: Actor,
  applicationKey: string,
  tokenId: string | undefined,
): LockingCommand<readonly string[]> {
  return onTokens(actor, 'application.revoke-token', applicationKey, async (transaction, applicationId) => {
    const revoked = await transaction.run<{ id: string }>(sql`
      UPDATE application_tokens SET revoked_at = now()
      WHERE site_id = ${actor.siteId} AND application_id = ${applicationId} AND revoked_at IS NULL
        AND (${tokenId ?? null}::text IS NULL OR id::text = ${tokenId ?? null})
      RETURNING id`);
    if (revoked.length === 0) {
      const message = `The application "${applicationKey}" has no such token that is not revoked yet.`;
      throw new RollcallError('not-found', 'application.no-token', message);
    }
    const ids = revoked.map((row) => row.id);
    return { result: ids, old: ids, new: undefined };
  });
}

/** The tokens of an application, the newest first. */
export function listApplicationTokens(
  database: Database,
  siteId: number,
  applicationId: string,
): Promise<ApplicationToken[]> {
  return database.read<ApplicationToken>(sql`
    SELECT id, scopes, created_at AS "createdAt", expires_at AS "expiresAt", revoked_at AS "revokedAt"
    FROM application_tokens WHERE site_id = ${siteId} AND application_id = ${applicationId}
    ORDER BY created_at DESC, id`);
}

/** A command on the tokens of one application; nobody's access depends on them. */
function onTokens<Result>(
  { siteId }: Actor,
  action: string,
  applicationKey: string,
  work: (transaction: Transaction, applicationId: string) => Promise<TokensChange<Result>>,
): LockingCommand<Result> {
  return {
    action,
    objectType: 'Application',
    structure: 'none',
    groupIds: [],
    userIds: [],
    async run(transaction) {
      const [application] = await transaction.run<{ id: string; name: string }>(sql`
        SELECT id, name FROM applications WHERE site_id = ${siteId} AND key = ${applicationKey} FOR KEY SHARE`);
      if (application === undefined) {
        const message = `There is no application "${applicationKey}".`;
        throw new RollcallError('not-found', 'application.not-found', message);
      }
      const change = await work(transaction, application.id);
      return {
        result: change.result,
        objectId: application.id,
        objectName: application.name,
        changed: [{ attribute: 'tokens', old: change.old, new: change.new }],
        subjects: [],
        affectedUserIds: [],
        writes: [],
      };
    },
  };
}
