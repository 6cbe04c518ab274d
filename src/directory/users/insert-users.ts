import { jsonRows, type Sql, sql } from '../../database/index.js';
import type { Actor } from '../actor.js';
import { comparisonKey } from '../comparison-key.js';
import { writeIdentities } from '../identities.js';
import { countDelta } from '../object-counts.js';
import { takeUniqueValues } from '../unique-values.js';
import { addEmails } from './email-keys.js';
import type { UserType } from './find-users.js';
import type { UserProfile } from './user-profile.js';

/** A user who is to be there. */
export interface InsertedUser {
  readonly id: string;
  readonly createdAt: Date;
  readonly profile: UserProfile;
  readonly externalId: string | undefined;
  /** Has not come yet; false unless said otherwise. */
  readonly invited?: boolean;
  /** `standard` unless said otherwise. */
  readonly type?: UserType | undefined;
}

/** Statements, one a table, that make users who belong to the acting connection and whom nobody knows of yet. */
export function insertUsers(actor: Actor, users: readonly InsertedUser[]): Sql[] {
  if (users.length === 0) return [];
  const { siteId } = actor;
  return [
    insertRows(actor, users),
    ...addEmails(
      siteId,
      users.map(({ id, profile: { emails } }) => ({ userId: id, emails })),
    ),
    ...takeUniqueValues(
      siteId,
      'User',
      users.map(({ id, profile: { uniqueValues = [] } }) => ({ objectId: id, values: uniqueValues })),
    ),
    ...writeIdentities(
      actor,
      'User',
      users.map(({ id, externalId }) => ({ objectId: id, externalId })),
    ),
    countDelta(siteId, 'User', actor.connection?.id ?? null, users.length),
  ];
}

/** In the order of names, so that two batches that share some do not wait for each other in a circle. */
function insertRows(actor: Actor, users: readonly InsertedUser[]): Sql {
  const rows = users.map(({ id, createdAt, profile, invited, type = 'standard' }) => ({
    id,
    user_name: profile.userName,
    user_name_key: comparisonKey(profile.userName),
    display_name: profile.displayName,
    state: profile.active ? (invited === true ? 'invited' : 'active') : 'deactivated',
    user_type: type,
    manager_id: profile.managerId,
    document: profile.document,
    folded: profile.folded,
    created_at: createdAt,
  }));
  // Here rather than by ORDER BY, which would copy the documents once more.
  rows.sort((left, right) => (left.user_name_key < right.user_name_key ? -1 : 1));
  return sql`
    INSERT INTO users (site_id, id, user_name, user_name_key, display_name, state, user_type, manager_id,
      owner_connection_id, document, folded, created_at, modified_at)
    SELECT ${actor.siteId}, id, user_name, user_name_key, display_name, state, user_type, manager_id,
      ${actor.connection?.id ?? null}::uuid, document, folded, created_at, created_at
    FROM ${jsonRows(rows, COLUMNS)}`;
}

const COLUMNS = sql`id uuid, user_name text, user_name_key text COLLATE "C", display_name text, state text,
  user_type text, manager_id uuid, document jsonb, folded jsonb, created_at timestamptz`;
