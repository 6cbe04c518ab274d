import { type Sql, sql, type Transaction } from '../database/index.js';
import type { Actor, LockingCommand } from '../directory/index.js';
import { RollcallError } from '../errors/index.js';
import type { Connection } from './connection.js';
import { connectionColumns } from './connection-columns.js';

interface ConnectionChange<Result> {
  readonly result: Result;
  readonly changed: readonly { attribute: string; old: unknown; new: unknown }[];
  readonly writes: readonly Sql[];
}

/**
 * A command that changes one connection of an identity provider, found by its name.
 * @throws RollcallError `connection.not-found`, `connection.is-google`
 */
export function onConnection<Result>(
  actor: Actor,
  action: string,
  name: string,
  work: (connection: Connection, transaction: Transaction) => Promise<ConnectionChange<Result>>,
): LockingCommand<Result> {
  return {
    action,
    objectType: 'Connection',
    structure: 'none',
    groupIds: [],
    userIds: [],
    async run(transaction) {
      const rows = await transaction.run<Connection>(sql`
        SELECT ${connectionColumns} FROM connections c WHERE site_id = ${actor.siteId} AND name = ${name} FOR UPDATE`);
      const connection = rows[0];
      if (connection === undefined) {
        throw new RollcallError('not-found', 'connection.not-found', `There is no connection "${name}".`);
      }
      if (connection.type === 'google') {
        const message = `"${name}" reads Google Workspace and has no tokens; see: rollcall google --help`;
        throw new RollcallError('invalid', 'connection.is-google', message);
      }
      const change = await work(connection, transaction);
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
