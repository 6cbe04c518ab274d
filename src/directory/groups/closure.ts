import { sql, type Transaction } from '../../database/index.js';
import { isLiving } from '../living.js';

/**
 * Groups whose reach differs when an edge below `groupIds` comes or goes: they and all above them. Asked before the
 * edge changes or after, the answer is the same: an edge adds reach only to those that reach its upper end.
 */
export async function withAncestors(
  transaction: Transaction,
  siteId: number,
  groupIds: readonly string[],
): Promise<string[]> {
  const rows = await transaction.run<{ id: string }>(sql`
    SELECT unnest(${groupIds}::uuid[]) AS id
    UNION
    SELECT ancestor_id FROM group_closure WHERE site_id = ${siteId} AND descendant_id = ANY (${groupIds}::uuid[])`);
  return rows.map((row) => row.id);
}

/**
 * Works out anew what lies below the given groups, through living groups alone. UNION drops pairs seen before, so
 * a cycle ends (RFC 7644 section 3.7.1 makes one on purpose). Needs the exclusive structure lock.
 */
export async function rebuildClosure(
  transaction: Transaction,
  siteId: number,
  ancestorIds: readonly string[],
): Promise<void> {
  await transaction.run(sql`
    DELETE FROM group_closure WHERE site_id = ${siteId} AND ancestor_id = ANY (${ancestorIds}::uuid[])`);
  await transaction.run(sql`
    WITH RECURSIVE reach (ancestor_id, descendant_id) AS (
      SELECT n.group_id, n.child_group_id
      FROM nestings n
      JOIN groups p ON p.site_id = n.site_id AND p.id = n.group_id AND p.deleted_at IS NULL
      JOIN groups c ON c.site_id = n.site_id AND c.id = n.child_group_id AND c.deleted_at IS NULL
      WHERE n.site_id = ${siteId} AND n.group_id = ANY (${ancestorIds}::uuid[])
      UNION
      SELECT r.ancestor_id, n.child_group_id
      FROM reach r
      JOIN nestings n ON n.site_id = ${siteId} AND n.group_id = r.descendant_id
      JOIN groups c ON c.site_id = n.site_id AND c.id = n.child_group_id AND c.deleted_at IS NULL
    )
    INSERT INTO group_closure (site_id, ancestor_id, descendant_id)
    SELECT ${siteId}, ancestor_id, descendant_id FROM reach WHERE ancestor_id <> descendant_id`);
}

/** Every living user in the groups or in a group below them. */
export async function usersWithin(
  transaction: Transaction,
  siteId: number,
  groupIds: readonly string[],
): Promise<string[]> {
  if (groupIds.length === 0) return [];
  const rows = await transaction.run<{ user_id: string }>(sql`
    SELECT DISTINCT m.user_id FROM memberships m
    JOIN users u ON u.site_id = m.site_id AND u.id = m.user_id AND ${isLiving(sql`u`)}
    WHERE m.site_id = ${siteId} AND m.group_id IN (
      SELECT unnest(${groupIds}::uuid[])
      UNION
      SELECT descendant_id FROM group_closure WHERE site_id = ${siteId} AND ancestor_id = ANY (${groupIds}::uuid[])
    )`);
  return rows.map((row) => row.user_id);
}
