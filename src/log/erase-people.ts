import { type Sql, sql } from '../database/index.js';

/**
 * Takes the personal values out of entries about users who are erased (design section 6): their own, and those of
 * grants that name them. What happened when and by whom stays.
 */
export function erasePeople(siteId: number, userIds: readonly string[]): Sql {
  return sql`
    UPDATE log_entries e SET personal = NULL, salt = NULL FROM log_subjects s
    WHERE s.site_id = ${siteId} AND s.subject_id = ANY (${userIds}::uuid[])
      AND s.effect IN ('object', 'grant-added', 'grant-removed')
      AND e.site_id = ${siteId} AND e.at = s.at AND e.id = s.entry_id AND e.personal IS NOT NULL`;
}
