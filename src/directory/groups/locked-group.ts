import { type Sql, sql } from '../../database/index.js';
import { RollcallError } from '../../errors/index.js';
import type { Actor } from '../actor.js';
import type { Document } from '../attribute-changes.js';
import { isLiving } from '../living.js';
import { isObjectId } from '../object-id.js';
import type { GroupRecord } from './group-profile.js';

interface GroupRow {
  id: string;
  display_name: string;
  owner_connection_id: string | null;
  protected: boolean;
  version: number;
  created_at: Date;
  modified_at: Date;
  document: Document;
  external_id: string | null;
  linked: boolean;
  nests: boolean;
}

/** The read that goes with a group's row lock; with what the acting connection calls the group. */
export function lockedGroupQuery(actor: Actor, groupId: string): Sql {
  return sql`
    SELECT g.id, g.display_name, g.owner_connection_id, g.protected, g.version, g.created_at, g.modified_at, g.document,
      EXISTS (SELECT 1 FROM nestings n WHERE n.site_id = g.site_id AND n.group_id = g.id) AS nests,
      i.external_id, i.object_id IS NOT NULL AS linked
    FROM groups g
    LEFT JOIN identities i ON i.site_id = g.site_id AND i.object_id = g.id
      AND i.connection_id = ${actor.connection?.id ?? null}::uuid
    WHERE g.site_id = ${actor.siteId} AND g.id = ${groupId} AND ${isLiving(sql`g`)}`;
}

/** @throws RollcallError `group.not-found` when the locked read found no visible group */
export function lockedGroup(rows: readonly unknown[], groupId: string): GroupRecord {
  // lockedGroupQuery names these columns.
  const row = rows[0] as GroupRow | undefined;
  if (row === undefined) throw groupNotFound(groupId);
  return {
    id: row.id,
    displayName: row.display_name,
    ownerConnectionId: row.owner_connection_id,
    protected: row.protected,
    version: row.version,
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
    document: row.document,
    externalId: row.external_id,
    linked: row.linked,
    nests: row.nests,
  };
}

/** @throws RollcallError `group.not-found`, also for text that no id can be */
export function requireGroupId(text: string): string {
  if (!isObjectId(text)) throw groupNotFound(text);
  return text;
}

export function groupNotFound(id: string): RollcallError {
  return new RollcallError('not-found', 'group.not-found', `There is no group ${id.slice(0, 64)}.`);
}
