import type { Change } from '../../change/index.js';
import type { Config } from '../../config/index.js';
import { type Database, type Sql, sql } from '../../database/index.js';
import { type Actor, disownObjects, importUsers, removeGroups, removeUsers } from '../../directory/index.js';
import { RollcallError } from '../../errors/index.js';
import { beginDisconnect, finishDisconnect } from './disconnect-commands.js';
import { forgetConnection } from './forget-connection.js';
import {
  type Connected,
  type DisconnectMode,
  type DisconnectOutlook,
  outlineDisconnect,
} from './outline-disconnect.js';

interface DisconnectServices {
  readonly config: Pick<Config, 'licensing'>;
  readonly database: Database;
  readonly change: Change;
}

/** What was asked for. */
interface Disconnection {
  readonly mode: DisconnectMode;
  /** Of the outlook that was shown, or `any`; undefined: show it. */
  readonly confirmation: string | undefined;
}

/** Objects in one transaction: deleting groups holds the structure of the site meanwhile. */
const TOGETHER = 500;

/** A run at work hears within half a second that it shall stop, and is silent for 20 seconds where its process died. */
const STOPPED_MILLISECONDS = 30_000;

/**
 * Ends a connection with Google Workspace: what it owns is kept, deactivated or deleted, and is local afterwards; then
 * the connection goes with everything about its runs. Its log stays. It is done piece by piece; one that was broken off
 * leaves a paused connection, and is gone on with by asking for it again.
 * @returns what it came to
 * @throws RollcallError `google.disconnect-unconfirmed`, `google.busy`, `google.connection-not-found`
 */
export async function disconnectGoogle(
  services: DisconnectServices,
  actor: Actor,
  connection: Connected,
  { mode, confirmation }: Disconnection,
): Promise<DisconnectOutlook> {
  const { database, change, config } = services;
  const outlook = await outlineDisconnect(database, config.licensing, connection, mode);
  if (confirmation !== 'any' && confirmation !== outlook.confirmation)
    throw unconfirmed(connection, outlook, confirmation);
  const request = { action: 'google.disconnect', objectType: 'Connection', objectId: connection.id } as const;
  await change.run(actor, request, () => beginDisconnect(actor, connection, outlook));
  await stopped(database, connection);

  const { siteId, id, name } = connection;
  const acting: Actor = { ...actor, connection: { id, name, adopt: true } };
  const work = { change, database, acting, siteId, id };
  if (mode === 'suspend') await deactivate(work);
  if (mode === 'remove') await remove(work);
  await release(work);
  await forgetConnection(database, siteId, id);
  await change.run(actor, { ...request, action: 'google.disconnected' }, () =>
    finishDisconnect(actor, connection, mode),
  );
  return outlook;
}

interface Work {
  readonly change: Change;
  readonly database: Database;
  readonly acting: Actor;
  readonly siteId: number;
  readonly id: string;
}

const REASON = 'the Google connection was disconnected';

async function deactivate({ change, database, acting, siteId, id }: Work): Promise<void> {
  await inPieces(async () => {
    const rows = await database.write<{ id: string; externalId: string }>(sql`
      SELECT u.id, i.external_id AS "externalId" FROM users u
      JOIN identities i ON i.site_id = u.site_id AND i.object_id = u.id AND i.connection_id = ${id}
      WHERE u.site_id = ${siteId} AND u.owner_connection_id = ${id} AND u.deleted_at IS NULL
        AND CASE WHEN u.state = 'suspended' THEN u.resumes_to IS DISTINCT FROM 'deactivated' ELSE u.state <> 'deactivated' END
      ORDER BY u.id LIMIT ${TOGETHER}`);
    if (rows.length === 0) return 0;
    const users = rows.map((row) => ({
      ...({ ...row, as: 'own', reason: REASON, active: false } as const),
      ...{ document: {}, folded: {}, cleared: [] },
    }));
    const { changed } = await change.run(acting, { action: 'user.update', objectType: 'User' }, () =>
      importUsers(acting, users),
    );
    return changed.length;
  });
}

/** Groups that are protected stay: no connection deletes them. */
async function remove({ change, database, acting, siteId, id }: Work): Promise<void> {
  for (const [table, objectType, command] of [
    [sql`groups`, 'Group', removeGroups],
    [sql`users`, 'User', removeUsers],
  ] as const) {
    const spared = objectType === 'Group' ? sql`AND NOT o.protected` : sql``;
    await inPieces(async () => {
      const objects = await owned(database, siteId, id, table, spared);
      if (objects.length === 0) return 0;
      const action = objectType === 'Group' ? 'group.delete' : 'user.delete';
      const { changed } = await change.run(acting, { action, objectType }, () =>
        command(
          acting,
          objects.map((object) => ({ id: object, reason: REASON })),
        ),
      );
      return changed.length;
    });
  }
}

/** What is left is local from now on, and Google's ids are forgotten. */
async function release({ change, database, acting, siteId, id }: Work): Promise<void> {
  for (const [table, type] of [
    [sql`groups`, 'Group'],
    [sql`users`, 'User'],
  ] as const) {
    const letGo = (ids: readonly string[]) =>
      change.run(acting, { action: `${type.toLowerCase()}.release`, objectType: type }, () =>
        disownObjects(acting, type, ids, REASON),
      );
    await inPieces(async () => {
      const ids = await owned(database, siteId, id, table, sql``);
      return ids.length === 0 ? 0 : letGo(ids);
    });
    await inPieces(async () => {
      const rows = await database.write<{ id: string }>(sql`
        SELECT o.id FROM identities i JOIN ${table} o ON o.site_id = i.site_id AND o.id = i.object_id AND o.deleted_at IS NULL
        WHERE i.site_id = ${siteId} AND i.connection_id = ${id} AND i.object_type = ${type} ORDER BY o.id LIMIT ${TOGETHER}`);
      return rows.length === 0 ? 0 : letGo(rows.map((row) => row.id));
    });
  }
}

async function owned(database: Database, siteId: number, id: string, table: Sql, more: Sql): Promise<string[]> {
  const rows = await database.write<{ id: string }>(sql`
    SELECT o.id FROM ${table} o
    WHERE o.site_id = ${siteId} AND o.owner_connection_id = ${id} AND o.deleted_at IS NULL ${more}
    ORDER BY o.id LIMIT ${TOGETHER}`);
  return rows.map((row) => row.id);
}

/** Until a piece changes nothing any more: what cannot be changed is not asked for for ever. */
async function inPieces(piece: () => Promise<number>): Promise<void> {
  for (let changed = 1; changed > 0; ) changed = await piece();
}

async function stopped(database: Database, { siteId, id, name }: Connected): Promise<void> {
  for (const until = Date.now() + STOPPED_MILLISECONDS; ; ) {
    const atWork = await database.write(sql`
      SELECT 1 FROM google_runs WHERE site_id = ${siteId} AND connection_id = ${id}
        AND state IN ('walking', 'planning', 'applying') AND alive_at > now() - interval '20 seconds'`);
    if (atWork.length === 0) return;
    if (Date.now() > until) {
      const message = `A run of ${name} does not stop: look at it with rollcall google runs ${name}, and try again.`;
      throw new RollcallError('unavailable', 'google.busy', message);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const DOES: Readonly<Record<DisconnectMode, string>> = {
  keep: 'makes local',
  suspend: 'deactivates and makes local',
  remove: 'deletes',
};

function unconfirmed(
  { name }: Connected,
  { mode, users, activeUsers, groups, memberships, linked, licences, confirmation }: DisconnectOutlook,
  given: string | undefined,
): RollcallError {
  const seats = licences.reduce((sum, { freed }) => sum + freed, 0);
  const people = mode === 'keep' ? `${users} users` : `${users} users (${activeUsers} of them active)`;
  const counts = `${people}, ${groups} groups with ${memberships} members, and unlinks ${linked} of others`;
  const freed = mode === 'keep' ? '' : `; ${seats} seats become free`;
  const stale = given === undefined ? '' : ' That is not what was confirmed.';
  const message =
    `Disconnecting ${name} ${DOES[mode]} ${counts}${freed}: confirm it with --confirm ${confirmation}, or with --yes ` +
    `whatever it is.${stale}`;
  return new RollcallError('conflict', 'google.disconnect-unconfirmed', message, {
    users,
    groups,
    memberships,
    confirmation,
  });
}
