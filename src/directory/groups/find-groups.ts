import { type Database, join, type Sql, sql } from '../../database/index.js';
import { comparisonKey } from '../comparison-key.js';
import { isObjectId } from '../object-id.js';
import type { NamePosition } from '../users/find-users.js';

/** A group as an administrator's list shows it. */
export interface GroupSummary {
  readonly id: string;
  readonly displayName: string;
  /** Null when the group is local. */
  readonly ownerConnectionId: string | null;
  readonly protected: boolean;
  readonly version: number;
  /** Direct members. */
  readonly userCount: number;
  readonly groupCount: number;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
}

export interface GroupSearch {
  /** What the name starts with, letter case aside; undefined: anything. */
  readonly prefix?: string | undefined;
  /** Continue behind this group. */
  readonly after?: NamePosition | undefined;
  readonly limit: number;
}

/** Groups in the order of their names. */
export function findGroups(
  database: Database,
  siteId: number,
  { prefix = '', after, limit }: GroupSearch,
): Promise<GroupSummary[]> {
  const key = comparisonKey(prefix);
  return select(
    database,
    [
      sql`g.site_id = ${siteId}`,
      sql`g.display_name_key >= ${key}`,
      sql`starts_with(g.display_name_key, ${key})`,
      ...(after === undefined ? [] : [sql`(g.display_name_key, g.id) > (${after.key}, ${after.id}::uuid)`]),
    ],
    limit,
  );
}

/** The group with this id or, failing that, every group with this name: names need not be unique. */
export async function findGroup(database: Database, siteId: number, idOrName: string): Promise<GroupSummary[]> {
  const site = sql`g.site_id = ${siteId}`;
  const byId = isObjectId(idOrName) ? await select(database, [site, sql`g.id = ${idOrName}`], 1) : [];
  if (byId.length > 0) return byId;
  return select(database, [site, sql`g.display_name_key = ${comparisonKey(idOrName)}`], 100);
}

/** A group that is scheduled for deletion. */
export interface DeletedGroup {
  readonly id: string;
  readonly displayName: string;
  readonly deletedAt: Date;
}

/** Those who are scheduled for deletion and have this id or had this name, the last deleted first. */
export function findDeletedGroups(database: Database, siteId: number, idOrName: string): Promise<DeletedGroup[]> {
  const id = isObjectId(idOrName) ? idOrName : null;
  return database.read<DeletedGroup>(sql`
    SELECT id, display_name AS "displayName", deleted_at AS "deletedAt" FROM groups
    WHERE site_id = ${siteId} AND deleted_at IS NOT NULL AND erased_at IS NULL
      AND (id = ${id}::uuid OR display_name_key = ${comparisonKey(idOrName)})
    ORDER BY deleted_at DESC, id`);
}

/** Deleted users keep their membership rows until they are erased or restored, and are no members meanwhile. */
function select(database: Database, conditions: readonly Sql[], limit: number): Promise<GroupSummary[]> {
  return database.read<GroupSummary>(sql`
    SELECT g.id, g.display_name AS "displayName", g.owner_connection_id AS "ownerConnectionId", g.protected,
      g.version,
      (
        SELECT count(*) FROM memberships m
        JOIN users u ON u.site_id = m.site_id AND u.id = m.user_id AND u.deleted_at IS NULL
        WHERE m.site_id = g.site_id AND m.group_id = g.id
      ) AS "userCount",
      (
        SELECT count(*) FROM nestings n
        JOIN groups c ON c.site_id = n.site_id AND c.id = n.child_group_id AND c.deleted_at IS NULL
        WHERE n.site_id = g.site_id AND n.group_id = g.id
      ) AS "groupCount",
      g.created_at AS "createdAt", g.modified_at AS "modifiedAt"
    FROM groups g
    WHERE ${join([...conditions, sql`g.deleted_at IS NULL`], ' AND ')}
    ORDER BY g.display_name_key, g.id LIMIT ${limit}`);
}
