import { jsonRows, type Sql, sql } from '../../database/index.js';
import type { Actor } from '../actor.js';
import { comparisonKey } from '../comparison-key.js';
import { writeIdentities } from '../identities.js';
import { countDelta } from '../object-counts.js';
import { takeUniqueValues } from '../unique-values.js';
import type { GroupProfile } from './group-profile.js';

/** A group that is to be there, without members. */
export interface InsertedGroup {
  readonly id: string;
  readonly createdAt: Date;
  readonly profile: GroupProfile;
  readonly externalId: string | undefined;
  /** Whether no other group may have its name. */
  readonly uniqueName?: boolean | undefined;
}

/** Statements, one a table, that make groups which belong to the acting connection. */
export function insertGroups(actor: Actor, groups: readonly InsertedGroup[]): Sql[] {
  return groups.length === 0 ? [] : [insertGroupRows(actor, groups), ...noteGroups(actor, groups)];
}

/** All of it but the rows of the groups themselves. */
export function noteGroups(actor: Actor, groups: readonly InsertedGroup[]): Sql[] {
  const { siteId } = actor;
  return [
    ...takeUniqueValues(
      siteId,
      'Group',
      groups.map(({ id, profile: { uniqueValues = [] } }) => ({ objectId: id, values: uniqueValues })),
    ),
    ...writeIdentities(
      actor,
      'Group',
      groups.map(({ id, externalId }) => ({ objectId: id, externalId })),
    ),
    countDelta(siteId, 'Group', actor.connection?.id ?? null, groups.length),
  ];
}

/** The rows of the groups. */
export function insertGroupRows(actor: Actor, groups: readonly InsertedGroup[]): Sql {
  const rows = groups.map(({ id, createdAt, profile, uniqueName }) => {
    const nameKey = comparisonKey(profile.displayName);
    return {
      id,
      display_name: profile.displayName,
      display_name_key: nameKey,
      unique_name_key: uniqueName === true ? nameKey : undefined,
      document: profile.document,
      folded: profile.folded,
      created_at: createdAt,
    };
  });
  return sql`
    INSERT INTO groups (site_id, id, display_name, display_name_key, unique_name_key, owner_connection_id, document,
      folded, created_at, modified_at)
    SELECT ${actor.siteId}, id, display_name, display_name_key, unique_name_key, ${actor.connection?.id ?? null}::uuid,
      document, folded, created_at, created_at
    FROM ${jsonRows(rows, COLUMNS)}`;
}

const COLUMNS = sql`id uuid, display_name text, display_name_key text, unique_name_key text, document jsonb,
  folded jsonb, created_at timestamptz`;
