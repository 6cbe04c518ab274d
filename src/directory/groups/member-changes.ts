import { type Sql, sql, type Transaction } from '../../database/index.js';
import type { Actor } from '../actor.js';
import { shownNameKey } from '../users/shown-name.js';
import type { MemberChange } from './group-profile.js';

/** The two kinds of members and where their rows lie. */
const TABLES = {
  users: { table: sql`memberships`, column: sql`user_id`, objects: sql`users` },
  groups: { table: sql`nestings`, column: sql`child_group_id`, objects: sql`groups` },
} as const;

type MemberKind = keyof typeof TABLES;

/** Members that came and went, by id, over all steps. */
export interface MemberDelta {
  readonly added: Set<string>;
  readonly removed: Set<string>;
  /**
   * Deleted users or groups whose rows, kept for a restore, went as well: whoever is taken out of a group stays out
   * of it when restored. Nobody saw them, so that they are no change of the group.
   */
  readonly hidden: Set<string>;
}

interface RemovedRow {
  readonly id: string;
  readonly visible: boolean;
}

/**
 * Applies the steps in order to the rows of one kind of members, with a few statements each however many members
 * the group has. `known` are the ids among the steps that are visible objects of this kind.
 */
export async function applyMemberChanges(
  transaction: Transaction,
  actor: Actor,
  groupId: string,
  kind: MemberKind,
  changes: readonly MemberChange[],
  known: ReadonlySet<string>,
): Promise<MemberDelta> {
  const delta = noMemberChange();
  for (const change of changes) {
    if (change.kind === 'replaceAll') {
      const kept = change.ids.filter((id) => known.has(id));
      noteRemoved(delta, await removeOthers(transaction, actor, groupId, kind, kept));
      noteAdded(delta, await addMembers(transaction, actor, groupId, kind, kept));
    } else if (change.kind === 'add') {
      const ids = change.ids.filter((id) => known.has(id));
      noteAdded(delta, await addMembers(transaction, actor, groupId, kind, ids));
    } else if (change.kind === 'remove') {
      noteRemoved(delta, await removeMembers(transaction, actor, groupId, kind, change.ids));
    } else if (change.kind === 'removeAll') {
      noteRemoved(delta, await removeOthers(transaction, actor, groupId, kind, []));
    } else {
      noteRemoved(delta, await removeMatching(transaction, actor, groupId, kind, change));
    }
  }
  return delta;
}

export function noMemberChange(): MemberDelta {
  return { added: new Set(), removed: new Set(), hidden: new Set() };
}

/** A member that went and came again in one change is none of both; so is one that came and went. */
function noteAdded(delta: MemberDelta, ids: readonly string[]): void {
  for (const id of ids) if (!delta.removed.delete(id)) delta.added.add(id);
}

function noteRemoved(delta: MemberDelta, rows: readonly RemovedRow[]): void {
  for (const { id, visible } of rows) {
    if (!visible) delta.hidden.add(id);
    else if (!delta.added.delete(id)) delta.removed.add(id);
  }
}

/** Adds what is missing. A local row that a connection names becomes that connection's, so that it can take it back. */
async function addMembers(
  transaction: Transaction,
  actor: Actor,
  groupId: string,
  kind: MemberKind,
  ids: readonly string[],
): Promise<string[]> {
  if (ids.length === 0) return [];
  const { table, column } = TABLES[kind];
  const rows = await transaction.run<{ id: string; added: boolean }>(sql`
    INSERT INTO ${table} AS m (site_id, group_id, ${column}, owner_connection_id)
    SELECT ${actor.siteId}, ${groupId}::uuid, id, ${actor.connection?.id ?? null}::uuid
    FROM (SELECT DISTINCT unnest(${ids}::uuid[]) AS id) AS wanted
    ON CONFLICT (site_id, group_id, ${column}) DO UPDATE SET owner_connection_id = excluded.owner_connection_id
      WHERE m.owner_connection_id IS NULL AND excluded.owner_connection_id IS NOT NULL
    RETURNING m.${column} AS id, m.xmax = 0 AS added`);
  return rows.filter((row) => row.added).map((row) => row.id);
}

async function removeMembers(
  transaction: Transaction,
  actor: Actor,
  groupId: string,
  kind: MemberKind,
  ids: readonly string[],
): Promise<RemovedRow[]> {
  const { table, column } = TABLES[kind];
  return transaction.run(sql`
    DELETE FROM ${table} m WHERE m.site_id = ${actor.siteId} AND m.group_id = ${groupId}
      AND m.${column} = ANY (${ids}::uuid[]) RETURNING ${removedRow(kind)}`);
}

/** Removes the acting connection's own members but those to keep; an administrator's replace takes all. */
async function removeOthers(
  transaction: Transaction,
  actor: Actor,
  groupId: string,
  kind: MemberKind,
  kept: readonly string[],
): Promise<RemovedRow[]> {
  const { table, column } = TABLES[kind];
  const connectionId = actor.connection?.id ?? null;
  return transaction.run(sql`
    DELETE FROM ${table} m WHERE m.site_id = ${actor.siteId} AND m.group_id = ${groupId}
      AND (${connectionId}::uuid IS NULL OR m.owner_connection_id = ${connectionId})
      AND NOT EXISTS (SELECT 1 FROM unnest(${kept}::uuid[]) AS kept (id) WHERE kept.id = m.${column})
    RETURNING ${removedRow(kind)}`);
}

async function removeMatching(
  transaction: Transaction,
  actor: Actor,
  groupId: string,
  kind: MemberKind,
  change: Extract<MemberChange, { kind: 'removeMatching' }>,
): Promise<RemovedRow[]> {
  const { table, column } = TABLES[kind];
  const members =
    kind === 'users'
      ? sql`
          SELECT u.id AS member_id, 'User' AS member_type, ${shownNameKey(sql`u`)} AS display_key
          FROM memberships r JOIN users u ON u.site_id = r.site_id AND u.id = r.user_id
          WHERE r.site_id = ${actor.siteId} AND r.group_id = ${groupId}`
      : sql`
          SELECT c.id AS member_id, 'Group' AS member_type, c.display_name_key AS display_key
          FROM nestings r JOIN groups c ON c.site_id = r.site_id AND c.id = r.child_group_id
          WHERE r.site_id = ${actor.siteId} AND r.group_id = ${groupId}`;
  return transaction.run(sql`
    DELETE FROM ${table} m USING (SELECT m.member_id FROM (${members}) m WHERE ${change.condition}) AS matching
    WHERE m.site_id = ${actor.siteId} AND m.group_id = ${groupId} AND m.${column} = matching.member_id
    RETURNING ${removedRow(kind)}`);
}

/** What is told of a removed row `m`. */
function removedRow(kind: MemberKind): Sql {
  const { column, objects } = TABLES[kind];
  return sql`m.${column} AS id, EXISTS (
    SELECT 1 FROM ${objects} o WHERE o.site_id = m.site_id AND o.id = m.${column} AND o.deleted_at IS NULL) AS visible`;
}
