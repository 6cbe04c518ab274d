import type { Config } from '../../config/index.js';
import { type Database, type Sql, sql } from '../../database/index.js';
import type { GoogleConnection } from '../connections/index.js';
import type { Run } from './run.js';

/** How it stands with the runs of a connection. Dry runs and refreshes of single objects do not count. */
export interface Standing {
  readonly siteId: number;
  readonly connectionId: string;
  readonly name: string;
  readonly state: GoogleConnection['state'];
  /** The newest run, whatever became of it. */
  readonly last: Pick<Run, 'id' | 'state' | 'requestedAt' | 'finishedAt' | 'error'> | null;
  /** When the walk of the newest complete run began: what the directory holds is as old as that. */
  readonly completeAt: Date | null;
  /** Whole seconds since then, or since the connection was made. */
  readonly ageSeconds: number;
  /** Runs that failed since then, or since an administrator mended something. */
  readonly failures: number;
  /** Since when the log says that it is stale. */
  readonly staleSince: Date | null;
  /** Whether it is so now. */
  readonly isStale: boolean;
  /** A run whose removals wait for an administrator. */
  readonly waitingRunId: string | null;
  /** When the next run is due; null: nobody runs it until an administrator resumes it. */
  readonly nextRunAt: Date | null;
}

export type ScheduleSettings = Pick<Config['google'], 'staleFailures' | 'staleHours' | 'backOffHours'>;

export type StandingScope =
  | { readonly siteId: number; readonly connectionId?: string }
  /** Connections of all sites; `due`: whose next run is due and not asked for yet. */
  | { readonly everywhere: 'all' | 'due' };

/** How it stands with connections, by name. Not from a replica: it decides what is done next. */
export async function readStandings(
  database: Database,
  settings: ScheduleSettings,
  scope: StandingScope,
): Promise<Standing[]> {
  const due = sql`s."nextRunAt" <= now() AND NOT s.busy`;
  const condition = 'everywhere' in scope ? (scope.everywhere === 'due' ? due : sql`true`) : sql`true`;
  const rows = await database.write<StandingRow>(sql`
    SELECT * FROM (${standings(settings, connectionsOf(scope))}) AS s WHERE ${condition} ORDER BY s."siteId", s.name`);
  return rows.map(({ lastId, lastState, lastRequestedAt, lastFinishedAt, lastError, busy: _, ...standing }) => ({
    ...standing,
    last:
      lastId === null || lastState === null || lastRequestedAt === null
        ? null
        : { id: lastId, state: lastState, requestedAt: lastRequestedAt, finishedAt: lastFinishedAt, error: lastError },
  }));
}

interface StandingRow extends Omit<Standing, 'last'> {
  readonly lastId: string | null;
  readonly lastState: Run['state'] | null;
  readonly lastRequestedAt: Date | null;
  readonly lastFinishedAt: Date | null;
  readonly lastError: Run['error'];
  readonly busy: boolean;
}

function connectionsOf(scope: StandingScope): Sql {
  if ('everywhere' in scope) return sql`true`;
  const one = scope.connectionId === undefined ? sql`` : sql` AND g.id = ${scope.connectionId}::uuid`;
  return sql`g.site_id = ${scope.siteId}${one}`;
}

/** States of runs that were read and compared whole; what was held back of them makes them no less complete. */
const COMPLETE = sql`(r.state IN ('completed', 'awaiting-approval', 'rejected', 'expired', 'superseded')
  OR r.decided_at IS NOT NULL)`;

/**
 * Runs are asked for from the start of one to that of the next. Who fails again and again is asked less often, up to
 * `backOffHours`; what was mended since is asked at once. A new connection has an interval's time to be looked at.
 */
function standings({ staleFailures, staleHours, backOffHours }: ScheduleSettings, which: Sql): Sql {
  return sql`
    SELECT g.site_id AS "siteId", g.id AS "connectionId", c.name, g.state, g.stale_since AS "staleSince",
      last.id AS "lastId", last.state AS "lastState", last.requested_at AS "lastRequestedAt",
      last.finished_at AS "lastFinishedAt", CASE WHEN last.error_code IS NOT NULL
        THEN jsonb_build_object('code', last.error_code, 'text', last.error_text) END AS "lastError",
      complete.walk_started_at AS "completeAt", age.seconds AS "ageSeconds", failed.count AS failures,
      failed.count >= ${staleFailures} OR age.seconds > greatest(${staleHours} * 3600, g.interval_minutes * 120)
        AS "isStale",
      waiting.id AS "waitingRunId", busy.yes AS busy,
      CASE WHEN g.state <> 'active' THEN NULL
        WHEN last.state = 'failed' AND last.finished_at < g.state_since THEN g.state_since
        ELSE coalesce(last.started_at, last.requested_at, g.created_at) + make_interval(mins => CASE
          WHEN failed.count < ${staleFailures} THEN g.interval_minutes
          ELSE least(g.interval_minutes * 2.0 ^ least(failed.count - ${staleFailures} + 1, 20),
            greatest(g.interval_minutes, ${backOffHours} * 60))::integer END) END AS "nextRunAt"
    FROM google_connections g
    JOIN connections c ON c.site_id = g.site_id AND c.id = g.id
    LEFT JOIN LATERAL (SELECT * FROM google_runs r WHERE r.site_id = g.site_id AND r.connection_id = g.id
      AND r.kind = 'sync' ORDER BY r.id DESC LIMIT 1) AS last ON true
    LEFT JOIN LATERAL (SELECT r.id, r.walk_started_at FROM google_runs r WHERE r.site_id = g.site_id
      AND r.connection_id = g.id AND r.kind = 'sync' AND ${COMPLETE} ORDER BY r.id DESC LIMIT 1) AS complete ON true
    LEFT JOIN LATERAL (SELECT r.id FROM google_runs r WHERE r.site_id = g.site_id AND r.connection_id = g.id
      AND r.state = 'awaiting-approval' AND r.approval_expires_at > now() ORDER BY r.id DESC LIMIT 1) AS waiting ON true
    CROSS JOIN LATERAL (SELECT count(*)::integer AS count FROM google_runs r WHERE r.site_id = g.site_id
      AND r.connection_id = g.id AND r.kind = 'sync' AND r.state = 'failed' AND r.finished_at >= g.state_since
      AND (complete.id IS NULL OR r.id > complete.id)) AS failed
    CROSS JOIN LATERAL (SELECT EXISTS (SELECT 1 FROM google_runs r WHERE r.site_id = g.site_id
      AND r.connection_id = g.id AND r.kind = 'sync' AND r.state IN ('queued', 'walking', 'planning', 'applying'))
      AS yes) AS busy
    CROSS JOIN LATERAL (SELECT extract(epoch FROM now() - coalesce(complete.walk_started_at, g.created_at))::integer
      AS seconds) AS age
    WHERE ${which}`;
}
