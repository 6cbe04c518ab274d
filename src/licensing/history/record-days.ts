import { type Database, type Sql, sql } from '../../database/index.js';
import { isLimited } from '../settlement/pools.js';
import { beganWith, seatsNow } from './note-days.js';

/**
 * Looks how the licences of a site are used today, and fills in the days that nobody looked at. Of a limited licence
 * each change wrote its day down itself, so a day without a row was as the one before it ended; of an unlimited one
 * nothing is known of such days, and they stay without a row. Any number of processes may do this, as often as they
 * like.
 * @param at the time to take for now
 */
export async function recordLicenceDays(database: Database, siteId: number, at: Date): Promise<void> {
  const today = dayOf(at);
  await database.write(sql`
    INSERT INTO licence_days (site_id, licence_id, day, application_id, name, seats, used, highest, over)
    SELECT known.site_id, known.licence_id, missing.day::date, known.application_id, known.name, known.seats, known.used,
      known.used, greatest(0, known.used - known.seats)
    FROM (
      SELECT d.*, l.valid_until IS NOT NULL AS ends,
        -- of a licence that is gone nothing follows its last day
        lead(d.day, 1, CASE WHEN l.id IS NULL THEN d.day ELSE today.day END)
          OVER (PARTITION BY d.licence_id ORDER BY d.day) AS next
      FROM licence_days d CROSS JOIN ${today}
      LEFT JOIN licences l ON l.site_id = d.site_id AND l.id = d.licence_id
      WHERE d.site_id = ${siteId} AND d.day <= today.day
    ) known
    CROSS JOIN LATERAL generate_series(known.day + 1, known.next - 1, interval '1 day') AS missing (day)
    WHERE known.seats IS NOT NULL OR known.ends
    ON CONFLICT DO NOTHING`);
  await database.write(noteUnlimited(siteId, at, sql`TRUE`));
  // Their rows are held meanwhile, so that nothing that a transaction writes down is overwritten with what was before.
  await database.write(sql`
    WITH held AS MATERIALIZED (
      SELECT * FROM licences l WHERE site_id = ${siteId} AND ${isLimited} ORDER BY id FOR SHARE
    )
    INSERT INTO licence_days AS d (site_id, licence_id, day, application_id, name, seats, used, highest, over, waiting)
    SELECT l.site_id, l.id, today.day, l.application_id, l.name, now_is.seats, l.seats_used,
      greatest(l.seats_used, began.used), greatest(0, l.seats_used - now_is.seats, began.used - began.seats),
      (SELECT count(*) FROM waiting_places w WHERE w.site_id = l.site_id AND w.licence_id = l.id)
    FROM held l CROSS JOIN ${today}
    CROSS JOIN LATERAL (SELECT ${seatsNow} AS seats) now_is
    CROSS JOIN LATERAL (${beganWith(sql`today.day`, sql`l.seats_used`)}) began
    ON CONFLICT (site_id, licence_id, day) DO UPDATE SET name = excluded.name, seats = excluded.seats,
      used = excluded.used, highest = greatest(d.highest, excluded.used),
      over = greatest(d.over, excluded.used - excluded.seats), waiting = excluded.waiting`);
}

/** The statement that counts the licences of `licences l` without limit and end, which nobody counts otherwise. */
export function noteUnlimited(siteId: number, at: Date, which: Sql): Sql {
  return sql`
    INSERT INTO licence_days AS d (site_id, licence_id, day, application_id, name, used, highest, over, waiting)
    SELECT l.site_id, l.id, today.day, l.application_id, l.name, taken.seats, taken.seats, 0, 0
    FROM licences l CROSS JOIN ${dayOf(at)}
    CROSS JOIN LATERAL (
      SELECT count(*) AS seats FROM entitlements e WHERE e.site_id = l.site_id AND e.licence_id = l.id
    ) taken
    WHERE l.site_id = ${siteId} AND NOT ${isLimited} AND ${which}
    ORDER BY l.id
    ON CONFLICT (site_id, licence_id, day) DO UPDATE SET name = excluded.name, seats = NULL, used = excluded.used,
      highest = greatest(d.highest, excluded.used), waiting = 0`;
}

/** The table `today` with the day of UTC. */
function dayOf(at: Date): Sql {
  return sql`(SELECT (${at}::timestamptz AT TIME ZONE 'UTC')::date AS day) today`;
}

/** Forgets the days before a time. */
export async function forgetLicenceDays(database: Database, siteId: number, before: Date): Promise<void> {
  await database.write(sql`
    DELETE FROM licence_days WHERE site_id = ${siteId} AND day < (${before}::timestamptz AT TIME ZONE 'UTC')::date`);
}
