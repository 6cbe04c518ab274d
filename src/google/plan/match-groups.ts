import { type Sql, sql, type Transaction } from '../../database/index.js';
import { ofRun, type Planning } from './planning.js';

/** Finds for every wanted group of the walk which group of the directory it is: by Google's id, by decision, or new. */
export async function matchGroups(transaction: Transaction, planning: Planning): Promise<void> {
  await transaction.run(matchAll(planning));
}

/**
 * Google allows a name twice: of groups with one name all but that with the lowest id carry their address behind it. A
 * group that is there already under the name of a new one is nobody's to take without being asked.
 */
function matchAll(planning: Planning): Sql {
  const { siteId, connectionId, runId } = planning;
  return sql`
    WITH wanted AS (
      SELECT g.google_id, g.new_id, g.display_name, g.email, g.hash, g.selected_by,
        row_number() OVER (PARTITION BY lower(g.display_name) ORDER BY g.google_id) AS turn
      FROM google_staged_groups g
      WHERE ${ofRun(planning, sql`g`)} AND g.selected_by IS NOT NULL
    ), named AS (
      SELECT w.*, CASE WHEN turn > 1 THEN w.display_name || ' (' || w.email || ')' END AS name FROM wanted w
    ), linked AS (
      SELECT DISTINCT ON (n.google_id) n.google_id, g.id, g.owner_connection_id AS owner, g.version, g.deleted_at,
        gone.removed_at
      FROM named n
      JOIN identities i ON i.site_id = ${siteId} AND i.connection_id = ${connectionId} AND i.external_id = n.google_id
        AND i.object_type = 'Group'
      JOIN groups g ON g.site_id = ${siteId} AND g.id = i.object_id
      LEFT JOIN google_absences gone ON gone.site_id = ${siteId} AND gone.connection_id = ${connectionId}
        AND gone.kind = 'group' AND gone.object_id = g.id
      ORDER BY n.google_id, g.deleted_at NULLS FIRST, g.id
    ), judged AS (
      SELECT n.*, l.id, l.owner, l.version, l.deleted_at, c.choice, c.chosen_name, chosen.id AS chosen_id,
        chosen.owner_connection_id AS chosen_owner, beside.ids,
        CASE WHEN c.choice = 'ignore' THEN 'ignored'
          WHEN l.deleted_at IS NOT NULL AND l.removed_at IS NULL THEN 'deleted-here'
          WHEN l.id IS NOT NULL OR chosen.id IS NOT NULL OR c.choice = 'rename' THEN NULL
          WHEN cardinality(beside.ids) > 0 THEN 'name-taken' END AS conflict
      FROM named n
      LEFT JOIN linked l ON l.google_id = n.google_id
      LEFT JOIN google_conflicts c ON c.site_id = ${siteId} AND c.connection_id = ${connectionId}
        AND c.object_type = 'Group' AND c.google_id = n.google_id
      LEFT JOIN groups chosen ON chosen.site_id = ${siteId} AND chosen.id = c.chosen_object_id
        AND chosen.deleted_at IS NULL AND c.choice IN ('link', 'take-over')
      CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(g.id ORDER BY g.id), '{}') AS ids FROM groups g
        WHERE l.id IS NULL AND g.site_id = ${siteId} AND g.deleted_at IS NULL
          AND g.display_name_key = lower(coalesce(n.name, n.display_name))
          AND NOT EXISTS (SELECT 1 FROM identities i
            WHERE i.site_id = ${siteId} AND i.connection_id = ${connectionId} AND i.object_id = g.id)
      ) AS beside
    )
    INSERT INTO google_matches (site_id, run_id, object_type, google_id, object_id, write_as, matched_by, conflict,
      candidates, restores, name, version, hash)
    SELECT ${siteId}, ${runId}, 'Group', google_id,
      CASE WHEN conflict IS NULL OR id IS NOT NULL THEN coalesce(id, chosen_id, new_id) END,
      CASE WHEN id IS NOT NULL THEN CASE WHEN owner = ${connectionId} THEN 'own'
          WHEN choice = 'take-over' THEN 'take-over' ELSE 'guest' END
        WHEN conflict IS NOT NULL THEN NULL
        WHEN chosen_id IS NULL THEN 'new'
        WHEN choice = 'take-over' THEN 'take-over'
        WHEN chosen_owner IS NULL THEN 'adopt' WHEN chosen_owner = ${connectionId} THEN 'own' ELSE 'guest' END,
      CASE WHEN id IS NOT NULL THEN 'Google id' WHEN choice IS NOT NULL THEN 'decision'
        ELSE 'nothing: new (' || selected_by || ')' END,
      conflict, CASE WHEN conflict = 'deleted-here' THEN ARRAY[id] ELSE ids END, deleted_at IS NOT NULL,
      CASE WHEN choice = 'rename' THEN chosen_name ELSE name END, version,
      hash || ' ' || coalesce(CASE WHEN choice = 'rename' THEN chosen_name ELSE name END, '')
    FROM judged`;
}
