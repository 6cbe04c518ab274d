import { type Database, type Sql, sql } from '../database/index.js';
import type { Reader } from './views.js';

/** `Resource` goes with the name of a type that the operator has defined. */
type Counted = 'User' | 'Group' | `Resource ${string}`;

/** Records that there are more or fewer objects of an owner, without a row that every writer would wait for. */
export function countDelta(siteId: number, type: Counted, ownerConnectionId: string | null, difference: number): Sql {
  return sql`
    INSERT INTO object_count_deltas (site_id, object_type, owner_connection_id, difference)
    VALUES (${siteId}, ${type}, ${ownerConnectionId}, ${difference})`;
}

/** How many objects of a site a reader sees, exactly, without a look at the objects. */
export async function countObjects(
  database: Database,
  { siteId, connectionId, sees }: Reader,
  type: Counted,
): Promise<number> {
  const rows = await database.read<{ total: number }>(
    sees === 'site'
      ? sql`
          SELECT coalesce(sum(difference), 0)::int8 AS total FROM object_count_deltas
          WHERE site_id = ${siteId} AND object_type = ${type}`
      : sql`
          SELECT coalesce(sum(difference), 0)::int8 AS total FROM object_count_deltas
          WHERE site_id = ${siteId} AND object_type = ${type}
            AND (owner_connection_id = ${connectionId ?? null} OR owner_connection_id IS NULL)`,
  );
  return rows[0]?.total ?? 0;
}

const FEW_DIFFERENCES = 100;

/**
 * Replaces the differences by one row an owner. Readers see the sum before or after, never between: it is one
 * statement. Two processes may fold at once; each takes only rows that the other did not lock.
 * @returns how many rows went away
 */
export async function foldObjectCounts(database: Database): Promise<number> {
  const rows = await database.write<{ folded: number }>(sql`
    WITH taken AS (
      SELECT site_id, object_type, id FROM object_count_deltas
      -- a few rows are as good as one, and leave nothing for vacuum to do
      WHERE (SELECT count(*) FROM (SELECT 1 FROM object_count_deltas LIMIT ${FEW_DIFFERENCES}) few) = ${FEW_DIFFERENCES}
      ORDER BY site_id, object_type, id LIMIT 100000 FOR UPDATE SKIP LOCKED
    ), removed AS (
      DELETE FROM object_count_deltas d USING taken t
      WHERE d.site_id = t.site_id AND d.object_type = t.object_type AND d.id = t.id
      RETURNING d.site_id, d.object_type, d.owner_connection_id, d.difference
    ), added AS (
      INSERT INTO object_count_deltas (site_id, object_type, owner_connection_id, difference)
      SELECT site_id, object_type, owner_connection_id, sum(difference) FROM removed
      GROUP BY site_id, object_type, owner_connection_id HAVING sum(difference) <> 0
      RETURNING 1
    )
    SELECT (SELECT count(*) FROM removed) - (SELECT count(*) FROM added) AS folded`);
  return rows[0]?.folded ?? 0;
}
