import { type Sql, sql, type Transaction } from '../../database/index.js';
import { ENTERPRISE, ofRun, PHASES, type Planning, type PlanSettings } from './planning.js';

/** Whether what connections say of a user `u` is that the user is active: see user-states. */
export const SAID_ACTIVE = sql`CASE WHEN u.state = 'suspended' THEN u.resumes_to IS DISTINCT FROM 'deactivated'
  ELSE u.state <> 'deactivated' END`;

/** What each user of the walk has to become: new, brought back, changed, deactivated. */
export async function planUsers(transaction: Transaction, planning: Planning): Promise<void> {
  await transaction.run(planNew(planning));
  await transaction.run(planFreedNames(planning));
  await transaction.run(planChanges(planning));
  await transaction.run(planSuspended(planning));
}

/** In the order in which Google made them: who was first asks first for a seat. */
function planNew(planning: Planning): Sql {
  const { siteId, runId, settings } = planning;
  return sql`
    INSERT INTO google_plan_items (site_id, run_id, phase, kind, action, google_id, object_id, object_name, reason, data)
    SELECT ${siteId}, ${runId}, ${PHASES.createUsers}, 'user', 'create', m.google_id, m.object_id,
      coalesce(m.name, s.user_name),
      'new in Google' || CASE WHEN s.state = 'active' THEN '' ELSE ', ' || s.state END,
      jsonb_build_object('active', s.state <> ALL (${keptOut(settings)}::text[]))
    FROM google_matches m
    JOIN google_staged_users s ON ${ofRun(planning, sql`s`)} AND s.google_id = m.google_id
    WHERE ${ofRun(planning, sql`m`)} AND m.object_type = 'User' AND m.write_as = 'new' AND m.conflict IS NULL
      AND s.problem IS NULL
    ORDER BY s.made_at NULLS LAST, m.google_id`;
}

/** Who is gone from Google gives up the name that somebody else has there now. */
function planFreedNames(planning: Planning): Sql {
  const { siteId, connectionId, runId } = planning;
  return sql`
    INSERT INTO google_plan_items (site_id, run_id, phase, kind, action, google_id, object_id, object_name, reason, data)
    SELECT DISTINCT ON (u.id) ${siteId}, ${runId}, ${PHASES.renameUsers}, 'user', 'free-name', i.external_id, u.id,
      u.user_name, 'its address belongs to another account in Google now',
      jsonb_build_object('userName', u.user_name || ' (' || i.external_id || ')')
    FROM google_matches m
    JOIN google_staged_users s ON ${ofRun(planning, sql`s`)} AND s.google_id = m.google_id AND s.problem IS NULL
    JOIN users u ON u.site_id = ${siteId} AND u.user_name_key = coalesce(lower(m.name), s.user_name_key)
      AND u.deleted_at IS NULL AND u.id <> m.object_id AND u.owner_connection_id = ${connectionId}
    JOIN identities i ON i.site_id = ${siteId} AND i.object_id = u.id AND i.connection_id = ${connectionId}
    WHERE ${ofRun(planning, sql`m`)} AND m.object_type = 'User' AND m.conflict IS NULL AND m.write_as <> 'guest'
      AND m.selected
      AND NOT EXISTS (SELECT 1 FROM google_matches here
        WHERE ${ofRun(planning, sql`here`)} AND here.object_type = 'User' AND here.object_id = u.id)
    ORDER BY u.id`;
}

/**
 * Users whose attributes differ, who are to get another link or owner, or who come back. Where neither Google's values
 * nor the user changed since the last time nothing is compared; who was compared and is the same is noted as that.
 */
function planChanges(planning: Planning): Sql {
  const { siteId, connectionId, runId, settings } = planning;
  const { takes } = settings;
  return sql`
    WITH known AS (
      SELECT m.google_id, m.object_id, m.write_as, m.matched_by, m.restores, m.hash, m.name,
        s.state <> ALL (${keptOut(settings)}::text[]) AS wants_active,
        u.user_name, u.document, u.version, ${SAID_ACTIVE} AS said_active, i.external_id,
        a.hash IS NOT DISTINCT FROM m.hash AND a.version = u.version AS unchanged,
        CASE WHEN s.same THEN '{}' ELSE ${wantedDocument} END AS wanted, s.cleared, s.same
      FROM google_matches m
      JOIN google_staged_users s ON ${ofRun(planning, sql`s`)} AND s.google_id = m.google_id
      JOIN users u ON u.site_id = ${siteId} AND u.id = m.object_id
      LEFT JOIN identities i ON i.site_id = ${siteId} AND i.object_id = u.id AND i.connection_id = ${connectionId}
      LEFT JOIN google_applied a ON a.site_id = ${siteId} AND a.connection_id = ${connectionId} AND a.object_id = u.id
      WHERE ${ofRun(planning, sql`m`)} AND m.object_type = 'User' AND m.write_as <> 'new' AND m.conflict IS NULL
        AND m.selected AND s.problem IS NULL
    ), compared AS (
      SELECT *, CASE WHEN write_as = 'guest' THEN ${pick(sql`wanted`, takes)} ELSE wanted END AS given,
        CASE WHEN write_as = 'guest' THEN ARRAY(SELECT unnest(cleared) INTERSECT SELECT unnest(${[...takes]}::text[]))
          ELSE ARRAY(SELECT unnest(cleared) EXCEPT SELECT jsonb_object_keys(wanted)) END AS emptied,
        (write_as <> 'guest' OR 'active' = ANY (${[...takes]}::text[])) AND wants_active AND NOT said_active
          AS reactivates
      FROM known
      WHERE NOT unchanged OR restores OR external_id IS DISTINCT FROM google_id OR write_as IN ('adopt', 'take-over')
        OR (wants_active AND NOT said_active)
    ), differing AS (
      SELECT *, ((document - emptied) || given) - 'schemas' IS DISTINCT FROM document - 'schemas' AS differs,
        given ? 'userName' AND lower(given->>'userName') <> lower(user_name) AS renames
      FROM compared
    ), same AS (
      INSERT INTO google_applied (site_id, connection_id, object_id, hash, version)
      SELECT ${siteId}, ${connectionId}, object_id, hash, version FROM differing
      WHERE NOT differs AND NOT same AND write_as IN ('own', 'guest') AND external_id = google_id
      ON CONFLICT (site_id, connection_id, object_id) DO UPDATE SET hash = excluded.hash, version = excluded.version
    ), unsure AS (
      -- Changed since the walk began, or with another manager: the next walk brings all values.
      DELETE FROM google_applied a USING compared c
      WHERE a.site_id = ${siteId} AND a.connection_id = ${connectionId} AND a.object_id = c.object_id
        AND c.same AND NOT c.unchanged
    )
    INSERT INTO google_plan_items (site_id, run_id, phase, kind, action, google_id, object_id, object_name, reason, data)
    SELECT ${siteId}, ${runId}, CASE WHEN renames THEN ${PHASES.renameUsers}::integer ELSE ${PHASES.updateUsers} END, 'user',
      CASE WHEN restores THEN 'restore' WHEN external_id IS NULL THEN 'link' WHEN external_id <> google_id THEN 'relink'
        WHEN write_as = 'take-over' THEN 'take-over' WHEN reactivates THEN 'reactivate' ELSE 'update' END,
      google_id, object_id, user_name,
      concat_ws('; ', CASE WHEN external_id IS DISTINCT FROM google_id THEN 'linked by ' || matched_by END,
        CASE WHEN restores THEN 'there again in Google' WHEN reactivates THEN 'active in Google' END,
        CASE WHEN differs THEN 'changed in Google' END),
      jsonb_strip_nulls(jsonb_build_object('version', version, 'active', CASE WHEN reactivates THEN true
        WHEN write_as IN ('adopt', 'take-over') AND said_active AND NOT wants_active THEN false END))
    FROM differing
    WHERE differs OR restores OR reactivates OR external_id IS DISTINCT FROM google_id
      OR write_as IN ('adopt', 'take-over')`;
}

/** The attributes that the sync owns, with the manager's id and another name where there is one. */
const wantedDocument = sql`
  s.document
    || CASE WHEN m.manager_id IS NULL THEN '{}' ELSE jsonb_build_object(${ENTERPRISE}::text,
      coalesce(s.document->${ENTERPRISE}, '{}') || jsonb_build_object('manager', jsonb_build_object('value', m.manager_id)))
    END
    || CASE WHEN m.name IS NULL THEN '{}' ELSE jsonb_build_object('userName', m.name) END`;

function pick(document: Sql, names: readonly string[]): Sql {
  return sql`coalesce((SELECT jsonb_object_agg(key, value) FROM jsonb_each(${document})
    WHERE key = ANY (${[...names]}::text[])), '{}')`;
}

/** Whom Google itself keeps out; at once, and their seats with them. Who is taken over only now is so as well. */
function planSuspended(planning: Planning): Sql {
  const { siteId, runId, settings } = planning;
  const takesActive = settings.takes.includes('active');
  return sql`
    INSERT INTO google_plan_items (site_id, run_id, phase, kind, action, google_id, object_id, object_name, reason,
      removal, data)
    SELECT ${siteId}, ${runId}, ${PHASES.deactivateUsers}, 'user', 'deactivate', m.google_id, u.id, u.user_name,
      s.state || ' in Google', true, jsonb_build_object('active', false, 'as', m.write_as)
    FROM google_matches m
    JOIN google_staged_users s ON ${ofRun(planning, sql`s`)} AND s.google_id = m.google_id
    JOIN users u ON u.site_id = ${siteId} AND u.id = m.object_id AND u.deleted_at IS NULL
    WHERE ${ofRun(planning, sql`m`)} AND m.object_type = 'User' AND m.write_as <> 'new' AND m.conflict IS NULL
      AND s.state = ANY (${keptOut(settings)}::text[]) AND ${SAID_ACTIVE}
      AND (m.write_as = 'own' OR (m.write_as = 'guest' AND ${takesActive}))`;
}

/** The states of accounts whose users are deactivated. */
function keptOut({ onSuspended, onArchived }: PlanSettings): string[] {
  return [...(onSuspended === 'deactivate' ? ['suspended'] : []), ...(onArchived === 'deactivate' ? ['archived'] : [])];
}
