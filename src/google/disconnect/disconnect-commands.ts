import { sql } from '../../database/index.js';
import type { Actor, LockingCommand } from '../../directory/index.js';
import { onGoogleConnection } from '../connections/index.js';
import type { Connected, DisconnectMode, DisconnectOutlook } from './outline-disconnect.js';

/** Nothing is read any more: no run is begun, one at work is to stop. The log tells what is about to happen. */
export function beginDisconnect(
  actor: Actor,
  { siteId, id }: Connected,
  { mode, users, groups, memberships, linked }: DisconnectOutlook,
): LockingCommand<void> {
  return onGoogleConnection<void>(actor, 'google.disconnect', id, async (connection) => ({
    result: undefined,
    changed: [
      { attribute: 'state', old: connection.state, new: 'paused' },
      ...Object.entries({ mode, users, groups, memberships, linked }).map(([attribute, value]) => ({
        ...{ attribute, old: undefined, new: value },
      })),
    ],
    writes: [
      sql`
        UPDATE google_connections SET state = 'paused', reason_code = NULL, reason_text = NULL, state_since = now(),
          updated_at = now()
        WHERE site_id = ${siteId} AND id = ${id}`,
      sql`
        UPDATE google_runs SET cancel_requested_at = now(), state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END,
          finished_at = CASE WHEN state = 'queued' THEN now() ELSE finished_at END
        WHERE site_id = ${siteId} AND connection_id = ${id} AND state IN ('queued', 'walking', 'planning', 'applying')`,
    ],
  }));
}

/**
 * The connection is gone, and by the foreign key what it proved itself with. Deleted users and groups that it owned are local, so
 * that they can be restored as such.
 */
export function finishDisconnect(actor: Actor, { siteId, id }: Connected, mode: DisconnectMode): LockingCommand<void> {
  return onGoogleConnection<void>(actor, 'google.disconnected', id, async ({ name }) => ({
    result: undefined,
    changed: [
      { attribute: 'name', old: name, new: undefined },
      { attribute: 'mode', old: undefined, new: mode },
    ],
    writes: [
      ...[sql`users`, sql`groups`].map(
        (table) => sql`
          UPDATE ${table} SET owner_connection_id = NULL
          WHERE site_id = ${siteId} AND owner_connection_id = ${id} AND deleted_at IS NOT NULL`,
      ),
      ...[sql`memberships`, sql`nestings`].map(
        (table) => sql`
          UPDATE ${table} SET owner_connection_id = NULL WHERE site_id = ${siteId} AND owner_connection_id = ${id}`,
      ),
      sql`DELETE FROM identities WHERE site_id = ${siteId} AND connection_id = ${id}`,
      sql`DELETE FROM connections WHERE site_id = ${siteId} AND id = ${id}`,
    ],
  }));
}
