import { type Sql, sql } from '../database/index.js';

/**
 * Whether a row that is found by its id is not deleted. Written so that the planner cannot take a partial index of
 * living rows for the lookup: while a table has no statistics, one that starts with site_id looks as good to it as the
 * primary key, and reading 25,000 members took 30 s that way. Where such an index shall be used, `deleted_at IS NULL`.
 */
export function isLiving(row: Sql): Sql {
  return sql`coalesce(${row}.deleted_at, 'infinity') = 'infinity'`;
}

/** Whether a row of users or groups has been scheduled for deletion for so long that it is to be erased. */
export function isExpired(row: Sql, graceDays: number): Sql {
  return sql`${row}.deleted_at <= now() - make_interval(days => ${graceDays}::integer)
    AND ${row}.deleted_at IS NOT NULL AND ${row}.erased_at IS NULL`;
}
