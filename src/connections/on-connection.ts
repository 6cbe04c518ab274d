import { sql, type Transaction } from '../database/index.js';
import type { Actor, LockingCommand } from '../directory/index.js';
import { RollcallError } from '../errors/index.js';
import type { Connection } from './connection.js';
import { connectionColumns } from './connection-columns.js';
import { type ConnectionEffects, connectionCommand } from './connection-command.js';

type ConnectionChange<Result> = Pick<ConnectionEffects<Result>, 'result' | 'changed' | 'writes'>;

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
  return connectionCommand(action, async (transaction) => {
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
    return { ...(await work(connection, transaction)), id: connection.id, name: connection.name };
  });
}
