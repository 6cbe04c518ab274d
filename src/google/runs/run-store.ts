import { type Database, join, type Sql, sql, violatedConstraint } from '../../database/index.js';
import { isObjectId } from '../../directory/index.js';
import { RollcallError } from '../../errors/index.js';
import type { Run, RunKind, RunProgress, StartedBy } from './run.js';

const columns = sql`
  r.site_id AS "siteId", r.connection_id AS "connectionId", r.id, r.kind, r.started_by AS "startedBy", r.state,
  r.requested_at AS "requestedAt", r.started_at AS "startedAt", r.walk_started_at AS "walkStartedAt",
  r.walk_finished_at AS "walkFinishedAt", r.finished_at AS "finishedAt", r.progress, r.summary, r.warnings,
  r.plan_hash AS "planHash", r.approval_expires_at AS "approvalExpiresAt", r.decided_at AS "decidedAt",
  r.decided_by AS "decidedBy",
  CASE WHEN r.error_code IS NOT NULL THEN jsonb_build_object('code', r.error_code, 'text', r.error_text) END AS error`;

/** A process that works on a run says so this often; who was not heard of for so long has died. */
export const BEAT_MILLISECONDS = 500;
export const SILENT_SECONDS = 20;

/** What names a run. */
export type RunKey = Pick<Run, 'siteId' | 'connectionId' | 'id'>;

export function ofKey({ siteId, connectionId, id }: RunKey): Sql {
  return sql`r.site_id = ${siteId} AND r.connection_id = ${connectionId} AND r.id = ${id}`;
}

/** Asks for a run; one of the same kind that nobody has begun yet is the same. */
export async function requestRun(
  database: Database,
  siteId: number,
  connectionId: string,
  kind: RunKind,
  startedBy: StartedBy,
): Promise<Run> {
  return database.transaction(async (transaction) => {
    await transaction.run(sql`
      SELECT 1 FROM google_connections WHERE site_id = ${siteId} AND id = ${connectionId} FOR UPDATE`);
    const [waiting] = await transaction.run<Run>(sql`
      SELECT ${columns} FROM google_runs r
      WHERE r.site_id = ${siteId} AND r.connection_id = ${connectionId} AND r.kind = ${kind} AND r.state = 'queued'`);
    if (waiting !== undefined) return waiting;
    const [made] = await transaction.run<Run>(sql`
      INSERT INTO google_runs AS r (site_id, connection_id, kind, started_by)
      VALUES (${siteId}, ${connectionId}, ${kind}, ${startedBy}) RETURNING ${columns}`);
    if (made === undefined) throw new Error('INSERT returns what it inserts');
    return made;
  });
}

/** The runs of a connection, the newest first. @param before continue below this one */
export function listRuns(
  database: Database,
  siteId: number,
  connectionId: string,
  limit: number,
  before?: string,
): Promise<Run[]> {
  const below = before === undefined ? sql`` : sql`AND r.id < ${before}::uuid`;
  return database.write<Run>(sql`
    SELECT ${columns} FROM google_runs r WHERE r.site_id = ${siteId} AND r.connection_id = ${connectionId} ${below}
    ORDER BY r.id DESC LIMIT ${limit}`);
}

/** @throws RollcallError `google.run-not-found` */
export async function readRun(database: Database, siteId: number, id: string): Promise<Run> {
  const [run] = isObjectId(id)
    ? await database.write<Run>(
        sql`SELECT ${columns} FROM google_runs r WHERE r.site_id = ${siteId} AND r.id = ${id}::uuid`,
      )
    : [];
  if (run !== undefined) return run;
  throw runNotFound(id);
}

export function runNotFound(id: string): RollcallError {
  const message = `There is no run "${id}"; see: rollcall google runs <name>`;
  return new RollcallError('not-found', 'google.run-not-found', message);
}

/**
 * Takes a run to work on it, unless another process does, or another run of the connection is at work.
 * @returns undefined where it is not to be had now
 */
export async function claimRun(database: Database, key: RunKey): Promise<Run | undefined> {
  const { siteId, connectionId, id } = key;
  await giveUpSilent(database, siteId, connectionId, id);
  try {
    const [run] = await database.write<Run>(sql`
      UPDATE google_runs r SET state = CASE WHEN r.state = 'queued' THEN 'walking' ELSE r.state END,
        started_at = coalesce(r.started_at, now()), alive_at = now()
      WHERE ${ofKey(key)} AND (r.state = 'queued' OR (r.state IN ('walking', 'planning', 'applying')
        AND r.alive_at < now() - make_interval(secs => ${SILENT_SECONDS})))
      RETURNING ${columns}`);
    return run;
  } catch (error) {
    if (violatedConstraint(error) === 'google_runs_at_work') return undefined;
    throw error;
  }
}

/**
 * Another run whose process has died makes room; what it had done stays, and this run finds the rest. One that was handed
 * over (approved, or released by a process that stopped) is somebody's to go on with.
 */
async function giveUpSilent(database: Database, siteId: number, connectionId: string, but: string): Promise<void> {
  await database.write(sql`
    UPDATE google_runs r SET state = 'failed', finished_at = now(), error_code = 'google.interrupted',
      error_text = 'The process that worked on it ended; what was applied by then stays, and the next run does the rest.'
    WHERE r.site_id = ${siteId} AND r.connection_id = ${connectionId} AND r.id <> ${but}::uuid
      AND r.state IN ('walking', 'planning', 'applying') AND r.alive_at > '-infinity'
      AND r.alive_at < now() - make_interval(secs => ${SILENT_SECONDS})`);
}

/** What the last complete run of the connection has read: about as much as the next one will. */
export async function readExpected(database: Database, key: RunKey): Promise<RunProgress['expected']> {
  const [row] = await database.write<{ progress: RunProgress }>(sql`
    SELECT r.progress FROM google_runs r
    WHERE r.site_id = ${key.siteId} AND r.connection_id = ${key.connectionId} AND r.id <> ${key.id}
      AND r.kind IN ('sync', 'plan') AND r.state IN ('completed', 'awaiting-approval', 'rejected', 'expired', 'superseded')
    ORDER BY r.id DESC LIMIT 1`);
  if (row === undefined) return undefined;
  const { users = 0, groups = 0, members = 0, requests = 0 } = row.progress;
  return { users, groups, members, requests };
}

/** Says that the run is worked on, and how far it is. @returns whether somebody wants it to stop */
export async function beat(database: Database, key: RunKey, progress: RunProgress): Promise<boolean> {
  const [row] = await database.write<{ stop: boolean }>(sql`
    UPDATE google_runs r SET alive_at = now(), progress = r.progress || ${JSON.stringify(progress)}::jsonb
    WHERE ${ofKey(key)} RETURNING r.cancel_requested_at IS NOT NULL OR r.state NOT IN ('walking', 'planning', 'applying') AS stop`);
  return row?.stop ?? true;
}

export interface RunChange {
  readonly state?: Run['state'];
  readonly phase?: 'walk-started' | 'walk-finished';
  readonly summary?: Run['summary'];
  readonly warnings?: number;
  readonly planHash?: string;
  readonly approvalHours?: number;
  readonly error?: { readonly code: string; readonly text: string };
}

const OVER: readonly string[] = ['awaiting-approval', 'completed', 'failed', 'cancelled'];

/** Writes down where a run stands. */
export async function updateRun(database: Database, key: RunKey, change: RunChange): Promise<void> {
  const { state, phase, summary, warnings, planHash, approvalHours, error } = change;
  const set: Sql[] = [sql`alive_at = now()`];
  if (state !== undefined) set.push(sql`state = ${state}`);
  if (state !== undefined && OVER.includes(state)) set.push(sql`finished_at = now()`);
  if (phase === 'walk-started') set.push(sql`walk_started_at = now(), walk_finished_at = NULL`);
  if (phase === 'walk-finished') set.push(sql`walk_finished_at = now()`);
  if (summary !== undefined) set.push(sql`summary = r.summary || ${JSON.stringify(summary)}::jsonb`);
  if (warnings !== undefined) set.push(sql`warnings = ${warnings}`);
  if (planHash !== undefined) set.push(sql`plan_hash = ${planHash}`);
  if (approvalHours !== undefined)
    set.push(sql`approval_expires_at = now() + make_interval(hours => ${approvalHours})`);
  if (error !== undefined) set.push(sql`error_code = ${error.code}, error_text = ${error.text}`);
  await database.write(sql`UPDATE google_runs r SET ${join(set)} WHERE ${ofKey(key)}`);
}
