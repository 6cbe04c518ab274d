import { type Database, type Sql, sql, type Transaction } from '../../database/index.js';
import type { Actor } from '../actor.js';
import { type AttributeChange, attributeChanges } from '../attribute-changes.js';
import { type Effects, type Held, type LockingCommand, LocksOutdated, type Subject } from '../command.js';
import { comparisonKey } from '../comparison-key.js';
import { externalIdChanges, writeIdentity } from '../identities.js';
import { laterThan } from '../later-than.js';
import { countDelta } from '../object-counts.js';
import { isObjectId } from '../object-id.js';
import { ownerChange, type WriteRight, writeRight } from '../ownership.js';
import { changeUniqueValues, holdersOf, type UniqueValue } from '../unique-values.js';
import { rebuildClosure, usersWithin, withAncestors } from './closure.js';
import type { GroupProfile, GroupRecord, MemberChange, UnknownMembers } from './group-profile.js';
import { raiseGroupsVersion } from './groups-version.js';
import { lockedGroup, lockedGroupQuery, requireGroupId } from './locked-group.js';
import { applyMemberChanges, type MemberDelta, noMemberChange } from './member-changes.js';
import { idsOf, type NamedMembers, nameMembers, refuseUnknown } from './member-ids.js';
import { memberSubjects, membersChange } from './member-subjects.js';
import { requireFreeName } from './unique-name.js';

export interface GroupEdit {
  readonly profile: GroupProfile;
  /** The unique values of the document before; none unless said otherwise. */
  readonly previousUniqueValues?: readonly UniqueValue[];
  readonly externalId: string | undefined;
}

export interface GroupUpdate {
  /** Sees the group under its row lock; may throw, and then nothing has happened. Without it attributes stay. */
  readonly edit?: (current: GroupRecord) => GroupEdit;
  readonly members: readonly MemberChange[];
  readonly unknownMembers: UnknownMembers;
  /** Whether no other group may have the name that it gets; the one it has already is not looked at. */
  readonly uniqueName?: boolean;
}

export interface UpdatedGroup {
  readonly record: GroupRecord;
  readonly changed: boolean;
  /** Ids that named nothing and were passed over. */
  readonly skipped: readonly string[];
}

/**
 * Changes a group's attributes and members by deltas: the other members are never read. Users who come or go are
 * locked, since their access is settled; a change of nested groups holds the structure lock exclusively.
 * @throws RollcallError `group.not-found`, `group.unknown-member`, `group.name-taken`, `ownership.*`
 */
export async function updateGroup(
  database: Database,
  actor: Actor,
  id: string,
  update: GroupUpdate,
): Promise<LockingCommand<UpdatedGroup>> {
  const groupId = requireGroupId(id);
  const ids = idsOf(update.members);
  const removed = ids.removed.filter(isObjectId);
  const named = await nameMembers(database, actor.siteId, [...new Set([...ids.added, ...removed])]);
  const unknown = named.unknown.filter((name) => ids.added.includes(name));
  refuseUnknown(unknown, update.unknownMembers);
  const members = update.members.map((change) =>
    change.kind === 'remove' ? { ...change, ids: change.ids.filter(isObjectId) } : change,
  );
  const sweeping = members.some((change) => change.kind !== 'add' && change.kind !== 'remove');
  // An id that names nobody visible may be that of a deleted group, which would come back with its place.
  const looksFurther = sweeping || named.unknown.some((id) => removed.includes(id));
  const nesting = named.groupIds.length > 0 || (looksFurther && (await nestsGroups(database, actor.siteId, groupId)));
  return {
    action: 'group.update',
    objectType: 'Group',
    objectId: groupId,
    structure: nesting ? 'exclusive' : 'shared',
    groupIds: [groupId],
    userIds: sweeping
      ? async (transaction) => [...named.userIds, ...(await currentMembers(transaction, actor.siteId, groupId))]
      : named.userIds,
    read: lockedGroupQuery(actor, groupId),
    async run(transaction, held) {
      const current = lockedGroup(held.rows, groupId);
      if (looksFurther && current.nests && !nesting) throw new LocksOutdated();
      const right = writeRight({ kind: 'group', ...current }, actor);
      const wanted = update.edit?.(current) ?? keptEdit(current);
      const naming = namingOf(current, wanted, update.uniqueName === true);
      if (naming === 'unique') {
        const { displayName } = wanted.profile;
        await requireFreeName((read) => transaction.run(read), actor.siteId, displayName, groupId);
      }
      const reachable = nesting ? await usersWithin(transaction, actor.siteId, [groupId]) : [];
      const delta = await changeMembers(transaction, actor, groupId, members, named, held, nesting);
      const after = nesting ? await settleClosure(transaction, actor, groupId, delta.groups) : [];
      const affected =
        delta.groups.size === 0
          ? touched(delta.users)
          : [...new Set([...reachable, ...after, ...touched(delta.users)])];
      const attributes = update.edit === undefined ? 'kept' : 'given';
      const decided: GroupEdit & Decided = { ...wanted, naming, attributes };
      const effects = updateEffects(actor, current, decided, right, delta, affected, unknown);
      return empties(members, named) ? { ...effects, removal: 'group' } : effects;
    },
  };
}

/** For a change of members alone: nothing of it is written. */
function keptEdit({ displayName, document, externalId }: GroupRecord): GroupEdit {
  return { profile: { displayName, document, folded: {} }, externalId: externalId ?? undefined };
}

/** What is decided on the way to what is written. */
interface Decided {
  readonly naming: Naming;
  readonly attributes: 'kept' | 'given';
}

/** Whether a step takes everybody out whom the actor may take out; ids that name nothing keep nobody in. */
function empties(changes: readonly MemberChange[], { userIds, groupIds }: NamedMembers): boolean {
  const known = new Set([...userIds, ...groupIds]);
  return changes.some(
    (change) =>
      change.kind === 'removeAll' || (change.kind === 'replaceAll' && !change.ids.some((id) => known.has(id))),
  );
}

/** Whether a group gets another name, and whether that must be the only one of its kind. */
type Naming = 'kept' | 'unique' | 'free';

function namingOf(current: GroupRecord, { profile }: GroupEdit, unique: boolean): Naming {
  if (comparisonKey(profile.displayName) === comparisonKey(current.displayName)) return 'kept';
  return unique ? 'unique' : 'free';
}

interface Deltas {
  readonly users: MemberDelta;
  readonly groups: MemberDelta & { readonly size: number };
}

async function changeMembers(
  transaction: Transaction,
  actor: Actor,
  groupId: string,
  changes: readonly MemberChange[],
  named: NamedMembers,
  held: Held,
  nesting: boolean,
): Promise<Deltas> {
  // A user that was deleted while the lock was waited for is among the named ids but not among the held ones.
  const users = await applyMemberChanges(transaction, actor, groupId, 'users', changes, held.userIds);
  const groups = nesting
    ? await applyMemberChanges(transaction, actor, groupId, 'groups', changes, new Set(named.groupIds))
    : noMemberChange();
  return { users, groups: { ...groups, size: groups.added.size + groups.removed.size } };
}

async function settleClosure(
  transaction: Transaction,
  actor: Actor,
  groupId: string,
  delta: { readonly size: number },
): Promise<string[]> {
  if (delta.size === 0) return [];
  await rebuildClosure(transaction, actor.siteId, await withAncestors(transaction, actor.siteId, [groupId]));
  return usersWithin(transaction, actor.siteId, [groupId]);
}

function updateEffects(
  actor: Actor,
  current: GroupRecord,
  wanted: GroupEdit & Decided,
  right: WriteRight,
  delta: Deltas,
  affectedUserIds: readonly string[],
  skipped: readonly string[],
): Effects<UpdatedGroup> {
  const subjects = [...memberSubjects('User', delta.users), ...memberSubjects('Group', delta.groups)];
  const changes = groupChanges(actor, current, wanted, subjects);
  const changed = changes.length > 0;
  const record = changed ? updatedRecord(current, wanted) : current;
  const adopts = right === 'adopts';
  const owner = adopts ? (actor.connection?.id ?? null) : current.ownerConnectionId;
  const writes: Sql[] = [];
  if (changed || adopts) writes.push(writeGroup(actor, record, wanted, owner));
  const { previousUniqueValues = [] } = wanted;
  const { uniqueValues = [] } = wanted.profile;
  writes.push(...changeUniqueValues(actor.siteId, 'Group', current.id, previousUniqueValues, uniqueValues));
  if (record.displayName !== current.displayName || delta.groups.size > 0)
    writes.push(raiseGroupsVersion(actor.siteId));
  if ((changed || adopts) && (!current.linked || current.externalId !== record.externalId)) {
    writes.push(...writeIdentity(actor, 'Group', current.id, wanted.externalId));
  }
  if (adopts) writes.push(countDelta(actor.siteId, 'Group', null, -1), countDelta(actor.siteId, 'Group', owner, 1));
  return {
    result: { record, changed, skipped },
    objectId: current.id,
    objectName: record.displayName,
    changed: adopts ? [...changes, ownerChange(actor)] : changes,
    subjects,
    affectedUserIds,
    inTheWay: holdersOf(actor.siteId, 'Group', uniqueValues, current.id),
    passedOver: skipped,
    unchanged: !changed && !adopts,
    writes,
  };
}

function groupChanges(
  actor: Actor,
  current: GroupRecord,
  wanted: GroupEdit,
  subjects: readonly Subject[],
): AttributeChange[] {
  const changes = [
    ...attributeChanges(current.document, wanted.profile.document, wanted.profile.secrets),
    ...externalIdChanges(actor, current.externalId, wanted.externalId ?? null),
  ];
  if (subjects.length > 0) changes.push(membersChange(subjects));
  return changes;
}

function updatedRecord(current: GroupRecord, wanted: GroupEdit): GroupRecord {
  return {
    ...current,
    displayName: wanted.profile.displayName,
    version: current.version + 1,
    modifiedAt: laterThan(current.modifiedAt),
    document: wanted.profile.document,
    externalId: wanted.externalId ?? null,
  };
}

function writeGroup(
  actor: Actor,
  record: GroupRecord,
  { profile, naming, attributes }: GroupEdit & Decided,
  owner: string | null,
): Sql {
  const nameKey = comparisonKey(profile.displayName);
  const uniqueName = naming === 'kept' ? sql`` : sql` unique_name_key = ${naming === 'unique' ? nameKey : null},`;
  const given =
    attributes === 'kept'
      ? sql``
      : sql`display_name = ${profile.displayName}, display_name_key = ${nameKey},${uniqueName}
          document = ${JSON.stringify(profile.document)}, folded = ${JSON.stringify(profile.folded)},`;
  return sql`
    UPDATE groups SET ${given} owner_connection_id = ${owner}, version = ${record.version}, modified_at = ${record.modifiedAt}
    WHERE site_id = ${actor.siteId} AND id = ${record.id}`;
}

function touched(delta: MemberDelta): string[] {
  return [...delta.added, ...delta.removed, ...delta.hidden];
}

async function currentMembers(transaction: Transaction, siteId: number, groupId: string): Promise<string[]> {
  const rows = await transaction.run<{ user_id: string }>(sql`
    SELECT user_id FROM memberships WHERE site_id = ${siteId} AND group_id = ${groupId}`);
  return rows.map((row) => row.user_id);
}

async function nestsGroups(database: Database, siteId: number, groupId: string): Promise<boolean> {
  const rows = await database.write(sql`
    SELECT 1 FROM nestings WHERE site_id = ${siteId} AND group_id = ${groupId} LIMIT 1`);
  return rows.length > 0;
}
