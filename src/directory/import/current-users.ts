import { type Sql, sql } from '../../database/index.js';
import type { Actor } from '../actor.js';
import type { Document } from '../attribute-changes.js';
import type { UniqueValue } from '../unique-values.js';
import { type LastingState, type LivingState, livingStatus, type UserStatus } from '../users/user-states.js';

/** A user under its row lock, or a deleted one. */
export interface CurrentUser {
  readonly id: string;
  readonly userName: string;
  readonly userNameKey: string;
  readonly displayName: string | null;
  readonly managerId: string | null;
  readonly ownerConnectionId: string | null;
  readonly status: UserStatus;
  readonly document: Document;
  readonly uniqueValues: readonly UniqueValue[];
  /** What the acting connection calls the user; null without an identity or externalId. */
  readonly externalId: string | null;
  readonly linked: boolean;
}

interface Row extends Omit<CurrentUser, 'status'> {
  readonly state: LivingState;
  readonly resumesTo: LastingState | null;
}

/** Reads users, also deleted ones, by id. */
export function currentUsersQuery(actor: Actor, ids: readonly string[]): Sql {
  return sql`
    SELECT u.id, u.user_name AS "userName", u.user_name_key AS "userNameKey", u.display_name AS "displayName",
      u.manager_id AS "managerId", u.owner_connection_id AS "ownerConnectionId", u.state, u.resumes_to AS "resumesTo",
      u.document, ${uniqueValuesOf(sql`u`)} AS "uniqueValues", i.external_id AS "externalId",
      i.object_id IS NOT NULL AS linked
    FROM users u
    LEFT JOIN identities i ON i.site_id = u.site_id AND i.object_id = u.id
      AND i.connection_id = ${actor.connection?.id ?? null}::uuid
    WHERE u.site_id = ${actor.siteId} AND u.id = ANY (${ids}::uuid[])`;
}

/** The rows of currentUsersQuery by id. */
export function currentUsers(rows: readonly unknown[]): Map<string, CurrentUser> {
  return new Map(
    // currentUsersQuery names these columns.
    (rows as readonly Row[]).map(({ state, resumesTo, ...row }) => [
      row.id,
      { ...row, status: livingStatus({ state, resumesTo }) },
    ]),
  );
}

/** The unique values of a row of users or groups as jsonb, in the shape of UniqueValue. */
export function uniqueValuesOf(row: Sql): Sql {
  return sql`(
    SELECT coalesce(jsonb_agg(jsonb_build_object('attribute', v.attribute, 'key', v.value_key)), '[]')
    FROM unique_values v WHERE v.site_id = ${row}.site_id AND v.object_id = ${row}.id)`;
}
