import { type Database, sql } from '../../database/index.js';
import { type GroupView, type MemberView, readMembers, streamMembers } from '../../directory/index.js';
import type { ShownText } from '../list/index.js';
import type { ScimContext } from '../request.js';
import { type Projection, project, type ResourceType } from '../schema/index.js';
import { parseRendered, renderGroup, renderGroupHead, renderMember } from './render.js';

/** Renders groups. Members are loaded only where they are shown (PRJ-14), and streamed where there are many. */
export interface GroupBodies {
  one(group: GroupView, projection: Projection, context: ScimContext): Promise<ShownText | undefined>;
  many(groups: readonly GroupView[], projection: Projection, context: ScimContext): Promise<readonly ShownText[]>;
}

/** Up to this many members of a page lie in memory; beyond it, one group after the other goes through a cursor. */
const MEMBERS_IN_MEMORY = 10_000;

/** Pieces of about this many characters keep the number of writes to the socket low. */
const PIECE_LENGTH = 65_536;

export function createGroupBodies(database: Database, type: ResourceType): GroupBodies {
  return {
    async one(group, projection, context) {
      const [body] = await bodies([group], projection, context);
      return body;
    },
    many: bodies,
  };

  async function bodies(
    groups: readonly GroupView[],
    projection: Projection,
    context: ScimContext,
  ): Promise<readonly ShownText[]> {
    const siteId = context.connection.siteId;
    const ids = groups.map((group) => group.id);
    if (!projection.wants('members')) return groups.map((group) => show(type, group, [], projection, context));
    if (projection.isDefault && (await hasMany(database, siteId, ids))) {
      return groups.map((group) => streamGroup(database, group, context));
    }
    const members = await readMembers(database, siteId, ids);
    return groups.map((group) => show(type, group, members.get(group.id) ?? [], projection, context));
  }
}

function show(
  type: ResourceType,
  group: GroupView,
  members: readonly MemberView[],
  projection: Projection,
  { baseUrl }: ScimContext,
): string {
  const text = renderGroup(group, members, baseUrl);
  return projection.isDefaultBut('members') ? text : JSON.stringify(project(type, parseRendered(text), projection));
}

async function* streamGroup(
  database: Database,
  group: GroupView,
  { baseUrl, connection }: ScimContext,
): AsyncIterable<string> {
  let piece = renderGroupHead(group, baseUrl);
  let separator = ',"members":[';
  for await (const member of streamMembers(database, connection.siteId, group.id)) {
    piece += separator + renderMember(member, baseUrl);
    separator = ',';
    if (piece.length >= PIECE_LENGTH) {
      yield piece;
      piece = '';
    }
  }
  yield `${piece}${separator === ',' ? ']' : ''}}`;
}

async function hasMany(database: Database, siteId: number, groupIds: readonly string[]): Promise<boolean> {
  const rows = await database.read<{ found: number }>(sql`
    SELECT count(*) AS found FROM (
      SELECT 1 FROM memberships WHERE site_id = ${siteId} AND group_id = ANY (${groupIds}::uuid[])
      LIMIT ${MEMBERS_IN_MEMORY + 1}
    ) counted`);
  return (rows[0]?.found ?? 0) > MEMBERS_IN_MEMORY;
}
