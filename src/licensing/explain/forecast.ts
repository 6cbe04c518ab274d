import { type Sql, sql, type Transaction } from '../../database/index.js';
import type { SeatRules } from '../settlement/pools.js';

/** Changes that are planned and not made; each is a query for rows with the columns that are named. */
export interface PlannedChanges {
  /** user_id, active: whom their connection will say to be active or not, new users among them. Once each. */
  readonly people: Sql;
  /** group_id, user_id */
  readonly joins: Sql;
  readonly leaves: Sql;
  /** group_id, child_group_id */
  readonly nests: Sql;
  readonly unnests: Sql;
  /** group_id: groups that are deleted */
  readonly lostGroups: Sql;
}

/** What planned changes mean for a licence. */
export interface SeatForecast {
  readonly licenceId: string;
  readonly licence: string;
  readonly application: string;
  /** null: unlimited */
  readonly seats: number | null;
  readonly used: number;
  /** Who comes to ask for a seat of it, and who gives one up. */
  readonly asked: number;
  readonly freed: number;
  /** Seats that are missing then. */
  readonly short: number;
}

/**
 * What changes would do to the use of seats, worked out without making them, for plans that are too large to be tried:
 * everybody asks for the pool of the highest role; who would have to fall back or wait is what is short.
 */
export async function forecastSeats(
  transaction: Transaction,
  siteId: number,
  rules: SeatRules,
  changes: PlannedChanges,
): Promise<SeatForecast[]> {
  return transaction.run<SeatForecast>(forecast(siteId, rules, changes));
}

function forecast(siteId: number, rules: SeatRules, changes: PlannedChanges): Sql {
  const staysIn = rules.invitedTakeSeats ? sql`u.state IN ('invited', 'active')` : sql`u.state = 'active'`;
  const takesSeat = rules.serviceUsersTakeSeats
    ? sql`r.takes_seat`
    : sql`r.takes_seat AND coalesce(u.user_type, 'standard') <> 'service'`;
  return sql`
    WITH RECURSIVE person AS MATERIALIZED (${changes.people}),
    joins AS MATERIALIZED (${changes.joins}),
    leaves AS MATERIALIZED (${changes.leaves}),
    lost AS MATERIALIZED (${changes.lostGroups}),
    edge AS MATERIALIZED (
      (SELECT n.group_id, n.child_group_id FROM nestings n
        JOIN groups g ON g.site_id = ${siteId} AND g.id = n.child_group_id AND g.deleted_at IS NULL
        WHERE n.site_id = ${siteId} EXCEPT ${changes.unnests}) UNION ${changes.nests}
    ),
    granting AS MATERIALIZED (
      SELECT DISTINCT x.group_id FROM grants x
      JOIN groups g ON g.site_id = ${siteId} AND g.id = x.group_id AND g.deleted_at IS NULL
      WHERE x.site_id = ${siteId}
    ),
    reach AS (
      SELECT group_id AS root, group_id FROM granting WHERE group_id NOT IN (SELECT group_id FROM lost)
      UNION
      SELECT reach.root, edge.child_group_id FROM reach JOIN edge ON edge.group_id = reach.group_id
      WHERE edge.child_group_id NOT IN (SELECT group_id FROM lost)
    ),
    reached_now AS (
      SELECT group_id AS root, group_id FROM granting
      UNION
      SELECT x.group_id, c.descendant_id FROM granting x
      JOIN group_closure c ON c.site_id = ${siteId} AND c.ancestor_id = x.group_id
    ),
    moved AS (
      SELECT group_id FROM (TABLE reach EXCEPT TABLE reached_now) AS gained
      UNION SELECT group_id FROM (TABLE reached_now EXCEPT TABLE reach) AS no_longer
    ),
    touched AS MATERIALIZED (
      SELECT user_id FROM person
      UNION SELECT user_id FROM joins
      UNION SELECT user_id FROM leaves
      UNION SELECT m.user_id FROM moved JOIN memberships m ON m.site_id = ${siteId} AND m.group_id = moved.group_id
    ),
    member AS (
      SELECT m.user_id, m.group_id FROM touched t
      JOIN memberships m ON m.site_id = ${siteId} AND m.user_id = t.user_id
      WHERE m.group_id IN (SELECT group_id FROM reach)
        AND NOT EXISTS (SELECT 1 FROM leaves WHERE leaves.user_id = m.user_id AND leaves.group_id = m.group_id)
      UNION
      SELECT user_id, group_id FROM joins WHERE group_id IN (SELECT group_id FROM reach)
    ),
    deserved AS (
      SELECT member.user_id, x.role_id FROM member JOIN reach ON reach.group_id = member.group_id
      JOIN grants x ON x.site_id = ${siteId} AND x.group_id = reach.root
      UNION
      SELECT t.user_id, x.role_id FROM touched t JOIN grants x ON x.site_id = ${siteId} AND x.user_id = t.user_id
    ),
    highest AS (
      SELECT DISTINCT ON (d.user_id, r.application_id) d.user_id, CASE WHEN ${takesSeat} THEN l.licence_id END AS licence_id
      FROM deserved d
      JOIN application_roles r ON r.site_id = ${siteId} AND r.id = d.role_id
      JOIN applications a ON a.site_id = ${siteId} AND a.id = r.application_id AND a.state = 'active'
      LEFT JOIN users u ON u.site_id = ${siteId} AND u.id = d.user_id
      LEFT JOIN person p ON p.user_id = d.user_id
      LEFT JOIN licence_roles l ON l.site_id = ${siteId} AND l.role_id = r.id AND l.in_force
      WHERE u.deleted_at IS NULL
        AND CASE WHEN p.active IS NULL THEN ${staysIn} WHEN p.active THEN u.state IS DISTINCT FROM 'suspended' ELSE false END
        AND (u.user_type IS DISTINCT FROM 'customer' OR NOT r.takes_seat)
      ORDER BY d.user_id, r.application_id, r.rank
    ),
    wants AS (SELECT user_id, licence_id FROM highest WHERE licence_id IS NOT NULL),
    holds AS (
      SELECT e.user_id, e.licence_id FROM touched t
      JOIN entitlements e ON e.site_id = ${siteId} AND e.user_id = t.user_id AND e.licence_id IS NOT NULL
    ),
    asked AS (SELECT licence_id, count(*) AS count FROM (TABLE wants EXCEPT TABLE holds) AS more GROUP BY licence_id),
    freed AS (SELECT licence_id, count(*) AS count FROM (TABLE holds EXCEPT TABLE wants) AS less GROUP BY licence_id),
    used AS (
      SELECT l.id, CASE WHEN l.seats IS NULL THEN (
        SELECT count(*) FROM entitlements e WHERE e.site_id = ${siteId} AND e.licence_id = l.id
      ) ELSE l.seats_used END AS count
      FROM licences l WHERE l.site_id = ${siteId}
    )
    SELECT l.id AS "licenceId", l.name AS licence, a.key AS application, l.seats, used.count::integer AS used,
      coalesce(asked.count, 0)::integer AS asked, coalesce(freed.count, 0)::integer AS freed,
      greatest(0, used.count + coalesce(asked.count, 0) - coalesce(freed.count, 0) - l.seats)::integer AS short
    FROM licences l
    JOIN applications a ON a.site_id = ${siteId} AND a.id = l.application_id
    JOIN used ON used.id = l.id
    LEFT JOIN asked ON asked.licence_id = l.id
    LEFT JOIN freed ON freed.licence_id = l.id
    WHERE l.site_id = ${siteId} AND (asked.count > 0 OR freed.count > 0)
    ORDER BY a.key, l.name`;
}
