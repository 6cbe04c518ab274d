import { type Database, sql } from '../../database/index.js';
import type { Run } from './run.js';
import { ofKey, type RunKey } from './run-store.js';

/**
 * Ends a run that has applied all it may. Removals beyond a limit wait for an administrator: in this run, or in an
 * earlier one that waits for exactly the same. Older plans are not to be approved any more.
 */
export async function awaitApproval(database: Database, key: RunKey, approvalHours: number): Promise<void> {
  const { siteId, connectionId, id } = key;
  await database.transaction(async (transaction) => {
    const [run] = await transaction.run<{ held: boolean; kind: Run['kind']; planHash: string | null }>(sql`
      SELECT r.kind, r.plan_hash AS "planHash", EXISTS (SELECT 1 FROM google_plan_items i
        WHERE i.site_id = r.site_id AND i.run_id = r.id AND i.state = 'held') AS held
      FROM google_runs r WHERE ${ofKey(key)} FOR UPDATE`);
    const [waiting] = await transaction.run<{ id: string; planHash: string | null }>(sql`
      SELECT r.id, r.plan_hash AS "planHash" FROM google_runs r
      WHERE r.site_id = ${siteId} AND r.connection_id = ${connectionId} AND r.state = 'awaiting-approval'
        AND r.approval_expires_at > now() AND r.id <> ${id} FOR UPDATE`);
    const same = run?.held === true && waiting !== undefined && waiting.planHash === run.planHash;
    if (run?.kind === 'sync' && !same) {
      await transaction.run(sql`
        WITH older AS (
          UPDATE google_runs r SET state = 'superseded'
          WHERE r.site_id = ${siteId} AND r.connection_id = ${connectionId} AND r.state = 'awaiting-approval' AND r.id <> ${id}
          RETURNING r.id
        )
        UPDATE google_plan_items i SET state = 'dropped' FROM older
        WHERE i.site_id = ${siteId} AND i.run_id = older.id AND i.state = 'held'`);
    }
    if (same) {
      await transaction.run(sql`
        UPDATE google_plan_items SET state = 'dropped' WHERE site_id = ${siteId} AND run_id = ${id} AND state = 'held'`);
    }
    const waits = run?.held === true && !same;
    const waitsIn = same ? JSON.stringify({ waitsIn: waiting.id }) : '{}';
    await transaction.run(sql`
      UPDATE google_runs r SET finished_at = now(), state = ${waits ? 'awaiting-approval' : 'completed'},
        approval_expires_at = ${waits ? sql`now() + make_interval(hours => ${approvalHours})` : sql`r.approval_expires_at`},
        summary = r.summary || ${waitsIn}::jsonb || jsonb_build_object('outcome', coalesce((
          SELECT jsonb_object_agg(state, count) FROM (SELECT i.state, count(*) FROM google_plan_items i
            WHERE i.site_id = r.site_id AND i.run_id = r.id GROUP BY i.state) AS outcome), '{}')),
        warnings = (SELECT count(*) FROM google_plan_items i WHERE i.site_id = r.site_id AND i.run_id = r.id
          AND i.state IN ('skipped', 'outdated', 'failed', 'no-licence')) + coalesce((r.summary->>'conflicts')::integer, 0)
      WHERE ${ofKey(key)}`);
  });
}
