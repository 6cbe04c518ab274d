import { type Sql, sql, type Transaction } from '../../database/index.js';
import type { Actor } from '../actor.js';
import type { LockingCommand } from '../command.js';
import { removeIdentities } from '../identities.js';
import { isLiving } from '../living.js';
import { countDelta } from '../object-counts.js';
import { writeRight } from '../ownership.js';
import { releasedValues, releaseUniqueValues } from '../unique-values.js';
import { rebuildClosure, usersWithin, withAncestors } from './closure.js';
import type { GroupRecord } from './group-profile.js';
import { raiseGroupsVersion } from './groups-version.js';
import { lockedGroup, lockedGroupQuery, requireGroupId } from './locked-group.js';
import { touchParents } from './touch-groups.js';

/**
 * Schedules a group for deletion. Everybody in it and below it may lose access, and what lies above it loses reach:
 * a structural change. Memberships and nestings stay for a restore; reads and the closure follow living groups only.
 * @param precondition sees the group under its lock and may throw
 * @throws RollcallError `group.not-found`, `ownership.protected-group`
 */
export function deleteGroup(
  actor: Actor,
  id: string,
  precondition: (current: GroupRecord) => void,
): LockingCommand<void> {
  const groupId = requireGroupId(id);
  return {
    action: 'group.delete',
    objectType: 'Group',
    objectId: groupId,
    structure: 'exclusive',
    groupIds: [groupId],
    userIds: [],
    read: lockedGroupQuery(actor, groupId),
    async run(transaction, held) {
      const current = lockedGroup(held.rows, groupId);
      precondition(current);
      const owns = actor.connection === undefined || current.ownerConnectionId === actor.connection.id;
      if (!owns) {
        return {
          result: undefined,
          objectId: groupId,
          objectName: current.displayName,
          changed: [],
          subjects: [],
          affectedUserIds: [],
          writes: removeIdentities(actor, [groupId]),
        };
      }
      writeRight({ kind: 'group', ...current }, actor);
      const siteId = actor.siteId;
      const members = await directMembers(transaction, siteId, groupId);
      const within = await usersWithin(transaction, siteId, [groupId]);
      const above = await withAncestors(transaction, siteId, [groupId]);
      await transaction.run(scheduleDeletion(siteId, [groupId]));
      await rebuildClosure(transaction, siteId, above);
      return {
        result: undefined,
        objectId: groupId,
        objectName: current.displayName,
        changed: [{ attribute: 'deleted', old: undefined, new: true }],
        subjects: members.map((user) => ({ kind: 'User', id: user, effect: 'member-removed' })),
        affectedUserIds: within,
        removal: 'group',
        writes: [
          touchParents(siteId, [groupId]),
          raiseGroupsVersion(siteId),
          releaseUniqueValues(siteId, [groupId]),
          countDelta(siteId, 'Group', current.ownerConnectionId, -1),
        ],
      };
    },
  };
}

/** Makes groups invisible; they keep what they had of unique values for a restore. */
export function scheduleDeletion(siteId: number, groupIds: readonly string[]): Sql {
  return sql`
    UPDATE groups SET deleted_at = now(), version = version + 1,
      released_values = ${releasedValues(siteId, sql`groups.id`)}
    WHERE site_id = ${siteId} AND id = ANY (${groupIds}::uuid[])`;
}

/** Those who lose a membership; whoever lies in a group below only loses what came from above. */
export async function directMembers(transaction: Transaction, siteId: number, groupId: string): Promise<string[]> {
  const rows = await transaction.run<{ user_id: string }>(sql`
    SELECT m.user_id FROM memberships m
    JOIN users u ON u.site_id = m.site_id AND u.id = m.user_id AND ${isLiving(sql`u`)}
    WHERE m.site_id = ${siteId} AND m.group_id = ${groupId}`);
  return rows.map((row) => row.user_id);
}
