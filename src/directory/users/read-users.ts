import { type Database, type Sql, sql } from '../../database/index.js';
import { type GroupOutlines, type GroupReference, type KnownGroups, parseIds } from '../groups/group-outlines.js';
import { listStatement, type ObjectTable, visibleRows } from '../list-statement.js';
import { isLiving } from '../living.js';
import { isObjectId } from '../object-id.js';
import { isoTimestamp, utcText } from '../timestamps.js';
import type { ListRequest, ObjectRows, Reader, UserView } from '../views.js';
import { identityOf, visibleTo } from '../visibility.js';
import type { UserRecord } from './user-profile.js';

const USERS: ObjectTable = { name: sql`users`, alias: sql`u` };

interface UserViewRow extends Omit<UserView, 'groups'> {
  /** The ids of the groups that the user is in directly, as PostgreSQL writes an array. */
  readonly groupIds?: string | null;
  readonly groupsVersion?: number;
}

/**
 * Users as a client sees them. `access` is an expression over the alias `u` whose text goes with the user, of what is
 * shown of the user's access.
 */
export interface UserReads {
  /**
   * A user that was just written, from what the command knows. Only a manager's name and the access have to be read,
   * on the primary: a replica may not have the user yet.
   */
  written(reader: Reader, record: UserRecord, withGroups: boolean, access?: Sql): Promise<UserView>;
  /** One user, or undefined when the reader can see none with this id. */
  read(reader: Reader, id: string, withGroups: boolean, access?: Sql): Promise<UserView | undefined>;
  /** A part of the users; see listStatement for their order. */
  list(request: ListRequest, withGroups: boolean, access?: Sql): Promise<UserView[]>;
}

export function createUserReads(database: Database, outlines: GroupOutlines): UserReads {
  /** Names and nesting for a whole page at once. */
  async function withGroupsOf(rows: readonly UserViewRow[], reader: Reader): Promise<UserView[]> {
    const direct = rows.map((row) => parseIds(row.groupIds ?? null));
    const version = Math.max(0, ...rows.map((row) => row.groupsVersion ?? 0));
    const known = await outlines.find(reader.siteId, version, new Set(direct.flat()));
    return rows.map((row, index) => userView(row, groupReferences(direct[index] ?? [], known)));
  }

  return {
    async written(reader, record, withGroups, access) {
      const { document, managerId } = record;
      const [managerName, shown] = await Promise.all([
        managerId === null ? null : nameOfUser(database, reader, managerId),
        access === undefined ? null : accessOf(database, reader, record.id, access),
      ]);
      const row = {
        ...record,
        document: JSON.stringify(document),
        managerName,
        access: shown,
        createdAt: record.createdAt.toISOString(),
        modifiedAt: record.modifiedAt.toISOString(),
      };
      const [view] = withGroups ? await withGroupsOf([row], reader) : [];
      return view ?? userView(row, undefined);
    },
    async read(reader, id, withGroups, access) {
      if (!isObjectId(id)) return undefined;
      const rows = await database.read<UserViewRow>(sql`
        SELECT ${userColumns(reader, withGroups, access)} FROM ${userTables(reader)}
        WHERE ${visibleTo(reader, sql`u`, isLiving(sql`u`))} AND u.id = ${id}`);
      const users = rows.map(inIsoTime);
      return withGroups ? (await withGroupsOf(users, reader))[0] : users.map((user) => userView(user, undefined))[0];
    },
    async list(request, withGroups, access) {
      const rows = await database.read<UserViewRow>(
        listStatement(userColumns(request.reader, withGroups, access), userTables(request.reader), USERS, request),
      );
      const users = rows.map(inIsoTime);
      return withGroups ? withGroupsOf(users, request.reader) : users.map((user) => userView(user, undefined));
    },
  };
}

function inIsoTime(row: UserViewRow): UserViewRow {
  return { ...row, createdAt: isoTimestamp(row.createdAt), modifiedAt: isoTimestamp(row.modifiedAt) };
}

function userView(row: UserViewRow, groups: readonly GroupReference[] | undefined): UserView {
  const { id, document, externalId, version, createdAt, modifiedAt, managerName, access } = row;
  return { id, document, externalId, version, createdAt, modifiedAt, managerName, access, groups };
}

/** The users that a reader sees, as `u`. */
export function userRows(reader: Reader): ObjectRows {
  return visibleRows(USERS, reader);
}

function userTables(reader: Reader): Sql {
  return sql`users u ${identityOf(reader, sql`u`)}`;
}

function userColumns(reader: Reader, withGroups: boolean, access = sql`NULL`): Sql {
  return sql`
    u.id, u.document::text AS document, i.external_id AS "externalId", u.version,
    ${utcText(sql`u.created_at`)} AS "createdAt", ${utcText(sql`u.modified_at`)} AS "modifiedAt",
    CASE WHEN u.manager_id IS NOT NULL THEN (
      SELECT coalesce(m.display_name, m.user_name) FROM users m
      WHERE m.site_id = u.site_id AND m.id = u.manager_id AND ${isLiving(sql`m`)}
    ) END AS "managerName", ${access} AS access${withGroups ? sql`, ${groupsOfUser(reader)}` : sql``}`;
}

async function nameOfUser(database: Database, reader: Reader, id: string): Promise<string | null> {
  const rows = await database.write<{ name: string }>(sql`
    SELECT coalesce(display_name, user_name) AS name FROM users
    WHERE site_id = ${reader.siteId} AND id = ${id} AND deleted_at IS NULL`);
  return rows[0]?.name ?? null;
}

async function accessOf(database: Database, reader: Reader, id: string, access: Sql): Promise<string | null> {
  const rows = await database.write<{ access: string | null }>(sql`
    SELECT ${access} AS access FROM users u WHERE u.site_id = ${reader.siteId} AND u.id = ${id}`);
  return rows[0]?.access ?? null;
}

/** Which groups, in their order by id; what they are called and where they lie, outlines know. */
function groupsOfUser(reader: Reader): Sql {
  return sql`
    (SELECT array_agg(m.group_id)::text FROM memberships m
     WHERE m.site_id = ${reader.siteId} AND m.user_id = u.id) AS "groupIds",
    (SELECT groups_version FROM sites WHERE id = ${reader.siteId}) AS "groupsVersion"`;
}

/** Direct groups first, then those reached through them; who is in a group both ways is direct (USR-07). */
function groupReferences(directIds: readonly string[], known: KnownGroups): GroupReference[] {
  const references: GroupReference[] = [];
  const seen = new Set(directIds);
  for (const id of directIds) {
    const group = known(id);
    if (group !== undefined) references.push(group.direct);
  }
  for (let index = 0, direct = references.length; index < direct; index++) {
    for (const id of references[index]?.group.ancestorIds ?? []) {
      const group = seen.has(id) ? undefined : known(id);
      seen.add(id);
      if (group !== undefined) references.push(group.indirect);
    }
  }
  return references;
}
