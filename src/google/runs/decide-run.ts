import { type Sql, sql } from '../../database/index.js';
import type { Actor, LockingCommand } from '../../directory/index.js';
import { RollcallError } from '../../errors/index.js';
import { decidedBy } from '../connections/index.js';
import { type LockedRun, onRun } from './on-run.js';
import { isAtWork } from './run.js';
import { ofKey, type RunKey } from './run-store.js';

/**
 * Lets what waits in a run be applied: exactly what the hash stands for, or nothing, and once. Afterwards the run is at
 * work and has to be executed.
 * @throws RollcallError `google.run-not-found`, `google.run-not-waiting`, `google.approval-expired`,
 *   `google.other-plan`, `google.busy`
 */
export function approveRun(actor: Actor, id: string, hash: string): LockingCommand<RunKey> {
  return onRun(actor, 'google.approve', id, async (run) => {
    requireWaiting(run);
    if (run.expired) {
      const message = 'The plan is too old to be approved; run a new one.';
      throw new RollcallError('conflict', 'google.approval-expired', message);
    }
    if (run.planHash !== hash) {
      const message = `This run waits for the approval of ${run.planHash}: look at it, and approve that.`;
      throw new RollcallError('conflict', 'google.other-plan', message);
    }
    return {
      changed: [
        { attribute: 'planHash', old: undefined, new: hash },
        { attribute: 'state', old: run.state, new: 'applying' },
      ],
      writes: [
        markHeld(run, 'planned'),
        // No process works on it yet: the next one that looks may.
        sql`
          UPDATE google_runs r SET state = 'applying', decided_at = now(), decided_by = ${decidedBy(actor)},
            alive_at = '-infinity', finished_at = NULL
          WHERE ${ofKey(run)}`,
      ],
    };
  });
}

/** Drops what waits in a run. @throws RollcallError `google.run-not-found`, `google.run-not-waiting` */
export function rejectRun(actor: Actor, id: string): LockingCommand<RunKey> {
  return onRun(actor, 'google.reject', id, async (run) => {
    requireWaiting(run);
    return {
      changed: [
        { attribute: 'planHash', old: undefined, new: run.planHash },
        { attribute: 'state', old: run.state, new: 'rejected' },
      ],
      writes: [
        markHeld(run, 'dropped'),
        sql`
          UPDATE google_runs r SET state = 'rejected', decided_at = now(), decided_by = ${decidedBy(actor)}
          WHERE ${ofKey(run)}`,
      ],
    };
  });
}

/**
 * Stops a run: one that nobody has begun is over at once, one at work hears of it within half a second, and what it has
 * applied by then stays.
 * @throws RollcallError `google.run-not-found`, `google.run-over`
 */
export function cancelRun(actor: Actor, id: string): LockingCommand<RunKey> {
  return onRun(actor, 'google.cancel', id, async (run) => {
    const { state } = run;
    if (state !== 'queued' && !isAtWork(state)) {
      const advice = state === 'awaiting-approval' ? 'reject it' : 'there is nothing to cancel';
      throw new RollcallError('conflict', 'google.run-over', `This run is ${state}: ${advice}.`);
    }
    const ended = state === 'queued' ? sql`, state = 'cancelled', finished_at = now()` : sql``;
    return {
      changed: [{ attribute: 'state', old: state, new: 'cancelled' }],
      writes: [sql`UPDATE google_runs r SET cancel_requested_at = now()${ended} WHERE ${ofKey(run)}`],
    };
  });
}

function markHeld({ siteId, id }: RunKey, state: 'planned' | 'dropped'): Sql {
  return sql`
    UPDATE google_plan_items i SET state = ${state}
    WHERE i.site_id = ${siteId} AND i.run_id = ${id} AND i.state = 'held'`;
}

function requireWaiting({ state }: LockedRun): void {
  if (state === 'awaiting-approval') return;
  const message = `This run is ${state}: there is nothing to decide about.`;
  throw new RollcallError('conflict', 'google.run-not-waiting', message);
}
