import { type Sql, sql } from '../database/index.js';

/**
 * Now, but never at or before an earlier moment: lastModified grows with every change (RFC 7643 section 3.1), also
 * when two changes fall into one millisecond or another machine's clock is ahead.
 */
export function laterThan(earlier: Date): Date {
  return new Date(Math.max(Date.now(), earlier.getTime() + 1));
}

/** The same in SQL, for rows whose time is not read. @param row users or groups */
export function movedOn(row: Sql): Sql {
  return sql`greatest(clock_timestamp(), ${row}.modified_at + interval '1 millisecond')`;
}
