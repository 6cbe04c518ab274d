import { type Database, type Sql, sql } from '../database/index.js';

/** A role of an application, or a licence, as the outside world may refer to it. */
export interface Published {
  /**
   * `wiki:user`: the keys of application and role, which neither changes; `wiki:` and the id of a licence, whose name
   * can change.
   */
  readonly value: string;
  readonly display: string;
  /** The application's key. */
  readonly application: string;
  readonly description: string | null;
  /** Whether it is of use now: the application is not disabled, the licence in force. */
  readonly supported: boolean;
  /** Of the licence, or of that whose seats the holders of the role take; null where nothing is limited. */
  readonly seats: number | null;
  readonly seatsUsed: number | null;
  /** Values of the lower roles of the application, for which a role stands as well; the highest first. */
  readonly contains: readonly string[];
  readonly containedBy: readonly string[];
}

/** How a role is named, of an application `a` and its role `r`. */
export const roleValue = sql`(a.key || ':' || r.key)`;
export const roleDisplay = sql`(a.name || ': ' || r.name)`;

/** The same of an application `a` and its licence `l`, the first of which has the application's name. */
export const licenceValue = sql`(a.key || ':' || l.id::text)`;
export const licenceDisplay = sql`(CASE WHEN l.name = a.name THEN l.name ELSE a.name || ': ' || l.name END)`;

const OF_A_LICENCE = /:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether a value of an application may be that of a licence, now or once. */
export function isLicenceValue(value: string): boolean {
  return OF_A_LICENCE.test(value);
}

/** The columns of both. Seats are counted only where they are limited. */
const common = sql`
  a.key AS application, a.description, l.seats,
  CASE WHEN l.seats IS NOT NULL THEN l.seats_used END AS "seatsUsed"`;

/** A query with the columns of Published, for all roles of a site. */
export function publishedRoles(siteId: number): Sql {
  const others = (which: Sql) => sql`ARRAY(
    SELECT a.key || ':' || o.key FROM application_roles o
    WHERE o.site_id = r.site_id AND o.application_id = r.application_id AND ${which} ORDER BY o.rank)`;
  return sql`
    SELECT ${roleValue} AS value, ${roleDisplay} AS display, ${common}, a.state = 'active' AS supported,
      ${others(sql`o.rank > r.rank`)} AS contains, ${others(sql`o.rank < r.rank`)} AS "containedBy"
    FROM application_roles r
    JOIN applications a ON a.site_id = r.site_id AND a.id = r.application_id
    LEFT JOIN licence_roles p ON p.site_id = r.site_id AND p.role_id = r.id AND p.in_force AND r.takes_seat
    LEFT JOIN licences l ON l.site_id = p.site_id AND l.id = p.licence_id
    WHERE r.site_id = ${siteId}`;
}

/** A query with the columns of Published, for all licences of a site. */
export function publishedLicences(siteId: number): Sql {
  return sql`
    SELECT ${licenceValue} AS value, ${licenceDisplay} AS display, ${common},
      a.state = 'active' AND EXISTS (
        SELECT 1 FROM licence_roles p WHERE p.site_id = l.site_id AND p.licence_id = l.id AND p.in_force
      ) AS supported, '{}'::text[] AS contains, '{}'::text[] AS "containedBy"
    FROM licences l JOIN applications a ON a.site_id = l.site_id AND a.id = l.application_id
    WHERE l.site_id = ${siteId}`;
}

/** The keys of the applications of a site in their order. */
export async function applicationKeys(database: Database, siteId: number): Promise<string[]> {
  const rows = await database.read<{ key: string }>(sql`
    SELECT key FROM applications WHERE site_id = ${siteId} ORDER BY key`);
  return rows.map((row) => row.key);
}
