import { type Sql, sql, type Transaction } from '../../database/index.js';
import { ofRun, type Planning } from './planning.js';

/** Users and groups that nothing can be made of, and lists that could not be read, for the report. */
export async function recordProblems(transaction: Transaction, planning: Planning): Promise<void> {
  const { siteId, runId } = planning;
  await transaction.run(sql`
    INSERT INTO google_plan_items (site_id, run_id, phase, kind, action, google_id, object_name, reason, state)
    SELECT ${siteId}, ${runId}, 0, kind, 'skip', google_id, name, problem, 'skipped' FROM (
      SELECT 'user' AS kind, s.google_id, s.user_name AS name, s.problem FROM google_staged_users s
      WHERE ${ofRun(planning, sql`s`)} AND s.problem IS NOT NULL AND s.state <> 'deleted'
      UNION ALL
      SELECT CASE WHEN s.document = '{}' THEN 'group' ELSE 'members' END, s.google_id, s.display_name, s.problem
      FROM google_staged_groups s WHERE ${ofRun(planning, sql`s`)} AND s.problem IS NOT NULL AND s.selected_by IS NOT NULL
    ) AS problem ORDER BY kind, google_id`);
}

/** Conflicts as they are now; a decision about one stays for the next time. */
export async function recordConflicts(transaction: Transaction, planning: Planning): Promise<void> {
  const { siteId, connectionId, runId, whole } = planning;
  await transaction.run(sql`
    INSERT INTO google_conflicts (site_id, connection_id, object_type, google_id, reason, name, candidates, last_run_id)
    SELECT ${siteId}, ${connectionId}, m.object_type, m.google_id, m.conflict,
      coalesce(u.user_name, g.display_name, m.google_id), m.candidates, ${runId}
    FROM google_matches m
    LEFT JOIN google_staged_users u ON m.object_type = 'User' AND ${ofRun(planning, sql`u`)} AND u.google_id = m.google_id
    LEFT JOIN google_staged_groups g ON m.object_type = 'Group' AND ${ofRun(planning, sql`g`)} AND g.google_id = m.google_id
    WHERE ${ofRun(planning, sql`m`)} AND m.conflict <> 'ignored' AND m.selected
    ON CONFLICT (site_id, connection_id, object_type, google_id) DO UPDATE
      SET reason = excluded.reason, name = excluded.name, candidates = excluded.candidates, last_run_id = excluded.last_run_id`);
  const looked = whole
    ? sql`true`
    : sql`EXISTS (SELECT 1 FROM google_matches m
        WHERE ${ofRun(planning, sql`m`)} AND m.object_type = c.object_type AND m.google_id = c.google_id)`;
  await transaction.run(sql`
    DELETE FROM google_conflicts c
    WHERE c.site_id = ${siteId} AND c.connection_id = ${connectionId} AND c.choice IS NULL
      AND c.last_run_id <> ${runId}::uuid AND ${looked}`);
}

/**
 * The plan in one number: the same for the same changes, whatever the run, and another as soon as one differs.
 * @param held of what waits for an administrator alone: the rest is made meanwhile
 */
export async function hashPlan(transaction: Transaction, planning: Planning, held: boolean): Promise<string> {
  const [row] = await transaction.run<{ hash: string }>(sql`
    SELECT encode(sha256(coalesce(string_agg(item, E'\n' ORDER BY item), '')::bytea), 'hex') AS hash FROM (
      SELECT concat_ws(' ', i.kind, i.action, i.google_id, CASE WHEN i.kind <> 'members' AND i.action <> 'create' THEN i.object_id::text END,
        CASE WHEN i.removal THEN 'removal' END, ${content}) AS item
      FROM google_plan_items i
      LEFT JOIN google_matches m ON m.site_id = i.site_id AND m.run_id = i.run_id AND m.google_id = i.google_id
        AND lower(m.object_type) = i.kind
      WHERE ${ofRun(planning, sql`i`)} AND i.state = ${held ? 'held' : 'planned'}
    ) AS items`);
  if (row === undefined) throw new Error('An aggregate has one row');
  return row.hash.slice(0, 32);
}

/** Ids of what is new are made with every walk: who joins is named by the Google id instead. */
const content: Sql = sql`
  CASE WHEN i.kind = 'members' THEN i.data->>'digest' ELSE md5((i.data - 'version')::text || coalesce(m.hash, '')) END`;
