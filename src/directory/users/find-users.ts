import { type Database, join, type Sql, sql } from '../../database/index.js';
import { comparisonKey } from '../comparison-key.js';
import { isObjectId } from '../object-id.js';
import type { LastingState, UserState } from './user-states.js';

export type UserType = 'standard' | 'customer' | 'service';

/** A user as an administrator's list shows it. */
export interface UserSummary {
  readonly id: string;
  readonly userName: string;
  readonly displayName: string | null;
  readonly userType: UserType;
  readonly state: UserState;
  /** What a suspension lies over; null without one. */
  readonly resumesTo: LastingState | null;
  readonly suspendedAt: Date | null;
  readonly suspendedUntil: Date | null;
  readonly suspensionReason: string | null;
  /** The suspension should have ended and no seat was free. */
  readonly suspensionOverdue: boolean;
  readonly deletedAt: Date | null;
  readonly erasedAt: Date | null;
  /** Null when the user is local. */
  readonly ownerConnectionId: string | null;
  readonly version: number;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
}

const columns = sql`
  id, user_name AS "userName", display_name AS "displayName", user_type AS "userType",
  CASE WHEN erased_at IS NOT NULL THEN 'deleted' WHEN deleted_at IS NOT NULL THEN 'deletion-scheduled' ELSE state END
    AS state,
  resumes_to AS "resumesTo", suspended_at AS "suspendedAt", suspended_until AS "suspendedUntil",
  suspension_reason AS "suspensionReason", suspension_overdue AS "suspensionOverdue", deleted_at AS "deletedAt",
  erased_at AS "erasedAt", owner_connection_id AS "ownerConnectionId", version, created_at AS "createdAt",
  modified_at AS "modifiedAt"`;

/** Above every character of UTF-8 in the "C" collation, so that a prefix becomes a range of the index. */
const LAST_CHARACTER = '\u{10FFFF}';

/** Which users are listed; what is undefined is not asked for. */
export interface UserSearch {
  /** What the userName starts with, letter case aside. */
  readonly prefix?: string | undefined;
  /** Undefined: everybody who is visible. */
  readonly state?: UserState | undefined;
  readonly type?: UserType | undefined;
  /** Continue behind this user. */
  readonly after?: NamePosition | undefined;
  readonly limit: number;
}

/** Where a list that is ordered by names was left. */
export interface NamePosition {
  /** A comparisonKey. */
  readonly key: string;
  readonly id: string;
}

/** Users in the order of their names. */
export function findUsers(
  database: Database,
  siteId: number,
  { prefix = '', state, type, after, limit }: UserSearch,
): Promise<UserSummary[]> {
  const key = comparisonKey(prefix);
  const conditions = [
    sql`site_id = ${siteId}`,
    inState(state),
    sql`user_name_key >= ${key} AND user_name_key <= ${key + LAST_CHARACTER}`,
    ...(type === undefined ? [] : [sql`user_type = ${type}`]),
    ...(after === undefined ? [] : [sql`(user_name_key, id) > (${after.key}, ${after.id}::uuid)`]),
  ];
  return database.read<UserSummary>(sql`
    SELECT ${columns} FROM users WHERE ${join(conditions, ' AND ')}
    ORDER BY user_name_key, id LIMIT ${limit}`);
}

function inState(state: UserState | undefined): Sql {
  if (state === 'deleted') return sql`erased_at IS NOT NULL`;
  if (state === 'deletion-scheduled') return sql`deleted_at IS NOT NULL AND erased_at IS NULL`;
  const visible = sql`deleted_at IS NULL`;
  return state === undefined ? visible : join([visible, sql`state = ${state}`], ' AND ');
}

/** The user with this id or, failing that, this userName. */
export async function findUser(
  database: Database,
  siteId: number,
  idOrUserName: string,
): Promise<UserSummary | undefined> {
  const id = isObjectId(idOrUserName) ? idOrUserName : null;
  const rows = await database.read<UserSummary>(sql`
    SELECT ${columns} FROM users
    WHERE site_id = ${siteId} AND deleted_at IS NULL
      AND (id = ${id}::uuid OR user_name_key = ${comparisonKey(idOrUserName)})
    ORDER BY (id = ${id}::uuid) DESC NULLS LAST LIMIT 1`);
  return rows[0];
}

/**
 * Those who are scheduled for deletion and have this id or had this userName, the last deleted first; by id also a
 * tombstone.
 */
export function findDeletedUsers(database: Database, siteId: number, idOrUserName: string): Promise<UserSummary[]> {
  const id = isObjectId(idOrUserName) ? idOrUserName : null;
  return database.read<UserSummary>(sql`
    SELECT ${columns} FROM users
    WHERE site_id = ${siteId} AND deleted_at IS NOT NULL
      AND (id = ${id}::uuid OR (erased_at IS NULL AND user_name_key = ${comparisonKey(idOrUserName)}))
    ORDER BY deleted_at DESC, id`);
}

/** What is kept of a user who is scheduled for deletion; of a tombstone nothing is. */
export interface KeptUser {
  /** The document as JSON. */
  readonly document: string;
  readonly groups: readonly { readonly id: string; readonly displayName: string }[];
}

/** The document and the living groups of a user, whether they can be seen or not. */
export async function readKeptUser(database: Database, siteId: number, id: string): Promise<KeptUser | undefined> {
  const rows = await database.read<KeptUser>(sql`
    SELECT u.document::text AS document, (
      SELECT coalesce(jsonb_agg(jsonb_build_object('id', g.id, 'displayName', g.display_name) ORDER BY g.id), '[]')
      FROM memberships m JOIN groups g ON g.site_id = m.site_id AND g.id = m.group_id AND g.deleted_at IS NULL
      WHERE m.site_id = u.site_id AND m.user_id = u.id
    ) AS groups
    FROM users u WHERE u.site_id = ${siteId} AND u.id = ${id}`);
  return rows[0];
}
