import { badRequest, forbidden, invalid, notFound } from '../http/answer.ts';
import { type Directory, domainOf } from '../state/directory.ts';
import type { JsonObject } from '../state/json.ts';
import type { GroupRecord } from '../state/records.ts';
import { requireCustomer, requireDomain } from './customer.ts';
import { etagOf } from './etag.ts';
import { parseQuery, textTest } from './query.ts';
import type { ApiRequest, Listing, Route, World } from './route.ts';
import { sortedBy, takePage } from './take-page.ts';
import { isForeign } from './users.ts';

const GROUPS = '/admin/directory/v1/groups';

export const groupRoutes: readonly Route[] = [
  {
    api: 'groups.list',
    method: 'GET',
    path: GROUPS,
    area: 'groups',
    paging: { default: 200, max: 200, limited: false },
    answer: (request, world) => ({ list: listGroups(request, world) }),
  },
  {
    api: 'groups.get',
    method: 'GET',
    path: `${GROUPS}/{groupKey}`,
    area: 'groups',
    answer: (request, { directory, ...world }) => ({
      object: groupJson(directory, requireGroup(request, { directory, ...world })),
    }),
  },
];

function groupJson(directory: Directory, group: GroupRecord): JsonObject {
  return {
    kind: 'admin#directory#group',
    id: group.id,
    etag: etagOf(directory.customerId, group.id, group.version),
    email: group.email,
    name: group.name,
    directMembersCount: String(group.members.size),
    description: group.description,
    adminCreated: group.adminCreated,
    ...(group.aliases.length > 0 && { aliases: group.aliases }),
  };
}

function listGroups(request: ApiRequest, world: World): Listing {
  const { directory } = world;
  const { query, walk, pageSize } = request;
  const accepts = selectGroups(request, world);
  const descending = query.get('sortOrder')?.toUpperCase() === 'DESCENDING';
  const key = ({ email }: GroupRecord) => email;
  const { items: all, start } = descending
    ? sortedBy(directory.groups.items, key, true, walk?.after)
    : { items: directory.groups.items, start: directory.groups.after(walk?.after) };
  const { items, more } = takePage(all, start, pageSize, accepts);
  return {
    kind: 'admin#directory#groups',
    collection: 'groups',
    items: items.map((group) => groupJson(directory, group)),
    next: more ? items.at(-1)?.email : undefined,
  };
}

function selectGroups(request: ApiRequest, world: World): (group: GroupRecord) => boolean {
  const { query } = request;
  const [customer, domain, userKey] = [query.get('customer'), query.get('domain'), query.get('userKey')];
  if (customer !== null && userKey !== null) throw badRequest();
  if (customer !== null) requireCustomer(customer, request, world);
  if (domain !== null) requireDomain(domain, world);
  if (customer === null && domain === null && userKey === null) throw badRequest();
  const orderBy = query.get('orderBy');
  if (orderBy !== null && orderBy !== 'email') throw badRequest(`Invalid value for: orderBy ${orderBy}`);
  const tests = groupQuery(query.get('query') ?? '', world.directory);
  if (userKey !== null) tests.push(holds(userKey, world.directory));
  if (domain !== null) tests.push(({ email }) => domainOf(email) === domain);
  return (group) => tests.every((test) => test(group));
}

function groupQuery(text: string, directory: Directory): ((group: GroupRecord) => boolean)[] {
  const clauses = parseQuery(text);
  const byMember = clauses.some(({ field }) => field?.toLowerCase() === 'memberkey');
  if (byMember && clauses.length > 1) throw invalid();
  return clauses.map((clause) => {
    switch (clause.field?.toLowerCase()) {
      case 'email': {
        const test = textTest(clause, ['exact', 'prefix']);
        return ({ email, aliases }) => test(email) || aliases.some(test);
      }
      case 'name': {
        const test = textTest(clause, ['exact', 'prefix']);
        return ({ name }) => test(name);
      }
      case 'memberkey':
        if (clause.operator !== '=' || clause.prefix) throw invalid();
        return holds(clause.value, directory);
      default:
        throw invalid();
    }
  });
}

/** Groups that have a user or group as a direct member. */
function holds(key: string, directory: Directory): (group: GroupRecord) => boolean {
  const id = (directory.user(key) ?? directory.group(key))?.id ?? key;
  return ({ members }) => members.get(id) !== undefined;
}

/** @throws GoogleError 404 for one unknown, 403 for one of another company */
export function requireGroup({ params }: ApiRequest, { directory }: World): GroupRecord {
  const key = params.groupKey ?? '';
  const group = directory.group(key);
  if (group !== undefined) return group;
  throw isForeign(key, { directory }) ? forbidden() : notFound('groupKey');
}
