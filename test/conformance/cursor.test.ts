import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { createSite } from '../../src/directory/index.js';
import { type Client, resourcesOf, unique } from './support/client.ts';
import { expectRefusal } from './support/refusal.ts';
import { expectOk, type Stage, startStage } from './support/stage.ts';
import { LIST_RESPONSE, SEARCH_REQUEST, USER } from './support/urns.ts';
import { idsOf, type Query, walkBack, walkPages } from './support/walk.ts';

const MOST = 5;
const USERS = 7;

let stage: Stage;
let client: Client;
let userIds: string[];
let groupIds: string[];
beforeAll(async () => {
  stage = await startStage({ limits: { pageSizeDefault: 3, pageSizeMax: MOST } });
  client = stage.generic;
  [userIds, groupIds] = [[], []];
  for (let number = 1; number <= USERS; number++) {
    const title = ['e', 'b', undefined, 'd', 'b', undefined, 'a'][number - 1];
    const user = await client.user({ nickName: `n${number % 2}`, ...(title === undefined ? {} : { title }) });
    userIds.push(user.id);
    groupIds.push((await client.group({ displayName: `g${number % 3}` })).id);
  }
});
afterAll(() => stage.close());

const start = async (parameters: Query = {}, path = '/Users') =>
  expectOk(await client.get(path, { count: 2, cursor: '', ...parameters })).body;

it('CUR-01, CUR-13, CUR-22: ServiceProviderConfig tells that both kinds of paging are there, by index unless asked', async () => {
  const { body } = await client.get('/ServiceProviderConfig');
  expect(body.pagination).toEqual({
    cursor: true,
    index: true,
    defaultPaginationMethod: 'index',
    defaultPageSize: 3,
    maxPageSize: MOST,
    cursorTimeout: stage.server.config.queries.cursorTimeoutSeconds,
  });
  for (const parameters of [{}, { count: 2 }, { startIndex: 1 }]) {
    const answer = expectOk(await client.get('/Users', parameters));
    expect(answer.body).not.toHaveProperty('nextCursor');
    expect(answer.body).toHaveProperty('startIndex', 1);
  }
});

it('CUR-02: an empty cursor, with or without =, starts a walk', async () => {
  for (const text of ['cursor', 'cursor=', 'cursor&attributes=userName']) {
    const { body } = expectOk(await client.send('GET', `/Users?count=2&${text}`));
    expect(body).toMatchObject({ totalResults: USERS, itemsPerPage: 2, nextCursor: expect.any(String) });
  }
});

it('CUR-24: a page has itemsPerPage and no startIndex', async () => {
  const answer = expectOk(await client.get('/Users', { cursor: '', count: 2 }));
  expect(answer.body).toEqual({
    schemas: [LIST_RESPONSE],
    totalResults: USERS,
    itemsPerPage: 2,
    nextCursor: expect.any(String),
    Resources: resourcesOf(await client.get('/Users', { count: 2 })),
  });
});

describe('CUR-03: a walk gives every resource once, with nextCursor on all pages but the last:', () => {
  it.each([1, 2, 3, 4, 5, undefined])('%p a page', async (count) => {
    for (const [path, ids] of [
      ['/Users', userIds],
      ['/Groups', groupIds],
    ] as const) {
      const pages = await walkPages(client, path, count === undefined ? {} : { count });
      const size = count ?? 3;
      expect(pages).toHaveLength(Math.ceil(USERS / size));
      expect(idsOf(pages)).toEqual(ids);
      expect(pages.map(({ body }) => body.itemsPerPage)).toEqual(
        Array.from(pages, (_page, index) => Math.min(size, USERS - index * size)),
      );
    }
    const everything = await walkPages(client, '/', count === undefined ? {} : { count });
    expect(idsOf(everything)).toEqual([...userIds, ...groupIds]);
  });

  it('a page that holds all, and one that holds nothing, is the last', async () => {
    for (const [nickName, total] of [
      ['n0', 3],
      ['none', 0],
    ] as const) {
      const body = await start({ filter: `nickName eq "${nickName}"`, count: 3 });
      expect(body).toMatchObject({ totalResults: total, itemsPerPage: total });
      expect(body).not.toHaveProperty('nextCursor');
    }
  });
});

it('CUR-04: previousCursor leads back, and is not on the first page', async () => {
  for (const path of ['/Users', '/Groups', '/']) {
    for (const order of [{}, { sortBy: 'displayName' }, { sortBy: 'id', sortOrder: 'descending' }]) {
      const pages = await walkPages(client, path, { ...order, count: 2 });
      expect(pages[0]?.body).not.toHaveProperty('previousCursor');
      const last = pages[pages.length - 1];
      if (last === undefined) throw new Error('no page');
      const back = await walkBack(client, path, { ...order, count: 2 }, last);
      expect(back.map((page) => idsOf([page]))).toEqual(
        pages
          .slice(0, -1)
          .reverse()
          .map((page) => idsOf([page])),
      );
      // From there forward again.
      const again = await client.get(path, { ...order, count: 2, cursor: String(back[0]?.body.nextCursor) });
      expect(idsOf([again])).toEqual(idsOf([last]));
    }
  }
});

it('CUR-04: when what was before a page is gone, that page is the first', async () => {
  const nickName = unique('gone');
  const users = await client.users({ one: { nickName }, two: { nickName }, three: { nickName } });
  const query = { filter: `nickName eq "${nickName}"`, count: 1 };
  const [, second] = await walkPages(client, '/Users', query);
  expectOk(await client.delete(`/Users/${users.ids.one}`), 204);
  const first = expectOk(await client.get('/Users', { ...query, cursor: String(second?.body.previousCursor) }));
  expect(idsOf([first])).toEqual([users.ids.two]);
  expect(first.body).not.toHaveProperty('previousCursor');
  expect(first.body).toHaveProperty('nextCursor');
  for (const id of [users.ids.two, users.ids.three]) expectOk(await client.delete(`/Users/${id}`), 204);
});

it('CUR-05: cursors need no encoding in a URL, whatever the names in them', async () => {
  const wild = await client.user({ title: '\u{1F600} ünïcode ? & = % + / "' });
  const long = await client.user({ title: `zz${'\u{10FFFF}'.repeat(5000)}` });
  try {
    const pages = await walkPages(client, '/Users', { sortBy: 'title', count: 1 });
    expect(new Set(idsOf(pages))).toEqual(new Set([...userIds, wild.id, long.id]));
    for (const { body } of pages) {
      for (const cursor of [body.nextCursor, body.previousCursor]) {
        if (cursor !== undefined) expect(cursor).toMatch(/^[A-Za-z0-9._~-]{1,2000}$/);
      }
    }
  } finally {
    for (const { id } of [wild, long]) await client.delete(`/Users/${id}`);
  }
});

it('CUR-06, CUR-13, A-13: count below 0 is 0, 0 asks for the total, and above the limit the page is capped', async () => {
  for (const count of [0, -1, -9_999_999_999]) {
    const body = await start({ count });
    expect(body).toEqual({ schemas: [LIST_RESPONSE], totalResults: USERS, itemsPerPage: 0, Resources: [] });
  }
  for (const count of [6, 1000, 9_999_999_999]) {
    const pages = await walkPages(client, '/Users', { count });
    expect(pages.map(({ body }) => body.itemsPerPage)).toEqual([MOST, USERS - MOST]);
  }
});

describe('CUR-07, CUR-19, CUR-20: refused as invalidCursor, in the same words,', () => {
  const refused = async (asking: Client, parameters: Query, path = '/Users') => {
    const answer = await asking.get(path, { count: 2, ...parameters });
    expectRefusal(answer, { scimType: 'invalidCursor' });
    return answer.body;
  };

  it.each(['garbage', 'AAAA', '1', '-'.repeat(100), 'A'.repeat(20_000), '\u0000', 'é', '[]'])(
    'is %j',
    async (cursor) => {
      await refused(client, { cursor });
    },
  );

  it('is a cursor with anything changed, added or cut off', async () => {
    const cursor = String((await start()).nextCursor);
    const said = await refused(client, { cursor: 'garbage' });
    const changed = (at: number) => `${cursor.slice(0, at)}${cursor[at] === 'A' ? 'B' : 'A'}${cursor.slice(at + 1)}`;
    for (let at = 0; at < cursor.length; at += 7) expect(await refused(client, { cursor: changed(at) })).toEqual(said);
    for (const other of [`${cursor}A`, `${cursor}=`, cursor.slice(0, -1), cursor.slice(4), `A${cursor}`]) {
      expect(await refused(client, { cursor: other })).toEqual(said);
    }
    expectOk(await client.get('/Users', { count: 2, cursor }));
  });

  it('CUR-10: is a cursor with another query', async () => {
    const query = { filter: 'userName pr', sortBy: 'title', sortOrder: 'descending', attributes: 'title' };
    const cursor = String((await start(query)).nextCursor);
    for (const other of [
      { ...query, filter: 'userName pr or title pr' },
      { ...query, sortBy: 'userName' },
      { ...query, sortOrder: 'ascending' },
      { ...query, attributes: 'userName' },
      { filter: query.filter },
      {},
    ]) {
      await refused(client, { ...other, cursor });
    }
    await refused(client, { filter: 'displayName pr', cursor: String((await start({}, '/Groups')).nextCursor) });
    expectOk(await client.get('/Users', { count: 2, ...query, cursor }));
  });

  it('is a cursor at another endpoint', async () => {
    const cursors = {
      '/Users': String((await start()).nextCursor),
      '/Groups': String((await start({}, '/Groups')).nextCursor),
      '/': String((await start({}, '/')).nextCursor),
    };
    for (const [from, cursor] of Object.entries(cursors)) {
      for (const path of Object.keys(cursors)) {
        if (path !== from) await refused(client, { cursor }, path);
      }
    }
  });

  it('CUR-17, CUR-20: is the cursor of another connection, of this site or another', async () => {
    const cursor = String((await start()).nextCursor);
    const said = await refused(client, { cursor: 'garbage' });
    const site = await createSite(stage.server.database, unique('site'), 'Site');
    for (const other of [await stage.connect(), stage.strict, await stage.connect({}, site.id)]) {
      expect(await refused(other, { cursor })).toEqual(said);
    }
  });
});

it('CUR-17, CUR-18: whoever sees less from now on cannot go on with what was begun', async () => {
  const { database } = stage.server;
  const server = await stage.server.connect();
  const walking = async (cursor: string) => server.request('GET', `/Users?count=2&cursor=${cursor}`);
  const first = await walking('');
  await database.write(sql`UPDATE connections SET sees = 'own' WHERE id = ${server.connectionId}`);
  expect((await walking(first.body.nextCursor)).body).toMatchObject({ status: '400', scimType: 'invalidCursor' });
  expect((await walking('')).body).toMatchObject({ totalResults: 0 });
  await database.write(sql`UPDATE connections SET sees = 'site' WHERE id = ${server.connectionId}`);
  expect((await walking(first.body.nextCursor)).status).toBe(200);
  await database.write(sql`UPDATE connections SET state = 'paused' WHERE id = ${server.connectionId}`);
  expect((await walking(first.body.nextCursor)).status).toBe(503);
  await database.write(sql`UPDATE connections SET state = 'active' WHERE id = ${server.connectionId}`);
  await database.write(
    sql`UPDATE connection_tokens SET revoked_at = now() WHERE connection_id = ${server.connectionId}`,
  );
  expect((await walking(first.body.nextCursor)).status).toBe(401);
});

it('CUR-08, CUR-22: a cursor is good for the published time and expired after it', async () => {
  const brief = await startStage({ queries: { cursorTimeoutSeconds: 1 } });
  try {
    for (let made = 0; made < 2; made++) await brief.generic.user();
    const { nextCursor } = expectOk(await brief.generic.get('/Users', { cursor: '', count: 1 })).body;
    const next = () => brief.generic.get('/Users', { cursor: String(nextCursor), count: 1 });
    expectOk(await next());
    await wait(1100);
    expectRefusal(await next(), { scimType: 'expiredCursor', names: /CURSOR_TIMEOUT_SECONDS/ });
    // Who may not know that it was one is not told.
    const foreign = await brief.strict.get('/Users', { cursor: String(nextCursor), count: 1 });
    expectRefusal(foreign, { scimType: 'invalidCursor' });
  } finally {
    await brief.close();
  }
});

it('CUR-09: count must stay what it was on the first page, or be left out', async () => {
  const next = (cursor: unknown, parameters: Query) => client.get('/Users', { cursor: String(cursor), ...parameters });
  const { nextCursor } = await start({ count: 2 });
  for (const count of [1, 3, 0, -2, 1000]) {
    expectRefusal(await next(nextCursor, { count }), { scimType: 'invalidCount', names: /count/ });
  }
  expect(idsOf([expectOk(await next(nextCursor, { count: 2 }))])).toEqual(userIds.slice(2, 4));
  expect(idsOf([expectOk(await next(nextCursor, {}))])).toEqual(userIds.slice(2, 4));

  const unsaid = expectOk(await client.get('/Users', { cursor: '' })).body.nextCursor;
  expectRefusal(await next(unsaid, { count: 2 }), { scimType: 'invalidCount' });
  expectOk(await next(unsaid, { count: 3 }));

  const above = (await start({ count: 9 })).nextCursor;
  expectRefusal(await next(above, { count: MOST }), { scimType: 'invalidCount' });
  expectOk(await next(above, { count: 9 }));
});

it('CUR-11: totalResults is exact on the first page and stays that of the walk', async () => {
  const nickName = unique('count');
  const users = await client.users({ one: { nickName }, two: { nickName }, three: { nickName } });
  for (const query of [
    { filter: `nickName eq "${nickName}"` },
    { filter: `nickName eq "${nickName}"`, sortBy: 'id' },
  ]) {
    const first = await start({ ...query, count: 1 });
    expect(first.totalResults).toBe(3);
    const second = expectOk(await client.get('/Users', { ...query, count: 1, cursor: String(first.nextCursor) }));
    expect(second.body.totalResults).toBe(3);
  }
  for (const id of Object.values(users.ids)) expectOk(await client.delete(`/Users/${id}`), 204);
});

it.each([
  ['ascending', [6, 1, 4, 3, 0, 2, 5]],
  ['descending', [2, 5, 0, 3, 1, 4, 6]],
])('CUR-12: a walk sorted %s, with ties and without values, is in that order', async (sortOrder, order) => {
  for (const count of [1, 2, 3, 4, 5]) {
    const pages = await walkPages(client, '/Users', { sortBy: 'title', sortOrder, count });
    expect(idsOf(pages)).toEqual(order.map((index) => userIds[index]));
  }
});

it('CUR-12, PAG-10: filter, order and projection hold on every page', async () => {
  const query = { filter: 'nickName eq "n1"', sortBy: 'title', attributes: 'title', count: 1 };
  const pages = await walkPages(client, '/Users', query);
  expect(idsOf(pages)).toEqual([6, 4, 0, 2].map((index) => userIds[index]));
  for (const page of pages) {
    expect(page.body.totalResults).toBe(4);
    for (const user of resourcesOf(page)) expect(user.schemas).toEqual([USER]);
    for (const user of resourcesOf(page)) expect(user).not.toHaveProperty('nickName');
  }
});

it('CUR-15: a search takes and gives cursors, the same as a URL', async () => {
  const body = { schemas: [SEARCH_REQUEST], attributes: ['userName', 'title'], count: 4 };
  const first = expectOk(await client.post('/Users/.search', { ...body, cursor: '' }));
  const second = expectOk(await client.post('/Users/.search', { ...body, cursor: first.body.nextCursor ?? '' }));
  expect(idsOf([first, second])).toEqual(userIds);
  expect(second.body).not.toHaveProperty('nextCursor');
  const inUrl = { attributes: 'userName,title', count: 4, cursor: String(first.body.nextCursor) };
  expect(idsOf([expectOk(await client.get('/Users', inUrl))])).toEqual(userIds.slice(4));
  expectRefusal(await client.post('/Users/.search', { ...body, cursor: 'garbage' }), { scimType: 'invalidCursor' });
  const atRoot = expectOk(await client.post('/.search', { ...body, cursor: '' }));
  expect(atRoot.body).toMatchObject({ totalResults: 2 * USERS, nextCursor: expect.any(String) });
});

it('CUR-16, A-42: startIndex and cursor exclude each other', async () => {
  for (const startIndex of [1, 3]) {
    const answer = await client.get('/Users', { cursor: '', startIndex });
    expectRefusal(answer, { scimType: 'invalidValue', names: /startIndex.*cursor/ });
    const body = { schemas: [SEARCH_REQUEST], cursor: '', startIndex };
    expectRefusal(await client.post('/Users/.search', body), { scimType: 'invalidValue' });
  }
  expectRefusal(await client.send('GET', '/Users?cursor=&cursor='), { scimType: 'invalidValue', names: /cursor/ });
});

it('CUR-21: any number of walks may be open, each with pages of the limit at most', async () => {
  const begun = await Promise.all(Array.from({ length: 50 }, () => start()));
  const seconds = await Promise.all(
    begun.map(({ nextCursor }) => client.get('/Users', { count: 2, cursor: String(nextCursor) })),
  );
  for (const second of seconds) expect(idsOf([expectOk(second)])).toEqual(userIds.slice(2, 4));
  // The same cursor may be used again, after an answer that was lost.
  const [again] = begun;
  const repeated = await client.get('/Users', { count: 2, cursor: String(again?.nextCursor) });
  expect(idsOf([repeated])).toEqual(userIds.slice(2, 4));
});

it('says nothing readable about where it is', async () => {
  const { nextCursor } = await start({ sortBy: 'userName' });
  const bytes = Buffer.from(String(nextCursor), 'base64url').toString('latin1');
  expect(bytes).not.toMatch(/Users|user-|019/);
});
