import { type Sql, sql, type Transaction } from '../../database/index.js';
import type { Actor, AttributeChange, LockingCommand } from '../../directory/index.js';
import type { GoogleConnection } from './google-connection.js';
import { connectionNotFound, googleColumns, googleTables, isNamed, toConnection } from './read-connections.js';

interface GoogleChange<Result> {
  /** The connection as it is afterwards, unless the command is about something of it. */
  readonly result: Result;
  readonly changed: readonly AttributeChange[];
  readonly writes: readonly Sql[];
}

/** A command that changes one Google connection, whose row it holds. @throws RollcallError `google.connection-not-found` */
export function onGoogleConnection<Result = GoogleConnection>(
  actor: Actor,
  action: string,
  nameOrId: string,
  work: (connection: GoogleConnection, transaction: Transaction) => Promise<GoogleChange<Result>>,
): LockingCommand<Result> {
  return {
    action,
    objectType: 'Connection',
    structure: 'none',
    groupIds: [],
    userIds: [],
    async run(transaction) {
      const [connection] = await transaction.run<GoogleConnection>(sql`
        SELECT ${googleColumns} FROM ${googleTables}
        WHERE c.site_id = ${actor.siteId} AND ${isNamed(nameOrId)} FOR UPDATE OF g`);
      if (connection === undefined) throw connectionNotFound(nameOrId);
      const change = await work(toConnection(connection), transaction);
      return {
        ...change,
        objectId: connection.id,
        objectName: connection.name,
        subjects: [],
        affectedUserIds: [],
        unchanged: change.changed.length === 0,
      };
    },
  };
}
