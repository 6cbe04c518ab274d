import { sql, type Transaction } from '../../database/index.js';

/** A person and an application. */
export interface AccessPair {
  readonly userId: string;
  readonly applicationId: string;
}

/** What somebody has and waits for in an application; `role` is null for nothing. */
export interface Standing {
  readonly role: string | null;
  /** Whose seat it takes; null where it takes none. */
  readonly licence: string | null;
  readonly waitsFor: readonly string[];
}

export interface PersonStanding extends AccessPair, Standing {
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

/** What people have in applications now, in the order of applications and names. */
export function readStandings(
  transaction: Transaction,
  siteId: number,
  pairs: readonly AccessPair[],
): Promise<PersonStanding[]> {
  return transaction.run<PersonStanding>(sql`
    SELECT asked.user_id AS "userId", asked.application_id AS "applicationId", u.user_name AS "userName",
      a.key AS application, r.key AS role, l.name AS licence, coalesce(queued.roles, '{}') AS "waitsFor"
    FROM unnest(${pairs.map(({ userId }) => userId)}::uuid[], ${pairs.map(({ applicationId }) => applicationId)}::uuid[])
      AS asked (user_id, application_id)
    JOIN users u ON u.site_id = ${siteId} AND u.id = asked.user_id
    JOIN applications a ON a.site_id = ${siteId} AND a.id = asked.application_id
    LEFT JOIN entitlements e ON e.site_id = ${siteId} AND e.user_id = asked.user_id
      AND e.application_id = asked.application_id
    LEFT JOIN application_roles r ON r.site_id = ${siteId} AND r.id = e.role_id
    LEFT JOIN licences l ON l.site_id = ${siteId} AND l.id = e.licence_id
    LEFT JOIN LATERAL (
      SELECT array_agg(wr.key ORDER BY wr.rank) AS roles FROM waiting_places w
      JOIN application_roles wr ON wr.site_id = ${siteId} AND wr.id = w.role_id
      WHERE w.site_id = ${siteId} AND w.user_id = asked.user_id AND w.application_id = asked.application_id
    ) queued ON true
    ORDER BY a.key, u.user_name_key`);
}

/** The licences of applications, with how many of their seats are taken and how many people wait for one. */
export function readPoolUse(
  transaction: Transaction,
  siteId: number,
  applicationIds: readonly string[],
): Promise<PoolUse[]> {
  return transaction.run<PoolUse>(sql`
    SELECT l.id AS "licenceId", a.key AS application, l.name AS licence, l.seats,
      (SELECT count(*) FROM entitlements e WHERE e.site_id = l.site_id AND e.licence_id = l.id)::integer AS used,
      (SELECT count(*) FROM waiting_places w WHERE w.site_id = l.site_id AND w.licence_id = l.id)::integer AS waiting
    FROM licences l JOIN applications a ON a.site_id = l.site_id AND a.id = l.application_id
    WHERE l.site_id = ${siteId} AND l.application_id = ANY (${applicationIds}::uuid[]) ORDER BY a.key, l.name`);
}
