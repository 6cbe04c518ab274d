import { type Sql, sql } from './sql.js';

/**
 * Has the statements behind it in this transaction planned for the values they come with. PostgreSQL takes one plan for
 * all values once a prepared statement was run five times, and takes a list for ten: with 100,000 users that was 5 to
 * 10 s instead of 1. Planning takes about 1.5 ms, so that only work on many rows gains by it.
 */
export function planForValues(): Sql {
  return sql`SET LOCAL plan_cache_mode = force_custom_plan`;
}
