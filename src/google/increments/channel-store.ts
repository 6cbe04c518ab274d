import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Database, sql } from '../../database/index.js';
import { isObjectId, newObjectId } from '../../directory/index.js';
import type { GoogleChannel } from '../client/index.js';
import type { ConnectionKey } from './sources.js';

/** A channel on which Google tells of one kind of event. */
export interface Channel {
  readonly id: string;
  readonly event: string;
  /** Null: Google was asked and has not answered yet, or the process ended meanwhile. */
  readonly resourceId: string | null;
  readonly expiresAt: Date | null;
  readonly createdAt: Date;
}

const TOKEN_BYTES = 32;

/** The channels of a connection, the newest first. */
export function readChannels(database: Database, { siteId, id }: ConnectionKey): Promise<Channel[]> {
  return database.write<Channel>(sql`
    SELECT id, event, resource_id AS "resourceId", expires_at AS "expiresAt", created_at AS "createdAt"
    FROM google_channels WHERE site_id = ${siteId} AND connection_id = ${id} ORDER BY created_at DESC, id DESC`);
}

/** Writes a channel down before Google is asked for it: its first message may come before the answer. */
export async function expectChannel(
  database: Database,
  { siteId, id: connectionId }: ConnectionKey,
  event: string,
): Promise<{ readonly id: string; readonly token: string }> {
  const id = newObjectId();
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  await database.write(sql`
    INSERT INTO google_channels (site_id, connection_id, id, event, token_hash)
    VALUES (${siteId}, ${connectionId}, ${id}, ${event}, ${hashOf(token)}::bytea)`);
  return { id, token };
}

export async function grantChannel(
  database: Database,
  { siteId, id: connectionId }: ConnectionKey,
  { id, resourceId, expiresAt }: GoogleChannel,
): Promise<void> {
  await database.write(sql`
    UPDATE google_channels SET resource_id = ${resourceId}, expires_at = ${expiresAt}
    WHERE site_id = ${siteId} AND connection_id = ${connectionId} AND id = ${id}::uuid`);
}

export async function forgetChannel(
  database: Database,
  { siteId, id: connectionId }: ConnectionKey,
  id: string,
): Promise<void> {
  await database.write(sql`
    DELETE FROM google_channels WHERE site_id = ${siteId} AND connection_id = ${connectionId} AND id = ${id}::uuid`);
}

/** Whose messages a channel brings. */
export interface KnownChannel {
  readonly siteId: number;
  readonly connectionId: string;
}

/** The channel with this id, if the token is its own. */
export async function recogniseChannel(
  database: Database,
  id: string | undefined,
  token: string | undefined,
): Promise<KnownChannel | undefined> {
  if (id === undefined || token === undefined || !isObjectId(id)) return undefined;
  const [row] = await database.write<KnownChannel & { tokenHash: Buffer }>(sql`
    SELECT site_id AS "siteId", connection_id AS "connectionId", token_hash AS "tokenHash"
    FROM google_channels WHERE id = ${id}::uuid`);
  if (row === undefined || !timingSafeEqual(row.tokenHash, hashOf(token))) return undefined;
  return { siteId: row.siteId, connectionId: row.connectionId };
}

/** Of a random text of 256 bits: nothing slower is needed. */
function hashOf(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}
