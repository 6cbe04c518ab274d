import { type Sql, sql } from '../../database/index.js';
import { isLiving, shownNameKey } from '../../directory/index.js';
import type { Rows } from './filter-columns.js';
import { isIdText } from './key-text.js';
import { memberScalar } from './member-columns.js';
import { FALSE } from './scalar-comparison.js';

/** `members` of a group: living users and groups that it holds itself. */
export function groupMembers({ siteId, baseUrl }: { readonly siteId: number; readonly baseUrl: string }): Rows {
  const rows = sql`(
      SELECT s.user_id AS member_id, 'User' AS member_type, ${shownNameKey(sql`x`)} AS display_key
      FROM memberships s
      JOIN users x ON x.site_id = s.site_id AND x.id = s.user_id AND ${isLiving(sql`x`)}
      WHERE s.site_id = ${siteId} AND s.group_id = g.id
      UNION ALL
      SELECT n.child_group_id, 'Group', h.display_name_key FROM nestings n
      JOIN groups h ON h.site_id = n.site_id AND h.id = n.child_group_id AND ${isLiving(sql`h`)}
      WHERE n.site_id = ${siteId} AND n.group_id = g.id
    ) m`;
  return {
    kind: 'rows',
    exists: (condition) => sql`EXISTS (SELECT 1 FROM ${rows} WHERE ${condition})`,
    member: (subAttribute) => memberScalar(subAttribute, baseUrl),
    having: (terms) => {
      const [term] = terms;
      if (term === undefined || terms.length > 1 || term.path.subAttribute?.name !== 'value') return undefined;
      return holds(siteId, String(term.value));
    },
    first: (value) => sql`(SELECT ${value} FROM ${rows} ORDER BY 1 LIMIT 1)`,
  };
}

function holds(siteId: number, memberId: string): Sql {
  if (!isIdText(memberId)) return FALSE;
  return sql`g.id IN (
    SELECT s.group_id FROM memberships s
    JOIN users x ON x.site_id = s.site_id AND x.id = s.user_id AND ${isLiving(sql`x`)}
    WHERE s.site_id = ${siteId} AND s.user_id = ${memberId}::uuid
    UNION ALL
    SELECT n.group_id FROM nestings n
    JOIN groups h ON h.site_id = n.site_id AND h.id = n.child_group_id AND ${isLiving(sql`h`)}
    WHERE n.site_id = ${siteId} AND n.child_group_id = ${memberId}::uuid)`;
}
