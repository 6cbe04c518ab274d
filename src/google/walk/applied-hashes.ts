import { type Database, sql } from '../../database/index.js';

/**
 * The hashes of what was last written to the connection's own users, and to the members of its groups, by Google's id:
 * of those alone that nobody has changed since.
 */
export async function appliedHashes(
  database: Database,
  siteId: number,
  connectionId: string,
): Promise<ReadonlyMap<string, string>> {
  const rows = await database.write<{ id: string; hash: string }>(sql`
    SELECT i.external_id AS id, split_part(a.hash, ' ', 1) AS hash
    FROM google_applied a
    JOIN identities i ON i.site_id = a.site_id AND i.object_id = a.object_id AND i.connection_id = a.connection_id
    LEFT JOIN users u ON i.object_type = 'User' AND u.site_id = a.site_id AND u.id = a.object_id
    LEFT JOIN groups g ON i.object_type = 'Group' AND g.site_id = a.site_id AND g.id = a.object_id
    WHERE a.site_id = ${siteId} AND a.connection_id = ${connectionId} AND i.external_id IS NOT NULL
      AND a.version = coalesce(u.version, g.version)
      AND coalesce(u.owner_connection_id, g.owner_connection_id) = ${connectionId}`);
  return new Map(rows.map(({ id, hash }) => [id, hash]));
}
