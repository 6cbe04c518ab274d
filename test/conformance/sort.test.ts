import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { resourcesOf, unique } from './support/client.ts';
import { expectRefusal } from './support/refusal.ts';
import { expectOk, type Stage, startStage } from './support/stage.ts';
import { ENTERPRISE } from './support/urns.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

it('SRT-01, SRT-02: ascending unless descending is asked for, in any case', async () => {
  const cast = await stage.generic.users({ b: { nickName: 'b' }, a: { nickName: 'a' }, c: { nickName: 'c' } });
  expect(await cast.listed({ sortBy: 'nickName' })).toEqual(['a', 'b', 'c']);
  expect(await cast.listed({ sortBy: 'nickName', sortOrder: 'ascending' })).toEqual(['a', 'b', 'c']);
  expect(await cast.listed({ sortBy: 'nickName', sortOrder: 'descending' })).toEqual(['c', 'b', 'a']);
  expect(await cast.listed({ sortBy: 'nickName', sortOrder: 'Descending' })).toEqual(['c', 'b', 'a']);
});

it.each(['down', 'desc', ''])('SRT-02: sortOrder %j is refused', async (sortOrder) => {
  const answer = await stage.generic.get('/Users', { sortBy: 'nickName', sortOrder });
  expectRefusal(answer, { scimType: 'invalidValue', names: /sortOrder/ });
});

it('SRT-03: a complex attribute by its sub-attribute', async () => {
  const cast = await stage.generic.users({
    b: { name: { givenName: 'B', familyName: 'A' } },
    a: { name: { givenName: 'A', familyName: 'B' } },
  });
  expect(await cast.listed({ sortBy: 'name.givenName' })).toEqual(['a', 'b']);
  expect(await cast.listed({ sortBy: 'name.familyName' })).toEqual(['b', 'a']);
  for (const sortBy of ['name', 'addresses', 'meta']) {
    const answer = await stage.generic.get('/Users', { sortBy });
    expectRefusal(answer, { scimType: 'invalidValue', names: new RegExp(sortBy) });
  }
});

it('SRT-04: a multi-valued attribute by its primary value, else by its first', async () => {
  const cast = await stage.generic.users({
    second: { emails: [{ value: 'm@example.com' }, { value: 'a@example.com' }] },
    third: { emails: [{ value: 'a@example.com' }, { value: 'z@example.com', primary: true }] },
    first: { emails: [{ value: 'c@example.com', type: 'work' }] },
  });
  for (const sortBy of ['emails', 'emails.value']) {
    expect(await cast.listed({ sortBy })).toEqual(['first', 'second', 'third']);
    expect(await cast.listed({ sortBy, sortOrder: 'descending' })).toEqual(['third', 'second', 'first']);
  }
});

it('SRT-05: who has no value comes last, descending first', async () => {
  const cast = await stage.generic.users({
    none: {},
    b: { title: 'b', emails: [{ value: 'b@example.com' }], [ENTERPRISE]: { division: 'b' } },
    a: { title: 'a', emails: [{ value: 'a@example.com' }], [ENTERPRISE]: { division: 'a' } },
  });
  for (const sortBy of ['title', 'emails.value', `${ENTERPRISE}:division`]) {
    expect(await cast.listed({ sortBy })).toEqual(['a', 'b', 'none']);
    expect(await cast.listed({ sortBy, sortOrder: 'descending' })).toEqual(['none', 'b', 'a']);
  }
});

it('SRT-06: case counts only where caseExact says so; the order is that of Unicode', async () => {
  const cast = await stage.generic.users({
    lower: { nickName: 'alpha', externalId: 'alpha' },
    upper: { nickName: 'Beta', externalId: 'Beta' },
    umlaut: { nickName: 'Äther', externalId: 'Äther' },
    emoji: { nickName: '😀', externalId: '😀' },
    private: { nickName: '\uffee', externalId: '\uffee' },
  });
  // U+FFEE is mapped by width to U+25CB; as it is, it comes before U+1F600, although not in UTF-16.
  expect(await cast.listed({ sortBy: 'nickName' })).toEqual(['lower', 'upper', 'umlaut', 'private', 'emoji']);
  expect(await cast.listed({ sortBy: 'externalId' })).toEqual(['upper', 'lower', 'umlaut', 'private', 'emoji']);
});

describe('SRT-07: by type', () => {
  it('dateTimes by time', async () => {
    const cast = await stage.generic.users({ one: {}, two: {} });
    expect(await cast.listed({ sortBy: 'meta.created', sortOrder: 'descending' })).toEqual(['two', 'one']);
    expectOk(await stage.generic.patch(`/Users/${cast.ids.one}`, { op: 'add', path: 'title', value: 'x' }));
    expect(await cast.listed({ sortBy: 'meta.lastModified' })).toEqual(['two', 'one']);
  });

  it('false before true', async () => {
    const cast = await stage.generic.users({ yes: { active: true }, no: { active: false } });
    expect(await cast.listed({ sortBy: 'active' })).toEqual(['no', 'yes']);
    expect(await cast.listed({ sortBy: 'active', sortOrder: 'descending' })).toEqual(['yes', 'no']);
  });
});

it('SRT-08: by URN, in any case', async () => {
  const cast = await stage.strict.users({
    b: { [ENTERPRISE]: { employeeNumber: '2' }, nickName: 'x' },
    a: { [ENTERPRISE]: { employeeNumber: '1' }, nickName: 'y' },
  });
  expect(await cast.listed({ sortBy: `${ENTERPRISE}:employeeNumber` })).toEqual(['a', 'b']);
  expect(await cast.listed({ sortBy: `${ENTERPRISE.toUpperCase()}:EMPLOYEENUMBER` })).toEqual(['a', 'b']);
  expect(await cast.listed({ sortBy: 'urn:ietf:params:scim:schemas:core:2.0:User:NickName' })).toEqual(['b', 'a']);
});

it('SRT-09: an unknown attribute is refused; equals are in the order of their ids', async () => {
  const { generic } = stage;
  for (const sortBy of ['shoeSize', 'name.shoe', 'members', '']) {
    expectRefusal(await generic.get('/Users', { sortBy }), { scimType: 'invalidValue', names: /sortBy/ });
  }
  const nickName = unique('same');
  const cast = await generic.users({ one: { nickName }, two: { nickName }, three: { nickName } });
  const { ids } = cast;
  const inOrder = Object.entries(ids).sort(([, left], [, right]) => (left < right ? -1 : 1));
  expect(await cast.listed({ sortBy: 'nickName' })).toEqual(inOrder.map(([name]) => name));
});

it('SRT-10: sortOrder alone is ignored; a password sorts nothing', async () => {
  const { generic } = stage;
  const cast = await generic.users({ one: {}, two: {} });
  expect(await cast.listed({ sortOrder: 'descending' })).toEqual(await cast.listed({}));
  expectRefusal(await generic.get('/Users', { sortBy: 'password' }), { scimType: 'invalidValue', names: /password/ });
});

it('SRT-11: the whole result is sorted before the page is cut', async () => {
  const { generic } = stage;
  const userType = unique('type');
  for (const nickName of ['d', 'b', 'e', 'a', 'c']) await generic.user({ userType, nickName });
  const pages: unknown[][] = [];
  for (const startIndex of [1, 3, 5]) {
    const answer = await generic.get('/Users', {
      filter: `userType eq "${userType}"`,
      sortBy: 'nickName',
      startIndex,
      count: 2,
    });
    pages.push(resourcesOf(answer).map((user) => user.nickName));
  }
  expect(pages).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
});

it('SRT-01: groups sort by displayName', async () => {
  const cast = await stage.generic.groups({ b: { displayName: 'beta' }, a: { displayName: 'Alpha' } });
  expect(await cast.listed({ sortBy: 'displayName' })).toEqual(['a', 'b']);
  expect(await cast.listed({ sortBy: 'displayName', sortOrder: 'descending' })).toEqual(['b', 'a']);
});
