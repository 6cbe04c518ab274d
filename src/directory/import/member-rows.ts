import { sql, type Transaction } from '../../database/index.js';
import type { Actor } from '../actor.js';
import { isLiving } from '../living.js';

/** The two kinds of members and where their rows lie. */
const TABLES = {
  users: { table: sql`memberships`, column: sql`user_id`, objects: sql`users` },
  groups: { table: sql`nestings`, column: sql`child_group_id`, objects: sql`groups` },
} as const;

export type MemberKind = keyof typeof TABLES;

/** Members of a group, by id. */
export interface GroupMembers {
  readonly groupId: string;
  readonly memberIds: readonly string[];
}

interface Pair {
  readonly groupId: string;
  readonly memberId: string;
}

/**
 * Adds members to groups whose rows are held. What is there stays with its owner.
 * @returns those that were there already
 */
export async function addMemberRows(
  transaction: Transaction,
  actor: Actor,
  kind: MemberKind,
  wanted: readonly GroupMembers[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const pairs = pairsOf(wanted);
  if (pairs.memberIds.length === 0) return new Map();
  const { table, column } = TABLES[kind];
  // Of a million members hardly any is there already: it is those whom PostgreSQL names.
  const rows = await transaction.run<Pair>(sql`
    WITH wanted AS MATERIALIZED (
      SELECT * FROM unnest(${pairs.groupIds}::uuid[], ${pairs.memberIds}::uuid[]) AS wanted (group_id, member_id)
    ), added AS (
      INSERT INTO ${table} (site_id, group_id, ${column}, owner_connection_id)
      SELECT ${actor.siteId}, group_id, member_id, ${actor.connection?.id ?? null}::uuid FROM wanted
      ON CONFLICT (site_id, group_id, ${column}) DO NOTHING
      RETURNING group_id, ${column} AS member_id
    )
    SELECT group_id AS "groupId", member_id AS "memberId" FROM (
      SELECT * FROM wanted WHERE (SELECT count(*) FROM added) < ${pairs.memberIds.length} EXCEPT TABLE added
    ) there`);
  return byGroup(rows);
}

/** Members who went, by group; of deleted ones only the rows that were kept for a restore. */
export interface RemovedMembers {
  readonly visible: ReadonlyMap<string, ReadonlySet<string>>;
  readonly hidden: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Takes out members whose rows the acting connection owns. */
export async function removeMemberRows(
  transaction: Transaction,
  actor: Actor,
  kind: MemberKind,
  unwanted: readonly GroupMembers[],
): Promise<RemovedMembers> {
  const pairs = pairsOf(unwanted);
  if (pairs.memberIds.length === 0) return { visible: new Map(), hidden: new Map() };
  const { table, column, objects } = TABLES[kind];
  const rows = await transaction.run<Pair & { visible: boolean }>(sql`
    DELETE FROM ${table} m
    USING unnest(${pairs.groupIds}::uuid[], ${pairs.memberIds}::uuid[]) AS gone (group_id, member_id)
    WHERE m.site_id = ${actor.siteId} AND m.group_id = gone.group_id AND m.${column} = gone.member_id
      AND m.owner_connection_id IS NOT DISTINCT FROM ${actor.connection?.id ?? null}::uuid
    RETURNING m.group_id AS "groupId", m.${column} AS "memberId", EXISTS (
      SELECT 1 FROM ${objects} o WHERE o.site_id = m.site_id AND o.id = m.${column} AND ${isLiving(sql`o`)}
    ) AS visible`);
  return {
    visible: byGroup(rows.filter(({ visible }) => visible)),
    hidden: byGroup(rows.filter(({ visible }) => !visible)),
  };
}

function pairsOf(groups: readonly GroupMembers[]): { groupIds: string[]; memberIds: string[] } {
  return {
    groupIds: groups.flatMap(({ groupId, memberIds }) => memberIds.map(() => groupId)),
    // In order, so that a new group's rows are appended to the index side by side.
    memberIds: groups.flatMap(({ memberIds }) => [...memberIds].sort()),
  };
}

function byGroup(pairs: readonly Pair[]): Map<string, Set<string>> {
  const groups = new Map<string, Set<string>>();
  for (const { groupId, memberId } of pairs) {
    const members = groups.get(groupId);
    if (members === undefined) groups.set(groupId, new Set([memberId]));
    else members.add(memberId);
  }
  return groups;
}
