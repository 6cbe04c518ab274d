import { type Sql, sql } from '../../database/index.js';
import { touchGroups } from './touch-groups.js';

/** A user who is a member of a group by a row that no connection owns. */
export interface LocalMember {
  readonly groupId: string;
  readonly userId: string;
}

/**
 * Statements that take many people out of groups, which have a new version after it. The caller holds the rows of the
 * groups and the structure lock, and settles the users.
 */
export function leaveGroups(siteId: number, members: readonly LocalMember[]): Sql[] {
  if (members.length === 0) return [];
  const groupIds = members.map(({ groupId }) => groupId);
  return [
    sql`
      DELETE FROM memberships m
      USING unnest(${groupIds}::uuid[], ${members.map(({ userId }) => userId)}::uuid[]) AS gone (group_id, user_id)
      WHERE m.site_id = ${siteId} AND m.group_id = gone.group_id AND m.user_id = gone.user_id
        AND m.owner_connection_id IS NULL`,
    touchGroups(siteId, [...new Set(groupIds)]),
  ];
}
