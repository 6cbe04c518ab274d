import { type Database, sql } from '../../database/index.js';
import type { Document } from '../attribute-changes.js';
import { comparisonKey } from '../comparison-key.js';
import type { UserType } from '../users/find-users.js';
import type { UserState } from '../users/user-states.js';

// What a list of people names by what they are called. Not from a replica, which would take for new who was just made.

export interface UserNamed {
  readonly id: string;
  /** The comparisonKey of the userName. */
  readonly key: string;
  readonly type: UserType;
  readonly state: UserState;
  readonly ownerConnectionId: string | null;
  readonly document: Document;
}

/** Visible users by their userNames, however they are written. */
export function findUsersNamed(database: Database, siteId: number, names: readonly string[]): Promise<UserNamed[]> {
  return database.write<UserNamed>(sql`
    SELECT id, user_name_key AS key, user_type AS type, state, owner_connection_id AS "ownerConnectionId", document
    FROM users
    WHERE site_id = ${siteId} AND user_name_key = ANY (${names.map(comparisonKey)}::text[]) AND deleted_at IS NULL`);
}

export interface GroupNamed {
  readonly id: string;
  /** The comparisonKey of the name. */
  readonly key: string;
}

/** Visible groups by their names, however they are written; several may have one name. */
export function findGroupsNamed(database: Database, siteId: number, names: readonly string[]): Promise<GroupNamed[]> {
  return database.write<GroupNamed>(sql`
    SELECT id, display_name_key AS key FROM groups
    WHERE site_id = ${siteId} AND display_name_key = ANY (${names.map(comparisonKey)}::text[]) AND deleted_at IS NULL`);
}

/** The groups that users are in directly. */
export async function membershipsOf(
  database: Database,
  siteId: number,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const rows = await database.write<{ id: string; groups: string[] }>(sql`
    SELECT user_id AS id, array_agg(group_id::text) AS groups FROM memberships
    WHERE site_id = ${siteId} AND user_id = ANY (${userIds}::uuid[]) GROUP BY user_id`);
  return new Map(rows.map(({ id, groups }) => [id, new Set(groups)]));
}
