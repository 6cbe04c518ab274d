import type pg from 'pg';
import type { DataSource, EntityManager } from 'typeorm';

/**
 * TypeORM's EntityManager on a client that is inside a transaction already. A query runner has no door for that:
 * it is handed the client as its connection and told that a transaction is active, so that `save` uses a savepoint
 * at most and never begins or commits one.
 */
export function boundManager(dataSource: DataSource, client: pg.PoolClient): EntityManager {
  const runner = dataSource.createQueryRunner('master');
  Object.assign(runner, { databaseConnection: client, isTransactionActive: true, transactionDepth: 1 });
  return runner.manager;
}
