import { type Database, sql, type Transaction } from '../../database/index.js';
import { absentObjects, ofRun, type Planning, stillAbsentMembers } from '../plan/index.js';

/**
 * Counts for everything that a complete walk did not find how often that was so, and forgets it where it is there
 * again. A refresh of single objects says nothing about others. One walk counts once, however often its run is taken up
 * again.
 */
export async function rememberAbsences(database: Database, planning: Planning): Promise<void> {
  if (planning.whole) await rememberAll(database, planning);
  else await rememberRead(database, planning);
}

/** What was read and is there is not absent; whom Google calls deleted is. Runs that did not see it are not counted. */
async function rememberRead(database: Database, planning: Planning): Promise<void> {
  const { siteId, connectionId } = planning;
  await database.write(sql`
    WITH back AS (
      DELETE FROM google_absences a USING google_matches m
      WHERE a.site_id = ${siteId} AND a.connection_id = ${connectionId} AND a.kind IN ('user', 'group')
        AND ${ofRun(planning, sql`m`)} AND m.selected AND m.object_id = a.object_id AND lower(m.object_type) = a.kind
    )
    INSERT INTO google_absences (site_id, connection_id, kind, object_id, member_id, reason, since, runs)
    SELECT ${siteId}, ${connectionId}, lower(object_type), object_id, object_id, reason, since, runs
    FROM (${absentObjects(planning)}) AS absent
    ON CONFLICT (site_id, connection_id, kind, object_id, member_id) DO UPDATE SET reason = excluded.reason`);
  await database.write(sql`
    WITH gone AS MATERIALIZED (${stillAbsentMembers(planning)})
    DELETE FROM google_absences a USING google_matches m
    JOIN google_staged_groups s ON ${ofRun(planning, sql`s`)} AND s.google_id = m.google_id AND s.members_read
    WHERE a.site_id = ${siteId} AND a.connection_id = ${connectionId} AND a.kind IN ('member', 'nesting')
      AND ${ofRun(planning, sql`m`)} AND m.object_type = 'Group' AND m.object_id = a.object_id
      AND NOT EXISTS (SELECT 1 FROM gone
        WHERE gone.group_id = a.object_id AND gone.member_id = a.member_id AND gone.kind = a.kind)`);
}

async function rememberAll(database: Database, planning: Planning): Promise<void> {
  const { siteId, connectionId } = planning;
  await database.transaction(async (transaction) => {
    await transaction.lock(`SET LOCAL statement_timeout = '10min'`);
    if (!(await isFirstTime(transaction, planning))) return;
    await transaction.run(sql`
      WITH absent AS MATERIALIZED (${absentObjects(planning)}), back AS (
        DELETE FROM google_absences a
        WHERE a.site_id = ${siteId} AND a.connection_id = ${connectionId} AND a.kind IN ('user', 'group')
          AND NOT EXISTS (SELECT 1 FROM absent WHERE absent.object_id = a.object_id)
      )
      INSERT INTO google_absences (site_id, connection_id, kind, object_id, member_id, reason, since, runs)
      SELECT ${siteId}, ${connectionId}, lower(object_type), object_id, object_id, reason, since, runs FROM absent
      ON CONFLICT (site_id, connection_id, kind, object_id, member_id) DO UPDATE
        SET reason = excluded.reason, runs = excluded.runs`);
    await transaction.run(sql`
      WITH gone AS MATERIALIZED (${stillAbsentMembers(planning)}), back AS (
        DELETE FROM google_absences a
        WHERE a.site_id = ${siteId} AND a.connection_id = ${connectionId} AND a.kind IN ('member', 'nesting')
          AND NOT EXISTS (SELECT 1 FROM gone
            WHERE gone.group_id = a.object_id AND gone.member_id = a.member_id AND gone.kind = a.kind)
      )
      INSERT INTO google_absences (site_id, connection_id, kind, object_id, member_id, reason, since, runs)
      SELECT ${siteId}, ${connectionId}, kind, group_id, member_id, 'absent', since, runs FROM gone
      ON CONFLICT (site_id, connection_id, kind, object_id, member_id) DO UPDATE SET runs = excluded.runs`);
  });
}

/** Notes it with the run, in the transaction that counts. */
async function isFirstTime(transaction: Transaction, { siteId, connectionId, runId }: Planning): Promise<boolean> {
  const rows = await transaction.run(sql`
    UPDATE google_runs r SET absences_counted_at = now()
    WHERE r.site_id = ${siteId} AND r.connection_id = ${connectionId} AND r.id = ${runId}
      AND r.absences_counted_at IS NULL RETURNING 1`);
  return rows.length > 0;
}
