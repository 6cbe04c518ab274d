import { type Sql, sql } from '../database/index.js';
import type { Actor } from './actor.js';
import type { AttributeChange } from './attribute-changes.js';

type IdentifiedType = 'User' | 'Group' | 'Resource';

/** Notes what the acting connection calls an object; an administrator has no identity to note. */
export function writeIdentity(
  actor: Actor,
  type: IdentifiedType,
  objectId: string,
  externalId: string | undefined,
): Sql[] {
  return writeIdentities(actor, type, [{ objectId, externalId }]);
}

/** The same for many. */
export function writeIdentities(
  actor: Actor,
  type: IdentifiedType,
  identities: readonly { readonly objectId: string; readonly externalId: string | undefined }[],
): Sql[] {
  if (actor.connection === undefined || identities.length === 0) return [];
  return [
    sql`
      INSERT INTO identities (site_id, connection_id, object_id, object_type, external_id)
      SELECT ${actor.siteId}, ${actor.connection.id}, object_id, ${type}, external_id
      FROM unnest(${identities.map(({ objectId }) => objectId)}::uuid[],
        ${identities.map(({ externalId }) => externalId ?? null)}::text[]) AS linked (object_id, external_id)
      ON CONFLICT (site_id, object_id, connection_id) DO UPDATE SET external_id = excluded.external_id`,
  ];
}

/** Forgets what the acting connection calls objects: all that is left to do when it deletes what it does not own. */
export function removeIdentities(actor: Actor, objectIds: readonly string[]): Sql[] {
  if (actor.connection === undefined || objectIds.length === 0) return [];
  return [
    sql`
      DELETE FROM identities
      WHERE site_id = ${actor.siteId} AND object_id = ANY (${objectIds}::uuid[])
        AND connection_id = ${actor.connection.id}`,
  ];
}

/** Another externalId as the log tells it: an administrator has none. */
export function externalIdChanges(actor: Actor, before: string | null, after: string | null): AttributeChange[] {
  if (actor.connection === undefined || before === after) return [];
  return [{ attribute: 'externalId', old: before ?? undefined, new: after ?? undefined }];
}
