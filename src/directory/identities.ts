import { type Sql, sql } from '../database/index.js';
import type { Actor } from './actor.js';

/** Notes what the acting connection calls an object; an administrator has no identity to note. */
export function writeIdentity(
  actor: Actor,
  type: 'User' | 'Group' | 'Resource',
  objectId: string,
  externalId: string | undefined,
): Sql[] {
  if (actor.connection === undefined) return [];
  return [
    sql`
      INSERT INTO identities (site_id, connection_id, object_id, object_type, external_id)
      VALUES (${actor.siteId}, ${actor.connection.id}, ${objectId}, ${type}, ${externalId ?? null})
      ON CONFLICT (site_id, object_id, connection_id) DO UPDATE SET external_id = excluded.external_id`,
  ];
}

/** Forgets what the acting connection calls an object: all that is left to do when it deletes what it does not own. */
export function removeIdentity(actor: Actor, objectId: string): Sql[] {
  if (actor.connection === undefined) return [];
  return [
    sql`
      DELETE FROM identities
      WHERE site_id = ${actor.siteId} AND object_id = ${objectId} AND connection_id = ${actor.connection.id}`,
  ];
}
