import { type Database, join, type Sql, sql } from '../../database/index.js';
import { isLiving } from '../living.js';
import { isObjectId } from '../object-id.js';
import { isoTimestamp, utcText } from '../timestamps.js';
import type { GroupView, ListRequest, MemberView, Reader } from '../views.js';
import { identityOf, visibleTo } from '../visibility.js';

/** One group without its members, or undefined when the reader can see none with this id. */
export async function readGroup(database: Database, reader: Reader, id: string): Promise<GroupView | undefined> {
  if (!isObjectId(id)) return undefined;
  const rows = await database.read<GroupView>(sql`
    SELECT ${groupColumns} FROM ${groupTables(reader)} WHERE ${visibleTo(reader, sql`g`, isLiving(sql`g`))} AND g.id = ${id}`);
  return rows[0] === undefined ? undefined : groupView(rows[0]);
}

/** A part of the groups that meet the condition, without their members. */
export async function listGroups(database: Database, request: ListRequest): Promise<GroupView[]> {
  const { reader, condition, after, order } = request;
  const conditions = [visibleTo(reader, sql`g`)];
  if (condition !== undefined) conditions.push(condition);
  if (after !== undefined) conditions.push(sql`g.id > ${after}`);
  const rows = await database.read<GroupView>(sql`
    SELECT ${groupColumns} FROM ${groupTables(reader)} WHERE ${join(conditions, ' AND ')}
    ORDER BY ${order === undefined ? sql`g.id` : sql`${order}, g.id`} LIMIT ${request.limit} OFFSET ${request.offset}`);
  return rows.map(groupView);
}

/** How many groups meet a condition. Without one, see countObjects. */
export async function countGroups(database: Database, reader: Reader, condition: Sql): Promise<number> {
  const rows = await database.read<{ total: number }>(sql`
    SELECT count(*) AS total FROM groups g WHERE ${visibleTo(reader, sql`g`)} AND ${condition}`);
  return rows[0]?.total ?? 0;
}

/** The members of one group, users first, through a cursor: there may be a million. */
export function streamMembers(database: Database, siteId: number, groupId: string): AsyncIterable<MemberView> {
  return database.stream<MemberView>(members(sql`${siteId}`, [groupId]));
}

/** The members of several groups at once, for a page of groups. */
export async function readMembers(
  database: Database,
  siteId: number,
  groupIds: readonly string[],
): Promise<Map<string, MemberView[]>> {
  const found = new Map<string, MemberView[]>(groupIds.map((id) => [id, []]));
  if (groupIds.length === 0) return found;
  const rows = await database.read<MemberView & { groupId: string }>(members(sql`${siteId}`, groupIds));
  for (const { groupId, ...member } of rows) found.get(groupId)?.push(member);
  return found;
}

const groupColumns = sql`
  g.id, g.document::text AS document, g.display_name AS "displayName", i.external_id AS "externalId", g.version,
  ${utcText(sql`g.created_at`)} AS "createdAt", ${utcText(sql`g.modified_at`)} AS "modifiedAt"`;

function groupView(row: GroupView): GroupView {
  return { ...row, createdAt: isoTimestamp(row.createdAt), modifiedAt: isoTimestamp(row.modifiedAt) };
}

function members(siteId: Sql, groupIds: readonly string[]): Sql {
  return sql`
    SELECT m.group_id AS "groupId", u.id, 'User' AS type, coalesce(u.display_name, u.user_name) AS display
    FROM memberships m
    JOIN users u ON u.site_id = m.site_id AND u.id = m.user_id AND ${isLiving(sql`u`)}
    WHERE m.site_id = ${siteId} AND m.group_id = ANY (${groupIds}::uuid[])
    UNION ALL
    SELECT n.group_id, c.id, 'Group', c.display_name
    FROM nestings n
    JOIN groups c ON c.site_id = n.site_id AND c.id = n.child_group_id AND ${isLiving(sql`c`)}
    WHERE n.site_id = ${siteId} AND n.group_id = ANY (${groupIds}::uuid[])`;
}

function groupTables(reader: Reader): Sql {
  return sql`groups g ${identityOf(reader, sql`g`)}`;
}
