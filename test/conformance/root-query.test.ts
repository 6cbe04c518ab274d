import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSite } from '../../src/directory/index.js';
import { createApplication } from '../../src/licensing/index.js';
import type { JsonObject } from '../../src/scim/schema/index.js';
import { type Answer, type Client, resourcesOf, unique } from './support/client.ts';
import { expectRefusal } from './support/refusal.ts';
import { expectOk, type Stage, startStage } from './support/stage.ts';
import { SEARCH_REQUEST, USER } from './support/urns.ts';

let stage: Stage;
let client: Client;
const ids: Record<string, string> = {};
const userName = unique('ann');

// Names and times in an order of their own, so that no order is another by chance.
beforeAll(async () => {
  stage = await startStage({ limits: { pageSizeMax: 50 } });
  client = stage.generic;
  ids.ann = (await client.user({ userName, displayName: 'delta', title: 'x', externalId: 'one' })).id;
  ids.blue = (await client.group({ displayName: 'bravo', externalId: 'two' })).id;
  ids.ben = (await client.user({ displayName: 'alpha' })).id;
  ids.red = (await client.group({ displayName: 'echo', members: [{ value: ids.ann }] })).id;
  ids.cat = (await client.user({ title: 'y' })).id;
  ids.dan = (await client.user({ displayName: 'bravo', externalId: 'two' })).id;
});
afterAll(() => stage.close());

const namesOf = (answer: Answer) =>
  resourcesOf(expectOk(answer)).map(({ id }) => Object.keys(ids).find((name) => ids[name] === id));
const found = async (parameters: Record<string, string | number>) => namesOf(await client.get('/', parameters));

it('LST-07: the root, with and without a slash, lists users and groups as their endpoints show them', async () => {
  const answer = expectOk(await client.get('/'));
  expect(namesOf(answer)).toEqual(['ann', 'ben', 'cat', 'dan', 'blue', 'red']);
  expect(answer.body).toMatchObject({ totalResults: 6, startIndex: 1, itemsPerPage: 6 });
  const alone = [...resourcesOf(await client.get('/Users')), ...resourcesOf(await client.get('/Groups'))];
  expect(resourcesOf(answer)).toEqual(alone);
  expect(expectOk(await client.get('')).body).toEqual(answer.body);
});

it('LST-07, SRCH-02: a search at the root answers the same', async () => {
  const parameters = { filter: 'displayName co "l"', sortBy: 'displayName', count: 1, startIndex: 2 };
  const answer = expectOk(await client.post('/.search', { schemas: [SEARCH_REQUEST], ...parameters }));
  expect(answer.body).toEqual((await client.get('/', parameters)).body);
  expect(namesOf(answer)).toEqual(['ann']);
});

describe('LST-08: meta.resourceType restricts:', () => {
  it.each([
    ['meta.resourceType eq "User"', ['ann', 'ben', 'cat', 'dan']],
    ['(meta.resourceType eq "Group")', ['blue', 'red']],
    ['(meta.resourceType eq "User") or (meta.resourceType eq "Group")', ['ann', 'ben', 'cat', 'dan', 'blue', 'red']],
    ['meta.resourceType eq "User" and displayName pr', ['ann', 'ben', 'dan']],
    ['not (meta.resourceType eq "User") and displayName eq "BRAVO"', ['blue']],
    ['meta[resourceType eq "Group"]', ['blue', 'red']],
    ['meta.resourceType sw "U"', ['ann', 'ben', 'cat', 'dan']],
    ['meta.resourceType ne "User"', ['blue', 'red']],
    ['meta.resourceType eq "user"', []],
    ['meta.resourceType eq "Schema"', []],
    ['meta.resourceType pr and title eq "x"', ['ann']],
  ])('%s', async (filter, expected) => {
    const answer = expectOk(await client.get('/', { filter }));
    expect(namesOf(answer)).toEqual(expected);
    expect(answer.body.totalResults).toBe(expected.length);
  });
});

describe('LST-09, FLT-44, A-10: an attribute that a type does not define has no value there:', () => {
  it.each([
    ['displayName eq "bravo"', ['dan', 'blue']],
    [`userName eq "${userName}"`, ['ann']],
    ['userName pr', ['ann', 'ben', 'cat', 'dan']],
    ['not (userName pr)', ['blue', 'red']],
    ['userName eq null', ['blue', 'red']],
    ['members pr', ['red']],
    ['title ne "x"', ['ben', 'cat', 'dan', 'blue', 'red']],
    ['title eq "x" or members pr', ['ann', 'red']],
    ['title pr and members pr', []],
    [`${USER}:title eq "y"`, ['cat']],
    ['externalId eq "two"', ['dan', 'blue']],
    ['noSuchAttribute eq "a"', []],
    ['noSuchAttribute pr', []],
    ['not (noSuchAttribute pr) and displayName eq "echo"', ['red']],
    ['emails[type eq "work"]', []],
    ['members.value pr and meta.resourceType eq "User"', []],
  ])('%s', async (filter, expected) => {
    const answer = expectOk(await client.get('/', { filter }));
    expect(namesOf(answer)).toEqual(expected);
    expect(answer.body).toMatchObject({ totalResults: expected.length, itemsPerPage: expected.length });
  });

  it('a filter that is wrong in itself is still refused', async () => {
    for (const filter of ['userName eq', 'password eq "a"', 'userName eq 5', 'active gt true', '']) {
      expectRefusal(await client.get('/', { filter }), { scimType: 'invalidFilter' });
    }
  });
});

describe('sorting goes across types', () => {
  it.each([
    ['displayName', ['ben', 'dan', 'blue', 'ann', 'red', 'cat']],
    ['id', ['ann', 'blue', 'ben', 'red', 'cat', 'dan']],
    ['meta.resourceType', ['blue', 'red', 'ann', 'ben', 'cat', 'dan']],
    ['title', ['ann', 'cat', 'ben', 'dan', 'blue', 'red']],
    ['externalId', ['ann', 'dan', 'blue', 'ben', 'cat', 'red']],
    ['noSuchAttribute', ['ann', 'ben', 'cat', 'dan', 'blue', 'red']],
  ])('by %s', async (sortBy, expected) => {
    expect(await found({ sortBy })).toEqual(expected);
  });

  it('by time, and backwards', async () => {
    const expected = ['ann', 'blue', 'ben', 'red', 'cat', 'dan'];
    expect(await found({ sortBy: 'meta.created' })).toEqual(expected);
    expect(await found({ sortBy: 'meta.created', sortOrder: 'descending' })).toEqual(expected.reverse());
  });

  it('descending, with what has no value first', async () => {
    const expected = ['cat', 'red', 'ann', 'dan', 'blue', 'ben'];
    expect(await found({ sortBy: 'displayName', sortOrder: 'descending' })).toEqual(expected);
  });
});

it.each([1, 2, 3, 4, 5])('PAG-08: pages of %p, with and without an order, hold everything once', async (count) => {
  for (const order of [{}, { sortBy: 'displayName' }, { filter: 'displayName pr' }]) {
    const whole = await found(order);
    const seen: unknown[] = [];
    for (let startIndex = 1; startIndex <= whole.length; startIndex += count) {
      const answer = await client.get('/', { ...order, startIndex, count });
      expect(answer.body).toMatchObject({ totalResults: whole.length, startIndex });
      seen.push(...namesOf(answer));
    }
    expect(seen).toEqual(whole);
  }
});

it('PAG-04, PAG-07: totals alone, and pages beyond the end', async () => {
  for (const parameters of [{}, { filter: 'displayName pr or title pr' }]) {
    const total = { totalResults: 6, itemsPerPage: 0, Resources: [] };
    expect((await client.get('/', { ...parameters, count: 0 })).body).toMatchObject(total);
    expect((await client.get('/', { ...parameters, startIndex: 7 })).body).toMatchObject({ ...total, startIndex: 7 });
  }
});

it('a projection is that of each type', async () => {
  const answer = expectOk(await client.get('/', { attributes: 'displayName,members,title', sortBy: 'displayName' }));
  const [, , blue, ann, red] = resourcesOf(answer);
  expect(blue).toEqual({ schemas: expect.any(Array), id: ids.blue, displayName: 'bravo' });
  expect(ann).toEqual({ schemas: [USER], id: ids.ann, displayName: 'delta', title: 'x' });
  expect(red).toMatchObject({ displayName: 'echo', members: [{ value: ids.ann }] });
});

it('LST-13: discovery resources are no part of it', async () => {
  for (const id of [USER, 'User']) expect(await found({ filter: `id eq "${id}"` })).toEqual([]);
  const types = resourcesOf(await client.get('/')).map(({ meta }) => (meta as JsonObject).resourceType);
  expect([...new Set(types)]).toEqual(['User', 'Group']);
});

it('roles and entitlements are part of it for who is served them', async () => {
  const { server } = stage;
  const site = await createSite(server.database, unique('site'), 'Site');
  const actor = { ...server.actor(), siteId: site.id };
  await server.change.run(actor, { action: 'application.create', objectType: 'Application' }, () =>
    createApplication(actor, {
      key: 'wiki',
      name: 'Wiki',
      description: undefined,
      roles: [{ key: 'user', name: 'User', takesSeat: true }],
      licence: { seats: 5, policy: 'wait' },
    }),
  );
  const [served, unserved] = [await stage.connect({ roles: 'draft' }, site.id), await stage.connect({}, site.id)];
  const user = await served.user({ displayName: 'x' });
  expect(resourcesOf(await unserved.get('/')).map(({ id }) => id)).toEqual([user.id]);
  const typesOf = async (parameters: Record<string, string | number>) => {
    const answer = expectOk(await served.get('/', parameters));
    return resourcesOf(answer).map(({ meta }) => (meta as JsonObject).resourceType);
  };
  expect(await typesOf({})).toEqual(['User', 'Role', 'Entitlement']);
  expect(await typesOf({ sortBy: 'display' })).toEqual(['Entitlement', 'Role', 'User']);
  expect(await typesOf({ sortBy: 'meta.created' })).toEqual(['User', 'Role', 'Entitlement']);
  expect(await typesOf({ sortBy: 'id', count: 2 })).toHaveLength(2);
  expect(await typesOf({ filter: 'value eq "wiki:user" or displayName eq "x"' })).toEqual(['User', 'Role']);
  expect(await typesOf({ startIndex: 2, count: 2 })).toEqual(['Role', 'Entitlement']);
  expect(await typesOf({ startIndex: 3, count: 2 })).toEqual(['Entitlement']);
});

it('a connection with `sees: own` finds at the root what it finds at the endpoints', async () => {
  const own = await stage.connect({ sees: 'own' });
  const user = await own.user();
  const answer = expectOk(await own.get('/'));
  expect(resourcesOf(answer).map(({ id }) => id)).toEqual([user.id]);
  expectOk(await own.delete(`/Users/${user.id}`), 204);
});

it('only GET is possible, and writing stays impossible', async () => {
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    const answer = await client.send(method, '/', method === 'DELETE' ? {} : { body: {} });
    expectRefusal(answer, { status: 405 });
    expect(answer.headers.get('allow')).toBe('GET, HEAD');
  }
});

describe('with LIMIT_ROOT_QUERY_RESULTS', () => {
  let bounded: Stage;
  beforeAll(async () => {
    bounded = await startStage({ limits: { rootQueryResults: 3 } });
    for (let made = 0; made < 2; made++) await bounded.generic.user({ nickName: 'few' });
    for (let made = 0; made < 2; made++) await bounded.generic.group();
  });
  afterAll(() => bounded.close());

  it('LST-10: a query that matches more is refused as tooMany, whatever its page size', async () => {
    for (const parameters of [
      {},
      { count: 1 },
      { count: 0 },
      { sortBy: 'id' },
      { cursor: '' },
      { cursor: '', count: 1 },
    ]) {
      const answer = await bounded.generic.get('/', parameters);
      expectRefusal(answer, { scimType: 'tooMany', names: /4 resources.*LIMIT_ROOT_QUERY_RESULTS.*3/ });
    }
    const body = { schemas: [SEARCH_REQUEST] };
    expectRefusal(await bounded.generic.post('/.search', body), { scimType: 'tooMany' });
  });

  it('LST-10: fewer are answered, and endpoints are not concerned', async () => {
    expect(expectOk(await bounded.generic.get('/', { filter: 'nickName eq "few"' })).body.totalResults).toBe(2);
    for (let made = 0; made < 2; made++) await bounded.generic.user();
    expect(expectOk(await bounded.generic.get('/Users')).body.totalResults).toBe(4);
  });
});
