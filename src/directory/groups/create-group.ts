import { type Database, type Sql, sql } from '../../database/index.js';
import type { Actor } from '../actor.js';
import { attributeChanges } from '../attribute-changes.js';
import type { Command, CommandBatch, Effects, StandaloneCommand, Subject } from '../command.js';
import { comparisonKey } from '../comparison-key.js';
import { writeIdentity } from '../identities.js';
import { countDelta } from '../object-counts.js';
import { newObjectId } from '../object-id.js';
import { holdersOf, takeUniqueValues } from '../unique-values.js';
import { rebuildClosure } from './closure.js';
import type { GroupProfile, UnknownMembers } from './group-profile.js';
import { raiseGroupsVersion } from './groups-version.js';
import { applyMemberChanges } from './member-changes.js';
import { nameMembers, refuseUnknown } from './member-ids.js';
import { requireFreeName } from './unique-name.js';
import { memberSubjects } from './update-group.js';

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
  const { siteId } = actor;
  const owner = actor.connection?.id ?? null;
  return {
    commands: groups.map((group) => createEmptyGroup(actor, { ...group, members: [], unknownMembers: 'reject' }, [])),
    writesOf(effects) {
      const rows = groups.map(({ profile, externalId }, index) => ({
        id: effects[index]?.objectId,
        display_name: profile.displayName,
        display_name_key: comparisonKey(profile.displayName),
        document: profile.document,
        folded: profile.folded,
        external_id: externalId,
        created_at: effects[index]?.result.createdAt,
      }));
      const made = sql`
        json_to_recordset(${JSON.stringify(rows)}::json) AS made (id uuid, display_name text, display_name_key text,
          document jsonb, folded jsonb, external_id text, created_at timestamptz)`;
      return [
        sql`
          INSERT INTO groups (site_id, id, display_name, display_name_key, owner_connection_id, document, folded,
            created_at, modified_at)
          SELECT ${siteId}, id, display_name, display_name_key, ${owner}::uuid, document, folded, created_at, created_at
          FROM ${made}`,
        ...groups.flatMap(({ profile }, index) =>
          takeUniqueValues(siteId, 'Group', effects[index]?.objectId ?? '', profile.uniqueValues ?? []),
        ),
        ...(owner === null
          ? []
          : [
              sql`
                INSERT INTO identities (site_id, connection_id, object_id, object_type, external_id)
                SELECT ${siteId}, ${owner}, id, 'Group', external_id FROM ${made}`,
            ]),
        countDelta(siteId, 'Group', owner, groups.length),
      ];
    },
  };
}

function describe() {
  return { action: 'group.create', objectType: 'Group', objectId: newObjectId() } as const;
}

function creation(actor: Actor, id: string, group: NewGroup, skipped: readonly string[]) {
  const createdAt = new Date();
  const { uniqueValues = [] } = group.profile;
  return {
    insert: insertGroup(actor, id, group, createdAt),
    effects: (insert: Sql | undefined, subjects: readonly Subject[]): Effects<CreatedGroup> => ({
      result: { id, createdAt, skipped },
      objectId: id,
      objectName: group.profile.displayName,
      changed: attributeChanges({}, group.profile.document, group.profile.secrets),
      subjects,
      affectedUserIds: [],
      inTheWay: holdersOf(actor.siteId, 'Group', uniqueValues, id),
      passedOver: skipped,
      writes: [
        ...(insert === undefined ? [] : [insert]),
        ...takeUniqueValues(actor.siteId, 'Group', id, uniqueValues),
        ...writeIdentity(actor, 'Group', id, group.externalId),
        countDelta(actor.siteId, 'Group', actor.connection?.id ?? null, 1),
      ],
    }),
  };
}

function insertGroup(actor: Actor, id: string, { profile, uniqueName }: NewGroup, createdAt: Date): Sql {
  const nameKey = comparisonKey(profile.displayName);
  return sql`
    INSERT INTO groups (site_id, id, display_name, display_name_key, unique_name_key, owner_connection_id, document,
      folded, created_at, modified_at)
    VALUES (${actor.siteId}, ${id}, ${profile.displayName}, ${nameKey}, ${uniqueName === true ? nameKey : null},
      ${actor.connection?.id ?? null}, ${JSON.stringify(profile.document)}, ${JSON.stringify(profile.folded)},
      ${createdAt}, ${createdAt})`;
}
