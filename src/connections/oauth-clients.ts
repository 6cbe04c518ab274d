import { type Database, sql } from '../database/index.js';
import { type Actor, type LockingCommand, newObjectId } from '../directory/index.js';
import { RollcallError } from '../errors/index.js';
import { hashSecret, newSecret } from '../secrets/index.js';
import type { Connection, TokenScope } from './connection.js';
import { onConnection } from './on-connection.js';

/** A client of the token endpoint as it may be shown: never its secret. */
export interface OAuthClient {
  /** The client_id. */
  readonly id: string;
  readonly scope: TokenScope;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
}

export interface NewOAuthClient {
  readonly scope: TokenScope;
  readonly expiresAt: Date;
}

export interface CreatedOAuthClient extends NewOAuthClient {
  readonly connection: Connection;
  readonly clientId: string;
  /** Shown once, never stored. */
  readonly clientSecret: string;
}

/** As the token endpoint checks it. */
export interface StoredOAuthClient extends OAuthClient {
  readonly secretHash: Buffer;
}

/** Adds a client for the token endpoint of a connection. @throws RollcallError `connection.not-found` */
export function addOAuthClient(
  actor: Actor,
  connectionName: string,
  wanted: NewOAuthClient,
): LockingCommand<CreatedOAuthClient> {
  return onConnection(actor, 'connection.add-client', connectionName, async (connection) => {
    const [clientId, clientSecret] = [newObjectId(), newSecret()];
    return {
      result: { ...wanted, connection, clientId, clientSecret },
      changed: [{ attribute: 'clients', old: undefined, new: { id: clientId, ...wanted } }],
      writes: [
        sql`
          INSERT INTO oauth_clients (site_id, connection_id, id, secret_hash, scope, expires_at)
          VALUES (${connection.siteId}, ${connection.id}, ${clientId}, ${hashSecret(clientSecret)}, ${wanted.scope},
            ${wanted.expiresAt})`,
      ],
    };
  });
}

/**
 * Revokes a client: its tokens are refused from then on as well.
 * @throws RollcallError `connection.not-found`, `connection.no-client`
 */
export function revokeOAuthClient(actor: Actor, connectionName: string, clientId: string): LockingCommand<void> {
  return onConnection(actor, 'connection.revoke-client', connectionName, async (connection, transaction) => {
    const revoked = await transaction.run(sql`
      UPDATE oauth_clients SET revoked_at = now()
      WHERE site_id = ${connection.siteId} AND connection_id = ${connection.id} AND id::text = ${clientId}
        AND revoked_at IS NULL
      RETURNING 1`);
    if (revoked.length === 0) {
      const message = `${connectionName} has no client ${clientId} that is not revoked yet.`;
      throw new RollcallError('not-found', 'connection.no-client', message);
    }
    return { result: undefined, changed: [{ attribute: 'clients', old: clientId, new: undefined }], writes: [] };
  });
}

export function readOAuthClients(database: Database, connection: Connection): Promise<StoredOAuthClient[]> {
  return database.read<StoredOAuthClient>(sql`
    SELECT id, secret_hash AS "secretHash", scope, created_at AS "createdAt", expires_at AS "expiresAt",
      revoked_at AS "revokedAt"
    FROM oauth_clients WHERE site_id = ${connection.siteId} AND connection_id = ${connection.id}
    ORDER BY created_at DESC`);
}
