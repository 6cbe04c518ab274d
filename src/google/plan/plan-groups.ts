import { type Sql, sql, type Transaction } from '../../database/index.js';
import { ofRun, PHASES, type Planning } from './planning.js';

/** What each wanted group of the walk has to become; names alone, since Google knows little else of a group. */
export async function planGroups(transaction: Transaction, planning: Planning): Promise<void> {
  await transaction.run(planAll(planning));
}

function planAll(planning: Planning): Sql {
  const { siteId, connectionId, runId, settings } = planning;
  const takesName = settings.takes.includes('displayName');
  return sql`
    WITH known AS (
      SELECT m.google_id, m.object_id, m.write_as, m.matched_by, m.restores, coalesce(m.name, s.display_name) AS name,
        s.selected_by, g.id, g.display_name, i.external_id,
        g.display_name IS DISTINCT FROM coalesce(m.name, s.display_name) AND (m.write_as <> 'guest' OR ${takesName})
          AS differs
      FROM google_matches m
      JOIN google_staged_groups s ON ${ofRun(planning, sql`s`)} AND s.google_id = m.google_id
      LEFT JOIN groups g ON g.site_id = ${siteId} AND g.id = m.object_id
      LEFT JOIN identities i ON i.site_id = ${siteId} AND i.object_id = g.id AND i.connection_id = ${connectionId}
      WHERE ${ofRun(planning, sql`m`)} AND m.object_type = 'Group' AND m.conflict IS NULL
        AND (s.problem IS NULL OR s.document <> '{}')
    )
    INSERT INTO google_plan_items (site_id, run_id, phase, kind, action, google_id, object_id, object_name, reason, data)
    SELECT ${siteId}, ${runId}, ${PHASES.writeGroups}, 'group',
      CASE WHEN write_as = 'new' THEN 'create' WHEN restores THEN 'restore' WHEN external_id IS NULL THEN 'link'
        WHEN write_as = 'take-over' THEN 'take-over' ELSE 'update' END,
      google_id, object_id, name,
      CASE WHEN write_as = 'new' THEN 'new in Google, selected by ' || selected_by
        WHEN restores THEN 'there again in Google'
        WHEN external_id IS NULL THEN 'linked by ' || matched_by
        ELSE 'renamed in Google' END,
      jsonb_build_object('displayName', name)
    FROM known
    WHERE write_as = 'new' OR restores OR differs OR external_id IS NULL OR write_as IN ('adopt', 'take-over')
    ORDER BY google_id`;
}
