import { type Sql, sql } from '../database/index.js';
import type { Reader } from './views.js';

/**
 * Whether a reader sees a row of users or groups.
 * @param living how the row is kept from being a deleted one: see isLiving for lookups by id
 */
export function visibleTo(reader: Reader, row: Sql, living = sql`${row}.deleted_at IS NULL`): Sql {
  const own =
    reader.sees === 'site'
      ? sql``
      : sql` AND (${row}.owner_connection_id = ${reader.connectionId ?? null} OR ${row}.owner_connection_id IS NULL)`;
  return sql`${row}.site_id = ${reader.siteId} AND ${living}${own}`;
}

/** Joins what the reader calls the row, as `i`; without a connection nobody calls it anything. */
export function identityOf(reader: Reader, row: Sql): Sql {
  return sql`LEFT JOIN identities i ON i.site_id = ${row}.site_id AND i.object_id = ${row}.id
    AND i.connection_id = ${reader.connectionId ?? null}::uuid`;
}
