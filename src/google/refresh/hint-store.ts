import { type Database, type Sql, sql } from '../../database/index.js';
import type { Hint } from './hint.js';

interface ConnectionKey {
  readonly siteId: number;
  readonly connectionId: string;
}

interface RunKey extends ConnectionKey {
  readonly id: string;
}

/** Takes hints down, each object once. One that is being read right now is read once more. */
export function noteHints({ siteId, connectionId }: ConnectionKey, hints: readonly Hint[]): Sql {
  const once = [...new Map(hints.map((hint) => [`${hint.kind} ${hint.key}`, hint])).values()];
  return sql`
    INSERT INTO google_hints (site_id, connection_id, kind, key)
    SELECT ${siteId}, ${connectionId}::uuid, kind, key FROM json_to_recordset(${JSON.stringify(once)}::json) AS hint (kind text, key text)
    ON CONFLICT (site_id, connection_id, kind, key) DO UPDATE SET hinted_at = excluded.hinted_at, run_id = NULL`;
}

/** Marks the oldest hints as those that a run reads; those of a run that came to nothing are among them. */
export function takeHints(database: Database, { siteId, connectionId, id }: RunKey, most: number): Promise<Hint[]> {
  return database.write<Hint>(sql`
    UPDATE google_hints h SET run_id = ${id}::uuid
    FROM (SELECT kind, key FROM google_hints WHERE site_id = ${siteId} AND connection_id = ${connectionId}
      ORDER BY hinted_at, kind, key LIMIT ${most} FOR UPDATE) AS oldest
    WHERE h.site_id = ${siteId} AND h.connection_id = ${connectionId} AND h.kind = oldest.kind AND h.key = oldest.key
    RETURNING h.kind, h.key`);
}

/**
 * Forgets what a run has read: the hints that it took, and for a complete run everything from before its walk. What came
 * again meanwhile stays.
 */
export async function settleHints(
  database: Database,
  { siteId, connectionId, id, kind }: RunKey & { readonly kind: string },
): Promise<void> {
  const read =
    kind === 'refresh'
      ? sql`h.run_id = r.id`
      : sql`r.kind = 'sync' AND h.hinted_at < r.walk_started_at AND r.walk_finished_at IS NOT NULL`;
  await database.write(sql`
    DELETE FROM google_hints h USING google_runs r
    WHERE r.site_id = ${siteId} AND r.connection_id = ${connectionId} AND r.id = ${id}
      AND h.site_id = r.site_id AND h.connection_id = r.connection_id AND ${read}`);
}
