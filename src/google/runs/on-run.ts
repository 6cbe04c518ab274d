import { type ConnectionEffects, connectionCommand } from '../../connections/index.js';
import { sql, type Transaction } from '../../database/index.js';
import { type Actor, isObjectId, type LockingCommand } from '../../directory/index.js';
import type { Run } from './run.js';
import { type RunKey, runNotFound } from './run-store.js';

/** What a decision about a run looks at. */
export interface LockedRun extends RunKey, Pick<Run, 'kind' | 'state' | 'planHash'> {
  readonly connectionName: string;
  /** Nobody may approve it any more. */
  readonly expired: boolean;
}

type RunDecision = Pick<ConnectionEffects<RunKey>, 'changed' | 'writes'>;

/**
 * A command about one run, whose row it holds. Its entry in the log is one of the connection, and names the run.
 * @throws RollcallError `google.run-not-found`
 */
export function onRun(
  actor: Actor,
  action: string,
  id: string,
  work: (run: LockedRun, transaction: Transaction) => Promise<RunDecision>,
): LockingCommand<RunKey> {
  return connectionCommand(action, async (transaction) => {
    const [run] = isObjectId(id)
      ? await transaction.run<LockedRun>(sql`
          SELECT r.site_id AS "siteId", r.connection_id AS "connectionId", r.id, r.kind, r.state,
            r.plan_hash AS "planHash", coalesce(r.approval_expires_at <= now(), false) AS expired,
            c.name AS "connectionName"
          FROM google_runs r JOIN connections c ON c.site_id = r.site_id AND c.id = r.connection_id
          WHERE r.site_id = ${actor.siteId} AND r.id = ${id}::uuid FOR UPDATE OF r`)
      : [];
    if (run === undefined) throw runNotFound(id);
    const { changed, writes } = await work(run, transaction);
    const { siteId, connectionId, connectionName } = run;
    return {
      id: connectionId,
      name: connectionName,
      result: { siteId, connectionId, id },
      changed: changed.length === 0 ? [] : [{ attribute: 'run', old: undefined, new: id }, ...changed],
      writes,
    };
  });
}
