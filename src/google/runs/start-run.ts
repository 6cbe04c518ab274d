import { sql } from '../../database/index.js';
import { type Actor, type LockingCommand, newObjectId } from '../../directory/index.js';
import { RollcallError } from '../../errors/index.js';
import { type GoogleConnection, onGoogleConnection } from '../connections/index.js';
import type { RunKey } from './run-store.js';

/**
 * An administrator asks for a run. One of the same kind that nobody has begun yet is the same.
 * @throws RollcallError `google.connection-not-found`, `google.connection-stopped`
 */
export function startRun(actor: Actor, connectionName: string, kind: 'sync' | 'plan'): LockingCommand<RunKey> {
  return onGoogleConnection<RunKey>(actor, `google.${kind}`, connectionName, async (connection, transaction) => {
    requireActive(connection);
    const { siteId, id: connectionId } = connection;
    const [waiting] = await transaction.run<{ id: string }>(sql`
      SELECT r.id FROM google_runs r WHERE r.site_id = ${siteId} AND r.connection_id = ${connectionId}
        AND r.kind = ${kind} AND r.state = 'queued'`);
    if (waiting !== undefined) return { result: { siteId, connectionId, id: waiting.id }, changed: [], writes: [] };
    const id = newObjectId();
    return {
      result: { siteId, connectionId, id },
      changed: [{ attribute: 'run', old: undefined, new: id }],
      writes: [
        sql`
          INSERT INTO google_runs (site_id, connection_id, id, kind, started_by)
          VALUES (${siteId}, ${connectionId}, ${id}, ${kind}, 'operator')`,
      ],
    };
  });
}

function requireActive({ name, state, reason }: GoogleConnection): void {
  if (state === 'active') return;
  const why = reason === null ? `is ${state}` : `needs attention (${reason.text.replace(/\.$/, '')})`;
  const message = `The connection ${name} ${why}: mend that and run: rollcall google resume ${name}`;
  throw new RollcallError('conflict', 'google.connection-stopped', message);
}
