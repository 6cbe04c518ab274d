import { badRequest, forbidden, notFound } from '../http/answer.ts';
import { domainOf } from '../state/directory.ts';
import type { UserRecord } from '../state/records.ts';
import { requireCustomer, requireDomain } from './customer.ts';
import { etagOf } from './etag.ts';
import type { ApiRequest, Listing, Route, World } from './route.ts';
import { sortedBy, takePage } from './take-page.ts';
import { userJson, userView } from './user-json.ts';
import { userQuery } from './user-query.ts';

const USERS = '/admin/directory/v1/users';

export const userRoutes: readonly Route[] = [
  {
    api: 'users.list',
    method: 'GET',
    path: USERS,
    area: 'users',
    paging: { default: 100, max: 500, limited: true },
    answer: (request, world) => ({ list: listUsers(request, world) }),
  },
  {
    api: 'users.get',
    method: 'GET',
    path: `${USERS}/{userKey}`,
    area: 'users',
    answer(request, world) {
      const user = requireUser(request, world);
      return { object: userJson(world.directory, user, userView(request.query)) };
    },
  },
  {
    api: 'users.aliases.list',
    method: 'GET',
    path: `${USERS}/{userKey}/aliases`,
    area: 'users',
    answer(request, { directory, ...world }) {
      const { id, primaryEmail, aliases } = requireUser(request, { directory, ...world });
      const items = aliases.map((alias) => ({
        kind: 'admin#directory#alias',
        id,
        etag: etagOf(directory.customerId, `${id}/${alias}`, 1),
        primaryEmail,
        alias,
      }));
      return { list: { kind: 'admin#directory#aliases', collection: 'aliases', items, next: undefined } };
    },
  },
  {
    api: 'users.photos.get',
    method: 'GET',
    path: `${USERS}/{userKey}/photos/thumbnail`,
    area: 'users',
    answer(request, world) {
      requireUser(request, world);
      throw notFound('photo');
    },
  },
];

/** Which users a list or a channel is about. @throws GoogleError 400, 403 or 404 */
export function selectUsers(request: ApiRequest, world: World): (user: UserRecord) => boolean {
  const { query } = request;
  const customer = query.get('customer');
  const domain = query.get('domain');
  if (customer !== null) requireCustomer(customer, request, world);
  if (domain !== null) requireDomain(domain, world);
  if (customer === null && domain === null) throw badRequest();
  const text = query.get('query');
  const matches = text === null ? () => true : userQuery(text, world.directory);
  // With both a customer and a domain only the users of that domain come back.
  return domain === null ? matches : (user) => domainOf(user.primaryEmail) === domain && matches(user);
}

function listUsers(request: ApiRequest, world: World): Listing {
  const { directory } = world;
  const { query, walk, pageSize } = request;
  const accepts = selectUsers(request, world);
  const view = userView(query);
  const { all, start, key } = ordered(request, world, walk?.after);
  const { items, more } = takePage(all, start, pageSize, accepts);
  const last = items.at(-1);
  return {
    kind: 'admin#directory#users',
    collection: 'users',
    items: items.map((user) => userJson(directory, user, view)),
    next: more && last ? key(last) : undefined,
  };
}

function ordered({ query }: ApiRequest, { directory }: World, after: string | undefined) {
  const by = query.get('orderBy') ?? 'email';
  const descending = query.get('sortOrder')?.toUpperCase() === 'DESCENDING';
  if (!/^(email|givenName|familyName)$/.test(by)) throw badRequest(`Invalid value for: orderBy ${by}`);
  const deleted = query.get('showDeleted') === 'true';
  if (by === 'email' && !descending && !deleted) {
    const key = ({ primaryEmail }: UserRecord) => primaryEmail;
    return { all: directory.users.items, start: directory.users.after(after), key };
  }
  const key = (user: UserRecord) =>
    `${by === 'givenName' ? user.givenName : by === 'familyName' ? user.familyName : ''}\t${user.primaryEmail}\t${user.id}`;
  const users = deleted ? directory.restorable() : directory.users.items;
  const { items, start } = sortedBy(users, key, descending, after);
  return { all: items, start, key };
}

/** @throws GoogleError 404 for one unknown, 400 for a group, 403 for one of another company */
function requireUser({ params, caller }: ApiRequest, { directory }: World): UserRecord {
  const key = params.userKey ?? '';
  const user = directory.user(key);
  if (user !== undefined) return user;
  if (directory.group(key) !== undefined) throw badRequest('Type not supported: userKey');
  if (isForeign(key, { directory })) throw forbidden();
  // A service account with a role of its own is not told whether somebody exists.
  throw caller.subject === undefined ? forbidden() : notFound('userKey');
}

/** Whether a key belongs to another customer, as far as one can tell. */
export function isForeign(key: string, { directory }: Pick<World, 'directory'>): boolean {
  return directory.foreign.has(key) || (key.includes('@') && !directory.owns(key));
}
