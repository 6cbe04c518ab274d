import type { Database, Sql } from '../database/index.js';
import { RollcallError } from '../errors/index.js';

/**
 * Names the object that has what a command claims: for the log, never for the answer (design section 3, Ownership).
 * Of a command over many objects also, as `objects`, those that claim it.
 */
export async function explainConflict(database: Database, error: unknown, inTheWay: Sql | undefined): Promise<unknown> {
  if (!(error instanceof RollcallError) || error.kind !== 'conflict' || inTheWay === undefined) return error;
  const holders = await database.write<{ id: string; wantedBy?: string }>(inTheWay);
  const [holder] = holders;
  if (holder === undefined) return error;
  const objects = [...new Set(holders.flatMap(({ wantedBy = [] }) => wantedBy))];
  const details = { ...error.details, conflictsWith: holder.id, ...(objects.length === 0 ? {} : { objects }) };
  return new RollcallError(error.kind, error.code, error.message, details, { cause: error });
}
