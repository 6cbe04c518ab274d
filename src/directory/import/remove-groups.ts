import { sql, type Transaction } from '../../database/index.js';
import type { Actor } from '../actor.js';
import type { LockingCommand } from '../command.js';
import { rebuildClosure, usersWithin, withAncestors } from '../groups/closure.js';
import { scheduleDeletion } from '../groups/delete-group.js';
import { raiseGroupsVersion } from '../groups/groups-version.js';
import { touchParents } from '../groups/touch-groups.js';
import { isLiving } from '../living.js';
import { releaseUniqueValues } from '../unique-values.js';
import { type CurrentGroup, currentGroups, currentGroupsQuery } from './current-groups.js';
import type { ImportOutcome, NamedObject } from './imported.js';
import { causesByNesting, type Edge } from './nesting-causes.js';
import { outcomeOf, requireDistinct } from './outcome.js';
import { mayRemove, ownerCounts } from './rights.js';

/**
 * Schedules groups for deletion, as deleteGroup does, all of them in a few statements and with an entry of the log
 * each. Groups that the acting connection does not own are outdated. Structural.
 * @throws RollcallError `connection.removal-limit`; then nothing has happened
 */
export function removeGroups(actor: Actor, groups: readonly NamedObject[]): LockingCommand<ImportOutcome> {
  requireDistinct(groups);
  const { siteId } = actor;
  const ids = groups.map(({ id }) => id);
  return {
    action: 'group.delete',
    objectType: 'Group',
    structure: 'exclusive',
    groupIds: ids,
    userIds: [],
    read: currentGroupsQuery(actor, ids),
    async run(transaction, held) {
      const current = currentGroups(held.rows);
      const found = groups.map(({ id, reason }) =>
        decide(actor, held.groupIds.has(id) ? current.get(id) : undefined, reason),
      );
      const removed = found.flatMap((one) => ('group' in one ? [one] : []));
      const gone = removed.map(({ group }) => group.id);
      const { members, affected, edges } = await takeAway(transaction, siteId, gone);
      return {
        result: outcomeOf(groups, found),
        objectId: undefined,
        objectName: undefined,
        changed: [],
        subjects: [],
        objects: removed.map(({ group, reason }) => ({
          action: 'group.delete',
          objectType: 'Group',
          objectId: group.id,
          objectName: group.displayName,
          changed: [{ attribute: 'deleted', old: undefined, new: true }],
          subjects: (members.get(group.id) ?? []).map((id) => ({ kind: 'User', id, effect: 'member-removed' })),
          removal: 'group',
          decision: reason,
        })),
        causes: causesByNesting(siteId, edges),
        affectedUserIds: affected,
        writes:
          gone.length === 0
            ? []
            : [
                touchParents(siteId, gone),
                raiseGroupsVersion(siteId),
                releaseUniqueValues(siteId, gone),
                ...ownerCounts(
                  siteId,
                  'Group',
                  removed.map(({ group }) => ({ before: group.ownerConnectionId })),
                ),
              ],
      };
    },
  };
}

type Decision =
  | { readonly kind: 'outdated' | 'refused' }
  | { readonly kind: 'updated'; readonly group: CurrentGroup; readonly reason: string };

function decide(actor: Actor, group: CurrentGroup | undefined, reason: string): Decision {
  if (group === undefined || !mayRemove(group, actor)) return { kind: 'outdated' };
  if (group.protected && actor.connection !== undefined) return { kind: 'refused' };
  return { kind: 'updated', group, reason };
}

/** Whoever is in a group loses a membership; whoever is below it only loses what came from above. */
async function takeAway(
  transaction: Transaction,
  siteId: number,
  groupIds: readonly string[],
): Promise<{ members: ReadonlyMap<string, readonly string[]>; affected: readonly string[]; edges: readonly Edge[] }> {
  if (groupIds.length === 0) return { members: new Map(), affected: [], edges: [] };
  const rows = await transaction.run<{ groupId: string; userIds: string[] }>(sql`
    SELECT m.group_id AS "groupId", array_agg(m.user_id::text) AS "userIds" FROM memberships m
    JOIN users u ON u.site_id = m.site_id AND u.id = m.user_id AND ${isLiving(sql`u`)}
    WHERE m.site_id = ${siteId} AND m.group_id = ANY (${groupIds}::uuid[]) GROUP BY m.group_id`);
  const edges = await transaction.run<Edge>(sql`
    SELECT group_id AS "groupId", child_group_id AS "childId" FROM nestings
    WHERE site_id = ${siteId} AND group_id = ANY (${groupIds}::uuid[])`);
  const affected = await usersWithin(transaction, siteId, groupIds);
  const above = await withAncestors(transaction, siteId, groupIds);
  await transaction.run(scheduleDeletion(siteId, groupIds));
  await rebuildClosure(transaction, siteId, above);
  return { members: new Map(rows.map((row) => [row.groupId, row.userIds])), affected, edges };
}
