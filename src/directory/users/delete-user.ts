import { type Database, type Sql, sql, type Transaction } from '../../database/index.js';
import type { Actor } from '../actor.js';
import { type LockingCommand, LocksOutdated } from '../command.js';
import { touchGroups } from '../groups/touch-groups.js';
import { removeIdentities } from '../identities.js';
import { countDelta } from '../object-counts.js';
import { releasedValues, releaseUniqueValues } from '../unique-values.js';
import { lockedUser, lockedUserQuery, requireUserId } from './locked-user.js';
import type { UserRecord } from './user-profile.js';

/**
 * Schedules a user for deletion: invisible from now on, the name free at once, everything kept until the grace
 * period ends (design section 3). Its groups lose a member, so they get a new version. A connection that does not
 * own the user only loses its own link to it.
 * @param precondition sees the user under its lock and may throw
 * @param access see lockedUserQuery
 * @throws RollcallError `user.not-found`
 */
export async function deleteUser(
  database: Database,
  actor: Actor,
  id: string,
  precondition: (current: UserRecord) => void,
  access?: Sql,
): Promise<LockingCommand<void>> {
  const userId = requireUserId(id);
  const groupIds = await groupsOf(database, actor.siteId, userId);
  return {
    action: 'user.delete',
    objectType: 'User',
    objectId: userId,
    structure: 'shared',
    groupIds,
    userIds: [userId],
    read: lockedUserQuery(actor, userId, access),
    async run(transaction, held) {
      const current = lockedUser(held.rows, userId);
      precondition(current);
      const owns = actor.connection === undefined || current.ownerConnectionId === actor.connection.id;
      await requireLockedGroups(transaction, actor.siteId, userId, groupIds);
      return {
        result: undefined,
        objectId: userId,
        objectName: current.userName,
        changed: owns ? [{ attribute: 'deleted', old: undefined, new: true }] : [],
        subjects: owns ? groupIds.map((group) => ({ kind: 'Group', id: group, effect: 'member-removed' })) : [],
        affectedUserIds: owns ? [userId] : [],
        ...(owns ? { removal: 'user-deleted' } : {}),
        writes: owns ? deletion(actor, current, groupIds) : removeIdentities(actor, [userId]),
      };
    },
  };
}

function deletion(actor: Actor, user: UserRecord, groupIds: readonly string[]): Sql[] {
  return [
    scheduleDeletion(actor.siteId, [user.id]),
    touchGroups(actor.siteId, groupIds),
    releaseUniqueValues(actor.siteId, [user.id]),
    countDelta(actor.siteId, 'User', user.ownerConnectionId, -1),
  ];
}

/** Makes users invisible; they keep what they had of unique values for a restore. */
export function scheduleDeletion(siteId: number, userIds: readonly string[]): Sql {
  return sql`
    UPDATE users SET deleted_at = now(), version = version + 1,
      released_values = ${releasedValues(siteId, sql`users.id`)}
    WHERE site_id = ${siteId} AND id = ANY (${userIds}::uuid[])`;
}

/** Refuses to go on when the user is in a living group that is not locked. @throws LocksOutdated */
export async function requireLockedGroups(
  transaction: Transaction,
  siteId: number,
  userId: string,
  groupIds: readonly string[],
): Promise<void> {
  const outside = await transaction.run(sql`
    SELECT 1 FROM memberships m
    JOIN groups g ON g.site_id = m.site_id AND g.id = m.group_id AND g.deleted_at IS NULL
    WHERE m.site_id = ${siteId} AND m.user_id = ${userId} AND m.group_id <> ALL (${groupIds}::uuid[]) LIMIT 1`);
  if (outside.length > 0) throw new LocksOutdated();
}

/** The living groups that a user is in directly. Not from a replica: one that lags would name the same outdated groups at every attempt. */
export async function groupsOf(database: Database, siteId: number, userId: string): Promise<string[]> {
  const rows = await database.write<{ group_id: string }>(sql`
    SELECT m.group_id FROM memberships m
    JOIN groups g ON g.site_id = m.site_id AND g.id = m.group_id AND g.deleted_at IS NULL
    WHERE m.site_id = ${siteId} AND m.user_id = ${userId}`);
  return rows.map((row) => row.group_id);
}
