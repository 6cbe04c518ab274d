import { type Sql, sql } from '../../database/index.js';

/**
 * Tells readers that a name or a nesting of the site's groups has changed: see group-outlines. Written together with
 * the change itself, before any licence is locked, so that the order of locks stays the same for everybody.
 */
export function raiseGroupsVersion(siteId: number): Sql {
  return sql`UPDATE sites SET groups_version = groups_version + 1 WHERE id = ${siteId}`;
}
