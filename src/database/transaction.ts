import type { Writable } from 'node:stream';
import type pg from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import { boundManager } from './bound-manager.js';
import { isRepeatable, toDatabaseError } from './database-errors.js';
import type { NamedStatement, Statement } from './statement.js';

export interface Transaction {
  /** TypeORM's manager inside this transaction, made on first use: slower than `run`, for what is written rarely. */
  readonly manager: EntityManager;
  /** One prepared statement. The first one of a transaction travels together with BEGIN. */
  run<Row>(statement: Statement): Promise<Row[]>;
  /**
   * Several statements in one round trip, their rows in the same order. Each has a snapshot of its own (READ
   * COMMITTED), so one may read what an earlier one has waited to lock. A text is sent as it is, without parameters.
   */
  runTogether(statements: readonly (Statement | string)[]): Promise<unknown[][]>;
  /** Parameterless statements, separated by semicolons, as one message: for locks and settings; no rows. */
  lock(text: string): Promise<void>;
  /** Runs the statement together with COMMIT, in order of the calls: saves the round trip of a last write. */
  runAtCommit(statement: Statement): void;
  /** Undoes what `work` did when it throws, and only that; the transaction goes on. */
  savepoint<T>(work: () => Promise<T>): Promise<T>;
}

const TRIES = 4;

interface TransactionDependencies {
  readonly pool: pg.Pool;
  readonly dataSource: DataSource;
  readonly named: (statement: Statement) => NamedStatement;
}

/**
 * Runs `work` in a transaction on a client of the write pool. A deadlock or serialization failure repeats the whole
 * of `work`, at most three times, so it must not do anything that cannot be repeated outside the database.
 *
 * The write pool's clients pipeline: statements that are not awaited one by one share a round trip. Nothing behind
 * a failed statement has an effect, because the transaction is aborted by then and its COMMIT becomes a ROLLBACK.
 */
export function createTransactions(dependencies: TransactionDependencies) {
  return async function transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    for (let tried = 1; ; tried += 1) {
      try {
        return await runOnce(dependencies, work);
      } catch (error) {
        if (!isRepeatable(error) || tried === TRIES) throw toDatabaseError(error);
        await pause(tried);
      }
    }
  };
}

/** 10 to 50 ms, longer each time: the two that met in a deadlock should not meet again. */
function pause(tried: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, tried * (10 + Math.random() * 40)));
}

async function runOnce<T>(dependencies: TransactionDependencies, work: (transaction: Transaction) => Promise<T>) {
  const client = await dependencies.pool.connect();
  let connectionError: Error | undefined;
  const onError = (error: Error): void => {
    connectionError = error;
  };
  // A connection lost between two statements tells nobody else, and would end the process.
  client.on('error', onError);
  const open = openTransaction(dependencies, client);
  try {
    const result = await work(open.transaction);
    await open.commit();
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(onError);
    throw open.repeatableError() ?? error;
  } finally {
    client.off('error', onError);
    client.release(connectionError);
  }
}

/** What pg keeps of its socket; untyped there. */
interface WithSocket {
  readonly connection: { readonly stream: Pick<Writable, 'cork' | 'uncork'> };
}

/**
 * Statements that are sent before the event loop turns leave in one system call: each of its own would wake the
 * server, and on two cores that costs more than most statements do.
 */
function gather(client: pg.PoolClient): void {
  const { stream } = (client as unknown as WithSocket).connection;
  stream.cork();
  process.nextTick(() => stream.uncork());
}

function openTransaction({ dataSource, named }: TransactionDependencies, client: pg.PoolClient) {
  let firstError: unknown;
  const send = (statement: string | NamedStatement): Promise<pg.QueryResult> => {
    gather(client);
    const sent = typeof statement === 'string' ? client.query(statement) : client.query(statement);
    // Remembered here as well: a caller may catch it and go on in what is an aborted transaction.
    sent.catch((error) => {
      firstError ??= error;
    });
    return sent;
  };

  // Not awaited: it shares the first statement's round trip. It can fail only with the connection or by a cancel
  // request from outside; then the first statement ran by itself, and all that follow are refused.
  const begun = send('BEGIN');
  begun.catch(() => undefined);
  const afterBegin = async (sent: Promise<pg.QueryResult>): Promise<pg.QueryResult> => {
    const [, result] = await Promise.all([begun, sent]);
    return result;
  };

  const atCommit: NamedStatement[] = [];
  let manager: EntityManager | undefined;

  const transaction: Transaction = {
    get manager() {
      manager ??= boundManager(dataSource, client);
      return manager;
    },
    async run<Row>(statement: Statement) {
      return (await afterBegin(send(named(statement)))).rows as Row[];
    },
    async runTogether(statements) {
      const sent = statements.map((statement) => send(typeof statement === 'string' ? statement : named(statement)));
      const results = await Promise.all([begun, ...sent]);
      return results.slice(1).map((result) => result.rows);
    },
    async lock(text) {
      await afterBegin(send(text));
    },
    runAtCommit(statement) {
      atCommit.push(named(statement));
    },
    async savepoint(savepointWork) {
      const errorBefore = firstError;
      // Names nest: the innermost one is meant.
      const saved = send('SAVEPOINT undo');
      saved.catch(() => undefined);
      try {
        const result = await savepointWork();
        await Promise.all([saved, send('RELEASE SAVEPOINT undo')]);
        return result;
      } catch (error) {
        if (!isRepeatable(error)) {
          await client.query('ROLLBACK TO SAVEPOINT undo; RELEASE SAVEPOINT undo');
          firstError = errorBefore;
        }
        throw error;
      }
    },
  };

  return {
    transaction,
    /** A deadlock that `work` has turned into an error of its own is still a reason to try again. */
    repeatableError: () => (isRepeatable(firstError) ? firstError : undefined),
    async commit(): Promise<void> {
      const results = await Promise.all([...atCommit.map(send), send('COMMIT')]);
      if (results.at(-1)?.command !== 'COMMIT') {
        throw new Error('The transaction was rolled back: one of its statements had failed', { cause: firstError });
      }
    },
  };
}
