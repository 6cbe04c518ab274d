import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createSite } from '../../src/directory/index.js';
import { resourcesOf, unique } from './support/client.ts';
import { expectOk, type Stage, startStage } from './support/stage.ts';
import { LIST_RESPONSE } from './support/urns.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const NOTHING = { schemas: [LIST_RESPONSE], totalResults: 0, startIndex: 1, itemsPerPage: 0, Resources: [] };

async function ofNewSite() {
  const site = await createSite(stage.server.database, unique('site'), 'Site');
  return stage.connect({}, site.id);
}

it('LST-01: a query answers with a ListResponse, also when one resource matches', async () => {
  const { generic } = stage;
  for (const [path, resource] of [
    ['/Users', await generic.user()],
    ['/Groups', await generic.group()],
  ] as const) {
    const answer = expectOk(await generic.get(path, { filter: `id eq "${resource.id}"` }));
    expect(answer.body).toEqual({
      schemas: [LIST_RESPONSE],
      totalResults: 1,
      startIndex: 1,
      itemsPerPage: 1,
      Resources: [resource],
    });
    expect(answer.headers.get('content-type')).toMatch(/^application\/scim\+json/);
  }
});

it('LST-02: no match is 200 with an empty list, with and without a filter', async () => {
  const { generic } = stage;
  expect(expectOk(await generic.get('/Users', { filter: 'userName eq "nobody"' })).body).toEqual(NOTHING);
  const empty = await ofNewSite();
  expect(expectOk(await empty.get('/Users')).body).toEqual(NOTHING);
  expect(expectOk(await empty.get('/Groups')).body).toEqual(NOTHING);
});

it('LST-03: Resources is there whenever something matches', async () => {
  const { generic } = stage;
  const nickName = unique('nick');
  const users = await generic.users({ one: { nickName }, two: { nickName }, three: { nickName } });
  const answer = await generic.get('/Users', { filter: `nickName eq "${nickName}"`, count: 2 });
  expect(answer.body.totalResults).toBe(3);
  expect(resourcesOf(answer).map(({ id }) => id)).toEqual([users.ids.one, users.ids.two]);
});

it('LST-04, LST-05: startIndex, itemsPerPage and totalResults are integers on every page, itemsPerPage the real count', async () => {
  const { generic } = stage;
  const nickName = unique('nick');
  await generic.users({ one: { nickName }, two: { nickName }, three: { nickName } });
  const filter = `nickName eq "${nickName}"`;
  for (const [page, counts] of [
    [{}, [1, 3]],
    [{ startIndex: 1, count: 2 }, [1, 2]],
    [{ startIndex: 3, count: 2 }, [3, 1]],
    [{ startIndex: 9, count: 2 }, [9, 0]],
    [{ startIndex: 2, count: 0 }, [2, 0]],
  ] as const) {
    const { body } = await generic.get('/Users', { filter, ...page });
    expect([body.startIndex, body.itemsPerPage]).toStrictEqual(counts);
    expect(body.totalResults).toBe(3);
  }
});

it('LST-06, AUTH-10: totalResults counts what this client may see, whatever the page size', async () => {
  const site = await createSite(stage.server.database, unique('site'), 'Site');
  const [everything, own] = [await stage.connect({}, site.id), await stage.connect({ sees: 'own' }, site.id)];
  for (let made = 0; made < 3; made++) await everything.user();
  const { id } = await own.user();
  for (const count of [0, 1, 100]) {
    for (const filter of [{}, { filter: 'userName pr' }]) {
      expect((await everything.get('/Users', { count, ...filter })).body.totalResults).toBe(4);
      expect((await own.get('/Users', { count, ...filter })).body.totalResults).toBe(1);
    }
  }
  expect(resourcesOf(await own.get('/Users')).map((user) => user.id)).toEqual([id]);
});

it('LST-11: what is deleted is in no list and no total', async () => {
  const client = await ofNewSite();
  const users = await client.users({ gone: {}, stays: {} });
  const groups = await client.groups({ gone: { members: [{ value: users.ids.stays }] }, stays: {} });
  for (const path of [`/Users/${users.ids.gone}`, `/Groups/${groups.ids.gone}`]) {
    expectOk(await client.delete(path), 204);
  }
  for (const [path, cast] of [
    ['/Users', users],
    ['/Groups', groups],
  ] as const) {
    for (const parameters of [{}, { filter: 'meta.created pr' }, { sortBy: 'meta.created' }, { count: 0 }]) {
      expect((await client.get(path, parameters)).body.totalResults).toBe(1);
    }
    expect(await cast.listed({})).toEqual(['stays']);
    expect(await cast.matching(`id eq "${cast.ids.gone}"`)).toEqual([]);
  }
  expect(await users.matching('groups pr')).toEqual([]);
});

it('LST-12: without sortBy the order is the same on every page and every time', async () => {
  const client = await ofNewSite();
  const made: string[] = [];
  for (let number = 0; number < 7; number++) made.push((await client.user()).id);
  // A change must not move a user to another page.
  expectOk(await client.patch(`/Users/${made[0]}`, { op: 'replace', path: 'title', value: 'moved?' }));
  for (const filter of [{}, { filter: 'userName pr' }]) {
    const seen: string[] = [];
    for (let startIndex = 1; startIndex <= 7; startIndex += 2) {
      seen.push(...resourcesOf(await client.get('/Users', { startIndex, count: 2, ...filter })).map(({ id }) => id));
    }
    expect(seen).toEqual(made);
    expect(resourcesOf(await client.get('/Users', { count: 100, ...filter })).map(({ id }) => id)).toEqual(made);
  }
});
