import { sql, type Transaction } from '../../database/index.js';
import type { Actor } from '../actor.js';
import type { MemberChange } from './group-profile.js';

/** The two kinds of members and where their rows lie. */
const TABLES = {
  users: { table: sql`memberships`, column: sql`user_id` },
  groups: { table: sql`nestings`, column: sql`child_group_id` },
} as const;

type MemberKind = keyof typeof TABLES;

/** Members that came and went, by id, over all steps. */
export interface MemberDelta {
  readonly added: Set<string>;
  readonly removed: Set<string>;
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
  const delta: MemberDelta = { added: new Set(), removed: new Set() };
  for (const change of changes) {
    if (change.kind === 'replaceAll') {
      const kept = change.ids.filter((id) => known.has(id));
      note(delta, 'removed', await removeOthers(transaction, actor, groupId, kind, kept));
      note(delta, 'added', await addMembers(transaction, actor, groupId, kind, kept));
    } else if (change.kind === 'add') {
      const ids = change.ids.filter((id) => known.has(id));
      note(delta, 'added', await addMembers(transaction, actor, groupId, kind, ids));
    } else if (change.kind === 'remove') {
      note(delta, 'removed', await removeMembers(transaction, actor, groupId, kind, change.ids));
    } else if (change.kind === 'removeAll') {
      note(delta, 'removed', await removeOthers(transaction, actor, groupId, kind, []));
    } else {
      note(delta, 'removed', await removeMatching(transaction, actor, groupId, kind, change));
    }
  }
  return delta;
}

/** A member that came and went again in one change is none of both. */
function note(delta: MemberDelta, effect: keyof MemberDelta, ids: readonly string[]): void {
  const opposite = effect === 'added' ? delta.removed : delta.added;
  for (const id of ids) if (!opposite.delete(id)) delta[effect].add(id);
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
): Promise<string[]> {
  const { table, column } = TABLES[kind];
  return idsFrom(
    await transaction.run<{ id: string }>(sql`
      DELETE FROM ${table} WHERE site_id = ${actor.siteId} AND group_id = ${groupId}
        AND ${column} = ANY (${ids}::uuid[]) RETURNING ${column} AS id`),
  );
}

/** Removes the acting connection's own members but those to keep; an administrator's replace takes all. */
async function removeOthers(
  transaction: Transaction,
  actor: Actor,
  groupId: string,
  kind: MemberKind,
  kept: readonly string[],
): Promise<string[]> {
  const { table, column } = TABLES[kind];
  const connectionId = actor.connection?.id ?? null;
  return idsFrom(
    await transaction.run<{ id: string }>(sql`
      DELETE FROM ${table} m WHERE m.site_id = ${actor.siteId} AND m.group_id = ${groupId}
        AND (${connectionId}::uuid IS NULL OR m.owner_connection_id = ${connectionId})
        AND NOT EXISTS (SELECT 1 FROM unnest(${kept}::uuid[]) AS kept (id) WHERE kept.id = m.${column})
      RETURNING m.${column} AS id`),
  );
}

async function removeMatching(
  transaction: Transaction,
  actor: Actor,
  groupId: string,
  kind: MemberKind,
  change: Extract<MemberChange, { kind: 'removeMatching' }>,
): Promise<string[]> {
  const { table, column } = TABLES[kind];
  const members =
    kind === 'users'
      ? sql`
          SELECT u.id AS member_id, 'User' AS member_type, coalesce(u.display_name, u.user_name) AS display
          FROM memberships r JOIN users u ON u.site_id = r.site_id AND u.id = r.user_id
          WHERE r.site_id = ${actor.siteId} AND r.group_id = ${groupId}`
      : sql`
          SELECT c.id AS member_id, 'Group' AS member_type, c.display_name AS display
          FROM nestings r JOIN groups c ON c.site_id = r.site_id AND c.id = r.child_group_id
          WHERE r.site_id = ${actor.siteId} AND r.group_id = ${groupId}`;
  return idsFrom(
    await transaction.run<{ id: string }>(sql`
      DELETE FROM ${table} d USING (SELECT m.member_id FROM (${members}) m WHERE ${change.condition}) AS matching
      WHERE d.site_id = ${actor.siteId} AND d.group_id = ${groupId} AND d.${column} = matching.member_id
      RETURNING d.${column} AS id`),
  );
}

function idsFrom(rows: readonly { id: string }[]): string[] {
  return rows.map((row) => row.id);
}
