import type { Transaction } from '../../database/index.js';
import type { Actor } from '../actor.js';
import { rebuildClosure, usersWithin, withAncestors } from '../groups/closure.js';
import { addMemberRows, type GroupMembers, type MemberKind, removeMemberRows } from './member-rows.js';
import type { Edge } from './nesting-causes.js';

/** Members of one kind who are to come and to go. */
export interface Moves {
  readonly add: readonly GroupMembers[];
  readonly remove: readonly GroupMembers[];
}

type ByGroup = ReadonlyMap<string, ReadonlySet<string>>;

/** Members who came and went, by group. */
export interface Moved {
  readonly added: ByGroup;
  readonly removed: ByGroup;
  readonly hidden: ByGroup;
}

/** Takes members out and then brings them in; whoever is to come and was there is neither. */
export async function moveMembers(
  transaction: Transaction,
  actor: Actor,
  kind: MemberKind,
  moves: Moves,
): Promise<Moved> {
  const { visible, hidden } = await removeMemberRows(transaction, actor, kind, moves.remove);
  const there = await addMemberRows(transaction, actor, kind, moves.add);
  const added = moves.add.map(({ groupId, memberIds }) => {
    const already = there.get(groupId);
    return [groupId, new Set(already === undefined ? memberIds : memberIds.filter((id) => !already.has(id)))] as const;
  });
  return { added: new Map(added), removed: visible, hidden };
}

interface MovedNestings {
  readonly moved: Moved;
  /** Edges that came or went. */
  readonly edges: readonly Edge[];
  /** Users whose access may differ by them. */
  readonly affected: readonly string[];
}

/** Users reach more or less through an edge where they are below its lower end, before or after. */
export async function moveNestings(transaction: Transaction, actor: Actor, moves: Moves): Promise<MovedNestings> {
  const { siteId } = actor;
  const named = [...moves.add, ...moves.remove].flatMap(({ memberIds }) => memberIds);
  const before = await usersWithin(transaction, siteId, [...new Set(named)]);
  const moved = await moveMembers(transaction, actor, 'groups', moves);
  const edges = [moved.added, moved.removed].flatMap((groups) =>
    [...groups].flatMap(([groupId, children]) => [...children].map((childId) => ({ groupId, childId }))),
  );
  if (edges.length === 0) return { moved, edges, affected: [] };
  const parents = [...new Set(edges.map(({ groupId }) => groupId))];
  await rebuildClosure(transaction, siteId, await withAncestors(transaction, siteId, parents));
  const after = await usersWithin(transaction, siteId, [...new Set(edges.map(({ childId }) => childId))]);
  return { moved, edges, affected: [...new Set([...before, ...after])] };
}
