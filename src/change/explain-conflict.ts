import type { Database, Sql } from '../database/index.js';
import { RollcallError } from '../errors/index.js';

/** Names the object that has what a command claims: for the log, never for the answer (design section 3, Ownership). */
export async function explainConflict(database: Database, error: unknown, inTheWay: Sql | undefined): Promise<unknown> {
  if (!(error instanceof RollcallError) || error.kind !== 'conflict' || inTheWay === undefined) return error;
  const [holder] = await database.write<{ id: string }>(inTheWay);
  if (holder === undefined) return error;
  const details = { ...error.details, conflictsWith: holder.id };
  return new RollcallError(error.kind, error.code, error.message, details, { cause: error });
}
