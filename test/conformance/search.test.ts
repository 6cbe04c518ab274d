import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject, JsonValue } from '../../src/scim/schema/index.js';
import { type Client, query, resourcesOf, unique } from './support/client.ts';
import { expectRefusal } from './support/refusal.ts';
import { expectOk, type Stage, startStage } from './support/stage.ts';
import { LIST_RESPONSE, SEARCH_REQUEST, USER } from './support/urns.ts';

let stage: Stage;
let client: Client;
const nickName = unique('nick');
const filter = `nickName eq "${nickName}"`;
let ids: string[];
beforeAll(async () => {
  stage = await startStage();
  client = stage.generic;
  const titles = ['c', 'a', 'e', 'b', 'd'];
  ids = [];
  for (const title of titles) ids.push((await client.user({ nickName, title })).id);
  await client.group({ members: [{ value: ids[0] ?? '' }] });
});
afterAll(() => stage.close());

const search = (path: string, parameters: JsonObject) =>
  client.post(path, { schemas: [SEARCH_REQUEST], ...parameters });

it.each([
  [{}],
  [{ filter }],
  [{ filter, count: 2 }],
  [{ filter, startIndex: 2, count: 2 }],
  [{ filter, sortBy: 'title', sortOrder: 'descending', count: 3 }],
  [{ filter, count: 0 }],
  [{ filter: 'nickName eq "nobody"' }],
])('SRCH-01: %j in a body gives what it gives in a URL', async (parameters) => {
  const answer = expectOk(await search('/Users/.search', parameters));
  expect(answer.body).toEqual(expectOk(await client.get('/Users', parameters)).body);
  expect(answer.body.schemas).toEqual([LIST_RESPONSE]);
  expect(answer.headers.get('content-type')).toMatch(/^application\/scim\+json/);
});

it('SRCH-02: an endpoint is searched for its own type, the root for all', async () => {
  const typesOf = async (path: string) => {
    const found = resourcesOf(expectOk(await search(path, { count: 1000 })));
    return [...new Set(found.map(({ meta }) => (meta as JsonObject).resourceType))];
  };
  expect(await typesOf('/Users/.search')).toEqual(['User']);
  expect(await typesOf('/Groups/.search')).toEqual(['Group']);
  expect(await typesOf('/.search')).toEqual(['User', 'Group']);
});

it('SRCH-03, PAG-10: every parameter works, alone and with the others, under names in any case', async () => {
  const answer = expectOk(
    await search('/Users/.search', {
      attributes: ['title'],
      FILTER: filter,
      sortby: 'title',
      SortOrder: 'descending',
      startINDEX: 2,
      Count: 2,
    }),
  );
  expect(answer.body).toMatchObject({ totalResults: 5, startIndex: 2, itemsPerPage: 2 });
  expect(resourcesOf(answer)).toEqual([
    { schemas: [USER], id: ids[4], title: 'd' },
    { schemas: [USER], id: ids[0], title: 'c' },
  ]);
  const excluded = expectOk(await search('/Users/.search', { filter, excludedAttributes: ['title', 'meta'] }));
  for (const user of resourcesOf(excluded)) {
    expect(user).toMatchObject({ nickName });
    expect(user).not.toHaveProperty('title');
    expect(user).not.toHaveProperty('meta');
  }
});

it('SRCH-03: null is as good as nothing', async () => {
  const nothing = { attributes: null, filter: null, sortBy: null, sortOrder: null, startIndex: null, count: null };
  const answer = expectOk(await search('/Users/.search', nothing));
  expect(answer.body).toEqual((await client.get('/Users')).body);
});

it('PAG-10: a search with everything at once is walked page by page', async () => {
  const seen: JsonValue[] = [];
  for (const startIndex of [1, 3, 5]) {
    const parameters = { filter, sortBy: 'title', attributes: ['title'], startIndex, count: 2 };
    for (const { title } of resourcesOf(await search('/Users/.search', parameters))) seen.push(title ?? null);
  }
  expect(seen).toEqual(['a', 'b', 'c', 'd', 'e']);
});

describe('SRCH-04: refused are', () => {
  it.each([
    [{ filter }],
    [{ schemas: [], filter }],
    [{ schemas: [USER], filter }],
    [{ schemas: SEARCH_REQUEST, filter }],
  ])('schemas that do not name a SearchRequest: %j', async (body) => {
    for (const path of ['/Users/.search', '/.search']) {
      expectRefusal(await client.post(path, body), { scimType: 'invalidSyntax', names: /SearchRequest/ });
    }
  });

  it('what is no object, no JSON, or nothing', async () => {
    for (const body of ['[]', '"text"', '{', '']) {
      expectRefusal(await client.send('POST', '/Users/.search', { body }), { scimType: 'invalidSyntax' });
    }
  });

  it('a parameter given twice', async () => {
    const body = { schemas: [SEARCH_REQUEST], count: 1, Count: 2 };
    expectRefusal(await client.post('/Users/.search', body), { scimType: 'invalidSyntax', names: /Count/ });
  });

  it.each(['', 'userName', 'userName eq', 'noSuch eq "a"'])('the filter %j', async (bad) => {
    expectRefusal(await search('/Users/.search', { filter: bad }), { scimType: 'invalidFilter' });
  });
});

describe('SRCH-05: wrong types are refused:', () => {
  it.each<[string, JsonValue]>([
    ['startIndex', '1'],
    ['startIndex', 1.5],
    ['startIndex', true],
    ['count', '10'],
    ['count', [10]],
    ['count', {}],
    ['filter', 5],
    ['sortBy', ['title']],
    ['sortOrder', 1],
    ['sortOrder', 'up'],
    ['attributes', 5],
    ['attributes', [5]],
    ['excludedAttributes', {}],
    ['cursor', 5],
  ])('%s %j', async (name, value) => {
    const refusal = { scimType: 'invalidValue', names: new RegExp(name) };
    expectRefusal(await search('/Users/.search', { [name]: value }), refusal);
  });

  it('A-25: attributes and excludedAttributes together', async () => {
    const parameters = { attributes: ['title'], excludedAttributes: ['meta'] };
    expectRefusal(await search('/Users/.search', parameters), { scimType: 'invalidValue', names: /attributes/ });
  });
});

it('SRCH-06: a search makes nothing, and .search is no id', async () => {
  const before = (await client.get('/Users', { count: 0 })).body.totalResults;
  const body = { schemas: [SEARCH_REQUEST, USER], userName: unique('user') };
  expectOk(await client.post('/Users/.search', body));
  expect((await client.get('/Users', { count: 0 })).body.totalResults).toBe(before);
  for (const path of ['/Users/.search', '/Groups/.search', '/.search']) {
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await client.send(method, path, method === 'GET' || method === 'DELETE' ? {} : { body });
      expectRefusal(answer, { status: 405, names: /POST/ });
      expect(answer.headers.get('allow')).toBe('POST');
    }
  }
  expectRefusal(await client.post('/Nothing/.search', body), { status: 404 });
  expectRefusal(await client.post(`/Users/${ids[0]}/.search`, body), { status: 404 });
});

it('SRCH-03, AUTH-04: a token that may only read may search', async () => {
  const reader = await stage.connect({ scope: 'read' });
  const answer = await reader.post('/Users/.search', { schemas: [SEARCH_REQUEST], filter });
  expect(expectOk(answer).body.totalResults).toBe(5);
});

it('SRCH-08: attributes as one text with commas', async () => {
  const list = expectOk(await search('/Users/.search', { filter, attributes: ['title', 'nickName'] }));
  const text = expectOk(await search('/Users/.search', { filter, attributes: ' title, nickName' }));
  expect(text.body).toEqual(list.body);
  expect(resourcesOf(text)[0]).toEqual({ schemas: [USER], id: ids[0], title: 'c', nickName });
});

describe('a server with sensitive attributes', () => {
  let guarded: Stage;
  beforeAll(async () => {
    guarded = await startStage({ queries: { sensitiveAttributes: ['emails.value', 'NAME', 'displayName'] } });
  });
  afterAll(() => guarded.close());

  const SENSITIVE = [
    'emails.value eq "a@example.com"',
    'emails eq "a@example.com"',
    'EMAILS[type eq "work" and value sw "a"]',
    'emails[type eq "work"].value eq "a@example.com"',
    `${USER}:name.familyName co "x"`,
    'title pr and not (name.givenName pr)',
    'name.formatted ne "x"',
  ];

  it.each(SENSITIVE)('ERR-05, SRCH-07: %s is refused in a URL and accepted in a search', async (sensitive) => {
    for (const path of ['/Users', '/']) {
      const answer = await guarded.generic.get(path, { filter: sensitive });
      expectRefusal(answer, { status: 403, scimType: 'sensitive', names: /\.search/ });
    }
    for (const path of ['/Users/.search', '/.search']) {
      expectOk(await guarded.generic.post(path, { schemas: [SEARCH_REQUEST], filter: sensitive }));
    }
  });

  it('SRCH-07: what is not sensitive may stand in a URL', async () => {
    for (const harmless of ['userName eq "a"', 'emails[type eq "work"]', 'title pr']) {
      expectOk(await guarded.generic.get('/Users', { filter: harmless }));
    }
    const group = await guarded.generic.get('/Groups', { filter: 'displayName eq "a"' });
    expectRefusal(group, { status: 403, scimType: 'sensitive', names: /displayName/ });
  });

  it('the refusal is there before any filter is looked at, also with other parameters', async () => {
    const text = query({ filter: 'name pr', count: 0, sortBy: 'title' });
    expectRefusal(await guarded.generic.send('GET', `/Users?${text}`), { status: 403, scimType: 'sensitive' });
  });
});
