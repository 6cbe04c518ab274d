import { type Database, sql } from '../../database/index.js';
import { RollcallError } from '../../errors/index.js';
import { type Applying, applyPlan, countPlanned } from '../apply/index.js';
import { googleErrorClass } from '../client/index.js';
import { markNeedsAttention, openGoogleClient, readGoogleConnection } from '../connections/index.js';
import { createMapping, DEFAULT_MAPPING } from '../mapping/index.js';
import { makePlan, type Plan, type Planning } from '../plan/index.js';
import { settleHints } from '../refresh/index.js';
import { createStage } from '../walk/index.js';
import { awaitApproval } from './await-approval.js';
import { actorOf, type Execution, type RunServices } from './execution.js';
import { startPulse } from './pulse.js';
import { refreshWalk } from './refresh-walk.js';
import { rememberAbsences } from './remember-absences.js';
import type { Run } from './run.js';
import { claimRun, type RunKey, readExpected, readRun, updateRun } from './run-store.js';
import { walkAgain } from './walk-again.js';

/**
 * Works on a run from where it stands to its end: walk, plan, apply. Whatever goes wrong is written down with the run.
 * @returns the run as it is then; undefined where it is not to be had now, because another one is at work
 */
export async function executeRun(services: RunServices, key: RunKey, signal: AbortSignal): Promise<Run | undefined> {
  const { database } = services;
  const run = await claimRun(database, key);
  if (run === undefined) return undefined;
  const pulse = startPulse(database, key, signal);
  const stage = createStage(database, key.siteId, key.id);
  try {
    try {
      const connection = await readGoogleConnection(database, key.siteId, key.connectionId);
      const mapping = createMapping({ ...DEFAULT_MAPPING, ...connection.settings.mapping });
      const actor = actorOf(connection, key.id);
      await work({ services, run, connection, mapping, stage, pulse, actor });
    } finally {
      // Before a failure is written down: its last beat would say that a run which is released is alive.
      await pulse.stop();
    }
  } catch (error) {
    await fail(services, run, error, signal);
  }
  return readRun(database, key.siteId, key.id);
}

async function work(execution: Execution): Promise<void> {
  const { services, run, connection, stage, pulse } = execution;
  const { database } = services;
  // A plan that was being applied when its process died is applied to its end; everything before that begins anew.
  if (run.state !== 'applying') {
    await walk(execution);
    await updateRun(database, run, { state: 'planning', phase: 'walk-finished' });
    const plan = await makePlan(database, planningOf(execution), services.config.licensing, pulse.signal);
    await notePlan(execution, plan);
    if (run.kind === 'plan') {
      await stage.clear();
      await updateRun(database, run, { state: 'completed' });
      return;
    }
    await updateRun(database, run, { state: 'applying' });
  } else if (run.decidedAt === null) await requireMatches(database, run);
  await apply(execution);
  if (run.decidedAt === null) await rememberAbsences(database, planningOf(execution));
  await stage.clear();
  await settleHints(database, run);
  await awaitApproval(database, run, connection.settings.approvalHours);
}

/**
 * What a walk found does not outlive a crash of the database. Without it a plan cannot be applied to its end, and
 * everything would look absent.
 * @throws RollcallError `google.interrupted`
 */
async function requireMatches(database: Database, { siteId, id }: Run): Promise<void> {
  const found = await database.write(sql`
    SELECT 1 FROM google_matches WHERE site_id = ${siteId} AND run_id = ${id} LIMIT 1`);
  if (found.length > 0) return;
  const message =
    'What was read was lost with the database; what was applied by then stays, and the next run does the rest.';
  throw new RollcallError('unavailable', 'google.interrupted', message);
}

async function walk(execution: Execution): Promise<void> {
  const { services, run, connection, mapping, pulse } = execution;
  await updateRun(services.database, run, { state: 'walking', phase: 'walk-started' });
  const expected = await readExpected(services.database, run);
  if (expected !== undefined) pulse.note({ expected });
  const client = await openGoogleClient(services, connection, { users: mapping.fields, groups: [] });
  try {
    await (run.kind === 'refresh' ? refreshWalk : walkAgain)(execution, client);
  } finally {
    const usage = client.usage();
    const { requests, retries, bytes, waitedMilliseconds } = usage;
    pulse.note({ requests, retries, bytes, waitedMilliseconds });
    services.onRequests?.(usage);
  }
}

function planningOf({ run: { siteId, connectionId, id, kind }, connection: { settings } }: Execution): Planning {
  return { siteId, connectionId, runId: id, whole: kind !== 'refresh', settings };
}

async function notePlan({ services, run }: Execution, plan: Plan): Promise<void> {
  const { counts, licences, removals, conflicts, warnings, hash } = plan;
  await updateRun(services.database, run, {
    summary: { counts, licences, removals, conflicts },
    warnings,
    planHash: hash,
  });
}

async function apply({ services, run, connection, pulse, actor }: Execution): Promise<void> {
  const applying: Applying = { siteId: run.siteId, connectionId: run.connectionId, runId: run.id };
  const planned = await countPlanned(services.database, applying);
  let applied = 0;
  pulse.note({ applied, planned });
  await applyPlan(services, actor, applying, connection.settings, pulse.signal, (items) => {
    applied += items;
    pulse.note({ applied, planned });
  });
}

/** What came of it stays; nothing that was not applied is. */
async function fail(services: RunServices, run: Run, thrown: unknown, outer: AbortSignal): Promise<void> {
  const { database, change, logger } = services;
  const errorClass = googleErrorClass(thrown);
  if (outer.aborted) return releaseRun(database, run);
  if (errorClass === 'cancelled') {
    await updateRun(database, run, { state: 'cancelled' });
    await createStage(database, run.siteId, run.id).clear();
    return;
  }
  const known = thrown instanceof RollcallError;
  if (!known) logger.warn({ err: thrown, runId: run.id }, 'a run of the Google sync failed');
  const error = known
    ? { code: thrown.code, text: thrown.message }
    : { code: 'internal', text: 'An unexpected error; the server log has it under the same run id.' };
  await updateRun(database, run, { state: 'failed', error });
  await createStage(database, run.siteId, run.id).clear();
  if (errorClass !== 'configuration') return;
  const connection = await readGoogleConnection(database, run.siteId, run.connectionId);
  const request = { action: 'google.needs-attention', objectType: 'Connection', objectId: connection.id } as const;
  await change.run(actorOf(connection, run.id), request, () =>
    markNeedsAttention(actorOf(connection, run.id), connection.id, error),
  );
}

/** The process stops: another one goes on at once instead of waiting for silence. */
async function releaseRun(database: Database, { siteId, connectionId, id }: Run): Promise<void> {
  await database.write(sql`
    UPDATE google_runs SET alive_at = '-infinity'
    WHERE site_id = ${siteId} AND connection_id = ${connectionId} AND id = ${id} AND state IN ('walking', 'planning', 'applying')`);
}
