import { type Sql, sql, type Transaction } from '../../database/index.js';
import type { Actor } from '../actor.js';
import { type LockingCommand, LocksOutdated } from '../command.js';
import { touchGroups } from '../groups/touch-groups.js';
import { releaseUniqueValues } from '../unique-values.js';
import { scheduleDeletion } from '../users/delete-user.js';
import type { ImportOutcome, NamedObject } from './imported.js';
import { outcomeOf, requireDistinct } from './outcome.js';
import { mayRemove, ownerCounts } from './rights.js';

interface Row {
  readonly id: string;
  readonly userName: string;
  readonly ownerConnectionId: string | null;
  /** The living groups that the user is in directly. */
  readonly groupIds: readonly string[];
}

/**
 * Schedules users for deletion, as deleteUser does, all of them in a few statements and with an entry of the log each.
 * Users whom the acting connection does not own are outdated.
 * @throws RollcallError `connection.removal-limit`; then nothing has happened
 */
export function removeUsers(actor: Actor, users: readonly NamedObject[]): LockingCommand<ImportOutcome> {
  requireDistinct(users);
  const { siteId } = actor;
  const ids = users.map(({ id }) => id);
  return {
    action: 'user.delete',
    objectType: 'User',
    structure: 'shared',
    groupIds: (transaction) => groupsOf(transaction, siteId, ids),
    userIds: ids,
    read: sql`
      SELECT u.id, u.user_name AS "userName", u.owner_connection_id AS "ownerConnectionId", ARRAY(
        SELECT m.group_id::text FROM memberships m
        JOIN groups g ON g.site_id = m.site_id AND g.id = m.group_id AND g.deleted_at IS NULL
        WHERE m.site_id = u.site_id AND m.user_id = u.id
      ) AS "groupIds"
      FROM users u WHERE u.site_id = ${siteId} AND u.id = ANY (${ids}::uuid[])`,
    async run(_transaction, held) {
      // The statement names these columns.
      const rows = new Map((held.rows as readonly Row[]).map((row) => [row.id, row]));
      const found = users.map(({ id, reason }) => {
        const row = held.userIds.has(id) ? rows.get(id) : undefined;
        return row !== undefined && mayRemove(row, actor) ? { row, reason } : undefined;
      });
      const removed = found.flatMap((one) => one ?? []);
      const groupIds = [...new Set(removed.flatMap(({ row }) => row.groupIds))];
      if (!groupIds.every((id) => held.groupIds.has(id))) throw new LocksOutdated();
      return {
        result: outcomeOf(
          users,
          found.map((one) => ({ kind: one === undefined ? 'outdated' : 'updated' })),
        ),
        objectId: undefined,
        objectName: undefined,
        changed: [],
        subjects: [],
        objects: removed.map(({ row, reason }) => ({
          action: 'user.delete',
          objectType: 'User',
          objectId: row.id,
          objectName: row.userName,
          changed: [{ attribute: 'deleted', old: undefined, new: true }],
          subjects: row.groupIds.map((id) => ({ kind: 'Group', id, effect: 'member-removed' })),
          removal: 'user-deleted',
          decision: reason,
        })),
        affectedUserIds: removed.map(({ row }) => row.id),
        writes: deletions(
          siteId,
          removed.map(({ row }) => row),
          groupIds,
        ),
      };
    },
  };
}

function deletions(siteId: number, users: readonly Row[], groupIds: readonly string[]): Sql[] {
  if (users.length === 0) return [];
  const ids = users.map(({ id }) => id);
  return [
    scheduleDeletion(siteId, ids),
    touchGroups(siteId, groupIds),
    releaseUniqueValues(siteId, ids),
    ...ownerCounts(
      siteId,
      'User',
      users.map(({ ownerConnectionId }) => ({ before: ownerConnectionId })),
    ),
  ];
}

async function groupsOf(transaction: Transaction, siteId: number, userIds: readonly string[]): Promise<string[]> {
  const rows = await transaction.run<{ group_id: string }>(sql`
    SELECT DISTINCT m.group_id FROM memberships m
    JOIN groups g ON g.site_id = m.site_id AND g.id = m.group_id AND g.deleted_at IS NULL
    WHERE m.site_id = ${siteId} AND m.user_id = ANY (${userIds}::uuid[])`);
  return rows.map((row) => row.group_id);
}
