import { sql, type Transaction } from '../../database/index.js';
import type { Effects } from '../command.js';

/** A group in a group. */
export interface Edge {
  readonly groupId: string;
  readonly childId: string;
}

/**
 * Finds the group that is the reason for a user's other access among those in which a group came or went: the first
 * one below which the user is. Reach is that of after the change: where an edge further down went as well, the user is
 * below that one's child, or was a member who left.
 * @param edges those that came or went
 */
export function causesByNesting(siteId: number, edges: readonly Edge[]): NonNullable<Effects<unknown>['causes']> {
  return async (transaction: Transaction, userIds) => {
    if (edges.length === 0) return new Map();
    const rows = await transaction.run<{ userId: string; groupId: string }>(sql`
      WITH edge AS MATERIALIZED (
        SELECT * FROM unnest(${edges.map(({ groupId }) => groupId)}::uuid[], ${edges.map(({ childId }) => childId)}::uuid[])
          WITH ORDINALITY AS edge (group_id, child_id, n)
      ), below AS MATERIALIZED (
        SELECT group_id, n, child_id AS id FROM edge
        UNION ALL
        SELECT e.group_id, e.n, c.descendant_id FROM edge e
        JOIN group_closure c ON c.site_id = ${siteId} AND c.ancestor_id = e.child_id
      )
      SELECT DISTINCT ON (m.user_id) m.user_id AS "userId", b.group_id AS "groupId"
      FROM unnest(${userIds}::uuid[]) AS asked (id)
      JOIN memberships m ON m.site_id = ${siteId} AND m.user_id = asked.id
      JOIN below b ON b.id = m.group_id
      ORDER BY m.user_id, b.n`);
    return new Map(rows.map(({ userId, groupId }) => [userId, groupId]));
  };
}
