import { type Database, sql } from '../../database/index.js';
import { comparisonKey } from '../comparison-key.js';
import { isObjectId } from '../object-id.js';
import type { UserState } from './user-profile.js';

/** A user as an administrator's list shows it. */
export interface UserSummary {
  readonly id: string;
  readonly userName: string;
  readonly displayName: string | null;
  readonly state: UserState;
  /** Null when the user is local. */
  readonly ownerConnectionId: string | null;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
}

const columns = sql`
  id, user_name AS "userName", display_name AS "displayName", state, owner_connection_id AS "ownerConnectionId",
  created_at AS "createdAt", modified_at AS "modifiedAt"`;

/** Above every character of UTF-8 in the "C" collation, so that a prefix becomes a range of the index. */
const LAST_CHARACTER = '\u{10FFFF}';

/** Users whose userName starts with the text, letter case aside, in order of their names. */
export function findUsers(database: Database, siteId: number, prefix: string, limit: number): Promise<UserSummary[]> {
  const key = comparisonKey(prefix);
  return database.read<UserSummary>(sql`
    SELECT ${columns} FROM users
    WHERE site_id = ${siteId} AND deleted_at IS NULL
      AND user_name_key >= ${key} AND user_name_key <= ${key + LAST_CHARACTER}
    ORDER BY user_name_key LIMIT ${limit}`);
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
