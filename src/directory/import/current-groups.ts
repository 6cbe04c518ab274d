import { type Sql, sql } from '../../database/index.js';
import type { Actor } from '../actor.js';
import type { Document } from '../attribute-changes.js';
import type { UniqueValue } from '../unique-values.js';
import { uniqueValuesOf } from './current-users.js';

/** A group under its row lock, or a deleted one. */
export interface CurrentGroup {
  readonly id: string;
  readonly displayName: string;
  readonly ownerConnectionId: string | null;
  readonly protected: boolean;
  readonly document: Document;
  readonly uniqueValues: readonly UniqueValue[];
  /** What the acting connection calls the group; null without an identity or externalId. */
  readonly externalId: string | null;
  readonly linked: boolean;
}

/** Reads groups, also deleted ones, by id. */
export function currentGroupsQuery(actor: Actor, ids: readonly string[]): Sql {
  return sql`
    SELECT g.id, g.display_name AS "displayName", g.owner_connection_id AS "ownerConnectionId", g.protected, g.document,
      ${uniqueValuesOf(sql`g`)} AS "uniqueValues", i.external_id AS "externalId", i.object_id IS NOT NULL AS linked
    FROM groups g
    LEFT JOIN identities i ON i.site_id = g.site_id AND i.object_id = g.id
      AND i.connection_id = ${actor.connection?.id ?? null}::uuid
    WHERE g.site_id = ${actor.siteId} AND g.id = ANY (${ids}::uuid[])`;
}

/** The rows of currentGroupsQuery by id. */
export function currentGroups(rows: readonly unknown[]): Map<string, CurrentGroup> {
  // currentGroupsQuery names these columns.
  return new Map((rows as readonly CurrentGroup[]).map((row) => [row.id, row]));
}
