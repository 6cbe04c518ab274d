import { type Database, sql } from '../database/index.js';
import type { ClientTrait } from './client-traits.js';
import type { Connection, TokenSummary } from './connection.js';
import { connectionColumns } from './connection-columns.js';
import type { OAuthClient } from './oauth-clients.js';
import type { TrustedIssuer } from './trusted-issuers.js';

export interface ConnectionWithTokens extends Connection {
  readonly tokens: readonly TokenSummary[];
  /** Clients of its token endpoint, the newest first. */
  readonly clients: readonly OAuthClient[];
  readonly issuers: readonly TrustedIssuer[];
  /** What its client was seen to do, by name. */
  readonly traits: readonly ClientTrait[];
}

/** What the connections of a site are called, by id. */
export async function readConnectionNames(database: Database, siteId: number): Promise<ReadonlyMap<string, string>> {
  const rows = await database.read<{ id: string; name: string }>(sql`
    SELECT id, name FROM connections WHERE site_id = ${siteId}`);
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** Every connection of a site with its tokens, the newest token first, and what was seen of its client. */
export async function listConnections(database: Database, siteId: number): Promise<ConnectionWithTokens[]> {
  const connections = await database.read<Connection>(sql`
    SELECT ${connectionColumns} FROM connections c WHERE c.site_id = ${siteId} ORDER BY c.name`);
  const tokens = await database.read<TokenSummary & { connectionId: string }>(sql`
    SELECT t.connection_id AS "connectionId", t.id, t.scope, t.created_at AS "createdAt", t.expires_at AS "expiresAt",
      t.revoked_at AS "revokedAt", t.user_id AS "userId", u.user_name AS "userName"
    FROM connection_tokens t LEFT JOIN users u ON u.site_id = t.site_id AND u.id = t.user_id
    WHERE t.site_id = ${siteId} ORDER BY t.created_at DESC`);
  const traits = await database.read<ClientTrait & { connectionId: string }>(sql`
    SELECT connection_id AS "connectionId", trait, count, first_seen AS "firstSeen", last_seen AS "lastSeen"
    FROM connection_traits WHERE site_id = ${siteId} ORDER BY count DESC, trait`);
  const clients = await database.read<OAuthClient & { connectionId: string }>(sql`
    SELECT connection_id AS "connectionId", id, scope, created_at AS "createdAt", expires_at AS "expiresAt",
      revoked_at AS "revokedAt"
    FROM oauth_clients WHERE site_id = ${siteId} ORDER BY created_at DESC`);
  const issuers = await database.read<TrustedIssuer & { connectionId: string }>(sql`
    SELECT connection_id AS "connectionId", id, issuer, audience, tenant, jwks_url AS "jwksUrl", clients, scope
    FROM trusted_issuers WHERE site_id = ${siteId} ORDER BY created_at`);
  return connections.map((connection) => ({
    ...connection,
    tokens: ofConnection(tokens, connection),
    clients: ofConnection(clients, connection),
    issuers: ofConnection(issuers, connection),
    traits: ofConnection(traits, connection),
  }));
}

function ofConnection<Row>(rows: readonly (Row & { connectionId: string })[], { id }: Connection): Row[] {
  return rows.filter((row) => row.connectionId === id).map(({ connectionId: _, ...row }) => row as Row);
}
