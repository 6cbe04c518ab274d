import { type Database, sql, violatedConstraint } from '../../database/index.js';
import { RollcallError } from '../../errors/index.js';
import type { Run } from './run.js';
import { ofKey, type RunKey, readRun } from './run-store.js';

/**
 * Lets what waits in a run be applied: exactly what the hash stands for, or nothing. Afterwards the run is at work and
 * has to be executed.
 * @throws RollcallError `google.run-not-waiting`, `google.approval-expired`, `google.other-plan`, `google.busy`
 */
export async function approveRun(database: Database, key: RunKey, hash: string, by: string): Promise<void> {
  try {
    await approve(database, key, hash, by);
  } catch (error) {
    if (violatedConstraint(error) !== 'google_runs_at_work') throw error;
    const message = 'Another run of this connection is at work: wait until it is over, or cancel it.';
    throw new RollcallError('conflict', 'google.busy', message, {}, { cause: error });
  }
}

async function approve(database: Database, key: RunKey, hash: string, by: string): Promise<void> {
  await database.transaction(async (transaction) => {
    const [run] = await transaction.run<Pick<Run, 'state' | 'planHash'> & { expired: boolean }>(sql`
      SELECT r.state, r.plan_hash AS "planHash", r.approval_expires_at <= now() AS expired FROM google_runs r
      WHERE ${ofKey(key)} FOR UPDATE`);
    requireWaiting(run?.state);
    if (run?.expired === true) {
      throw new RollcallError(
        'conflict',
        'google.approval-expired',
        'The plan is too old to be approved; run a new one.',
      );
    }
    if (run?.planHash !== hash) {
      const message = `This run waits for the approval of ${run?.planHash}: look at it, and approve that.`;
      throw new RollcallError('conflict', 'google.other-plan', message);
    }
    await transaction.run(sql`
      UPDATE google_plan_items i SET state = 'planned'
      WHERE i.site_id = ${key.siteId} AND i.run_id = ${key.id} AND i.state = 'held'`);
    await transaction.run(sql`
      UPDATE google_runs r SET state = 'applying', decided_at = now(), decided_by = ${by}, alive_at = '-infinity',
        finished_at = NULL
      WHERE ${ofKey(key)}`);
  });
}

/** @throws RollcallError `google.run-not-waiting` */
export async function rejectRun(database: Database, key: RunKey, by: string): Promise<Run> {
  await database.transaction(async (transaction) => {
    const [run] = await transaction.run<Pick<Run, 'state'>>(
      sql`SELECT r.state FROM google_runs r WHERE ${ofKey(key)} FOR UPDATE`,
    );
    requireWaiting(run?.state);
    await transaction.run(sql`
      UPDATE google_plan_items i SET state = 'dropped'
      WHERE i.site_id = ${key.siteId} AND i.run_id = ${key.id} AND i.state = 'held'`);
    await transaction.run(sql`
      UPDATE google_runs r SET state = 'rejected', decided_at = now(), decided_by = ${by} WHERE ${ofKey(key)}`);
  });
  return readRun(database, key.siteId, key.id);
}

/** Plans that nobody approved in time. */
export async function expireApprovals(database: Database): Promise<void> {
  await database.write(sql`
    WITH late AS (
      UPDATE google_runs SET state = 'expired' WHERE state = 'awaiting-approval' AND approval_expires_at <= now()
      RETURNING site_id, id
    )
    UPDATE google_plan_items i SET state = 'dropped' FROM late
    WHERE i.site_id = late.site_id AND i.run_id = late.id AND i.state = 'held'`);
}

function requireWaiting(state: Run['state'] | undefined): void {
  if (state === 'awaiting-approval') return;
  const message = `This run is ${state ?? 'gone'}: there is nothing to decide about.`;
  throw new RollcallError('conflict', 'google.run-not-waiting', message);
}
