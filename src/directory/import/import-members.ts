import { sql } from '../../database/index.js';
import type { Actor } from '../actor.js';
import type { Held, LockingCommand, NamedEffects } from '../command.js';
import { raiseGroupsVersion } from '../groups/groups-version.js';
import { memberSubjects, membersChange } from '../groups/member-subjects.js';
import { touchGroups } from '../groups/touch-groups.js';
import { isLiving } from '../living.js';
import type { ImportedMembers, ImportOutcome, PassedOver } from './imported.js';
import { type Moved, type Moves, moveMembers, moveNestings } from './move-members.js';
import { causesByNesting } from './nesting-causes.js';
import { outcomeOf, requireDistinct } from './outcome.js';
import { mayRemove } from './rights.js';

export interface MembersOutcome extends ImportOutcome {
  /** Members who are not there, or not any more, of groups in whatever outcome. */
  readonly passedOver: readonly PassedOver[];
}

/**
 * Adds and takes out members of many groups in a few statements, with an entry of the log for each group whose members
 * differ. Groups belong to the acting connection, others are outdated; rows of other owners stay as they are. Changes
 * of nested groups are structural: the closure is worked out anew once for all of them.
 * @throws RollcallError `licence.out-of-seats`; then nothing has happened
 */
export function importMembers(actor: Actor, changes: readonly ImportedMembers[]): LockingCommand<MembersOutcome> {
  requireDistinct(changes.map(({ groupId }) => ({ id: groupId })));
  const { siteId } = actor;
  const groupIds = changes.map(({ groupId }) => groupId);
  const nests = changes.some(({ addGroupIds, removeGroupIds }) => addGroupIds.length + removeGroupIds.length > 0);
  const childIds = [...new Set(changes.flatMap(({ addGroupIds }) => addGroupIds))];
  return {
    action: 'group.import-members',
    objectType: 'Group',
    structure: nests ? 'exclusive' : 'shared',
    groupIds,
    userIds: [...new Set(changes.flatMap(({ addUserIds, removeUserIds }) => [...addUserIds, ...removeUserIds]))],
    read: sql`
      SELECT g.id, g.display_name AS "displayName", g.owner_connection_id AS "ownerConnectionId", g.protected
      FROM groups g
      WHERE g.site_id = ${siteId} AND g.id = ANY (${[...groupIds, ...childIds]}::uuid[]) AND ${isLiving(sql`g`)}`,
    async run(transaction, held) {
      const plan = planOf(actor, changes, held);
      // First, for who leaves a group had its way to everything through what is nested now.
      const nestings = await moveNestings(transaction, actor, plan.groups);
      const users = await moveMembers(transaction, actor, 'users', plan.users);
      const objects = plan.wanted.flatMap((change) => effectsOf(change, users, nestings.moved));
      const touched = objects.map(({ objectId }) => objectId);
      return {
        result: { ...outcomes(changes, plan, touched), passedOver: plan.passedOver },
        objectId: undefined,
        objectName: undefined,
        changed: [],
        subjects: [],
        objects,
        causes: causesByNesting(siteId, nestings.edges),
        affectedUserIds: nestings.affected,
        movedMembers: plan.wanted.flatMap(({ groupId }) => {
          const userIds = ['added', 'removed', 'hidden'] as const;
          const moved = userIds.flatMap((how) => [...(users[how].get(groupId) ?? [])]);
          return moved.length === 0 ? [] : [{ groupId, userIds: moved }];
        }),
        seatsInOrder: true,
        writes: [
          ...(touched.length === 0 ? [] : [touchGroups(siteId, touched)]),
          ...(nestings.edges.length === 0 ? [] : [raiseGroupsVersion(siteId)]),
        ],
      };
    },
  };
}

interface Row {
  readonly id: string;
  readonly displayName: string;
  readonly ownerConnectionId: string | null;
  readonly protected: boolean;
}

type WantedChange = ImportedMembers & { readonly displayName: string; readonly passedOver: readonly string[] };

interface Plan {
  readonly wanted: readonly WantedChange[];
  readonly refused: ReadonlySet<string>;
  readonly users: Moves;
  readonly groups: Moves;
  readonly passedOver: readonly PassedOver[];
}

function planOf(actor: Actor, changes: readonly ImportedMembers[], held: Held): Plan {
  // The command's read names these columns.
  const rows = new Map((held.rows as readonly Row[]).map((row) => [row.id, row]));
  const ours = changes.flatMap((change) => {
    const row = held.groupIds.has(change.groupId) ? rows.get(change.groupId) : undefined;
    return row !== undefined && mayRemove(row, actor) ? [{ change, row }] : [];
  });
  const isRefused = (row: Row) => row.protected && actor.connection !== undefined;
  const wanted = ours
    .filter(({ row }) => !isRefused(row))
    .map(({ change, row: { displayName } }) => {
      const unknown = [
        ...change.addUserIds.filter((id) => !held.userIds.has(id)),
        ...change.addGroupIds.filter((id) => !rows.has(id)),
      ];
      return { ...change, displayName, passedOver: unknown };
    });
  return {
    wanted,
    refused: new Set(ours.filter(({ row }) => isRefused(row)).map(({ row }) => row.id)),
    users: movesOf(wanted, 'addUserIds', 'removeUserIds', held.userIds),
    groups: movesOf(wanted, 'addGroupIds', 'removeGroupIds', rows),
    passedOver: wanted.flatMap(({ groupId, passedOver }) =>
      passedOver.length === 0 ? [] : [{ groupId, memberIds: passedOver }],
    ),
  };
}

/** Who is to come and to go in one change stays or comes. */
function movesOf(
  changes: readonly ImportedMembers[],
  added: 'addUserIds' | 'addGroupIds',
  removed: 'removeUserIds' | 'removeGroupIds',
  known: { has(id: string): boolean },
): Moves {
  return {
    add: changes.map((change) => ({
      groupId: change.groupId,
      memberIds: [...new Set(change[added].filter((id) => known.has(id)))],
    })),
    remove: changes.map((change) => {
      const come = new Set(change[added]);
      return { groupId: change.groupId, memberIds: change[removed].filter((id) => !come.has(id)) };
    }),
  };
}

function effectsOf(
  { groupId, displayName, reason, passedOver }: WantedChange,
  users: Moved,
  groups: Moved,
): NamedEffects[] {
  const nobody: ReadonlySet<string> = new Set();
  const deltaOf = ({ added, removed }: Moved) => ({
    added: added.get(groupId) ?? nobody,
    removed: removed.get(groupId) ?? nobody,
  });
  const subjects = [...memberSubjects('User', deltaOf(users)), ...memberSubjects('Group', deltaOf(groups))];
  if (subjects.length === 0) return [];
  return [
    {
      action: 'group.update',
      objectType: 'Group',
      objectId: groupId,
      objectName: displayName,
      changed: [membersChange(subjects)],
      subjects,
      passedOver,
      decision: reason,
    },
  ];
}

function outcomes(
  changes: readonly ImportedMembers[],
  { wanted, refused }: Plan,
  touched: readonly string[],
): ImportOutcome {
  const [changed, known] = [new Set(touched), new Set(wanted.map(({ groupId }) => groupId))];
  const kindOf = (id: string) => {
    if (refused.has(id)) return 'refused';
    if (!known.has(id)) return 'outdated';
    return changed.has(id) ? 'updated' : 'unchanged';
  };
  return outcomeOf(
    changes.map(({ groupId }) => ({ id: groupId })),
    changes.map(({ groupId }) => ({ kind: kindOf(groupId) })),
  );
}
