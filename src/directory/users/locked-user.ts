import { type Sql, sql } from '../../database/index.js';
import { RollcallError } from '../../errors/index.js';
import type { Actor } from '../actor.js';
import type { Document } from '../attribute-changes.js';
import { comparisonKey } from '../comparison-key.js';
import { isLiving } from '../living.js';
import { isObjectId } from '../object-id.js';
import { holdersOf } from '../unique-values.js';
import type { UserProfile, UserRecord } from './user-profile.js';
import { type LastingState, type LivingState, livingStatus } from './user-states.js';

interface UserRow {
  id: string;
  user_name: string;
  state: LivingState;
  resumes_to: LastingState | null;
  owner_connection_id: string | null;
  version: number;
  created_at: Date;
  modified_at: Date;
  document: Document;
  external_id: string | null;
  linked: boolean;
  manager_id: string | null;
  group_ids: string | null;
  groups_version: number;
  access: unknown;
}

/**
 * The read that goes with a user's row lock; with what the acting connection calls the user.
 * @param access an expression over `u`, of what is known of the user's access
 */
export function lockedUserQuery(actor: Actor, userId: string, access = sql`NULL`): Sql {
  return sql`
    SELECT u.id, u.user_name, u.state, u.resumes_to, u.owner_connection_id, u.version, u.created_at, u.modified_at,
      u.document, u.manager_id,
      (SELECT array_agg(m.group_id)::text FROM memberships m
       WHERE m.site_id = u.site_id AND m.user_id = u.id) AS group_ids,
      (SELECT groups_version FROM sites WHERE id = u.site_id) AS groups_version,
      i.external_id, i.object_id IS NOT NULL AS linked, ${access} AS access
    FROM users u
    LEFT JOIN identities i ON i.site_id = u.site_id AND i.object_id = u.id
      AND i.connection_id = ${actor.connection?.id ?? null}::uuid
    WHERE u.site_id = ${actor.siteId} AND u.id = ${userId} AND ${isLiving(sql`u`)}`;
}

/** @throws RollcallError `user.not-found` when the locked read found no visible user */
export function lockedUser(rows: readonly unknown[], userId: string): UserRecord {
  // lockedUserQuery names these columns.
  const row = rows[0] as UserRow | undefined;
  if (row === undefined) throw userNotFound(userId);
  return {
    id: row.id,
    userName: row.user_name,
    status: livingStatus({ state: row.state, resumesTo: row.resumes_to }),
    ownerConnectionId: row.owner_connection_id,
    version: row.version,
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
    document: row.document,
    externalId: row.external_id,
    linked: row.linked,
    managerId: row.manager_id,
    groupIds: row.group_ids,
    groupsVersion: row.groups_version,
    access: row.access,
  };
}

/** @throws RollcallError `user.not-found`, also for text that no id can be */
export function requireUserId(text: string): string {
  if (!isObjectId(text)) throw userNotFound(text);
  return text;
}

export function userNotFound(id: string): RollcallError {
  return new RollcallError('not-found', 'user.not-found', `There is no user ${id.slice(0, 64)}.`);
}

/** Something cannot happen to a user in the state that they are in. */
export function wrongState({ userName, status: { state } }: UserRecord): RollcallError {
  const message = `${userName} is ${state}, which leaves nothing to do.`;
  return new RollcallError('conflict', 'user.wrong-state', message, { state });
}

/**
 * Those who have a name or a value that one user alone may have; see Effects.inTheWay.
 * @param id the user who wants them, who is in nobody's way
 */
export function nameOrValueHolders(siteId: number, { userName, uniqueValues = [] }: UserProfile, id: string): Sql {
  const named = sql`
    SELECT id FROM users
    WHERE site_id = ${siteId} AND user_name_key = ${comparisonKey(userName)} AND deleted_at IS NULL AND id <> ${id}`;
  return uniqueValues.length === 0 ? named : sql`${named} UNION ALL ${holdersOf(siteId, 'User', uniqueValues, id)}`;
}
