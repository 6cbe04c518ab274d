import { type Database, sql } from '../../database/index.js';
import { isLiving } from '../../directory/index.js';

/** One way in which a role comes to a person. */
export interface AccessPath {
  readonly roleId: string;
  readonly role: string;
  /** 1 is the highest. */
  readonly rank: number;
  readonly takesSeat: boolean;
  /** The groups from the one that the person is in up to the one that has the role; none: granted to the person. */
  readonly through: readonly { readonly id: string; readonly name: string }[];
  /** The connection that put the person into the first of them; null: an administrator, or no group at all. */
  readonly memberBy: string | null;
  /** The connection that granted it; null: an administrator. */
  readonly grantedBy: string | null;
}

/** Nobody reads more; a person in 1,000 groups that all give the same has one reason. */
const MOST_PATHS = 200;
/** Groups nest a few levels; a circle of them is left after one round. */
const MOST_LEVELS = 20;

interface PathRow extends Omit<AccessPath, 'through'> {
  readonly groupIds: readonly string[] | null;
}

/** Every way in which the roles of an application come to a person, the highest role and the shortest way first. */
export async function accessPaths(
  database: Database,
  siteId: number,
  userId: string,
  applicationId: string,
): Promise<AccessPath[]> {
  // Only groups that have a role, or lie below one that has, are followed.
  const leads = (group: ReturnType<typeof sql>) => sql`(
    ${group} IN (SELECT group_id FROM granted) OR EXISTS (
      SELECT 1 FROM group_closure c JOIN granted g ON g.group_id = c.ancestor_id
      WHERE c.site_id = ${siteId} AND c.descendant_id = ${group}))`;
  const rows = await database.read<PathRow>(sql`
    WITH RECURSIVE granted AS (
      SELECT g.group_id, g.user_id, g.connection_id, r.id AS role_id, r.key, r.rank, r.takes_seat
      FROM grants g JOIN application_roles r ON r.site_id = g.site_id AND r.id = g.role_id
      WHERE g.site_id = ${siteId} AND r.application_id = ${applicationId}
    ), up (top, path, owner) AS (
      SELECT m.group_id, ARRAY[m.group_id], m.owner_connection_id FROM memberships m
      JOIN groups l ON l.site_id = m.site_id AND l.id = m.group_id AND ${isLiving(sql`l`)}
      WHERE m.site_id = ${siteId} AND m.user_id = ${userId} AND ${leads(sql`m.group_id`)}
      UNION ALL
      SELECT n.group_id, up.path || n.group_id, up.owner FROM up
      JOIN nestings n ON n.site_id = ${siteId} AND n.child_group_id = up.top
      JOIN groups l ON l.site_id = n.site_id AND l.id = n.group_id AND ${isLiving(sql`l`)}
      WHERE n.group_id <> ALL (up.path) AND cardinality(up.path) < ${MOST_LEVELS} AND ${leads(sql`n.group_id`)}
    )
    SELECT g.role_id AS "roleId", g.key AS role, g.rank, g.takes_seat AS "takesSeat", up.path AS "groupIds",
      o.name AS "memberBy", c.name AS "grantedBy"
    FROM granted g
    LEFT JOIN up ON up.top = g.group_id
    LEFT JOIN connections o ON o.site_id = ${siteId} AND o.id = up.owner
    LEFT JOIN connections c ON c.site_id = ${siteId} AND c.id = g.connection_id
    WHERE g.user_id = ${userId} OR up.top IS NOT NULL
    ORDER BY g.rank, cardinality(up.path) NULLS FIRST, up.path LIMIT ${MOST_PATHS}`);
  const ids = [...new Set(rows.flatMap(({ groupIds }) => groupIds ?? []))];
  const groups = await database.read<{ id: string; name: string }>(sql`
    SELECT id, display_name AS name FROM groups WHERE site_id = ${siteId} AND id = ANY (${ids}::uuid[])`);
  const names = new Map(groups.map(({ id, name }) => [id, name]));
  return rows.map(({ groupIds, ...path }) => ({
    ...path,
    through: (groupIds ?? []).map((id) => ({ id, name: names.get(id) ?? id })),
  }));
}
