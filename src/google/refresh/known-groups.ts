import { type Database, sql } from '../../database/index.js';

export interface KnownGroup {
  /** It is within another group of the connection. */
  readonly nested: boolean;
}

/** Which groups of Google are groups here, as far as the last complete run saw them, by Google's id. */
export async function readKnownGroups(
  {
    database,
    siteId,
    connectionId,
  }: { readonly database: Database; readonly siteId: number; readonly connectionId: string },
  googleIds: readonly string[],
): Promise<ReadonlyMap<string, KnownGroup>> {
  const rows = await database.write<{ id: string; nested: boolean }>(sql`
    SELECT i.external_id AS id, EXISTS (
      SELECT 1 FROM nestings n
      WHERE n.site_id = i.site_id AND n.child_group_id = i.object_id AND n.owner_connection_id = ${connectionId}) AS nested
    FROM identities i
    JOIN groups g ON g.site_id = i.site_id AND g.id = i.object_id AND g.deleted_at IS NULL
    WHERE i.site_id = ${siteId} AND i.connection_id = ${connectionId} AND i.object_type = 'Group'
      AND i.external_id = ANY (${[...googleIds]}::text[])
      AND NOT EXISTS (SELECT 1 FROM google_absences a
        WHERE a.site_id = i.site_id AND a.connection_id = ${connectionId} AND a.kind = 'group' AND a.object_id = i.object_id)`);
  return new Map(rows.map(({ id, nested }) => [id, { nested }]));
}
