import 'reflect-metadata';
import pg from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { checkEncoding } from './check-encoding.js';
import { DEFAULT_TIMEOUTS, poolConfig, type Timeouts } from './connection-settings.js';
import { toDatabaseError } from './database-errors.js';
import { migrations as allMigrations } from './migrations/index.js';
import { createStatementNames, type Statement } from './statement.js';
import { streamRows } from './stream.js';
import { createTransactions, type Transaction } from './transaction.js';

export interface DatabaseOptions extends Partial<Timeouts> {
  readonly url: string;
  /** A replica for reads; without it reads go to `url` too, through a pool of their own. */
  readonly readUrl?: string | undefined;
  readonly poolSize: number;
  readonly readPoolSize: number;
  readonly entities: NonNullable<DataSourceOptions['entities']>;
  /** The project's own unless a test says otherwise. */
  readonly migrations?: NonNullable<DataSourceOptions['migrations']>;
  readonly applicationName?: string;
  /** Hears of idle connections that were lost; they are replaced without further ado. */
  readonly onConnectionLost?: (error: Error) => void;
}

export interface Database {
  readonly dataSource: DataSource;
  /** One named prepared statement on the read pool, which may be a replica that lags behind. */
  read<Row>(statement: Statement): Promise<Row[]>;
  /** Rows through a cursor, for what does not fit into memory; ends its cursor when the consumer stops early. */
  stream<Row>(statement: Statement): AsyncIterable<Row>;
  /** One statement that commits by itself, on the write pool. Not repeated by itself after a deadlock. */
  write<Row>(statement: Statement): Promise<Row[]>;
  /** See `createTransactions`: `work` runs again after a deadlock. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** Resolves when both pools answer; throws `database.unavailable` otherwise. */
  isReady(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Connects both pools. Throws `database.unavailable` when the server is away and `database.encoding` (misconfigured)
 * when the database does not hold UTF-8.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const settings = { ...DEFAULT_TIMEOUTS, applicationName: 'rollcall', ...options };
  const onConnectionLost = options.onConnectionLost ?? (() => undefined);
  const dataSource = await connectDataSource(settings, onConnectionLost);
  // TypeORM keeps the pool it was told to make in a field that it leaves untyped
  const writePool = (dataSource.driver as unknown as { master: pg.Pool }).master;
  const readPool = new pg.Pool(
    poolConfig({ ...settings, url: options.readUrl ?? options.url, poolSize: options.readPoolSize }),
  );
  readPool.on('error', onConnectionLost);
  const named = createStatementNames();

  const runOn = async <Row>(pool: pg.Pool, statement: Statement): Promise<Row[]> => {
    try {
      return (await pool.query(named(statement))).rows as Row[];
    } catch (error) {
      throw toDatabaseError(error);
    }
  };
  const close = async (): Promise<void> => {
    await Promise.all([readPool.end(), dataSource.destroy()]);
  };

  const database: Database = {
    dataSource,
    read: (statement) => runOn(readPool, statement),
    stream: (statement) => streamRows(readPool, statement),
    write: (statement) => runOn(writePool, statement),
    transaction: createTransactions({ pool: writePool, dataSource, named }),
    async isReady() {
      await Promise.all([writePool, readPool].map((pool) => runOn(pool, { text: 'SELECT 1', values: [] })));
    },
    close,
  };
  try {
    await checkEncoding(database);
  } catch (error) {
    await close();
    throw error;
  }
  return database;
}

async function connectDataSource(
  settings: DatabaseOptions & Timeouts & { applicationName: string },
  onConnectionLost: (error: Error) => void,
): Promise<DataSource> {
  const dataSource = new DataSource({
    type: 'postgres',
    entities: settings.entities,
    migrations: settings.migrations ?? allMigrations,
    // The schema is what the migrations say; a change of an entity must never touch a table by itself.
    synchronize: false,
    installExtensions: false,
    logging: false,
    poolErrorHandler: onConnectionLost,
    // Statements of a transaction that do not wait for each other share a round trip.
    extra: { ...poolConfig(settings), pipeline: true },
  });
  try {
    return await dataSource.initialize();
  } catch (error) {
    throw toDatabaseError(error);
  }
}
