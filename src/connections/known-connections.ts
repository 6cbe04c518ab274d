import { type Database, sql } from '../database/index.js';
import type { Connection, TokenScope } from './connection.js';
import { connectionColumns } from './connection-columns.js';
import { readOAuthClients, type StoredOAuthClient } from './oauth-clients.js';
import { remember } from './remember.js';
import { readTrustedIssuers, type TrustedIssuer } from './trusted-issuers.js';

export interface StoredToken {
  readonly secretHash: Buffer;
  readonly scope: TokenScope;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
  readonly userId: string | null;
  /** Suspended or deactivated; one that is deleted is simply not there. */
  readonly userInactive: boolean;
}

/** A connection with everything by which somebody can prove to be its client. */
export interface KnownConnection {
  readonly connection: Connection;
  readonly tokens: readonly StoredToken[];
  readonly clients: readonly StoredOAuthClient[];
  readonly issuers: readonly TrustedIssuer[];
}

export type FindConnection = (connectionKey: string) => Promise<KnownConnection | undefined>;

/** @param cacheMilliseconds see `remember` */
export function createFindConnection(database: Database, cacheMilliseconds: number): FindConnection {
  return remember((key) => readConnection(database, key), cacheMilliseconds);
}

async function readConnection(database: Database, key: string): Promise<KnownConnection | undefined> {
  const [connection] = await database.read<Connection>(sql`
    SELECT ${connectionColumns} FROM connections c WHERE c.key = ${key}`);
  if (connection === undefined) return undefined;
  const [tokens, clients, issuers] = await Promise.all([
    database.read<StoredToken>(sql`
      SELECT t.secret_hash AS "secretHash", t.scope, t.expires_at AS "expiresAt", t.revoked_at AS "revokedAt",
        t.user_id AS "userId", coalesce(u.state IN ('suspended', 'deactivated'), FALSE) AS "userInactive"
      FROM connection_tokens t
      LEFT JOIN users u ON u.site_id = t.site_id AND u.id = t.user_id AND u.deleted_at IS NULL
      WHERE t.site_id = ${connection.siteId} AND t.connection_id = ${connection.id}`),
    readOAuthClients(database, connection),
    readTrustedIssuers(database, connection),
  ]);
  return { connection, tokens, clients, issuers };
}
