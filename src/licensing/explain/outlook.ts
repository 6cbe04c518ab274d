import { sql, type Transaction } from '../../database/index.js';

/** What somebody has and waits for in an application; `role` is null for nothing. */
export interface Standing {
  readonly role: string | null;
  /** Whose seat it takes; null where it takes none. */
  readonly licence: string | null;
  readonly waitsFor: readonly string[];
}

export interface PersonStanding extends Standing {
  readonly userId: string;
  readonly applicationId: string;
  readonly userName: string;
  readonly application: string;
}

/** How full a pool is. */
export interface PoolUse {
  readonly licenceId: string;
  readonly application: string;
  readonly licence: string;
  /** null: unlimited */
  readonly seats: number | null;
  readonly used: number;
  readonly waiting: number;
}

/**
 * What people have and wait for in all applications, in the order of applications and names. Each table is gone through
 * once: what is simulated is new to the planner, which takes it for next to nothing.
 */
export function readStandings(
  transaction: Transaction,
  siteId: number,
  userIds: readonly string[],
): Promise<PersonStanding[]> {
  return transaction.run<PersonStanding>(sql`
    WITH asked AS MATERIALIZED (SELECT DISTINCT unnest(${userIds}::uuid[]) AS user_id),
    held AS MATERIALIZED (
      SELECT e.user_id, e.application_id, e.role_id, e.licence_id
      FROM asked JOIN entitlements e ON e.site_id = ${siteId} AND e.user_id = asked.user_id
    ), queued AS MATERIALIZED (
      SELECT w.user_id, w.application_id, array_agg(r.key ORDER BY r.rank) AS roles
      FROM asked JOIN waiting_places w ON w.site_id = ${siteId} AND w.user_id = asked.user_id
      JOIN application_roles r ON r.site_id = ${siteId} AND r.id = w.role_id
      GROUP BY 1, 2
    )
    SELECT standing.user_id AS "userId", standing.application_id AS "applicationId", u.user_name AS "userName", a.key AS application,
      r.key AS role, l.name AS licence, coalesce(standing.roles, '{}') AS "waitsFor"
    FROM (SELECT * FROM held FULL JOIN queued USING (user_id, application_id)) AS standing
    JOIN users u ON u.site_id = ${siteId} AND u.id = standing.user_id
    JOIN applications a ON a.site_id = ${siteId} AND a.id = standing.application_id
    LEFT JOIN application_roles r ON r.site_id = ${siteId} AND r.id = standing.role_id
    LEFT JOIN licences l ON l.site_id = ${siteId} AND l.id = standing.licence_id
    ORDER BY a.key, u.user_name_key`);
}

/** The licences of a site, with how many of their seats are taken and how many people wait for one. */
export function readPoolUse(transaction: Transaction, siteId: number): Promise<PoolUse[]> {
  return transaction.run<PoolUse>(sql`
    SELECT l.id AS "licenceId", a.key AS application, l.name AS licence, l.seats,
      (SELECT count(*) FROM entitlements e WHERE e.site_id = l.site_id AND e.licence_id = l.id)::integer AS used,
      (SELECT count(*) FROM waiting_places w WHERE w.site_id = l.site_id AND w.licence_id = l.id)::integer AS waiting
    FROM licences l JOIN applications a ON a.site_id = l.site_id AND a.id = l.application_id
    WHERE l.site_id = ${siteId} ORDER BY a.key, l.name`);
}
