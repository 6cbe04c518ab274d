import { LRUCache } from 'lru-cache';
import { type Database, sql } from '../database/index.js';
import type { Connection, TokenScope } from './connection.js';
import { connectionColumns } from './connection-columns.js';
import { readOAuthClients, type StoredOAuthClient } from './oauth-clients.js';
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

/** A key nobody has costs a lookup; what was not found is remembered as well. */
const NOBODY = Symbol('no such connection');

/**
 * What is known of a connection is remembered for `cacheMilliseconds`: a read for every request would halve the
 * lookups that identity providers make. A revoked token is refused after that time at the latest.
 */
export function createFindConnection(database: Database, cacheMilliseconds: number): FindConnection {
  const known = new LRUCache<string, Promise<KnownConnection | typeof NOBODY>>({
    max: 10_000,
    ttl: Math.max(cacheMilliseconds, 1),
  });
  return async (connectionKey) => {
    let entry = known.get(connectionKey);
    if (entry === undefined) {
      entry = readConnection(database, connectionKey);
      known.set(connectionKey, entry);
      // What failed must be asked again, not remembered.
      entry.catch(() => known.delete(connectionKey));
    }
    const found = await entry;
    return found === NOBODY ? undefined : found;
  };
}

async function readConnection(database: Database, key: string): Promise<KnownConnection | typeof NOBODY> {
  const [connection] = await database.read<Connection>(sql`
    SELECT ${connectionColumns} FROM connections c WHERE c.key = ${key}`);
  if (connection === undefined) return NOBODY;
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
