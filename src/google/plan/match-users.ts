import { type Sql, sql, type Transaction } from '../../database/index.js';
import { isGone, ofRun, type Planning, takeStatistics } from './planning.js';

/**
 * Finds for every user of the walk which user of the directory it is: by Google's id, by what an administrator decided,
 * by an address of its own, or a new one. Whoever is in doubt is a conflict and stays as it is.
 */
export async function matchUsers(transaction: Transaction, planning: Planning): Promise<void> {
  await transaction.run(matchLinked(planning));
  await takeStatistics(transaction, 'google_matches');
  await transaction.run(matchOthers(planning));
  await takeStatistics(transaction, 'google_matches');
  await transaction.run(findTakenNames(planning));
  await transaction.run(findManagers(planning));
}

/** Whose values are the same begins with the manager that was written with them: see findManagers. */
function matchLinked(planning: Planning): Sql {
  const { siteId, connectionId, runId } = planning;
  return sql`
    INSERT INTO google_matches (site_id, run_id, object_type, google_id, object_id, write_as, matched_by, conflict,
      candidates, selected, restores, hash, name)
    SELECT DISTINCT ON (s.google_id) s.site_id, s.run_id, 'User', s.google_id, u.id,
      CASE WHEN u.owner_connection_id = ${connectionId} THEN 'own'
        WHEN c.choice = 'take-over' THEN 'take-over' ELSE 'guest' END,
      'Google id',
      CASE WHEN c.choice = 'ignore' THEN 'ignored'
        WHEN u.deleted_at IS NOT NULL AND gone.removed_at IS NULL THEN 'deleted-here' END,
      CASE WHEN u.deleted_at IS NOT NULL THEN ARRAY[u.id] ELSE '{}' END,
      ${isSelected(planning)}, u.deleted_at IS NOT NULL, coalesce(a.hash, s.hash), CASE WHEN c.choice = 'rename' THEN c.chosen_name END
    FROM google_staged_users s
    JOIN identities i ON i.site_id = ${siteId} AND i.connection_id = ${connectionId} AND i.external_id = s.google_id
      AND i.object_type = 'User'
    JOIN users u ON u.site_id = ${siteId} AND u.id = i.object_id
    LEFT JOIN google_applied a ON s.same AND a.site_id = ${siteId} AND a.connection_id = ${connectionId}
      AND a.object_id = u.id
    LEFT JOIN google_absences gone ON gone.site_id = ${siteId} AND gone.connection_id = ${connectionId}
      AND gone.kind = 'user' AND gone.object_id = u.id
    LEFT JOIN google_conflicts c ON c.site_id = ${siteId} AND c.connection_id = ${connectionId}
      AND c.object_type = 'User' AND c.google_id = s.google_id
    WHERE s.site_id = ${siteId} AND s.run_id = ${runId} AND s.state <> 'deleted'
    ORDER BY s.google_id, u.deleted_at NULLS FIRST, u.id`;
}

/**
 * Whether the connection wants a staged user `s`: everybody, those in some organizational units, those in some groups,
 * or those in both.
 */
function isSelected(planning: Planning): Sql {
  const { selection } = planning.settings;
  if (selection.mode === 'all') return sql`true`;
  const { orgUnits, groupIds, groupRules, onlyMembers } = selection;
  const byGroup = onlyMembers && groupIds.length + groupRules.length > 0;
  return sql`(${orgUnits.length === 0 ? sql`true` : inUnits(orgUnits)} AND ${byGroup ? inGroups(planning) : sql`true`})`;
}

function inUnits(orgUnits: readonly { readonly path: string; readonly scope: 'subtree' | 'exact' }[]): Sql {
  const exact = orgUnits.filter(({ scope }) => scope === 'exact').map(({ path }) => path);
  const subtrees = orgUnits.filter(({ scope }) => scope === 'subtree').map(({ path }) => path.replace(/\/$/, ''));
  // The root is everybody: every path begins with its slash.
  return sql`(s.org_unit = ANY (${exact}::text[])
    OR EXISTS (SELECT 1 FROM unnest(${subtrees}::text[]) AS tree (path)
      WHERE s.org_unit = tree.path OR starts_with(s.org_unit, tree.path || '/')))`;
}

/** Lists that are what they were are not staged, and a refresh does not read every list: then who is in a group here. */
function inGroups(planning: Planning): Sql {
  const { siteId, connectionId, whole } = planning;
  const member = (condition: Sql) => sql`
    SELECT m.member_id FROM google_staged_members m
    JOIN google_staged_groups g ON ${ofRun(planning, sql`g`)} AND g.google_id = m.group_id
    WHERE ${ofRun(planning, sql`m`)} AND g.selected_by IS NOT NULL AND ${condition}`;
  const unread = whole
    ? sql`
      JOIN identities known ON known.site_id = m.site_id AND known.object_id = m.group_id
        AND known.connection_id = m.owner_connection_id
      JOIN google_staged_groups g ON ${ofRun(planning, sql`g`)} AND g.google_id = known.external_id AND g.members_same`
    : sql``;
  return sql`(s.google_id IN (${member(sql`m.type NOT IN ('CUSTOMER', 'GROUP')`)})
    OR EXISTS (${member(sql`m.type = 'CUSTOMER'`)})
    OR s.google_id IN (
      SELECT i.external_id FROM identities i
      JOIN memberships m ON m.site_id = i.site_id AND m.user_id = i.object_id AND m.owner_connection_id = ${connectionId}
      ${unread}
      WHERE i.site_id = ${siteId} AND i.connection_id = ${connectionId} AND i.object_type = 'User'))`;
}

/**
 * Those whose Google id is not known yet. A candidate has one of the user's own addresses as userName or e-mail; who
 * belongs to a Google id that is still there is none.
 */
function matchOthers(planning: Planning): Sql {
  const { siteId, connectionId, runId, settings } = planning;
  const linksByItself = settings.link === 'link';
  const relinks = settings.recreated === 'relink';
  return sql`
    WITH fresh AS (
      SELECT s.google_id, s.new_id, s.user_name_key, s.address_keys, s.hash
      FROM google_staged_users s
      WHERE s.site_id = ${siteId} AND s.run_id = ${runId} AND s.state <> 'deleted' AND s.problem IS NULL
        AND NOT EXISTS (SELECT 1 FROM google_matches m
          WHERE ${ofRun(planning, sql`m`)} AND m.object_type = 'User' AND m.google_id = s.google_id)
        AND ${isSelected(planning)}
    ), named AS (
      SELECT f.google_id, u.id, a.key, u.user_name_key = f.user_name_key AS primarily
      FROM fresh f CROSS JOIN unnest(f.address_keys) AS a (key)
      JOIN users u ON u.site_id = ${siteId} AND u.user_name_key = a.key AND u.deleted_at IS NULL
      UNION
      SELECT f.google_id, e.user_id, a.key, false
      FROM fresh f CROSS JOIN unnest(f.address_keys) AS a (key)
      JOIN user_emails e ON e.site_id = ${siteId} AND e.value_key = a.key
    ), candidate AS (
      SELECT n.google_id, u.id, u.owner_connection_id AS owner, bool_or(n.primarily) AS primarily, min(n.key) AS key,
        bool_or(i.external_id IS NOT NULL) AS linked, bool_and(${isGone(planning, sql`i.external_id`)}) AS gone,
        bool_or(d.verified_at IS NOT NULL) AS verified
      FROM named n
      JOIN users u ON u.site_id = ${siteId} AND u.id = n.id AND u.deleted_at IS NULL
      LEFT JOIN identities i ON i.site_id = ${siteId} AND i.object_id = u.id AND i.connection_id = ${connectionId}
      LEFT JOIN domains d ON d.site_id = ${siteId} AND d.name = split_part(n.key, '@', -1) AND d.verified_at IS NOT NULL
      WHERE NOT EXISTS (SELECT 1 FROM google_matches m
        WHERE ${ofRun(planning, sql`m`)} AND m.object_type = 'User' AND m.object_id = u.id)
      GROUP BY n.google_id, u.id, u.owner_connection_id
    ), wanted AS (
      -- One user can become one user only; whose primary address it is comes first.
      SELECT *, count(*) OVER (PARTITION BY google_id) AS choices,
        row_number() OVER (PARTITION BY id ORDER BY primarily DESC, google_id) AS turn
      FROM candidate
    ), found AS (
      SELECT f.*, w.id, w.owner, w.key, w.linked, w.gone, w.verified, w.choices, w.turn,
        coalesce((SELECT array_agg(a.id ORDER BY a.id) FROM candidate a WHERE a.google_id = f.google_id), '{}') AS candidates,
        c.choice, c.chosen_object_id, c.chosen_name, chosen.owner_connection_id AS chosen_owner,
        chosen.id IS NOT NULL AS chosen_lives
      FROM fresh f
      LEFT JOIN wanted w ON w.google_id = f.google_id AND w.choices = 1
      LEFT JOIN google_conflicts c ON c.site_id = ${siteId} AND c.connection_id = ${connectionId}
        AND c.object_type = 'User' AND c.google_id = f.google_id
      LEFT JOIN users chosen ON chosen.site_id = ${siteId} AND chosen.id = c.chosen_object_id AND chosen.deleted_at IS NULL
    ), judged AS (
      SELECT *, CASE
        WHEN choice = 'ignore' THEN 'ignored'
        WHEN choice = 'rename' OR (choice IN ('link', 'take-over') AND chosen_lives) THEN NULL
        WHEN id IS NULL AND cardinality(candidates) > 1 THEN 'several-candidates'
        WHEN id IS NULL THEN NULL
        WHEN turn > 1 THEN 'two-for-one'
        WHEN linked AND owner = ${connectionId} THEN CASE WHEN NOT gone THEN 'ignored' END
        WHEN owner IS NOT NULL THEN 'other-owner'
        WHEN NOT ${linksByItself} THEN 'manual'
        WHEN NOT verified THEN 'unverified-domain'
      END AS conflict
      FROM found
    )
    INSERT INTO google_matches (site_id, run_id, object_type, google_id, object_id, write_as, matched_by, conflict,
      candidates, hash, name)
    SELECT ${siteId}, ${runId}, 'User', google_id,
      CASE WHEN conflict IS NOT NULL THEN NULL
        WHEN choice IN ('link', 'take-over') AND chosen_lives THEN chosen_object_id
        WHEN choice = 'rename' OR id IS NULL OR (linked AND NOT ${relinks}) THEN new_id
        ELSE id END,
      CASE WHEN conflict IS NOT NULL THEN NULL
        WHEN choice = 'take-over' AND chosen_lives THEN 'take-over'
        WHEN choice = 'link' AND chosen_lives THEN
          CASE WHEN chosen_owner IS NULL THEN 'adopt' WHEN chosen_owner = ${connectionId} THEN 'own' ELSE 'guest' END
        WHEN choice = 'rename' OR id IS NULL OR (linked AND NOT ${relinks}) THEN 'new'
        WHEN linked THEN 'own'
        ELSE 'adopt' END,
      CASE WHEN choice IS NOT NULL THEN 'decision'
        WHEN id IS NULL THEN 'nothing: new'
        WHEN linked THEN 'address ' || key || ' of an account that was made again'
        ELSE 'address ' || key END,
      conflict, candidates, hash, CASE WHEN choice = 'rename' THEN chosen_name END
    FROM judged`;
}

/**
 * A name can be taken when nobody has it, or when whoever has it gets another one in the same plan. An account that
 * Google made again and that is to be somebody else takes the name from the one before.
 */
function findTakenNames(planning: Planning): Sql {
  const { siteId, connectionId, runId } = planning;
  return sql`
    WITH wish AS (
      SELECT m.google_id, m.object_id, coalesce(lower(m.name), s.user_name_key) AS key
      FROM google_matches m
      JOIN google_staged_users s ON ${ofRun(planning, sql`s`)} AND s.google_id = m.google_id
      WHERE ${ofRun(planning, sql`m`)} AND m.object_type = 'User' AND m.conflict IS NULL AND m.write_as <> 'guest'
        AND m.selected AND s.problem IS NULL
    ), rivals AS (
      SELECT w.google_id, holder.id
      FROM wish w
      JOIN users holder ON holder.site_id = ${siteId} AND holder.user_name_key = w.key AND holder.deleted_at IS NULL
        AND holder.id <> w.object_id
      LEFT JOIN wish other ON other.object_id = holder.id AND other.key <> w.key
      WHERE other.google_id IS NULL
        AND NOT EXISTS (
          SELECT 1 FROM identities i
          WHERE i.site_id = ${siteId} AND i.object_id = holder.id AND i.connection_id = ${connectionId}
            AND holder.owner_connection_id = ${connectionId} AND ${isGone(planning, sql`i.external_id`)}
            AND NOT EXISTS (SELECT 1 FROM google_matches here
              WHERE ${ofRun(planning, sql`here`)} AND here.object_type = 'User' AND here.object_id = holder.id))
      UNION ALL
      -- Read while it moved from one account to another.
      SELECT google_id, NULL FROM (SELECT google_id, row_number() OVER (PARTITION BY key ORDER BY google_id) AS turn FROM wish) AS twice
      WHERE turn > 1
    )
    UPDATE google_matches m SET conflict = 'name-taken', candidates = r.ids
    FROM (SELECT google_id, array_remove(array_agg(id), NULL) AS ids FROM rivals GROUP BY google_id) AS r
    WHERE m.site_id = ${siteId} AND m.run_id = ${runId} AND m.object_type = 'User' AND m.google_id = r.google_id`;
}

/**
 * Managers are named by address. Whoever is not in the selection is nobody's manager here. Whose values are the same has
 * none to be written; where the address is somebody else's by now the hash says so.
 */
function findManagers(planning: Planning): Sql {
  const { siteId, connectionId, runId } = planning;
  return sql`
    WITH address AS (
      SELECT DISTINCT ON (a.key) a.key, m.object_id, m.google_id
      FROM google_staged_users s CROSS JOIN unnest(s.address_keys) AS a (key)
      JOIN google_matches m ON ${ofRun(planning, sql`m`)} AND m.object_type = 'User' AND m.google_id = s.google_id
      WHERE ${ofRun(planning, sql`s`)} AND m.object_id IS NOT NULL AND m.conflict IS NULL AND m.selected
        AND a.key IN (SELECT boss.manager_key FROM google_staged_users boss WHERE ${ofRun(planning, sql`boss`)})
      ORDER BY a.key, s.google_id
    ), manager AS (
      SELECT s.google_id, s.hash, s.same, address.google_id AS known_as, coalesce(address.object_id, (
        SELECT u.id FROM users u
        JOIN identities i ON i.site_id = u.site_id AND i.object_id = u.id AND i.connection_id = ${connectionId}
        WHERE u.site_id = ${siteId} AND u.user_name_key = s.manager_key AND u.deleted_at IS NULL)) AS id
      FROM google_staged_users s LEFT JOIN address ON address.key = s.manager_key
      WHERE ${ofRun(planning, sql`s`)} AND s.manager_key IS NOT NULL
    ), found AS (
      -- By Google's id: that of a user who is new is another in every plan.
      SELECT m.google_id, CASE WHEN NOT manager.same THEN nullif(manager.id, m.object_id) END AS id,
        manager.hash || CASE WHEN manager.id <> m.object_id
          THEN ' ' || coalesce(manager.known_as, manager.id::text) ELSE '' END AS hash
      FROM manager
      JOIN google_matches m ON ${ofRun(planning, sql`m`)} AND m.object_type = 'User' AND m.google_id = manager.google_id
      WHERE m.object_id IS NOT NULL
    )
    UPDATE google_matches m SET manager_id = found.id, hash = found.hash
    FROM found
    WHERE m.site_id = ${siteId} AND m.run_id = ${runId} AND m.object_type = 'User' AND m.google_id = found.google_id
      AND m.hash <> found.hash`;
}
