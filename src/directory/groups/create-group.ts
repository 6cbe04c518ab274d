import type { Database, Sql } from '../../database/index.js';
import type { Actor } from '../actor.js';
import { attributeChanges } from '../attribute-changes.js';
import type { Command, CommandBatch, Effects, StandaloneCommand, Subject } from '../command.js';
import { newObjectId } from '../object-id.js';
import { holdersOf } from '../unique-values.js';
import { rebuildClosure } from './closure.js';
import type { GroupProfile, UnknownMembers } from './group-profile.js';
import { raiseGroupsVersion } from './groups-version.js';
import { insertGroupRows, insertGroups, noteGroups } from './insert-groups.js';
import { applyMemberChanges } from './member-changes.js';
import { nameMembers, refuseUnknown } from './member-ids.js';
import { memberSubjects } from './member-subjects.js';
import { requireFreeName } from './unique-name.js';

export interface NewGroup {
  readonly profile: GroupProfile;
  readonly externalId: string | undefined;
  readonly members: readonly string[];
  readonly unknownMembers: UnknownMembers;
  /** Whether no other group may have its name. */
  readonly uniqueName?: boolean;
}

export interface CreatedGroup {
  readonly id: string;
  readonly createdAt: Date;
  readonly skipped: readonly string[];
}

/**
 * Creates a group that belongs to the acting connection. Nothing is granted to a new group and it lies in no other,
 * so nobody's access can change, whoever its members are.
 * @throws RollcallError `group.unknown-member`, `group.name-taken`, `attribute.value-taken`
 */
export async function createGroup(database: Database, actor: Actor, group: NewGroup): Promise<Command<CreatedGroup>> {
  const named = await nameMembers(database, actor.siteId, group.members);
  refuseUnknown(named.unknown, group.unknownMembers);
  if (group.uniqueName === true) {
    await requireFreeName((read) => database.write(read), actor.siteId, group.profile.displayName, undefined);
  }
  if (named.userIds.length + named.groupIds.length === 0) return createEmptyGroup(actor, group, named.unknown);
  const described = describe();
  const made = creation(actor, described.objectId, group, named.unknown);
  const nesting = named.groupIds.length > 0;
  return {
    ...described,
    structure: nesting ? 'exclusive' : 'shared',
    groupIds: [],
    userIds: named.userIds,
    async run(transaction, held) {
      const members = [{ kind: 'add' as const, ids: group.members }];
      const add = (kind: 'users' | 'groups', known: ReadonlySet<string>) =>
        applyMemberChanges(transaction, actor, described.objectId, kind, members, known);
      const users = memberSubjects('User', await add('users', held.userIds));
      if (!nesting) return made.effects(made.insert, users);
      const groups = memberSubjects('Group', await add('groups', new Set(named.groupIds)));
      // The closure follows living groups alone, so the group must be there first.
      await transaction.run(made.insert);
      await rebuildClosure(transaction, actor.siteId, [described.objectId]);
      await transaction.run(raiseGroupsVersion(actor.siteId));
      return made.effects(undefined, [...users, ...groups]);
    },
  };
}

/** A group without members: a single statement. @param skipped ids that named nothing and were passed over */
function createEmptyGroup(actor: Actor, group: NewGroup, skipped: readonly string[]): StandaloneCommand<CreatedGroup> {
  const described = describe();
  return {
    ...described,
    standalone() {
      const made = creation(actor, described.objectId, group, skipped);
      return made.effects(made.insert, []);
    },
  };
}

/**
 * Creates groups without members, as `createGroup` does, in one statement a table.
 * @throws what createGroup throws, for any of them
 */
export function createEmptyGroups(
  actor: Actor,
  groups: readonly Pick<NewGroup, 'profile' | 'externalId'>[],
): CommandBatch<CreatedGroup> {
  return {
    commands: groups.map((group) => createEmptyGroup(actor, { ...group, members: [], unknownMembers: 'reject' }, [])),
    writesOf(effects) {
      return insertGroups(
        actor,
        groups.flatMap((group, index) => {
          const made = effects[index]?.result;
          return made === undefined ? [] : [{ ...group, id: made.id, createdAt: made.createdAt }];
        }),
      );
    },
  };
}

function describe() {
  return { action: 'group.create', objectType: 'Group', objectId: newObjectId() } as const;
}

function creation(actor: Actor, id: string, group: NewGroup, skipped: readonly string[]) {
  const createdAt = new Date();
  const made = [{ ...group, id, createdAt }];
  return {
    insert: insertGroupRows(actor, made),
    effects: (insert: Sql | undefined, subjects: readonly Subject[]): Effects<CreatedGroup> => ({
      result: { id, createdAt, skipped },
      objectId: id,
      objectName: group.profile.displayName,
      changed: attributeChanges({}, group.profile.document, group.profile.secrets),
      subjects,
      affectedUserIds: [],
      inTheWay: holdersOf(actor.siteId, 'Group', group.profile.uniqueValues ?? [], id),
      passedOver: skipped,
      writes: [...(insert === undefined ? [] : [insert]), ...noteGroups(actor, made)],
    }),
  };
}
