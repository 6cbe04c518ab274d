import type { Config } from '../../config/index.js';
import { type Database, sql } from '../../database/index.js';
import { type Run, requestRun } from '../runs/index.js';

/** After a run that failed nothing is asked of Google because of hints for so long. */
const REST_MINUTES = 5;

/**
 * Asks for a refresh of every connection with hints, or for a complete run where there are too many. None while a run is
 * at work or waits for its turn, and none before the first complete run: what that does is for an administrator to see.
 * @param connectionId of this one alone
 */
export async function requestRefreshes(
  database: Database,
  { refreshObjects }: Pick<Config['google'], 'refreshObjects'>,
  connectionId?: string,
): Promise<Run[]> {
  const only = connectionId === undefined ? sql`` : sql`AND g.id = ${connectionId}::uuid`;
  const waiting = await database.write<{ siteId: number; connectionId: string; hints: number }>(sql`
    SELECT g.site_id AS "siteId", g.id AS "connectionId", hinted.count AS hints
    FROM google_connections g
    CROSS JOIN LATERAL (SELECT count(*)::integer AS count FROM (SELECT 1 FROM google_hints h
      WHERE h.site_id = g.site_id AND h.connection_id = g.id LIMIT ${refreshObjects + 1}) AS first) AS hinted
    WHERE g.state = 'active' AND hinted.count > 0 ${only}
      AND NOT EXISTS (SELECT 1 FROM google_runs r WHERE r.site_id = g.site_id AND r.connection_id = g.id
        AND (r.state IN ('queued', 'walking', 'planning', 'applying')
          OR (r.state = 'failed' AND r.finished_at > now() - make_interval(mins => ${REST_MINUTES}))))
      AND EXISTS (SELECT 1 FROM google_runs r WHERE r.site_id = g.site_id AND r.connection_id = g.id AND r.kind = 'sync'
        AND (r.state IN ('completed', 'awaiting-approval', 'rejected', 'expired', 'superseded') OR r.decided_at IS NOT NULL))`);
  const requested: Run[] = [];
  for (const { siteId, connectionId: id, hints } of waiting) {
    requested.push(await requestRun(database, siteId, id, hints > refreshObjects ? 'sync' : 'refresh', 'hint'));
  }
  return requested;
}
