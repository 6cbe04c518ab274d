import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startScimServer } from '../support/scim-server.js';
import { type Answer, type Client, createClient, resourcesOf } from './support/client.ts';
import { expectRefusal } from './support/refusal.ts';

const USERS = 7;
const MOST = 4;

let client: Client;
let close: () => Promise<void>;
let userIds: string[];
let groupIds: string[];

// A site with nothing else in it, and small pages.
beforeAll(async () => {
  const server = await startScimServer({ limits: { pageSizeDefault: 3, pageSizeMax: MOST } });
  close = server.close;
  client = createClient(server.baseUrl, async (method, path, { body, headers } = {}) => {
    const answer = await server.request(method, path, body, headers);
    return { ...answer, body: answer.body ?? {} };
  });
  const [users, groups] = [[] as string[], [] as string[]];
  for (let number = 1; number <= USERS; number++) {
    users.push((await client.user({ nickName: `n${number % 3}`, title: `t${number}` })).id);
    groups.push((await client.group()).id);
  }
  [userIds, groupIds] = [users, groups];
});
afterAll(() => close());

const idsOf = (answer: Answer) => resourcesOf(answer).map(({ id }) => id);

it('PAG-01: startIndex counts from 1 and is 1 unless said', async () => {
  const first = await client.get('/Users', { count: 1 });
  expect(first.body).toMatchObject({ startIndex: 1, itemsPerPage: 1, totalResults: USERS });
  expect(idsOf(first)).toEqual([userIds[0]]);
  expect(idsOf(await client.get('/Users', { startIndex: 2, count: 1 }))).toEqual([userIds[1]]);
});

it.each([0, -5, -9_999_999_999])('PAG-02: startIndex %p is read as 1', async (startIndex) => {
  const answer = await client.get('/Users', { startIndex, count: 2 });
  expect(answer.body).toMatchObject({ startIndex: 1, itemsPerPage: 2 });
  expect(idsOf(answer)).toEqual(userIds.slice(0, 2));
});

it.each([-1, -9_999_999_999, 0])('PAG-03, PAG-04: count %p asks for the total only', async (count) => {
  for (const filter of [{}, { filter: 'userName pr' }]) {
    const { status, body } = await client.get('/Users', { count, ...filter });
    expect(status).toBe(200);
    expect(body).toMatchObject({ totalResults: USERS, itemsPerPage: 0, startIndex: 1, Resources: [] });
  }
});

it('PAG-05: no more than count are returned', async () => {
  for (const count of [1, 2, 3, 4]) expect(idsOf(await client.get('/Users', { count }))).toHaveLength(count);
});

it('PAG-06, SPC-13: without count, or with one above the limit, the page is capped', async () => {
  const { body } = await client.get('/ServiceProviderConfig');
  expect(body).toMatchObject({ filter: { maxResults: MOST } });
  for (const path of ['/Users', '/Groups']) {
    expect((await client.get(path)).body).toMatchObject({ itemsPerPage: 3, totalResults: USERS });
    for (const count of [5, 1000, 9_999_999_999]) {
      expect((await client.get(path, { count })).body).toMatchObject({ itemsPerPage: MOST, totalResults: USERS });
    }
  }
});

it.each([8, 1000, 2_147_483_647])('PAG-07: startIndex %p is beyond the end', async (startIndex) => {
  for (const filter of [{}, { filter: 'userName pr' }]) {
    const { status, body } = await client.get('/Users', { startIndex, count: 2, ...filter });
    expect(status).toBe(200);
    expect(body).toMatchObject({ totalResults: USERS, startIndex, itemsPerPage: 0, Resources: [] });
  }
});

it.each([1, 2, 3, 4])('PAG-08: a walk with %p a page visits everything once', async (count) => {
  for (const [path, expected] of [
    ['/Users', userIds],
    ['/Groups', groupIds],
  ] as const) {
    const seen: string[] = [];
    for (let startIndex = 1; startIndex <= USERS; ) {
      const ids = idsOf(await client.get(path, { startIndex, count }));
      seen.push(...ids);
      startIndex += ids.length;
    }
    expect(seen).toEqual(expected);
  }
});

it('PAG-08: pages in any order, and of walks that cross, are those of their startIndex', async () => {
  const page = async (parameters: Record<string, string | number>) => idsOf(await client.get('/Users', parameters));
  for (const startIndex of [5, 3, 1, 3, 6, 2, 5]) {
    expect(await page({ startIndex, count: 2 })).toEqual(userIds.slice(startIndex - 1, startIndex + 1));
    const filter = 'nickName eq "N1"';
    const matching = userIds.filter((_id, index) => (index + 1) % 3 === 1);
    expect(await page({ startIndex, count: 2, filter })).toEqual(matching.slice(startIndex - 1, startIndex + 1));
  }
});

it.each(['abc', '1.5', '', '1e3', '0x10', ' 1', '99999999999999999999', '--1'])(
  'PAG-09: %j is no whole number',
  async (number) => {
    for (const name of ['startIndex', 'count']) {
      const answer = await client.get('/Users', { [name]: number });
      expectRefusal(answer, { scimType: 'invalidValue', names: new RegExp(name) });
    }
  },
);

it('PAG-10: pages with filter, sort and projection together', async () => {
  const seen: unknown[] = [];
  for (const startIndex of [1, 3, 5]) {
    const answer = await client.get('/Users', {
      filter: 'nickName ne "n0"',
      sortBy: 'title',
      sortOrder: 'descending',
      attributes: 'title',
      startIndex,
      count: 2,
    });
    expect(answer.body.totalResults).toBe(5);
    for (const user of resourcesOf(answer)) {
      expect(Object.keys(user).sort()).toEqual(['id', 'schemas', 'title']);
      seen.push(user.title);
    }
  }
  expect(seen).toEqual(['t7', 't5', 't4', 't2', 't1']);
});
