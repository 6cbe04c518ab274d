import { timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { type Database, sql } from '../database/index.js';
import type { Connection, TokenScope } from './connection.js';
import { connectionColumns } from './read-connections.js';
import { parseToken } from './token.js';

/** Why a token was refused; `expired`, `revoked` and `inactive-user` only for who holds the secret. */
export type Refusal = 'malformed' | 'unknown' | 'expired' | 'revoked' | 'inactive-user' | 'other-connection';

export type Authentication =
  | {
      readonly connection: Connection;
      readonly scope: TokenScope;
      readonly expiresAt: Date;
      /** The only user that the token reaches; undefined for a token of the connection itself. */
      readonly userId: string | undefined;
    }
  /** `connection` is there when the token was once good, so that the log can name it. */
  | { readonly refusal: Refusal; readonly connection: Connection | undefined };

export interface Authenticator {
  /** Checks a bearer token for the connection whose base URL it was sent to. */
  authenticate(token: string, connectionKey: string): Promise<Authentication>;
  /** The connection of a base URL, for what needs no token. */
  findByKey(connectionKey: string): Promise<Connection | undefined>;
}

interface StoredToken {
  secretHash: Buffer;
  scope: TokenScope;
  expiresAt: Date;
  revokedAt: Date | null;
  userId: string | null;
  /** Suspended or deactivated; one that is deleted is simply not there. */
  userInactive: boolean;
}

interface Known {
  readonly connection: Connection;
  readonly tokens: readonly StoredToken[];
}

/** A key nobody has costs a lookup; what was not found is remembered as well. */
const NOBODY = Symbol('no such connection');

/**
 * What is known of a connection is remembered for `cacheMilliseconds`: a read for every request would halve the
 * lookups that identity providers make. A revoked token is refused after that time at the latest.
 */
export function createAuthenticator(database: Database, cacheMilliseconds: number): Authenticator {
  const known = new LRUCache<string, Promise<Known | typeof NOBODY>>({
    max: 10_000,
    ttl: Math.max(cacheMilliseconds, 1),
  });

  async function find(connectionKey: string): Promise<Known | undefined> {
    let entry = known.get(connectionKey);
    if (entry === undefined) {
      entry = readConnection(database, connectionKey);
      known.set(connectionKey, entry);
      // What failed must be asked again, not remembered.
      entry.catch(() => known.delete(connectionKey));
    }
    const found = await entry;
    return found === NOBODY ? undefined : found;
  }

  return {
    async authenticate(text, connectionKey) {
      const token = parseToken(text);
      if (token === undefined) return { refusal: 'malformed', connection: undefined };
      if (token.connectionKey !== connectionKey) return { refusal: 'other-connection', connection: undefined };
      const found = await find(connectionKey);
      return found === undefined ? { refusal: 'unknown', connection: undefined } : judge(found, token.secretHash);
    },
    async findByKey(connectionKey) {
      return (await find(connectionKey))?.connection;
    },
  };
}

function judge({ connection, tokens }: Known, secretHash: Buffer): Authentication {
  let match: StoredToken | undefined;
  // Every token is compared, in constant time each, so that the answer's time tells nothing.
  for (const token of tokens) if (timingSafeEqual(token.secretHash, secretHash)) match = token;
  if (match === undefined) return { refusal: 'unknown', connection: undefined };
  if (match.revokedAt !== null) return { refusal: 'revoked', connection };
  if (match.expiresAt.getTime() <= Date.now()) return { refusal: 'expired', connection };
  if (match.userInactive) return { refusal: 'inactive-user', connection };
  return { connection, scope: match.scope, expiresAt: match.expiresAt, userId: match.userId ?? undefined };
}

async function readConnection(database: Database, key: string): Promise<Known | typeof NOBODY> {
  const [connection] = await database.read<Connection>(sql`
    SELECT ${connectionColumns} FROM connections c WHERE c.key = ${key}`);
  if (connection === undefined) return NOBODY;
  const tokens = await database.read<StoredToken>(sql`
    SELECT t.secret_hash AS "secretHash", t.scope, t.expires_at AS "expiresAt", t.revoked_at AS "revokedAt",
      t.user_id AS "userId", coalesce(u.state IN ('suspended', 'deactivated'), FALSE) AS "userInactive"
    FROM connection_tokens t
    LEFT JOIN users u ON u.site_id = t.site_id AND u.id = t.user_id AND u.deleted_at IS NULL
    WHERE t.site_id = ${connection.siteId} AND t.connection_id = ${connection.id}`);
  return { connection, tokens };
}
