import { claim, release, requireFree } from './addresses.ts';
import type { Directory, Report } from './directory.ts';
import type { GroupChange, GroupRecord, MemberRecord, NewGroup } from './records.ts';
import { SortedIndex } from './sorted-index.ts';

/** Changes of groups; `key` is an id, an address or an alias. All throw an Error where the key is unknown. */
export interface GroupControl {
  /** @throws Error where the address is taken or in no domain of the customer */
  add(group: NewGroup): GroupRecord;
  change(key: string, change: GroupChange): GroupRecord;
  /** The old address becomes an alias. */
  rename(key: string, email: string): GroupRecord;
  /** It leaves the groups that it is a member of as well. */
  delete(key: string): GroupRecord;
}

export function createGroupControl(directory: Directory): GroupControl {
  function tell(group: GroupRecord, name: string, parameters: Record<string, string> = {}): GroupRecord {
    group.version += 1;
    const report: Report = { type: 'GROUP_SETTINGS', name, parameters: { GROUP_EMAIL: group.email, ...parameters } };
    directory.emit({ report });
    return group;
  }

  function setAddresses(group: GroupRecord, email: string, aliases: readonly string[]): void {
    directory.groups.delete(group.email);
    release(directory, group);
    group.email = email.toLowerCase();
    group.aliases = aliases.map((alias) => alias.toLowerCase());
    claim(directory, group);
    directory.groups.add(group);
  }

  return {
    add({ email, id = `0${directory.random.letters(14)}`, name = email, description = '', aliases = [] }) {
      requireFree(directory, [email, ...aliases]);
      if (directory.groupsById.has(id)) throw new Error(`the id ${id} is taken`);
      const group = groupRecord({ id, email: email.toLowerCase(), name, description });
      directory.groupsById.set(id, group);
      setAddresses(group, email, aliases);
      return tell(group, 'CREATE_GROUP');
    },
    change(key, { name, description, aliases }) {
      const group = directory.requireGroup(key);
      if (aliases !== undefined) {
        requireFree(directory, aliases, group);
        setAddresses(group, group.email, aliases);
        group.version += 1;
      }
      if (name !== undefined && name !== group.name) {
        group.name = name;
        tell(group, 'CHANGE_GROUP_NAME', { NEW_VALUE: name });
      }
      if (description !== undefined && description !== group.description) {
        group.description = description;
        tell(group, 'CHANGE_GROUP_DESCRIPTION', { NEW_VALUE: description });
      }
      return group;
    },
    rename(key, email) {
      const group = directory.requireGroup(key);
      const from = group.email;
      requireFree(directory, [email], group);
      setAddresses(group, email, [...group.aliases.filter((alias) => alias !== email.toLowerCase()), from]);
      return tell(group, 'CHANGE_GROUP_EMAIL', { GROUP_EMAIL: from, NEW_VALUE: group.email });
    },
    delete(key) {
      const group = directory.requireGroup(key);
      directory.groups.delete(group.email);
      release(directory, group);
      directory.groupsById.delete(group.id);
      for (const parent of directory.groupsById.values()) if (parent.members.delete(group.id)) parent.version += 1;
      return tell(group, 'DELETE_GROUP');
    },
  };
}

export function groupRecord(group: { id: string; email: string; name: string; description: string }): GroupRecord {
  return {
    ...group,
    aliases: [],
    adminCreated: true,
    members: new SortedIndex<MemberRecord>(({ id }) => id),
    version: 0,
  };
}
