import type { Directory } from './directory.ts';
import type { GroupRecord, MemberRecord, NewMember } from './records.ts';

/** Who changes the members: an administrator, or an owner of the group, whom another application's reports show. */
export interface ChangedBy {
  readonly by?: 'administrator' | 'owner';
}

/** What another application's reports call a change of an owner. */
const OWNERS_EVENT: Readonly<Record<string, string>> = {
  ADD_GROUP_MEMBER: 'add_member',
  UPDATE_GROUP_MEMBER: 'change_member_role',
  REMOVE_GROUP_MEMBER: 'remove_member',
};

/** Changes of direct members. Groups may be nested in a circle, which Google refuses and clients have to survive. */
export interface MemberControl {
  /**
   * Adds a member or changes its role. An address of no user and no group here becomes a member from outside;
   * an alias stays the address that is shown. @throws Error where the group is unknown
   */
  add(groupKey: string, member: NewMember | string, options?: ChangedBy): MemberRecord;
  /** Many at once, in one step and one event. */
  addMany(groupKey: string, members: readonly (NewMember | string)[]): void;
  /** @throws Error where it is no member */
  remove(groupKey: string, member: string, options?: ChangedBy): void;
  /** A group of another company as a member: reading it is 403. */
  addForeignGroup(groupKey: string, email: string): MemberRecord;
  of(groupKey: string): readonly MemberRecord[];
}

export function createMemberControl(directory: Directory): MemberControl {
  function resolve({ member, role = 'MEMBER' }: NewMember): MemberRecord {
    if (member === 'CUSTOMER' || member === directory.customerId) {
      return { id: directory.customerId, type: 'CUSTOMER', role };
    }
    const address = member.toLowerCase();
    const user = directory.user(member);
    if (user !== undefined) {
      return { id: user.id, type: 'USER', role, ...(user.aliases.includes(address) && { email: address }) };
    }
    const group = directory.group(member);
    if (group !== undefined) {
      return { id: group.id, type: 'GROUP', role, ...(group.aliases.includes(address) && { email: address }) };
    }
    if (!address.includes('@') || directory.owns(address)) throw new Error(`no user or group ${member}`);
    const known = knownOutside(address);
    return known ? { ...known, role } : { id: `1${directory.random.digits(20)}`, type: 'USER', role, email: address };
  }

  /** A person outside has one id, whichever groups they are in. */
  function knownOutside(address: string): MemberRecord | undefined {
    for (const { members } of directory.groupsById.values()) {
      const found = members.items.find(({ email }) => email === address);
      if (found) return found;
    }
    return undefined;
  }

  function put(group: GroupRecord, member: MemberRecord): 'added' | 'changed' {
    if (group.members.get(member.id) !== undefined) {
      group.members.replace(member);
      return 'changed';
    }
    group.members.add(member);
    return 'added';
  }

  function tell(group: GroupRecord, name: string, member: string | undefined, { by }: ChangedBy = {}): void {
    group.version += 1;
    const owner = by === 'owner';
    const [groupName, memberName] = owner ? ['group_id', 'member_id'] : ['GROUP_EMAIL', 'USER_EMAIL'];
    const parameters = { [groupName]: group.email, ...(member !== undefined && { [memberName]: member }) };
    directory.emit({
      report: owner
        ? { type: 'GROUP_SETTINGS', name: OWNERS_EVENT[name] ?? name, parameters, application: 'groups_enterprise' }
        : { type: 'GROUP_SETTINGS', name, parameters },
    });
  }

  const emailOf = (member: MemberRecord) => memberEmail(directory, member) ?? member.id;

  return {
    add(groupKey, wanted, options) {
      const group = directory.requireGroup(groupKey);
      const member = resolve(typeof wanted === 'string' ? { member: wanted } : wanted);
      const event = put(group, member) === 'added' ? 'ADD_GROUP_MEMBER' : 'UPDATE_GROUP_MEMBER';
      tell(group, event, emailOf(member), options);
      return member;
    },
    addMany(groupKey, wanted) {
      const group = directory.requireGroup(groupKey);
      const all = new Map(group.members.items.map((member) => [member.id, member]));
      for (const one of wanted) {
        const member = resolve(typeof one === 'string' ? { member: one } : one);
        all.set(member.id, member);
      }
      group.members.load([...all.values()]);
      tell(group, 'GROUP_MEMBER_BULK_UPLOAD', undefined);
    },
    remove(groupKey, key, options) {
      const group = directory.requireGroup(groupKey);
      const member = findMember(directory, group, key);
      if (member === undefined) throw new Error(`${key} is no member of ${group.email}`);
      group.members.delete(member.id);
      tell(group, 'REMOVE_GROUP_MEMBER', emailOf(member), options);
    },
    addForeignGroup(groupKey, email) {
      const group = directory.requireGroup(groupKey);
      const member: MemberRecord = { id: `0${directory.random.letters(14)}`, type: 'GROUP', role: 'MEMBER', email };
      directory.foreign.add(member.id).add(email);
      put(group, member);
      tell(group, 'ADD_GROUP_MEMBER', email);
      return member;
    },
    of: (groupKey) => directory.requireGroup(groupKey).members.items,
  };
}

/** A direct member by id, address or alias. */
export function findMember(directory: Directory, group: GroupRecord, key: string): MemberRecord | undefined {
  const id = key === 'CUSTOMER' ? directory.customerId : (directory.user(key) ?? directory.group(key))?.id;
  return group.members.get(id ?? key) ?? group.members.items.find(({ email }) => email === key.toLowerCase());
}

/** The address that a list of members shows; undefined for the whole customer. */
export function memberEmail(directory: Directory, member: MemberRecord): string | undefined {
  if (member.email !== undefined) return member.email;
  return directory.usersById.get(member.id)?.primaryEmail ?? directory.groupsById.get(member.id)?.email;
}
