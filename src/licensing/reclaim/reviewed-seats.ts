import { type Sql, sql } from '../../database/index.js';
import { isLiving } from '../../directory/index.js';
import { heldSeats, lastUse } from '../usage/unused-seats.js';

/** Why a seat cannot be taken back: something that gives it is not an administrator's to remove, or gives more. */
export type Obstacle =
  | {
      readonly code: 'group-of-connection' | 'member-of-connection';
      readonly group: string;
      readonly connection: string;
    }
  | { readonly code: 'grant-of-connection'; readonly role: string; readonly connection: string }
  | { readonly code: 'no-default-group'; readonly group: string }
  | { readonly code: 'gives-other-applications'; readonly group: string; readonly applications: readonly string[] };

/** A seat as somebody looks at it who is to decide about it. */
export interface ReviewedSeat {
  readonly role: string;
  readonly licence: string;
  /** ISO 8601 in UTC. */
  readonly since: string;
  /** Null: never reported. */
  readonly lastActiveAt: string | null;
  /** Direct grants of an administrator. */
  readonly grants: readonly { readonly id: string; readonly role: string }[];
  /** Default groups of the application in which the person is by an administrator. */
  readonly groups: readonly { readonly id: string; readonly name: string }[];
  readonly obstacles: readonly Obstacle[];
}

interface Wanted {
  readonly siteId: number;
  readonly applicationId: string;
  /** Which of heldSeats. */
  readonly which: Sql;
  readonly limit: number;
}

/**
 * A query with the columns `user_id` and `reviewed`, a ReviewedSeat as jsonb that is the same as long as all in it is,
 * for the seats unused longest. Every way to a role that takes a seat is in it: what can be removed, or an obstacle.
 */
export function reviewedSeats({ siteId, applicationId, which, limit }: Wanted): Sql {
  return sql`
    WITH seats AS MATERIALIZED (
      SELECT e.user_id, e.role_id, e.licence_id, e.since, a.last_active_at
      FROM ${heldSeats(siteId, applicationId)} WHERE ${which} ORDER BY ${lastUse}, e.user_id LIMIT ${limit}
    ), seat_roles AS MATERIALIZED (
      SELECT id, key, rank FROM application_roles
      WHERE site_id = ${siteId} AND application_id = ${applicationId} AND takes_seat
    ), ${givingGroups(siteId, applicationId)},
    ${memberWays(siteId)},
    ${grantWays(siteId)}
    SELECT s.user_id, jsonb_build_object('role', r.key, 'licence', l.name, 'since', ${iso(sql`s.since`)},
      'lastActiveAt', ${iso(sql`s.last_active_at`)}, 'grants', coalesce(g.grants, '[]'),
      'groups', coalesce(m.groups, '[]'), 'obstacles', coalesce(m.obstacles, '[]') || coalesce(g.obstacles, '[]')
    ) AS reviewed
    FROM seats s
    JOIN application_roles r ON r.site_id = ${siteId} AND r.id = s.role_id
    JOIN licences l ON l.site_id = ${siteId} AND l.id = s.licence_id
    LEFT JOIN member_ways m ON m.user_id = s.user_id
    LEFT JOIN grant_ways g ON g.user_id = s.user_id`;
}

/** Whether a `reviewed` says that the seat can be taken back. */
export function isReclaimable(reviewed: Sql): Sql {
  return sql`(${reviewed} -> 'obstacles' = '[]' AND (${reviewed} -> 'grants') || (${reviewed} -> 'groups') <> '[]')`;
}

/** The groups that have a role with a seat, or lie below one that has. */
function givingGroups(siteId: number, applicationId: string): Sql {
  return sql`
    granted AS MATERIALIZED (
      SELECT y.group_id FROM seat_roles r JOIN grants y ON y.site_id = ${siteId} AND y.role_id = r.id
      WHERE y.group_id IS NOT NULL
    ), giving AS MATERIALIZED (
      SELECT g.id, g.display_name AS name, g.owner_connection_id, c.name AS connection,
        EXISTS (
          SELECT 1 FROM default_groups d
          JOIN application_roles r ON r.site_id = ${siteId} AND r.id = d.role_id AND r.application_id = ${applicationId}
          WHERE d.site_id = ${siteId} AND d.group_id = g.id
        ) AS is_default,
        (
          SELECT jsonb_agg(DISTINCT o.key) FROM grants y
          JOIN application_roles r ON r.site_id = ${siteId} AND r.id = y.role_id AND r.application_id <> ${applicationId}
          JOIN applications o ON o.site_id = ${siteId} AND o.id = r.application_id
          WHERE y.site_id = ${siteId} AND y.group_id IN (
            SELECT g.id UNION ALL
            SELECT up.ancestor_id FROM group_closure up WHERE up.site_id = ${siteId} AND up.descendant_id = g.id)
        ) AS others
      FROM groups g
      LEFT JOIN connections c ON c.site_id = ${siteId} AND c.id = g.owner_connection_id
      WHERE g.site_id = ${siteId} AND ${isLiving(sql`g`)} AND g.id IN (
        SELECT group_id FROM granted
        UNION
        SELECT down.descendant_id FROM granted
        JOIN group_closure down ON down.site_id = ${siteId} AND down.ancestor_id = granted.group_id)
    )`;
}

function memberWays(siteId: number): Sql {
  return sql`
    member_ways AS (
      SELECT way.user_id,
        jsonb_agg(jsonb_build_object('id', way.id, 'name', way.name) ORDER BY way.name, way.id)
          FILTER (WHERE way.obstacle IS NULL) AS groups,
        jsonb_agg(way.obstacle ORDER BY way.name, way.id) FILTER (WHERE way.obstacle IS NOT NULL) AS obstacles
      FROM (
        SELECT s.user_id, l.id, l.name, CASE
          WHEN l.owner_connection_id IS NOT NULL THEN jsonb_build_object('code', 'group-of-connection', 'group', l.name,
            'connection', coalesce(l.connection, l.owner_connection_id::text))
          WHEN m.owner_connection_id IS NOT NULL THEN jsonb_build_object('code', 'member-of-connection', 'group', l.name,
            'connection', coalesce(c.name, m.owner_connection_id::text))
          WHEN NOT l.is_default THEN jsonb_build_object('code', 'no-default-group', 'group', l.name)
          WHEN l.others IS NOT NULL THEN jsonb_build_object('code', 'gives-other-applications', 'group', l.name,
            'applications', l.others)
        END AS obstacle
        FROM seats s
        JOIN memberships m ON m.site_id = ${siteId} AND m.user_id = s.user_id
        JOIN giving l ON l.id = m.group_id
        LEFT JOIN connections c ON c.site_id = ${siteId} AND c.id = m.owner_connection_id
      ) way GROUP BY way.user_id
    )`;
}

function grantWays(siteId: number): Sql {
  return sql`
    grant_ways AS (
      SELECT way.user_id,
        jsonb_agg(jsonb_build_object('id', way.id, 'role', way.role) ORDER BY way.rank, way.id)
          FILTER (WHERE way.connection IS NULL) AS grants,
        jsonb_agg(jsonb_build_object('code', 'grant-of-connection', 'role', way.role, 'connection', way.connection)
          ORDER BY way.rank, way.id) FILTER (WHERE way.connection IS NOT NULL) AS obstacles
      FROM (
        SELECT s.user_id, y.id, r.key AS role, r.rank, coalesce(c.name, y.connection_id::text) AS connection
        FROM seats s
        JOIN grants y ON y.site_id = ${siteId} AND y.user_id = s.user_id
        JOIN seat_roles r ON r.id = y.role_id
        LEFT JOIN connections c ON c.site_id = ${siteId} AND c.id = y.connection_id
      ) way GROUP BY way.user_id
    )`;
}

function iso(moment: Sql): Sql {
  return sql`to_char(${moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
