import { type ConnectionEffects, connectionCommand } from '../../connections/index.js';
import { sql, type Transaction } from '../../database/index.js';
import type { Actor, LockingCommand } from '../../directory/index.js';
import type { GoogleConnection } from './google-connection.js';
import { connectionNotFound, googleColumns, googleTables, isNamed, toConnection } from './read-connections.js';

/** The result is the connection as it is afterwards, unless the command is about something of it. */
type GoogleChange<Result> = Pick<ConnectionEffects<Result>, 'result' | 'changed' | 'writes'>;

/** A command that changes one Google connection, whose row it holds. @throws RollcallError `google.connection-not-found` */
export function onGoogleConnection<Result = GoogleConnection>(
  actor: Actor,
  action: string,
  nameOrId: string,
  work: (connection: GoogleConnection, transaction: Transaction) => Promise<GoogleChange<Result>>,
): LockingCommand<Result> {
  return connectionCommand(action, async (transaction) => {
    const [connection] = await transaction.run<GoogleConnection>(sql`
      SELECT ${googleColumns} FROM ${googleTables}
      WHERE c.site_id = ${actor.siteId} AND ${isNamed(nameOrId)} FOR UPDATE OF g`);
    if (connection === undefined) throw connectionNotFound(nameOrId);
    return { ...(await work(toConnection(connection), transaction)), id: connection.id, name: connection.name };
  });
}
