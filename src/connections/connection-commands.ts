import { type Sql, sql } from '../database/index.js';
import { type Actor, type LockingCommand, newObjectId, type StandaloneCommand } from '../directory/index.js';
import { RollcallError } from '../errors/index.js';
import { issueToken, newKey } from '../secrets/index.js';
import type { Connection, ConnectionSettings, NewToken, TokenScope } from './connection.js';
import { DEFAULT_SETTINGS, SETTING_NAMES, settingAssignments, settingValues } from './connection-settings.js';
import { onConnection } from './on-connection.js';

/** A connection to be made; a setting that is left out has its default. */
export interface NewConnection extends Partial<ConnectionSettings> {
  readonly name: string;
  readonly type: Connection['type'];
  readonly scope: TokenScope;
  readonly expiresAt: Date;
}

export interface CreatedConnection {
  readonly connection: Connection;
  readonly token: string;
  readonly tokenId: string;
}

/** Two at most, so that a client can change over without a gap and old ones do not pile up. */
const VALID_TOKENS = 2;

/** A connection that has neither a token nor anything else of its type yet, and the statement that stores it. */
export function newConnection(
  { siteId }: Actor,
  name: string,
  type: Connection['type'],
  settings: ConnectionSettings = DEFAULT_SETTINGS,
): { readonly connection: Connection; readonly insert: Sql } {
  const { columns, values } = settingValues(settings);
  const id = newObjectId();
  const key = newKey();
  const createdAt = new Date();
  return {
    connection: { ...settings, name, type, siteId, id, key, state: 'active', createdAt },
    insert: sql`
      INSERT INTO connections (site_id, id, key, name, type, created_at, ${columns})
      VALUES (${siteId}, ${id}, ${key}, ${name}, ${type}, ${createdAt}, ${values})`,
  };
}

/** Makes a connection with its first token, which the result alone shows. @throws RollcallError `connection.name-taken` */
export function createConnection(actor: Actor, wanted: NewConnection): StandaloneCommand<CreatedConnection> {
  const { name, type, scope, expiresAt, ...given } = wanted;
  const settings = { ...DEFAULT_SETTINGS, ...given };
  const { connection, insert } = newConnection(actor, name, type, settings);
  const { token, secretHash } = issueToken('connection', connection.key);
  const tokenId = newObjectId();
  return {
    action: 'connection.create',
    objectType: 'Connection',
    objectId: connection.id,
    standalone: () => ({
      result: { connection, token, tokenId },
      objectId: connection.id,
      objectName: connection.name,
      changed: Object.entries({ name, type, ...settings, scope, expiresAt }).map(([attribute, value]) => ({
        attribute,
        old: undefined,
        new: value,
      })),
      subjects: [],
      affectedUserIds: [],
      writes: [insert, insertToken(connection, tokenId, secretHash, { scope, expiresAt, userId: undefined })],
    }),
  };
}

/**
 * Issues another token, for the connection itself or for a user of it. Of the valid ones for the same only the newest
 * stays beside it.
 * @throws RollcallError `connection.not-found`
 */
export function rotateToken(actor: Actor, name: string, wanted: NewToken): LockingCommand<CreatedConnection> {
  return onConnection(actor, 'connection.rotate-token', name, async (connection) => {
    const { token, secretHash } = issueToken('connection', connection.key);
    const tokenId = newObjectId();
    return {
      result: { connection, token, tokenId },
      changed: [{ attribute: 'tokens', old: undefined, new: { id: tokenId, ...wanted } }],
      writes: [
        insertToken(connection, tokenId, secretHash, wanted),
        sql`
          UPDATE connection_tokens SET revoked_at = now()
          WHERE site_id = ${connection.siteId} AND id IN (
            SELECT id FROM connection_tokens
            WHERE site_id = ${connection.siteId} AND connection_id = ${connection.id}
              AND user_id IS NOT DISTINCT FROM ${wanted.userId ?? null}::uuid AND revoked_at IS NULL AND expires_at > now()
            ORDER BY created_at DESC OFFSET ${VALID_TOKENS - 1}
          )`,
      ],
    };
  });
}

/**
 * Revokes one token of a connection, or all of them.
 * @throws RollcallError `connection.not-found`, `connection.no-token`
 */
export function revokeToken(
  actor: Actor,
  name: string,
  tokenId: string | undefined,
): LockingCommand<readonly string[]> {
  return onConnection(actor, 'connection.revoke-token', name, async (connection, transaction) => {
    const revoked = await transaction.run<{ id: string }>(sql`
      UPDATE connection_tokens SET revoked_at = now()
      WHERE site_id = ${connection.siteId} AND connection_id = ${connection.id} AND revoked_at IS NULL
        AND (${tokenId ?? null}::text IS NULL OR id::text = ${tokenId ?? null})
      RETURNING id`);
    if (revoked.length === 0) {
      throw new RollcallError('not-found', 'connection.no-token', `${name} has no such token that is not revoked yet.`);
    }
    const ids = revoked.map((row) => row.id);
    return { result: ids, changed: [{ attribute: 'tokens', old: ids, new: undefined }], writes: [] };
  });
}

/** Changes the settings that are given. @throws RollcallError `connection.not-found` */
export function updateConnection(
  actor: Actor,
  name: string,
  wanted: Partial<ConnectionSettings>,
): LockingCommand<Connection> {
  return onConnection(actor, 'connection.update', name, async (connection) => {
    const differing = SETTING_NAMES.filter((each) => wanted[each] !== undefined && wanted[each] !== connection[each]);
    const settings = Object.fromEntries(differing.map((each) => [each, wanted[each]]));
    return {
      result: { ...connection, ...settings },
      changed: differing.map((each) => ({ attribute: each, old: connection[each], new: wanted[each] })),
      writes:
        differing.length === 0
          ? []
          : [
              sql`
                UPDATE connections SET ${settingAssignments(settings)}
                WHERE site_id = ${connection.siteId} AND id = ${connection.id}`,
            ],
    };
  });
}

/** Pauses a connection (its requests get 503 with Retry-After) or lets it go on. @throws RollcallError `connection.not-found` */
export function setConnectionState(actor: Actor, name: string, state: Connection['state']): LockingCommand<Connection> {
  const action = state === 'paused' ? 'connection.pause' : 'connection.resume';
  return onConnection(actor, action, name, async (connection) => ({
    result: { ...connection, state },
    changed: connection.state === state ? [] : [{ attribute: 'state', old: connection.state, new: state }],
    writes: [
      sql`UPDATE connections SET state = ${state} WHERE site_id = ${connection.siteId} AND id = ${connection.id}`,
    ],
  }));
}

function insertToken(
  { siteId, id }: Connection,
  tokenId: string,
  secretHash: Buffer,
  { scope, expiresAt, userId }: NewToken,
): Sql {
  return sql`
    INSERT INTO connection_tokens (site_id, connection_id, id, secret_hash, scope, expires_at, user_id)
    VALUES (${siteId}, ${id}, ${tokenId}, ${secretHash}, ${scope}, ${expiresAt}, ${userId ?? null}::uuid)`;
}
