import { type Database, sql } from '../../database/index.js';
import { isLiving } from '../living.js';
import type { MemberView } from '../views.js';

/** Where a walk through members was left. */
export type MemberPosition = Pick<MemberView, 'type' | 'id'>;

/** A direct member as an administrator sees it. */
export interface ListedMember extends MemberView {
  /** The connection that put it there; null when an administrator did. */
  readonly ownerConnectionId: string | null;
  readonly addedAt: Date;
}

/** Direct members of a group page by page: users before groups, each by id. */
export async function listMembers(
  database: Database,
  siteId: number,
  groupId: string,
  { after, limit }: { readonly after: MemberPosition | undefined; readonly limit: number },
): Promise<ListedMember[]> {
  const users =
    after?.type === 'Group'
      ? []
      : await database.read<ListedMember>(sql`
          SELECT 'User' AS type, u.id, coalesce(u.display_name, u.user_name) AS display,
            m.owner_connection_id AS "ownerConnectionId", m.added_at AS "addedAt"
          FROM memberships m
          JOIN users u ON u.site_id = m.site_id AND u.id = m.user_id AND ${isLiving(sql`u`)}
          WHERE m.site_id = ${siteId} AND m.group_id = ${groupId}
            AND (${after?.id ?? null}::uuid IS NULL OR m.user_id > ${after?.id ?? null}::uuid)
          ORDER BY m.user_id LIMIT ${limit}`);
  if (users.length === limit) return users;
  const from = after?.type === 'Group' ? after.id : null;
  const groups = await database.read<ListedMember>(sql`
    SELECT 'Group' AS type, c.id, c.display_name AS display, n.owner_connection_id AS "ownerConnectionId",
      n.added_at AS "addedAt"
    FROM nestings n
    JOIN groups c ON c.site_id = n.site_id AND c.id = n.child_group_id AND ${isLiving(sql`c`)}
    WHERE n.site_id = ${siteId} AND n.group_id = ${groupId}
      AND (${from}::uuid IS NULL OR n.child_group_id > ${from}::uuid)
    ORDER BY n.child_group_id LIMIT ${limit - users.length}`);
  return [...users, ...groups];
}
