import { RollcallError } from '../errors/index.js';
import type { Statement } from './statement.js';

const ENCODING: Statement = { text: 'SHOW server_encoding', values: [] };

/** Refuses a database that cannot hold every name, or that would count bytes instead of characters (SQL_ASCII). */
export async function checkEncoding(database: { read<Row>(statement: Statement): Promise<Row[]> }): Promise<void> {
  const [row] = await database.read<{ server_encoding: string }>(ENCODING);
  const encoding = row?.server_encoding ?? 'unknown';
  if (encoding === 'UTF8') return;
  throw new RollcallError(
    'misconfigured',
    'database.encoding',
    `The database has the encoding ${encoding}. Rollcall needs UTF8: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.`,
    { encoding },
  );
}
