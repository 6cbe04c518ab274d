import { type Database, sql } from '../../database/index.js';

/** How a licence was used on a day of UTC. */
export interface LicenceDay {
  /** `2027-01-31` */
  readonly day: string;
  readonly licenceId: string;
  /** Its name on that day. */
  readonly licence: string;
  /** At the end of the day; null: unlimited. 0 once it has ended. */
  readonly seats: number | null;
  /** At the end of the day, or now. */
  readonly used: number;
  /** The most at any time of the day; of an unlimited licence the most that was seen. */
  readonly highest: number;
  /** The most seats that were taken beyond those there were. */
  readonly over: number;
  /** Who waited when it was last looked at; null: nobody looked on that day. */
  readonly waiting: number | null;
}

/** Days, both included, as `2027-01-31`. */
export interface DayRange {
  readonly from: string;
  readonly to: string;
}

/** The days of an application's licences, those that are gone included, by licence and day. */
export function readLicenceDays(
  database: Database,
  siteId: number,
  applicationId: string,
  { from, to }: DayRange,
): Promise<LicenceDay[]> {
  return database.read<LicenceDay>(sql`
    SELECT to_char(day, 'YYYY-MM-DD') AS day, licence_id AS "licenceId", name AS licence, seats, used, highest, over,
      waiting
    FROM licence_days
    WHERE site_id = ${siteId} AND application_id = ${applicationId} AND day BETWEEN ${from}::date AND ${to}::date
    ORDER BY min(day) OVER (PARTITION BY licence_id), licence_id, day`);
}

/** What a licence was used in a time, to be settled with whoever sold it. */
export interface TrueUp {
  readonly licenceId: string;
  /** Its last name in that time. */
  readonly licence: string;
  /** Days of which something is known. */
  readonly days: number;
  /** At the end of that time; null: unlimited. */
  readonly seats: number | null;
  readonly peak: number;
  /** The first day with the peak. */
  readonly peakDay: string;
  /** Of what was used at the end of each day, to two decimals. */
  readonly average: number;
  /** Days on which more seats were taken than there were, at any time. */
  readonly daysOver: number;
  /** The most of them. */
  readonly highestOver: number;
}

/** One line a licence that was used, or could have been, in that time. */
export async function readTrueUp(
  database: Database,
  siteId: number,
  applicationId: string,
  { from, to }: DayRange,
): Promise<TrueUp[]> {
  return database.read<TrueUp>(sql`
    SELECT licence_id AS "licenceId", (array_agg(name ORDER BY day DESC))[1] AS licence, count(*) AS days,
      (array_agg(seats ORDER BY day DESC))[1] AS seats, max(highest) AS peak,
      to_char((array_agg(day ORDER BY highest DESC, day))[1], 'YYYY-MM-DD') AS "peakDay",
      round(avg(used), 2)::float8 AS average, count(*) FILTER (WHERE over > 0) AS "daysOver",
      max(over) AS "highestOver"
    FROM licence_days
    WHERE site_id = ${siteId} AND application_id = ${applicationId} AND day BETWEEN ${from}::date AND ${to}::date
    GROUP BY licence_id ORDER BY min(day), licence_id`);
}
