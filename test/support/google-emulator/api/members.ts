import { invalid, notFound } from '../http/answer.ts';
import type { Directory } from '../state/directory.ts';
import { derivedMembers } from '../state/effective-members.ts';
import type { JsonObject } from '../state/json.ts';
import { findMember, memberEmail } from '../state/members.ts';
import type { MemberRecord } from '../state/records.ts';
import { etagOf } from './etag.ts';
import { requireGroup } from './groups.ts';
import type { ApiRequest, Listing, Route, World } from './route.ts';
import { takePage } from './take-page.ts';

const MEMBERS = '/admin/directory/v1/groups/{groupKey}';

export const memberRoutes: readonly Route[] = [
  {
    api: 'members.list',
    method: 'GET',
    path: `${MEMBERS}/members`,
    area: 'members',
    paging: { default: 200, max: 200, limited: true },
    answer: (request, world) => ({ list: listMembers(request, world) }),
  },
  {
    api: 'members.get',
    method: 'GET',
    path: `${MEMBERS}/members/{memberKey}`,
    area: 'members',
    answer(request, world) {
      const member = findMember(world.directory, requireGroup(request, world), request.params.memberKey ?? '');
      if (member === undefined) throw notFound('memberKey');
      return { object: { ...memberJson(world.directory, member), delivery_settings: 'ALL_MAIL' } };
    },
  },
  {
    api: 'members.hasMember',
    method: 'GET',
    path: `${MEMBERS}/hasMember/{memberKey}`,
    area: 'members',
    answer(request, world) {
      const { directory } = world;
      const group = requireGroup(request, world);
      const key = request.params.memberKey ?? '';
      const member = directory.user(key) ?? directory.group(key);
      // Those outside the customer cannot be asked about.
      if (member === undefined) throw invalid('memberKey');
      const all = derivedMembers(directory, group);
      const isMember = all.some(
        ({ id, type }) => id === member.id || (type === 'CUSTOMER' && 'primaryEmail' in member),
      );
      return { object: { isMember } };
    },
  },
];

function listMembers(request: ApiRequest, world: World): Listing {
  const { directory } = world;
  const { query, walk, pageSize } = request;
  const group = requireGroup(request, world);
  const roles = query.get('roles');
  const wanted = new Set(roles?.split(',').map((role) => role.trim().toUpperCase()));
  const accepts = ({ role }: MemberRecord) => roles === null || wanted.has(role);
  const derived = query.get('includeDerivedMembership') === 'true';
  const all = derived ? withEverybody(directory, derivedMembers(directory, group)) : group.members.items;
  const start = derived ? behind(all, walk?.after) : group.members.after(walk?.after);
  const { items, more } = takePage(all, start, pageSize, accepts);
  return {
    kind: 'admin#directory#members',
    collection: 'members',
    items: items.map((member) => memberJson(directory, member)),
    next: more ? items.at(-1)?.id : undefined,
  };
}

/** A derived list names the users for whom a whole-customer member stands. */
function withEverybody(directory: Directory, members: MemberRecord[]): MemberRecord[] {
  if (!members.some(({ type }) => type === 'CUSTOMER')) return members.sort(byId);
  const all = new Map(members.map((member) => [member.id, member]));
  for (const id of directory.usersById.keys()) if (!all.has(id)) all.set(id, { id, type: 'USER', role: 'MEMBER' });
  return [...all.values()].sort(byId);
}

function byId(a: MemberRecord, b: MemberRecord): number {
  return a.id < b.id ? -1 : 1;
}

function behind(members: readonly MemberRecord[], after: string | undefined): number {
  if (after === undefined) return 0;
  const position = members.findIndex(({ id }) => id > after);
  return position < 0 ? members.length : position;
}

/** A member; those outside the customer have no status, the whole customer no address. */
function memberJson(directory: Directory, member: MemberRecord): JsonObject {
  const email = memberEmail(directory, member);
  const status = statusOf(directory, member);
  return {
    kind: 'admin#directory#member',
    etag: etagOf(directory.customerId, `${member.id}/${member.role}`, 1),
    id: member.id,
    ...(email !== undefined && { email }),
    role: member.role,
    type: member.type,
    ...(status !== undefined && { status }),
  };
}

function statusOf(directory: Directory, { id, type }: MemberRecord): string | undefined {
  if (type === 'CUSTOMER' || directory.groupsById.has(id)) return 'ACTIVE';
  const user = directory.usersById.get(id);
  if (user === undefined) return undefined;
  return user.suspended ? 'SUSPENDED' : user.archived ? 'ARCHIVED' : 'ACTIVE';
}
