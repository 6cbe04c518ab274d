import { type Sql, sql } from '../../database/index.js';
import { movedOn } from '../later-than.js';

/** Gives groups whose members come or go a new version and time. */
export function touchGroups(siteId: number, groupIds: readonly string[]): Sql {
  return sql`
    UPDATE groups g SET version = version + 1, modified_at = ${movedOn(sql`g`)}
    WHERE site_id = ${siteId} AND id = ANY (${groupIds}::uuid[])`;
}

/** The same for the groups that some groups lie in. */
export function touchParents(siteId: number, groupIds: readonly string[]): Sql {
  return sql`
    UPDATE groups g SET version = version + 1, modified_at = ${movedOn(sql`g`)}
    WHERE site_id = ${siteId} AND id IN (
      SELECT group_id FROM nestings WHERE site_id = ${siteId} AND child_group_id = ANY (${groupIds}::uuid[]))`;
}
