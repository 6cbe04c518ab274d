import { type Sql, sql, type Transaction } from '../../database/index.js';
import { nests, ofRun, PHASES, type Planning } from './planning.js';

/** Members shown by name of those of a group that cannot be taken over. */
const SKIPPED_SHOWN = 100;

/** Who joins and leaves which group: rows of memberships and nestings that this connection owns, and no others. */
export async function planMembers(transaction: Transaction, planning: Planning): Promise<void> {
  await transaction.run(planRemovals(planning));
  await transaction.run(keepListsOpen(planning));
  await transaction.run(planAdditions(planning));
  await transaction.run(planSkipped(planning));
  if (planning.whole) await transaction.run(noteLists(planning));
}

/** Who is whom, as far as members can be named by a plan: nobody who is in conflict or unwanted. */
function people(planning: Planning): Sql {
  const { siteId, connectionId, whole } = planning;
  return sql`
    SELECT m.object_type, m.google_id, m.object_id, m.write_as FROM google_matches m
    WHERE ${ofRun(planning, sql`m`)} AND m.conflict IS NULL AND m.selected AND m.object_id IS NOT NULL
    ${
      whole
        ? sql``
        : sql`
    UNION
    SELECT i.object_type, i.external_id, i.object_id,
      CASE WHEN i.object_type = 'User' OR g.owner_connection_id = ${connectionId} THEN 'own' ELSE 'guest' END
    FROM identities i
    LEFT JOIN users u ON i.object_type = 'User' AND u.site_id = i.site_id AND u.id = i.object_id
    LEFT JOIN groups g ON i.object_type = 'Group' AND g.site_id = i.site_id AND g.id = i.object_id
    WHERE i.site_id = ${siteId} AND i.connection_id = ${connectionId} AND i.external_id IS NOT NULL
      AND CASE WHEN i.object_type = 'User' THEN u.deleted_at ELSE g.deleted_at END IS NULL
      AND ${isUndisputed(planning)}`
    }`;
}

/**
 * Of an identity `i` that this refresh has not read: the last complete run has seen it, and it is in no conflict. Who was
 * read is known by the matches.
 */
function isUndisputed(planning: Planning): Sql {
  return sql`NOT EXISTS (SELECT 1 FROM google_matches m
      WHERE ${ofRun(planning, sql`m`)} AND m.object_type = i.object_type AND m.google_id = i.external_id)
    AND NOT EXISTS (SELECT 1 FROM google_staged_users s
      WHERE ${ofRun(planning, sql`s`)} AND i.object_type = 'User' AND s.google_id = i.external_id)
    AND NOT EXISTS (SELECT 1 FROM google_absences a
      WHERE a.site_id = i.site_id AND a.connection_id = i.connection_id AND a.kind = lower(i.object_type)
        AND a.object_id = i.object_id)
    AND NOT EXISTS (SELECT 1 FROM google_conflicts c
      WHERE c.site_id = i.site_id AND c.connection_id = i.connection_id AND c.object_type = i.object_type
        AND c.google_id = i.external_id AND (c.choice IS NULL OR c.choice = 'ignore'))`;
}

/**
 * Groups of the connection whose list of members was read to the end, with the edges that Google says there are.
 * @param which of these groups, by `s`, the group of the walk, and `p`, the one of the directory
 */
function wanted(planning: Planning, which: Sql): Sql {
  const { siteId, runId, settings } = planning;
  return sql`
    person AS (${people(planning)}),
    read_group AS (
      SELECT s.google_id, p.object_id, s.display_name, s.members_hash FROM google_staged_groups s
      JOIN person p ON p.object_type = 'Group' AND p.google_id = s.google_id AND p.write_as <> 'guest'
      WHERE ${ofRun(planning, sql`s`)} AND s.members_read AND ${which}
    ),
    wanted AS (
      SELECT g.object_id AS group_id, p.object_id AS member_id, p.google_id, p.object_type = 'Group' AS nests
      FROM google_staged_members m
      JOIN read_group g ON g.google_id = m.group_id
      JOIN person p ON p.google_id = m.member_id
        AND p.object_type = CASE WHEN m.type = 'GROUP' THEN 'Group' ELSE 'User' END
      WHERE m.site_id = ${siteId} AND m.run_id = ${runId} AND m.type <> 'CUSTOMER'
        AND (m.type <> 'GROUP' OR (${nests(settings)} AND p.object_id <> g.object_id))
      UNION ALL
      SELECT g.object_id, everybody.object_id, everybody.google_id, false
      FROM google_staged_members m
      JOIN read_group g ON g.google_id = m.group_id
      CROSS JOIN LATERAL (${activeUsers(planning)}) AS everybody
      WHERE m.site_id = ${siteId} AND m.run_id = ${runId} AND m.type = 'CUSTOMER'
        AND NOT EXISTS (SELECT 1 FROM google_staged_members named WHERE ${ofRun(planning, sql`named`)}
          AND named.group_id = m.group_id AND named.member_id = everybody.google_id)
    )`;
}

/**
 * Whom a member "the whole account" of a group `g` stands for. A refresh knows it of those that it has read; the others
 * are members as they were.
 */
function activeUsers(planning: Planning): Sql {
  const { siteId, whole } = planning;
  if (!whole) {
    return sql`
      SELECT person.object_id, person.google_id FROM person
      LEFT JOIN google_staged_users s ON ${ofRun(planning, sql`s`)} AND s.google_id = person.google_id
      WHERE person.object_type = 'User' AND CASE WHEN s.google_id IS NOT NULL THEN s.state = 'active' ELSE EXISTS (
        SELECT 1 FROM memberships m WHERE m.site_id = ${siteId} AND m.group_id = g.object_id
          AND m.user_id = person.object_id) END`;
  }
  return sql`
    SELECT person.object_id, person.google_id FROM person
    JOIN google_staged_users s ON ${ofRun(planning, sql`s`)} AND s.google_id = person.google_id
    WHERE person.object_type = 'User' AND s.state = 'active'`;
}

/**
 * Rows that are there already stay with whoever made them. Groups that get groups come first: who they bring along is
 * looked at while there are few. A list that this settles is noted when it is applied: see noteLists.
 */
function planAdditions(planning: Planning): Sql {
  const { siteId, runId, whole } = planning;
  return sql`
    WITH ${wanted(planning, sql`true`)}, missing AS (
      SELECT w.* FROM wanted w
      LEFT JOIN memberships u ON NOT w.nests AND u.site_id = ${siteId} AND u.group_id = w.group_id AND u.user_id = w.member_id
      LEFT JOIN nestings n ON w.nests AND n.site_id = ${siteId} AND n.group_id = w.group_id AND n.child_group_id = w.member_id
      WHERE u.user_id IS NULL AND n.child_group_id IS NULL
    ), added AS (
      SELECT group_id, bool_or(nests) AS nests, ${membersData(sql`nests`)} AS data FROM missing GROUP BY group_id
    )
    INSERT INTO google_plan_items (site_id, run_id, phase, kind, action, google_id, object_id, object_name, reason, data)
    SELECT ${siteId}, ${runId}, ${PHASES.addMembers}, 'members', 'add', g.google_id, g.object_id, g.display_name,
      'members in Google',
      added.data || CASE WHEN ${whole} AND g.members_hash IS NOT NULL THEN jsonb_build_object('list', g.members_hash)
        ELSE '{}' END
    FROM added JOIN read_group g ON g.object_id = added.group_id
    ORDER BY added.nests DESC, g.google_id`;
}

/**
 * Who comes or goes, by id, and a digest by Google's ids: those of who is new are others with every walk.
 * @param nests whether a row of `member_id` and `google_id` is about a group
 */
function membersData(nests: Sql): Sql {
  const ids = (condition: Sql) =>
    sql`coalesce(jsonb_agg(member_id ORDER BY google_id) FILTER (WHERE ${condition}), '[]')`;
  return sql`jsonb_build_object('users', ${ids(sql`NOT ${nests}`)}, 'groups', ${ids(nests)},
    'digest', md5(string_agg(google_id, ' ' ORDER BY google_id)))`;
}

/** Groups whose members are the connection's to lose. */
const THERE_BEFORE = sql`p.write_as <> 'new'`;

/** Members who are gone, of groups whose list this plan has kept open: no other list has any. */
export function stillAbsentMembers(planning: Planning): Sql {
  return absentMembers(planning, sql`s.members_hash IS NULL`);
}

/**
 * Members that the list does not have any more, with how often that was so: this run counts. Only of groups and people
 * who are there themselves: who is gone keeps the groups until it is certain.
 */
function absentMembers(planning: Planning, which: Sql): Sql {
  const { siteId, connectionId, whole } = planning;
  const known = (kind: string, member: Sql, row: Sql) => sql`
    SELECT ${row}.group_id, ${member} AS member_id, p.google_id, ${kind} AS kind, coalesce(a.runs, 0) + 1 AS runs,
      coalesce(a.since, now()) AS since
    FROM read_group g
    JOIN ${row === MEMBERSHIP ? sql`memberships` : sql`nestings`} ${row} ON ${row}.site_id = ${siteId}
      AND ${row}.group_id = g.object_id AND ${row}.owner_connection_id = ${connectionId}
    JOIN person p ON p.object_id = ${member}
    LEFT JOIN google_absences a ON a.site_id = ${siteId} AND a.connection_id = ${connectionId} AND a.kind = ${kind}
      AND a.object_id = ${row}.group_id AND a.member_id = ${member}
    WHERE NOT EXISTS (SELECT 1 FROM wanted w WHERE w.group_id = ${row}.group_id AND w.member_id = ${member})`;
  // Who is said to have left needs no second list that lacks them.
  const runs = whole ? sql`absent.runs` : sql`absent.runs + CASE WHEN ${isSaidToHaveLeft(planning)} THEN 1 ELSE 0 END`;
  return sql`
    WITH ${wanted(planning, which)}, absent AS (
      ${known('member', sql`mine.user_id`, MEMBERSHIP)} UNION ALL ${known('nesting', sql`inner_group.child_group_id`, NESTING)}
    ) SELECT absent.group_id, absent.member_id, absent.google_id, absent.kind, ${runs} AS runs, absent.since FROM absent`;
}

/** Whether a hint of this refresh says that `absent` has left the group. */
function isSaidToHaveLeft({ siteId, connectionId, runId }: Planning): Sql {
  return sql`EXISTS (
    SELECT 1 FROM google_hints h
    JOIN read_group r ON r.object_id = absent.group_id
    JOIN google_staged_groups s ON s.site_id = ${siteId} AND s.run_id = ${runId} AND s.google_id = r.google_id
    JOIN person p ON p.object_id = absent.member_id
    LEFT JOIN users u ON p.object_type = 'User' AND u.site_id = ${siteId} AND u.id = p.object_id
    LEFT JOIN user_emails e ON p.object_type = 'User' AND e.site_id = ${siteId} AND e.user_id = p.object_id
    WHERE h.site_id = ${siteId} AND h.connection_id = ${connectionId} AND h.run_id = ${runId}::uuid AND h.kind = 'left'
      AND split_part(h.key, ' ', 1) IN (s.google_id, lower(s.email))
      AND split_part(h.key, ' ', 2) IN (p.google_id, u.user_name_key, e.value_key))`;
}

const MEMBERSHIP = sql`mine`;
const NESTING = sql`inner_group`;

function planRemovals(planning: Planning): Sql {
  const { siteId, runId, settings } = planning;
  return sql`
    WITH absent AS MATERIALIZED (${absentMembers(planning, THERE_BEFORE)}), pending AS (
      -- Looked at again next time, whatever the list says and whatever becomes of the item.
      UPDATE google_staged_groups s SET members_hash = NULL
      FROM google_matches m
      WHERE ${ofRun(planning, sql`m`)} AND m.object_type = 'Group' AND ${ofRun(planning, sql`s`)}
        AND s.google_id = m.google_id AND m.object_id IN (SELECT absent.group_id FROM absent)
    ), due AS (
      SELECT group_id, min(absent.runs) AS runs, ${membersData(sql`(absent.kind = 'nesting')`)} AS data
      FROM absent WHERE absent.runs >= ${settings.confirmationRuns} GROUP BY group_id
    )
    INSERT INTO google_plan_items (site_id, run_id, phase, kind, action, google_id, object_id, object_name, reason,
      removal, data)
    SELECT ${siteId}, ${runId}, ${PHASES.removeMembers}, 'members', 'remove', m.google_id, g.id, g.display_name,
      'no longer members in Google, seen so in ' || due.runs || ' complete runs', true, due.data
    FROM due
    JOIN groups g ON g.site_id = ${siteId} AND g.id = due.group_id AND g.deleted_at IS NULL
    JOIN google_matches m ON ${ofRun(planning, sql`m`)} AND m.object_type = 'Group' AND m.object_id = g.id
    ORDER BY m.google_id`;
}

/** Members that nobody can be made of: of other companies, groups of theirs, accounts that are gone. */
function planSkipped(planning: Planning): Sql {
  const { siteId, runId, settings } = planning;
  return sql`
    WITH person AS MATERIALIZED (${people(planning)}), skipped AS (
      SELECT m.group_id, m.member_id, m.email, CASE
          WHEN m.type = 'GROUP' AND NOT ${nests(settings)} THEN 'groups within groups are not wanted'
          WHEN m.type = 'GROUP' THEN 'a group outside of this account, or not selected'
          WHEN s.google_id IS NULL THEN 'outside of this account'
          WHEN s.state = 'deleted' THEN 'deleted in Google'
          ELSE 'not selected, or in conflict' END AS why,
        row_number() OVER (PARTITION BY m.group_id ORDER BY m.member_id) AS place
      FROM google_staged_members m
      LEFT JOIN person p ON p.google_id = m.member_id
        AND p.object_type = CASE WHEN m.type = 'GROUP' THEN 'Group' ELSE 'User' END
      LEFT JOIN google_staged_users s ON ${ofRun(planning, sql`s`)} AND s.google_id = m.member_id
      WHERE ${ofRun(planning, sql`m`)} AND m.type <> 'CUSTOMER'
        AND (p.google_id IS NULL OR (m.type = 'GROUP' AND NOT ${nests(settings)}))
    )
    INSERT INTO google_plan_items (site_id, run_id, phase, kind, action, google_id, object_id, object_name, reason,
      state, data)
    SELECT ${siteId}, ${runId}, ${PHASES.addMembers}, 'members', 'skip', g.google_id, p.object_id, g.display_name,
      count(*) || ' members are passed over', 'skipped', jsonb_build_object('count', count(*), 'members',
        jsonb_agg(jsonb_build_object('id', member_id, 'email', skipped.email, 'why', why) ORDER BY place)
          FILTER (WHERE place <= ${SKIPPED_SHOWN}))
    FROM skipped
    JOIN google_staged_groups g ON ${ofRun(planning, sql`g`)} AND g.google_id = skipped.group_id
    LEFT JOIN person p ON p.object_type = 'Group' AND p.google_id = g.google_id
    GROUP BY g.google_id, p.object_id, g.display_name`;
}

/**
 * Lists with members of this account who are none here: as soon as one becomes somebody they are to be looked at. One
 * with the whole account changes with it.
 */
function keepListsOpen(planning: Planning): Sql {
  return sql`
    UPDATE google_staged_groups s SET members_hash = NULL FROM (
      SELECT DISTINCT m.group_id FROM google_staged_members m
      LEFT JOIN google_matches p ON ${ofRun(planning, sql`p`)} AND p.google_id = m.member_id
        AND p.object_type = CASE WHEN m.type = 'GROUP' THEN 'Group' ELSE 'User' END AND p.conflict IS NULL AND p.selected
      LEFT JOIN google_staged_users u ON ${ofRun(planning, sql`u`)} AND u.google_id = m.member_id
      LEFT JOIN google_staged_groups g ON ${ofRun(planning, sql`g`)} AND g.google_id = m.member_id
      WHERE ${ofRun(planning, sql`m`)}
        AND (m.type = 'CUSTOMER' OR (p.google_id IS NULL AND coalesce(u.google_id, g.google_id) IS NOT NULL))
    ) AS open
    WHERE ${ofRun(planning, sql`s`)} AND s.google_id = open.group_id`;
}

/**
 * Lists that need not be looked at again as long as neither they nor their groups change: every member that this
 * account has is a member here. Where some are still to come, their item notes it.
 */
function noteLists(planning: Planning): Sql {
  const { siteId, connectionId, runId } = planning;
  return sql`
    INSERT INTO google_applied (site_id, connection_id, object_id, hash, version)
    SELECT ${siteId}, ${connectionId}, p.object_id, s.members_hash, p.version
    FROM google_staged_groups s
    JOIN google_matches p ON ${ofRun(planning, sql`p`)} AND p.object_type = 'Group' AND p.google_id = s.google_id
      AND p.conflict IS NULL AND p.write_as <> 'guest' AND p.version IS NOT NULL
    WHERE ${ofRun(planning, sql`s`)} AND s.members_read AND s.members_hash IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM google_plan_items i WHERE i.site_id = ${siteId} AND i.run_id = ${runId}
        AND i.kind = 'members' AND i.action = 'add' AND i.object_id = p.object_id)
    ON CONFLICT (site_id, connection_id, object_id) DO UPDATE SET hash = excluded.hash, version = excluded.version`;
}
