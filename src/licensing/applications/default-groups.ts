import { sql, type Transaction } from '../../database/index.js';
import { type Actor, type LockingCommand, usersWithin } from '../../directory/index.js';
import { RollcallError } from '../../errors/index.js';
import { newGrant } from '../grants.js';

/**
 * Makes a group a default group of a role: where people are put who are given it. The group gets the role, where it
 * does not have it. Structural.
 * @throws RollcallError `grant.no-holder`, `grant.no-role`, `default-group.exists`, `default-group.cycle`,
 *   `licence.out-of-seats`
 */
export function addDefaultGroup(actor: Actor, roleId: string, groupId: string): LockingCommand<void> {
  const { siteId } = actor;
  return {
    ...structural('default-group.add', roleId, groupId),
    async run(transaction) {
      const { role, group } = await namesOf(transaction, siteId, roleId, groupId);
      await requireNoCycle(transaction, siteId, roleId, groupId);
      const added = await transaction.run(sql`
        INSERT INTO default_groups (site_id, role_id, group_id) VALUES (${siteId}, ${roleId}, ${groupId})
        ON CONFLICT DO NOTHING RETURNING 1`);
      if (added.length === 0) {
        const message = `"${group}" is a default group of ${role} already.`;
        throw new RollcallError('conflict', 'default-group.exists', message);
      }
      const granted = await transaction.run(newGrant(actor, roleId, { kind: 'group', id: groupId }));
      return {
        result: undefined,
        objectId: roleId,
        objectName: role,
        changed: [{ attribute: 'defaultGroups', old: undefined, new: group }],
        subjects: [
          { kind: 'Group', id: groupId, effect: 'default-group-added' },
          ...(granted.length === 0 ? [] : [{ kind: 'Group', id: groupId, effect: 'grant-added' } as const]),
        ],
        affectedUserIds: granted.length === 0 ? [] : await usersWithin(transaction, siteId, [groupId]),
        writes: [],
      };
    },
  };
}

/** Ends that; the group and what it gives stay. Structural. @throws RollcallError `default-group.not-found` */
export function removeDefaultGroup(actor: Actor, roleId: string, groupId: string): LockingCommand<void> {
  const { siteId } = actor;
  return {
    ...structural('default-group.remove', roleId, groupId),
    async run(transaction) {
      const { role, group } = await namesOf(transaction, siteId, roleId, groupId);
      const removed = await transaction.run(sql`
        DELETE FROM default_groups WHERE site_id = ${siteId} AND role_id = ${roleId} AND group_id = ${groupId}
        RETURNING 1`);
      if (removed.length === 0) {
        const message = `"${group}" is no default group of ${role}.`;
        throw new RollcallError('not-found', 'default-group.not-found', message);
      }
      return {
        result: undefined,
        objectId: roleId,
        objectName: role,
        changed: [{ attribute: 'defaultGroups', old: group, new: undefined }],
        subjects: [{ kind: 'Group', id: groupId, effect: 'default-group-removed' }],
        affectedUserIds: [],
        writes: [],
      };
    },
  };
}

function structural(action: string, objectId: string, groupId: string) {
  return {
    action,
    objectType: 'Application',
    objectId,
    structure: 'exclusive',
    groupIds: [groupId],
    userIds: [],
  } as const;
}

/**
 * Default groups of one application that lie in each other, round in a circle, would all give what each gives, and
 * nobody could be taken out of one of them.
 */
async function requireNoCycle(transaction: Transaction, siteId: number, roleId: string, groupId: string) {
  const circles = await transaction.run<{ name: string }>(sql`
    SELECT g.display_name AS name FROM default_groups d
    JOIN application_roles r ON r.site_id = d.site_id AND r.id = d.role_id
    JOIN application_roles wanted ON wanted.site_id = r.site_id AND wanted.application_id = r.application_id
      AND wanted.id = ${roleId}
    JOIN group_closure up ON up.site_id = d.site_id AND up.ancestor_id = d.group_id AND up.descendant_id = ${groupId}
    JOIN group_closure down ON down.site_id = d.site_id AND down.ancestor_id = ${groupId}
      AND down.descendant_id = d.group_id
    JOIN groups g ON g.site_id = d.site_id AND g.id = d.group_id
    WHERE d.site_id = ${siteId} LIMIT 1`);
  if (circles[0] === undefined) return;
  const message = `The group lies in "${circles[0].name}" and "${circles[0].name}" in it, which is a default group too: take one out of the other first.`;
  throw new RollcallError('conflict', 'default-group.cycle', message);
}

async function namesOf(transaction: Transaction, siteId: number, roleId: string, groupId: string) {
  const [roles = [], groups = []] = await transaction.runTogether([
    sql`
      SELECT a.key || '/' || r.key AS name FROM application_roles r
      JOIN applications a ON a.site_id = r.site_id AND a.id = r.application_id
      WHERE r.site_id = ${siteId} AND r.id = ${roleId}`,
    sql`SELECT display_name AS name FROM groups WHERE site_id = ${siteId} AND id = ${groupId} AND deleted_at IS NULL`,
  ]);
  // Both statements name this column.
  const [role, group] = [roles[0], groups[0]] as ({ name: string } | undefined)[];
  if (role === undefined) throw new RollcallError('not-found', 'grant.no-role', 'There is no such role.');
  if (group === undefined) throw new RollcallError('not-found', 'grant.no-holder', `There is no group ${groupId}.`);
  return { role: role.name, group: group.name };
}
