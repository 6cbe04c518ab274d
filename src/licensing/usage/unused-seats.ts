import { type Database, type Sql, sql } from '../../database/index.js';

/** A seat that nobody used for a while. */
export interface UnusedSeat {
  readonly userId: string;
  readonly userName: string;
  readonly role: string;
  readonly licence: string;
  /** Since when the person has the seat, in this role. */
  readonly since: Date;
  /** Null: the application never reported anything of this person. */
  readonly lastActiveAt: Date | null;
}

/** Where a walk through unused seats was left. */
export interface SeatPosition {
  /** When it was used last, or given. */
  readonly lastUse: Date;
  readonly userId: string;
}

/** The seats of an application that were neither used nor given for as many days, those unused longest first. */
export function listUnusedSeats(
  database: Database,
  siteId: number,
  applicationId: string,
  days: number,
  { after, limit }: { readonly after?: SeatPosition | undefined; readonly limit?: number } = {},
): Promise<UnusedSeat[]> {
  // What a position keeps of a time is its milliseconds.
  const used = sql`date_trunc('milliseconds', ${lastUse})`;
  const behind =
    after === undefined ? sql`TRUE` : sql`(${used}, u.id) > (${after.lastUse}::timestamptz, ${after.userId}::uuid)`;
  return database.read<UnusedSeat>(sql`
    SELECT u.id AS "userId", u.user_name AS "userName", r.key AS role, l.name AS licence, e.since,
      a.last_active_at AS "lastActiveAt"
    FROM ${heldSeats(siteId, applicationId)}
    JOIN users u ON u.site_id = e.site_id AND u.id = e.user_id
    JOIN application_roles r ON r.site_id = e.site_id AND r.id = e.role_id
    JOIN licences l ON l.site_id = e.site_id AND l.id = e.licence_id
    WHERE ${unusedFor(days)} AND ${behind}
    ORDER BY ${used}, u.id LIMIT ${limit ?? null}`);
}

/** Where a walk goes on behind a seat. */
export function seatPosition({ userId, since, lastActiveAt }: UnusedSeat): SeatPosition {
  return { lastUse: lastActiveAt === null || lastActiveAt < since ? since : lastActiveAt, userId };
}

/** Seats `e` of an application beside what was reported `a`, to stand behind FROM. */
export function heldSeats(siteId: number, applicationId: string): Sql {
  return sql`(
      SELECT * FROM entitlements
      WHERE site_id = ${siteId} AND application_id = ${applicationId} AND licence_id IS NOT NULL
    ) e
    LEFT JOIN application_activity a
      ON a.site_id = e.site_id AND a.application_id = e.application_id AND a.user_id = e.user_id`;
}

/** Of heldSeats. Who was given a seat yesterday had no time to use it. */
export const lastUse = sql`greatest(a.last_active_at, e.since)`;

/** Of heldSeats. */
export function unusedFor(days: number): Sql {
  return sql`${lastUse} < now() - make_interval(days => ${days})`;
}
