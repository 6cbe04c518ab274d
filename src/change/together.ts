import { join, raw, type Sql, sql } from '../database/index.js';

/**
 * Several independent data-modifying statements as one: one round trip, one snapshot. All of them run although only
 * the last one's rows are seen.
 */
export function together(writes: readonly Sql[]): Sql {
  const last = writes[writes.length - 1];
  if (last === undefined) throw new Error('together() needs at least one statement');
  if (writes.length === 1) return last;
  const parts = writes.slice(0, -1).map((write, index) => sql`${raw(`write_${index}`)} AS (${write})`);
  return sql`WITH ${join(parts)} ${last}`;
}
