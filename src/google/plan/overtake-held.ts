import { type Sql, sql, type Transaction } from '../../database/index.js';
import { ofRun, type Planning } from './planning.js';

/**
 * What waits for an approval was read earlier than what a refresh has read. Where the refresh finds the same it goes on
 * waiting there, and where it finds something else it does not hold any more. A complete run makes the other plans
 * outdated as a whole.
 */
export async function overtakeHeld(transaction: Transaction, planning: Planning): Promise<void> {
  if (planning.whole) return;
  const { siteId, runId } = planning;
  await transaction.run(sql`
    WITH held AS MATERIALIZED (${heldItems(planning)}), confirmed AS (
      UPDATE google_plan_items i SET state = 'dropped', reason = i.reason || '; it waits for an approval already'
      FROM held
      WHERE ${ofRun(planning, sql`i`)} AND i.removal AND i.kind = held.kind AND i.action = held.action
        AND i.object_id = held.object_id AND i.data IS NOT DISTINCT FROM held.data
      RETURNING held.run_id, held.sequence
    )
    UPDATE google_plan_items i SET state = 'outdated', error_code = 'google.outdated',
      error_text = 'Google was asked once more since, and it is different by now.'
    FROM held
    WHERE i.site_id = ${siteId} AND i.run_id = held.run_id AND i.sequence = held.sequence AND i.run_id <> ${runId}::uuid
      AND NOT EXISTS (SELECT 1 FROM confirmed c WHERE c.run_id = held.run_id AND c.sequence = held.sequence)`);
}

/** What waits about users, groups and lists that this refresh has read. */
function heldItems(planning: Planning): Sql {
  const { siteId, connectionId, runId } = planning;
  return sql`
    SELECT i.run_id, i.sequence, i.kind, i.action, i.object_id, i.data
    FROM google_runs r JOIN google_plan_items i ON i.site_id = r.site_id AND i.run_id = r.id AND i.state = 'held'
    WHERE r.site_id = ${siteId} AND r.connection_id = ${connectionId} AND r.state = 'awaiting-approval'
      AND r.id <> ${runId}::uuid AND (
        EXISTS (SELECT 1 FROM google_matches m
          WHERE ${ofRun(planning, sql`m`)} AND m.object_id = i.object_id AND m.object_type = initcap(i.kind))
        OR EXISTS (SELECT 1 FROM identities known
          JOIN google_staged_users s ON ${ofRun(planning, sql`s`)} AND s.google_id = known.external_id
          WHERE known.site_id = ${siteId} AND known.connection_id = ${connectionId} AND known.object_type = 'User'
            AND known.object_id = i.object_id AND i.kind = 'user')
        OR EXISTS (SELECT 1 FROM google_matches m
          JOIN google_staged_groups s ON ${ofRun(planning, sql`s`)} AND s.google_id = m.google_id AND s.members_read
          WHERE ${ofRun(planning, sql`m`)} AND m.object_type = 'Group' AND m.object_id = i.object_id
            AND i.kind = 'members'))`;
}
