import { type Database, sql } from '../../database/index.js';
import { type RunKey, requestRun, SILENT_SECONDS } from './run-store.js';
import { readStandings, type ScheduleSettings } from './standing.js';

/** Asks for the runs that are due. Where one is at work or waits for its turn there is no second. @returns how many */
export async function requestDueRuns(database: Database, settings: ScheduleSettings): Promise<number> {
  const due = await readStandings(database, settings, { everywhere: 'due' });
  for (const { siteId, connectionId } of due) await requestRun(database, siteId, connectionId, 'sync', 'schedule');
  return due.length;
}

/**
 * The runs that somebody should take up now, one of each connection at most: first those that were begun and that nobody
 * works on any more, then those that wait for their turn, in the order in which they were asked for. What waits of a
 * connection that is paused or needs attention goes on waiting.
 * @param connectionId of this one alone
 */
export function findWaitingRuns(database: Database, connectionId?: string): Promise<RunKey[]> {
  const only = connectionId === undefined ? sql`` : sql`AND r.connection_id = ${connectionId}::uuid`;
  return database.write<RunKey>(sql`
    SELECT "siteId", "connectionId", id FROM (
      SELECT DISTINCT ON (r.site_id, r.connection_id) r.site_id AS "siteId", r.connection_id AS "connectionId", r.id,
        r.state <> 'queued' AS begun, r.state <> 'queued' AND r.alive_at >= now() - make_interval(secs => ${SILENT_SECONDS})
          AS alive, g.state = 'active' AS active, r.requested_at
      FROM google_runs r JOIN google_connections g ON g.site_id = r.site_id AND g.id = r.connection_id
      WHERE r.state IN ('queued', 'walking', 'planning', 'applying') ${only}
      ORDER BY r.site_id, r.connection_id, begun DESC, r.requested_at, r.id
    ) AS next
    WHERE NOT alive AND (begun OR active)
    ORDER BY requested_at, id`);
}
