import { type Sql, sql } from '../../database/index.js';
import type { Attribute } from '../schema/index.js';
import type { Rows, Scalar } from './filter-columns.js';
import { isIdText } from './key-text.js';
import { location } from './object-columns.js';
import { FALSE } from './scalar-comparison.js';

/**
 * `groups` of a user: living groups that it is in itself, and those that hold one of these. A group that is both is
 * direct. The closure has rows of living groups only.
 */
export function userGroups({ siteId, baseUrl }: { readonly siteId: number; readonly baseUrl: string }): Rows {
  const rows = sql`(
      SELECT m.group_id, 'direct' AS type FROM memberships m WHERE m.site_id = ${siteId} AND m.user_id = u.id
      UNION ALL
      SELECT DISTINCT c.ancestor_id, 'indirect' FROM memberships m
      JOIN group_closure c ON c.site_id = m.site_id AND c.descendant_id = m.group_id
      WHERE m.site_id = ${siteId} AND m.user_id = u.id AND NOT EXISTS (
        SELECT 1 FROM memberships d WHERE d.site_id = ${siteId} AND d.group_id = c.ancestor_id AND d.user_id = u.id)
    ) r JOIN groups h ON h.site_id = ${siteId} AND h.id = r.group_id AND h.deleted_at IS NULL`;
  return {
    kind: 'rows',
    exists: (condition) => sql`EXISTS (SELECT 1 FROM ${rows} WHERE ${condition})`,
    member: (subAttribute) => member(subAttribute, baseUrl),
    having: (terms) => {
      const [term] = terms;
      if (term === undefined || terms.length > 1 || term.path.subAttribute?.name !== 'value') return undefined;
      return inGroup(siteId, String(term.value));
    },
    first: (value) => sql`(SELECT ${value} FROM ${rows} ORDER BY 1 LIMIT 1)`,
  };
}

function member(subAttribute: Attribute | undefined, baseUrl: string): Scalar {
  switch (subAttribute?.name) {
    case 'display':
      return { kind: 'scalar', expression: sql`h.display_name_key`, type: 'text' };
    case 'type':
      return { kind: 'scalar', expression: sql`r.type`, type: 'text' };
    case '$ref':
      return location(sql`h.id`, baseUrl, '/Groups/');
    case 'value':
      return { kind: 'scalar', expression: sql`h.id`, type: 'uuid' };
    default:
      // `primary` and the like, which a user's groups do not have.
      return { kind: 'scalar', expression: sql`NULL::text`, type: 'text' };
  }
}

function inGroup(siteId: number, groupId: string): Sql {
  if (!isIdText(groupId)) return FALSE;
  return sql`(
    u.id IN (
      SELECT m.user_id FROM memberships m WHERE m.site_id = ${siteId} AND m.group_id = ${groupId}::uuid
      UNION ALL
      SELECT m.user_id FROM group_closure c
      JOIN memberships m ON m.site_id = c.site_id AND m.group_id = c.descendant_id
      WHERE c.site_id = ${siteId} AND c.ancestor_id = ${groupId}::uuid)
    AND EXISTS (
      SELECT 1 FROM groups h WHERE h.site_id = ${siteId} AND h.id = ${groupId}::uuid AND h.deleted_at IS NULL))`;
}
