import { type Sql, sql, type Transaction } from '../../database/index.js';
import { SAID_ACTIVE } from './plan-users.js';
import { PHASES, type Planning } from './planning.js';

/**
 * What this connection knows and the walk did not find, or found unwanted or deleted, with how long it is so already:
 * this run counts. For a refresh only what Google says is deleted.
 */
export function absentObjects({ siteId, connectionId, runId, whole }: Planning): Sql {
  return sql`
    SELECT i.object_id, i.object_type, i.external_id AS google_id,
      CASE WHEN gone.google_id IS NOT NULL THEN 'deleted' WHEN m.google_id IS NOT NULL THEN 'unselected'
        ELSE 'absent' END AS reason,
      coalesce(known.runs, 0) + 1 AS runs, coalesce(known.since, now()) AS since
    FROM identities i
    LEFT JOIN google_matches m ON m.site_id = ${siteId} AND m.run_id = ${runId} AND m.object_type = i.object_type
      AND m.google_id = i.external_id
    LEFT JOIN google_matches other ON other.site_id = ${siteId} AND other.run_id = ${runId}
      AND other.object_type = i.object_type AND other.object_id = i.object_id AND other.conflict IS NULL AND other.selected
    LEFT JOIN google_staged_users gone ON gone.site_id = ${siteId} AND gone.run_id = ${runId}
      AND gone.google_id = i.external_id AND gone.state = 'deleted' AND i.object_type = 'User'
    LEFT JOIN google_absences known ON known.site_id = ${siteId} AND known.connection_id = ${connectionId}
      AND known.kind = lower(i.object_type) AND known.object_id = i.object_id
    WHERE i.site_id = ${siteId} AND i.connection_id = ${connectionId} AND i.object_type IN ('User', 'Group')
      AND (m.google_id IS NULL OR NOT m.selected) AND other.google_id IS NULL
      AND (${whole} OR gone.google_id IS NOT NULL)`;
}

/** Whether `absent` has been away for long enough. */
function isDue({ settings }: Planning): Sql {
  const { confirmationRuns, graceHours } = settings;
  return sql`(absent.reason = 'deleted' OR (absent.runs >= ${confirmationRuns}
    AND absent.since <= now() - make_interval(hours => ${graceHours})))`;
}

const WHY = sql`CASE absent.reason WHEN 'deleted' THEN 'deleted in Google'
  WHEN 'unselected' THEN 'no longer selected' ELSE 'absent from Google' END
  || ' since ' || to_char(absent.since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"') || ', seen so in ' || absent.runs
  || ' complete runs'`;

/** Deactivates, later deletes who is gone; takes only the link from those who belong to others. */
export async function planAbsent(transaction: Transaction, planning: Planning): Promise<void> {
  await transaction.run(planAbsentUsers(planning));
  await transaction.run(planAbsentGroups(planning));
}

function planAbsentUsers(planning: Planning): Sql {
  const { siteId, connectionId, runId, settings } = planning;
  const { deleteAfterDays, onDeleted, onAbsent } = settings;
  const days = deleteAfterDays ?? 0;
  return sql`
    WITH absent AS (${absentObjects(planning)}), decided AS (
      SELECT absent.google_id, absent.object_id, u.user_name, ${WHY} AS why, CASE
        WHEN u.owner_connection_id IS DISTINCT FROM ${connectionId} THEN 'release'
        WHEN CASE absent.reason WHEN 'deleted' THEN ${onDeleted} ELSE ${onAbsent} END = 'keep' THEN NULL
        WHEN absent.reason = 'deleted' AND ${onDeleted} = 'delete' THEN 'delete'
        WHEN ${SAID_ACTIVE} THEN 'deactivate'
        WHEN ${days}::integer > 0 AND absent.since <= now() - make_interval(days => ${days}) THEN 'delete'
      END AS action
      FROM absent JOIN users u ON u.site_id = ${siteId} AND u.id = absent.object_id AND u.deleted_at IS NULL
      WHERE absent.object_type = 'User' AND ${isDue(planning)}
    )
    INSERT INTO google_plan_items (site_id, run_id, phase, kind, action, google_id, object_id, object_name, reason,
      removal, data)
    SELECT ${siteId}, ${runId}, CASE action WHEN 'delete' THEN ${PHASES.deleteUsers}::integer ELSE ${PHASES.deactivateUsers} END,
      'user', action, google_id, object_id, user_name, why, action <> 'release',
      CASE action WHEN 'deactivate' THEN '{"active": false, "as": "own"}'::jsonb ELSE '{}' END
    FROM decided WHERE action IS NOT NULL`;
}

function planAbsentGroups(planning: Planning): Sql {
  const { siteId, connectionId, runId, settings } = planning;
  const keeps = settings.onGroupAbsent === 'keep';
  return sql`
    WITH absent AS (${absentObjects(planning)})
    INSERT INTO google_plan_items (site_id, run_id, phase, kind, action, google_id, object_id, object_name, reason, removal)
    SELECT ${siteId}, ${runId}, ${PHASES.removeGroups}, 'group',
      CASE WHEN g.owner_connection_id = ${connectionId} THEN 'delete' ELSE 'release' END, absent.google_id,
      absent.object_id, g.display_name, ${WHY}, coalesce(g.owner_connection_id = ${connectionId}, false)
    FROM absent JOIN groups g ON g.site_id = ${siteId} AND g.id = absent.object_id AND g.deleted_at IS NULL
    WHERE absent.object_type = 'Group' AND ${isDue(planning)}
      AND (g.owner_connection_id IS DISTINCT FROM ${connectionId} OR NOT ${keeps})`;
}
