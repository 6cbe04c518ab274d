import { type Sql, sql, type Transaction } from '../../database/index.js';
import { RollcallError } from '../../errors/index.js';
import type { Actor } from '../actor.js';
import type { LockingCommand } from '../command.js';
import { movedOn } from '../later-than.js';
import { countDelta } from '../object-counts.js';
import { retakeUniqueValues } from '../unique-values.js';
import { rebuildClosure, usersWithin, withAncestors } from './closure.js';
import { directMembers } from './delete-group.js';
import { raiseGroupsVersion } from './groups-version.js';
import { groupNotFound, requireGroupId } from './locked-group.js';
import { touchParents } from './touch-groups.js';
import { requireFreeName } from './unique-name.js';

interface Row {
  readonly display_name: string;
  readonly unique: boolean;
  readonly owner_connection_id: string | null;
  readonly released_values: unknown;
  readonly visible: boolean;
  readonly erased: boolean;
}

/**
 * Brings a group back that is scheduled for deletion, with its members, the groups in it and above it, and what it
 * gives. Structural.
 * @throws RollcallError `group.not-found`, `group.not-deleted`, `group.erased`, `group.name-taken`,
 *   `attribute.value-taken`, `licence.out-of-seats`
 */
export function restoreGroup(actor: Actor, id: string): LockingCommand<{ displayName: string }> {
  const groupId = requireGroupId(id);
  const { siteId } = actor;
  return {
    action: 'group.restore',
    objectType: 'Group',
    objectId: groupId,
    structure: 'exclusive',
    groupIds: [],
    userIds: [],
    async run(transaction) {
      const current = await requireScheduled(transaction, siteId, groupId);
      const displayName = current.display_name;
      if (current.unique) await requireFreeName((read) => transaction.run(read), siteId, displayName, groupId);
      await transaction.run(restoration(siteId, groupId));
      const above = await withAncestors(transaction, siteId, [
        groupId,
        ...(await parents(transaction, siteId, groupId)),
      ]);
      await rebuildClosure(transaction, siteId, above);
      const members = await directMembers(transaction, siteId, groupId);
      return {
        result: { displayName },
        objectId: groupId,
        objectName: displayName,
        changed: [{ attribute: 'deleted', old: true, new: undefined }],
        subjects: members.map((user) => ({ kind: 'User', id: user, effect: 'member-added' })),
        affectedUserIds: await usersWithin(transaction, siteId, [groupId]),
        writes: [
          touchParents(siteId, [groupId]),
          raiseGroupsVersion(siteId),
          ...retakeUniqueValues(siteId, 'Group', groupId, current.released_values),
          countDelta(siteId, 'Group', current.owner_connection_id, 1),
        ],
      };
    },
  };
}

async function requireScheduled(transaction: Transaction, siteId: number, groupId: string): Promise<Row> {
  const [, rows = []] = await transaction.runTogether([
    sql`SELECT 1 FROM groups WHERE site_id = ${siteId} AND id = ${groupId} FOR NO KEY UPDATE`,
    sql`
      SELECT display_name, unique_name_key IS NOT NULL AS "unique", owner_connection_id, released_values,
        deleted_at IS NULL AS visible, erased_at IS NOT NULL AS erased
      FROM groups WHERE site_id = ${siteId} AND id = ${groupId}`,
  ]);
  // The statement names these columns.
  const row = rows[0] as Row | undefined;
  if (row === undefined) throw groupNotFound(groupId);
  if (row.visible) throw new RollcallError('conflict', 'group.not-deleted', `"${row.display_name}" is not deleted.`);
  if (!row.erased) return row;
  const message = 'The group is deleted for good: the grace period is over and nothing is left but the id.';
  throw new RollcallError('conflict', 'group.erased', message);
}

function restoration(siteId: number, groupId: string): Sql {
  return sql`
    UPDATE groups SET deleted_at = NULL, released_values = NULL, version = version + 1,
      modified_at = ${movedOn(sql`groups`)}
    WHERE site_id = ${siteId} AND id = ${groupId}`;
}

/** The closure knows living groups only, and so nothing of those above this one. */
async function parents(transaction: Transaction, siteId: number, groupId: string): Promise<string[]> {
  const rows = await transaction.run<{ group_id: string }>(sql`
    SELECT n.group_id FROM nestings n
    JOIN groups p ON p.site_id = n.site_id AND p.id = n.group_id AND p.deleted_at IS NULL
    WHERE n.site_id = ${siteId} AND n.child_group_id = ${groupId}`);
  return rows.map((row) => row.group_id);
}
