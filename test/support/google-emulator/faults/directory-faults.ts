import type { JsonObject } from '../state/json.ts';
import type { GroupRecord, UserRecord } from '../state/records.ts';
import type { FaultContext, FaultDefinition, FaultOptions } from './fault.ts';
import { somebody } from './list-faults.ts';

const OUTSIDE = 'elsewhere.test';
/** A zero-width space, which stands for a name that somebody does not have. */
const NOTHING = '\u200B';

/** A fault that changes the directory once, when it is set; clearing it changes nothing back. */
function change(
  does: string,
  options: readonly (keyof FaultOptions)[],
  touch: (options: FaultOptions, context: FaultContext) => JsonObject,
): FaultDefinition {
  return { does, options, start: (given, context) => ({ touched: touch(given, context) }) };
}

function people({ users: keys, count = 2 }: FaultOptions, { directory }: FaultContext): UserRecord[] {
  if (keys !== undefined) return keys.map((key) => directory.requireUser(key));
  const found = directory.users.items.filter((user) => !user.isAdmin && !user.suspended && !user.archived);
  if (found.length < count) throw new Error(`there are only ${found.length} active users`);
  return found.slice(0, count);
}

function somewhere({ group: key }: FaultOptions, { directory }: FaultContext): GroupRecord {
  if (key !== undefined) return directory.requireGroup(key);
  const [first] = directory.groups.items;
  if (first === undefined) throw new Error('there is no group');
  return first;
}

/** Who has an alias, or gets one. */
function withAlias(options: FaultOptions, { directory, users }: FaultContext): { user: UserRecord; alias: string } {
  const named = directory.users.items.filter(({ aliases, isAdmin }) => aliases.length > 0 && !isAdmin);
  const user = somebody(options, options.user === undefined && named.length > 0 ? named : directory.users.items);
  const [alias = `also.${user.primaryEmail}`] = user.aliases;
  if (user.aliases.length === 0) users.change(user.id, { aliases: [alias] });
  return { user, alias };
}

/** Things in a directory that clients stumble over, and changes between two runs. */
export const directoryFaults = {
  'foreign-group-403': change(
    '`group` (the first) gets a group of another company as a member; reading that one is 403.',
    ['group'],
    (options, context) => {
      const group = somewhere(options, context);
      const { id, email = '' } = context.members.addForeignGroup(group.id, `partners@${OUTSIDE}`);
      return { groupId: group.id, memberId: id, memberEmail: email };
    },
  ),
  'external-member-no-status': change(
    '`group` (the first) gets a person from outside as a member, who has no status.',
    ['group'],
    (options, context) => {
      const group = somewhere(options, context);
      const { id, email = '' } = context.members.add(group.id, `guest@${OUTSIDE}`);
      return { groupId: group.id, memberId: id, memberEmail: email };
    },
  ),
  'customer-member': change(
    '`group` (the first) gets the whole customer as a member, which has no address.',
    ['group'],
    (options, context) => {
      const group = somewhere(options, context);
      return { groupId: group.id, memberId: context.members.add(group.id, 'CUSTOMER').id };
    },
  ),
  'alias-member': change(
    '`group` (the first) lists `user` (the first with an alias) under an alias.',
    ['group', 'user'],
    (options, context) => {
      const group = somewhere(options, context);
      const { user, alias } = withAlias(options, context);
      context.members.add(group.id, alias);
      return { groupId: group.id, memberId: user.id, memberEmail: alias };
    },
  ),
  'dup-group-names': change(
    'The second of `groups` (the first two) gets the name of the first.',
    ['groups'],
    ({ groups: keys }, { directory, groups }) => {
      const [first, second] = keys?.map((key) => directory.requireGroup(key)) ?? directory.groups.items;
      if (first === undefined || second === undefined) throw new Error('there are no two groups');
      groups.change(second.id, { name: first.name });
      return { groupIds: [first.id, second.id], name: first.name };
    },
  ),
  'mononym-zwsp': change(
    '`user` (the first) has one name only: the family name is U+200B.',
    ['user'],
    (options, { directory, users }) => {
      const user = somebody(options, directory.users.items);
      users.change(user.id, { familyName: NOTHING });
      return { id: user.id, primaryEmail: user.primaryEmail };
    },
  ),
  'recreated-same-email-new-id': change(
    '`user` (the first) is deleted and made again with the same address and another id.',
    ['user'],
    (options, { directory, users }) => {
      const { id, primaryEmail } = somebody(options, directory.users.items);
      return { id: users.recreate(id).id, formerId: id, primaryEmail };
    },
  ),
  'renamed-primary': change(
    '`user` (the first) gets another primary address; the old one becomes an alias.',
    ['user'],
    (options, { directory, users }) => {
      const user = somebody(options, directory.users.items);
      const former = user.primaryEmail;
      users.rename(user.id, `renamed.${former}`);
      return { id: user.id, primaryEmail: user.primaryEmail, formerEmail: former };
    },
  ),
  'swap-two-primaries': change(
    'Each of `users` (the first `count`, 2) gets the primary address of the next, the last one that of the first.',
    ['users', 'count'],
    (options, context) => {
      const swapped = context.users.rotatePrimaries(people(options, context).map(({ id }) => id));
      return { users: swapped.map(({ id, primaryEmail }) => ({ id, primaryEmail })) };
    },
  ),
  'alias-promoted': change(
    'An alias of `user` (the first with one) becomes the primary address, and the primary address an alias.',
    ['user'],
    (options, context) => {
      const { user, alias } = withAlias(options, context);
      const former = user.primaryEmail;
      context.users.promoteAlias(user.id, alias);
      return { id: user.id, primaryEmail: user.primaryEmail, formerEmail: former };
    },
  ),
} satisfies Record<string, FaultDefinition>;
