import type pg from 'pg';
import QueryStream from 'pg-query-stream';
import { toDatabaseError } from './database-errors.js';
import type { Statement } from './statement.js';

/** Rows fetched at a time: enough to hide the round trip, few enough to stay small in memory. */
const BATCH_ROWS = 500;

/** What pg-query-stream leaves untyped. */
interface Cursor extends pg.Submittable {
  read(rows: number): Promise<unknown[]>;
  close(): Promise<void>;
}

/**
 * Reads rows through a cursor, in constant memory. Holds one client of the pool until the last row is read or the
 * consumer stops early. Without the statement timeout: it would count the consumer's time too.
 */
export async function* streamRows<Row>(pool: pg.Pool, statement: Statement): AsyncGenerator<Row, void, undefined> {
  const client = await pool.connect().catch(rethrow);
  let connectionError: Error | undefined;
  let lose: (error: Error) => void;
  const lost = new Promise<never>((_, reject) => {
    lose = reject;
  });
  lost.catch(() => undefined);
  const onError = (error: Error): void => {
    connectionError ??= error;
    lose(error);
  };
  client.on('error', onError);
  try {
    await client.query('SET statement_timeout = 0');
    // The stream around the cursor would never end when the connection is lost.
    const cursor: Cursor = new QueryStream(statement.text, [...statement.values]).cursor;
    client.query(cursor);
    try {
      for (;;) {
        const rows = await cursor.read(BATCH_ROWS);
        for (const row of rows) yield row as Row;
        if (rows.length < BATCH_ROWS) break;
      }
    } finally {
      await Promise.race([cursor.close(), lost]);
    }
  } catch (error) {
    throw toDatabaseError(error);
  } finally {
    if (connectionError === undefined) await client.query('RESET statement_timeout').catch(onError);
    client.off('error', onError);
    client.release(connectionError);
  }
}

function rethrow(error: unknown): never {
  throw toDatabaseError(error);
}
