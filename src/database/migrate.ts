import pg from 'pg';
import { DataSource } from 'typeorm';
import { toDatabaseError } from './database-errors.js';
import type { Database } from './open-database.js';

/** Any constant will do, as long as every version of the program uses the same one. */
const MIGRATION_LOCK = 7_654_001;

/** An index on a million users takes longer than a request may. */
const NO_TIMEOUTS = { statement_timeout: 0, lock_timeout: 0, idle_in_transaction_session_timeout: 0 };

/**
 * Runs the migrations that have not run yet, each in a transaction of its own, and gives their names. Two servers
 * that start at once run them once: the second one waits for an advisory lock, then finds nothing left.
 */
export function migrate(database: Database): Promise<string[]> {
  return alone(database, async (dataSource) => {
    const done = await dataSource.runMigrations({ transaction: 'each' });
    return done.map(({ name }) => name);
  });
}

/** Takes back the last `count` migrations. */
export function revert(database: Database, count = 1): Promise<void> {
  return alone(database, async (dataSource) => {
    for (let reverted = 0; reverted < count; reverted += 1) await dataSource.undoLastMigration({ transaction: 'each' });
  });
}

/** True when the schema is not that of this version yet. */
export function hasPendingMigrations(database: Database): Promise<boolean> {
  return database.dataSource.showMigrations().catch((error) => {
    throw toDatabaseError(error);
  });
}

async function alone<T>(database: Database, work: (dataSource: DataSource) => Promise<T>): Promise<T> {
  const { options } = database.dataSource;
  const extra = { ...options.extra, ...NO_TIMEOUTS, pipeline: false, max: 1 };
  const lock = new pg.Client(extra);
  // Losing the lock's connection means losing the server: the migration hears of it by itself.
  lock.on('error', () => undefined);
  const dataSource = new DataSource({ ...options, extra } as typeof options);
  try {
    await lock.connect();
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await dataSource.initialize();
    return await work(dataSource);
  } catch (error) {
    throw toDatabaseError(error);
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
    await lock.end();
  }
}
