import { type Database, join, type Sql, sql } from '../../database/index.js';
import { isObjectId } from '../object-id.js';
import type { ListRequest, Reader, UserView } from '../views.js';

type UserViewRow = Omit<UserView, 'groups'> & { groups: [string, string, boolean][] | null };

/** One user, or undefined when the reader can see none with this id. */
export async function readUser(
  database: Database,
  reader: Reader,
  id: string,
  withGroups: boolean,
): Promise<UserView | undefined> {
  if (!isObjectId(id)) return undefined;
  const rows = await database.read<UserViewRow>(sql`
    SELECT ${userColumns(reader, withGroups)} FROM ${userTables(reader)} WHERE ${visible(reader)} AND u.id = ${id}`);
  return rows[0] === undefined ? undefined : userView(rows[0]);
}

/** A part of the users that meet the condition; ordered by id behind whatever order is asked for. */
export async function listUsers(database: Database, request: ListRequest, withGroups: boolean): Promise<UserView[]> {
  const { reader, condition, after, order } = request;
  const conditions = [visible(reader)];
  if (condition !== undefined) conditions.push(condition);
  if (after !== undefined) conditions.push(sql`u.id > ${after}`);
  // The page is cut before anything is joined to it: an offset must not render what it skips.
  const page = sql`
    SELECT u.id FROM users u WHERE ${join(conditions, ' AND ')}
    ORDER BY ${order === undefined ? sql`u.id` : sql`${order}, u.id`} LIMIT ${request.limit} OFFSET ${request.offset}`;
  const rows = await database.read<UserViewRow>(
    order === undefined
      ? sql`
          SELECT ${userColumns(reader, withGroups)} FROM (${page}) page
          JOIN ${userTables(reader)} ON u.site_id = ${reader.siteId} AND u.id = page.id ORDER BY u.id`
      : sql`
          SELECT ${userColumns(reader, withGroups)}
          FROM (SELECT page.id, row_number() OVER () AS position FROM (${page}) page) page
          JOIN ${userTables(reader)} ON u.site_id = ${reader.siteId} AND u.id = page.id ORDER BY page.position`,
  );
  return rows.map(userView);
}

/** How many users meet a condition. Without one, see countObjects. */
export async function countUsers(database: Database, reader: Reader, condition: Sql): Promise<number> {
  const rows = await database.read<{ total: number }>(sql`
    SELECT count(*) AS total FROM users u WHERE ${visible(reader)} AND ${condition}`);
  return rows[0]?.total ?? 0;
}

function visible(reader: Reader): Sql {
  const own =
    reader.sees === 'site'
      ? sql``
      : sql` AND (u.owner_connection_id = ${reader.connectionId ?? null} OR u.owner_connection_id IS NULL)`;
  return sql`u.site_id = ${reader.siteId} AND u.deleted_at IS NULL${own}`;
}

function userTables(reader: Reader): Sql {
  return sql`users u LEFT JOIN identities i ON i.site_id = u.site_id AND i.object_id = u.id
    AND i.connection_id = ${reader.connectionId ?? null}::uuid`;
}

function userColumns(reader: Reader, withGroups: boolean): Sql {
  return sql`
    u.id, u.document::text AS document, i.external_id AS "externalId", u.version, u.created_at AS "createdAt",
    u.modified_at AS "modifiedAt",
    CASE WHEN u.manager_id IS NOT NULL THEN (
      SELECT coalesce(m.display_name, m.user_name) FROM users m
      WHERE m.site_id = u.site_id AND m.id::text = u.manager_id AND m.deleted_at IS NULL
    ) END AS "managerName"${withGroups ? sql`, ${groupsOfUser(reader)} AS groups` : sql``}`;
}

/** Direct and indirect groups; who is both directly and through another group counts as direct (USR-07). */
function groupsOfUser(reader: Reader): Sql {
  return sql`(
    SELECT json_agg(json_build_array(g.id, g.display_name, reached.direct) ORDER BY g.id)
    FROM (
      SELECT group_id, bool_or(direct) AS direct FROM (
        SELECT m.group_id, true AS direct FROM memberships m WHERE m.site_id = ${reader.siteId} AND m.user_id = u.id
        UNION ALL
        SELECT c.ancestor_id, false FROM memberships m
        JOIN group_closure c ON c.site_id = ${reader.siteId} AND c.descendant_id = m.group_id
        WHERE m.site_id = ${reader.siteId} AND m.user_id = u.id
      ) every GROUP BY group_id
    ) reached
    JOIN groups g ON g.site_id = ${reader.siteId} AND g.id = reached.group_id AND g.deleted_at IS NULL
  )`;
}

function userView(row: UserViewRow): UserView {
  const groups = row.groups === undefined ? undefined : (row.groups ?? []);
  return { ...row, groups: groups?.map(([id, displayName, direct]) => ({ id, displayName, direct })) };
}
