import { type Sql, sql, type Transaction } from '../../database/index.js';
import type { Actor } from '../actor.js';
import { attributeChanges } from '../attribute-changes.js';
import type { LockingCommand, NamedEffects } from '../command.js';
import { memberSubjects, membersChange } from '../groups/member-subjects.js';
import { touchGroups } from '../groups/touch-groups.js';
import { newObjectId } from '../object-id.js';
import type { NewUser } from './create-user.js';
import { insertUsers } from './insert-users.js';
import { nameOrValueHolders } from './locked-user.js';

/** A user who comes with memberships. */
export interface NewMember {
  readonly user: Omit<NewUser, 'passwordHash'>;
  /** Has not come yet. */
  readonly invited: boolean;
  /** A query for the `id` of living groups, asked while the structure of the site is held as it is. */
  readonly groups: Sql;
  /** One line for the log that says why the groups have a member more. */
  readonly reason: string;
}

/** Who was made, and the groups that they are in. */
export interface CreatedMember {
  readonly id: string;
  readonly groupIds: readonly string[];
}

/**
 * Creates a user who is in groups from the start. Nobody else can know of the user yet, so that the groups' rows are all
 * that has to be held. Each group has an entry of its own in the log.
 * @param action of the user's entry
 * @throws RollcallError `user.user-name-taken`, `attribute.value-taken`, `licence.out-of-seats`
 */
export function createUserInGroups(actor: Actor, action: string, member: NewMember): LockingCommand<CreatedMember> {
  const { user, invited, reason } = member;
  const { siteId } = actor;
  const { profile } = user;
  const id = newObjectId();
  return {
    action,
    objectType: 'User',
    objectId: id,
    structure: 'shared',
    groupIds: async (transaction) => (await groupsOf(transaction, member.groups)).map((group) => group.id),
    userIds: [],
    async run(transaction, held) {
      const groupIds = [...held.groupIds];
      const names = await transaction.run<{ id: string; name: string }>(sql`
        SELECT id, display_name AS name FROM groups WHERE site_id = ${siteId} AND id = ANY (${groupIds}::uuid[])`);
      const subjects = memberSubjects('User', { added: [id], removed: [] });
      const joined = names.map(
        (group): NamedEffects => ({
          ...{ action: 'group.update', objectType: 'Group', objectId: group.id, objectName: group.name },
          ...{ changed: [membersChange(subjects)], subjects, decision: reason },
        }),
      );
      const state = invited ? [{ attribute: 'state', old: undefined, new: 'invited' }] : [];
      const created: NamedEffects = {
        ...{ action, objectType: 'User', objectId: id, objectName: profile.userName, subjects: [] },
        changed: [...attributeChanges({}, profile.document, profile.secrets), ...state],
      };
      return {
        ...created,
        result: { id, groupIds },
        objects: [created, ...joined],
        affectedUserIds: [],
        movedMembers: groupIds.map((groupId) => ({ groupId, userIds: [id] })),
        inTheWay: nameOrValueHolders(siteId, profile, id),
        writes: [
          ...insertUsers(actor, [{ ...user, id, createdAt: new Date(), invited }]),
          ...(groupIds.length === 0 ? [] : [insertMember(actor, id, groupIds), touchGroups(siteId, groupIds)]),
        ],
      };
    },
  };
}

function groupsOf(transaction: Transaction, groups: Sql): Promise<{ id: string }[]> {
  return transaction.run<{ id: string }>(groups);
}

function insertMember({ siteId, connection }: Actor, userId: string, groupIds: readonly string[]): Sql {
  return sql`
    INSERT INTO memberships (site_id, group_id, user_id, owner_connection_id)
    SELECT ${siteId}, group_id, ${userId}::uuid, ${connection?.id ?? null}::uuid
    FROM unnest(${groupIds}::uuid[]) AS joined (group_id)`;
}
