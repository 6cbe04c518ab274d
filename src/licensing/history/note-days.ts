import { type Sql, sql } from '../../database/index.js';

interface CountedPool {
  readonly licenceId: string;
  /** Seats taken before the change. */
  readonly used: number;
}

/**
 * The statement that writes down how limited licences are used from now on, for the transaction that gives or takes
 * their seats and holds their rows: so the highest use of a day is exact, and a day without a row had no change. The
 * clock is read under the lock, for a transaction may have begun on the day before.
 */
export function noteDays(siteId: number, pools: readonly CountedPool[], used: ReadonlyMap<string, number>): Sql[] {
  if (pools.length === 0) return [];
  return [
    sql`
      INSERT INTO licence_days AS d (site_id, licence_id, day, application_id, name, seats, used, highest, over)
      SELECT l.site_id, l.id, today.day, l.application_id, l.name, now_is.seats, counted.used,
        greatest(counted.used, began.used),
        greatest(0, counted.used - now_is.seats, began.used - began.seats)
      FROM unnest(${pools.map((pool) => pool.licenceId)}::uuid[],
        ${pools.map((pool) => used.get(pool.licenceId) ?? pool.used)}::integer[],
        ${pools.map((pool) => pool.used)}::integer[]) AS counted (id, used, before)
      JOIN licences l ON l.site_id = ${siteId} AND l.id = counted.id
      CROSS JOIN (SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date AS day) today
      CROSS JOIN LATERAL (SELECT ${seatsNow} AS seats) now_is
      CROSS JOIN LATERAL (${beganWith(sql`today.day`, sql`counted.before`)}) began
      ON CONFLICT (site_id, licence_id, day) DO UPDATE SET name = excluded.name, seats = excluded.seats,
        used = excluded.used, highest = greatest(d.highest, excluded.used),
        over = greatest(d.over, excluded.used - excluded.seats)`,
  ];
}

/** The seats of a licence `l`: one that has ended has none to give. */
export const seatsNow: Sql = sql`CASE WHEN l.valid_until <= now() THEN 0 ELSE l.seats END`;

/**
 * A query for how a licence `l` was used when a day began: as the last day before it ended.
 * @param used where there is no day before it
 */
export function beganWith(day: Sql, used: Sql): Sql {
  return sql`
    SELECT coalesce(last.used, ${used}) AS used, CASE WHEN last.day IS NULL THEN ${seatsNow} ELSE last.seats END AS seats
    FROM (SELECT 1) one LEFT JOIN LATERAL (
      SELECT b.day, b.used, b.seats FROM licence_days b
      WHERE b.site_id = l.site_id AND b.licence_id = l.id AND b.day < ${day} ORDER BY b.day DESC LIMIT 1
    ) last ON true`;
}
