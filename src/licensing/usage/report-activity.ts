import { type Database, sql } from '../../database/index.js';
import { comparisonKey, isLiving, isObjectId, translateViolation } from '../../directory/index.js';
import { RollcallError } from '../../errors/index.js';

/** That somebody used an application, as the application says. */
export interface ActivityReport {
  /** An id or a userName. */
  readonly user: string;
  readonly lastActiveAt: Date;
}

export interface ActivityRules {
  /** How far a clock of an application may be ahead of ours. */
  readonly skewSeconds: number;
  /** By how much a time must be later than the one that is kept to be written. */
  readonly resolutionSeconds: number;
}

const SECOND = 1000;

/**
 * Keeps when people last used an application; a time never moves back. It is what was seen of somebody and no change of
 * anything, and it comes as often as people click: so there is no entry in the log, no version and no transaction of
 * `change`, but one statement for all reports. What it can grow to is one row a person and application, and what it
 * can write is one row a person, application and `resolutionSeconds`.
 * @returns the reports, by index, whose user is not there
 * @throws RollcallError `activity.in-the-future`, with nothing kept; `application.not-found`
 */
export async function reportActivity(
  database: Database,
  application: { readonly siteId: number; readonly id: string },
  reports: readonly ActivityReport[],
  { skewSeconds, resolutionSeconds }: ActivityRules,
): Promise<readonly number[]> {
  const latest = Date.now() + skewSeconds * SECOND;
  const early = reports.find(({ lastActiveAt }) => lastActiveAt.getTime() > latest);
  if (early !== undefined) {
    const at = early.lastActiveAt.toISOString();
    const message = `${at} has not come yet: set the clock, or raise ACTIVITY_SKEW_SECONDS (${skewSeconds}).`;
    throw new RollcallError('invalid', 'activity.in-the-future', message);
  }
  const { siteId, id } = application;
  const ids = reports.map(({ user }) => (isObjectId(user) ? user : null));
  const keys = reports.map(({ user }) => comparisonKey(user));
  const times = reports.map(({ lastActiveAt }) => lastActiveAt);
  // Read first, so that a report that says nothing new locks nothing; in the order of the key, so that two never wait
  // for each other.
  const statement = sql`
    WITH found AS MATERIALIZED (
      SELECT s.position, s.at, coalesce(i.id, n.id) AS user_id
      FROM unnest(${ids}::uuid[], ${keys}::text[], ${times}::timestamptz[]) WITH ORDINALITY AS s (id, key, at, position)
      LEFT JOIN users i ON i.site_id = ${siteId} AND i.id = s.id AND ${isLiving(sql`i`)}
      LEFT JOIN users n ON i.id IS NULL AND n.site_id = ${siteId} AND n.user_name_key = s.key AND n.deleted_at IS NULL
    ), newest AS (
      SELECT user_id, max(least(at, now())) AS at FROM found WHERE user_id IS NOT NULL GROUP BY user_id
    ), stored AS (
      INSERT INTO application_activity AS kept (site_id, application_id, user_id, last_active_at)
      SELECT ${siteId}, ${id}::uuid, n.user_id, n.at FROM newest n
      LEFT JOIN application_activity a
        ON a.site_id = ${siteId} AND a.application_id = ${id}::uuid AND a.user_id = n.user_id
      WHERE a.last_active_at IS NULL OR a.last_active_at <= n.at - make_interval(secs => ${resolutionSeconds})
      ORDER BY n.user_id
      ON CONFLICT (site_id, application_id, user_id) DO UPDATE SET last_active_at = excluded.last_active_at
        WHERE kept.last_active_at < excluded.last_active_at
    )
    SELECT position::integer - 1 AS index FROM found WHERE user_id IS NULL ORDER BY position`;
  try {
    return (await database.write<{ index: number }>(statement)).map(({ index }) => index);
  } catch (error) {
    throw translateViolation(error);
  }
}
