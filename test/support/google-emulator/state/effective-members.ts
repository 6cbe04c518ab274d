import type { Directory } from './directory.ts';
import type { GroupRecord, MemberRecord } from './records.ts';

/** Every member of a group and of the groups inside it, each once, its own ones first. Circles end the walk. */
export function derivedMembers(directory: Directory, group: GroupRecord): MemberRecord[] {
  const found = new Map<string, MemberRecord>();
  const queue = [group];
  for (let next = 0; next < queue.length; next += 1) {
    for (const member of queue[next]?.members.items ?? []) {
      if (found.has(member.id)) continue;
      found.set(member.id, next === 0 ? member : { ...member, role: 'MEMBER' });
      const inner = member.type === 'GROUP' && member.id !== group.id ? directory.groupsById.get(member.id) : undefined;
      if (inner) queue.push(inner);
    }
  }
  return [...found.values()];
}

/**
 * The truth about who is in a group: ids of the customer's own users, through nested groups and circles, and all users
 * where the whole customer is a member. `active` leaves out those suspended or archived.
 */
export function effectiveMembers(
  directory: Directory,
  groupKey: string,
  { active = false }: { readonly active?: boolean } = {},
): Set<string> {
  const ids = new Set<string>();
  for (const { id, type } of derivedMembers(directory, directory.requireGroup(groupKey))) {
    if (type === 'CUSTOMER') for (const userId of directory.usersById.keys()) ids.add(userId);
    else if (directory.usersById.has(id)) ids.add(id);
  }
  if (active) {
    for (const id of ids) {
      const user = directory.usersById.get(id);
      if (user?.suspended || user?.archived) ids.delete(id);
    }
  }
  return ids;
}
