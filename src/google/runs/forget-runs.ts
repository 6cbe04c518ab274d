import type { Config } from '../../config/index.js';
import { type Database, type Sql, sql } from '../../database/index.js';

/** Rows that are deleted in one transaction. */
const TOGETHER = 10_000;

const UNFINISHED = sql`('queued', 'walking', 'planning', 'applying', 'awaiting-approval')`;

/** Forgets what old runs planned, then the runs themselves, and what a process left of a walk when it was killed. */
export async function forgetOldRuns(
  database: Database,
  { runRetentionDays, itemRetentionDays }: Pick<Config['google'], 'runRetentionDays' | 'itemRetentionDays'>,
): Promise<void> {
  const days = Math.min(itemRetentionDays, runRetentionDays);
  await inPieces(
    database,
    sql`google_plan_items`,
    sql`
      JOIN google_runs r ON r.site_id = i.site_id AND r.id = i.run_id
      WHERE r.state NOT IN ${UNFINISHED} AND r.finished_at < now() - make_interval(days => ${days})`,
  );
  await inPieces(
    database,
    sql`google_runs`,
    sql`
      WHERE i.state NOT IN ${UNFINISHED} AND i.finished_at < now() - make_interval(days => ${runRetentionDays})
        AND i.id IS DISTINCT FROM (SELECT r.id FROM google_runs r WHERE r.site_id = i.site_id AND r.connection_id = i.connection_id
          AND r.kind = 'sync' AND r.state IN ('completed', 'awaiting-approval', 'rejected', 'expired', 'superseded')
          ORDER BY r.id DESC LIMIT 1)`,
  );
  for (const table of STAGING) {
    for (const { siteId, runId } of await database.write<StagedRun>(leftOver(table))) {
      await inPieces(database, table, sql`WHERE i.site_id = ${siteId} AND i.run_id = ${runId}::uuid`);
    }
  }
}

interface StagedRun {
  readonly siteId: number;
  readonly runId: string;
}

const STAGING = [
  sql`google_staged_users`,
  sql`google_staged_groups`,
  sql`google_staged_members`,
  sql`google_matches`,
] as const;

/** The runs that have rows there and are not at work: from one to the next by the key, however many rows each has. */
function leftOver(table: Sql): Sql {
  return sql`
    WITH RECURSIVE staged AS (
      (SELECT site_id, run_id FROM ${table} ORDER BY site_id, run_id LIMIT 1)
      UNION ALL
      SELECT next.* FROM staged CROSS JOIN LATERAL (
        SELECT t.site_id, t.run_id FROM ${table} t
        WHERE (t.site_id, t.run_id) > (staged.site_id, staged.run_id) ORDER BY t.site_id, t.run_id LIMIT 1
      ) AS next
    )
    SELECT staged.site_id AS "siteId", staged.run_id AS "runId" FROM staged
    WHERE NOT EXISTS (SELECT 1 FROM google_runs r WHERE r.site_id = staged.site_id AND r.id = staged.run_id
      AND r.state IN ('queued', 'walking', 'planning', 'applying'))`;
}

/** Deletes rows `i` of a table, some at a time: one transaction over millions would hold back the vacuum. */
async function inPieces(database: Database, table: Sql, joinAndCondition: Sql): Promise<void> {
  for (let deleted = TOGETHER; deleted === TOGETHER; ) {
    const rows = await database.write(sql`
      DELETE FROM ${table} WHERE ctid = ANY (ARRAY(SELECT i.ctid FROM ${table} i ${joinAndCondition} LIMIT ${TOGETHER}))
      RETURNING 1`);
    deleted = rows.length;
  }
}
