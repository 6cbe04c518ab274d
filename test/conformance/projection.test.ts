import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/scim/schema/index.js';
import { patchBody, type Resource, resourcesOf, unique } from './support/client.ts';
import { expectRefusal, expectUnchanged } from './support/refusal.ts';
import { expectOk, metaOf, type Stage, startStage } from './support/stage.ts';
import { ENTERPRISE, GROUP, USER } from './support/urns.ts';

let stage: Stage;
let user: Resource;
let group: Resource;
beforeAll(async () => {
  stage = await startStage();
  const manager = await stage.generic.user({ displayName: 'Mo Boss' });
  const { id } = await stage.generic.user({
    name: { givenName: 'Ada', familyName: 'Berg' },
    emails: [
      { value: 'ada@example.com', type: 'work', primary: true },
      { value: 'ada@example.net', type: 'home' },
    ],
    password: 'pA7-correct-horse',
    [ENTERPRISE]: { employeeNumber: '7', manager: { value: manager.id } },
  });
  group = await stage.generic.group({ members: [{ value: id }] });
  user = await stage.generic.read(`/Users/${id}`);
});
afterAll(() => stage.close());

async function shown(parameters: Record<string, string>, resource = user, path = '/Users'): Promise<JsonObject> {
  const one = expectOk(await stage.generic.get(`${path}/${resource.id}`, parameters)).body;
  const list = expectOk(await stage.generic.get(path, { ...parameters, filter: `id eq "${resource.id}"` }));
  expect(resourcesOf(list)).toEqual([one]);
  return one;
}

const without = (resource: JsonObject, ...names: string[]) =>
  Object.fromEntries(Object.entries(resource).filter(([name]) => !names.includes(name)));
const always = () => ({ id: user.id, schemas: user.schemas ?? [] });

it('PRJ-01, PRJ-02: attributes shows these and what is always returned', async () => {
  expect(await shown({ attributes: 'userName' })).toEqual({ ...always(), userName: user.userName });
  expect(await shown({ excludedAttributes: 'userName' })).toEqual(without(user, 'userName'));
});

it('PRJ-03: a list with commas, or the parameter repeated', async () => {
  const expected = { ...always(), userName: user.userName, emails: user.emails };
  expect(await shown({ attributes: 'userName,emails' })).toEqual(expected);
  expect(await shown({ attributes: ' userName , emails,' })).toEqual(expected);
  const repeated = await stage.generic.get(`/Users/${user.id}?attributes=userName&attributes=emails`);
  expect(repeated.body).toEqual(expected);
});

it('PRJ-04: sub-attributes', async () => {
  expect(await shown({ attributes: 'name.givenName' })).toEqual({ ...always(), name: { givenName: 'Ada' } });
  expect(await shown({ attributes: 'emails.value' })).toEqual({
    ...always(),
    emails: [{ value: 'ada@example.com' }, { value: 'ada@example.net' }],
  });
  expect(await shown({ attributes: 'emails.value,emails.type,name' })).toMatchObject({
    name: user.name,
    emails: [
      { value: 'ada@example.com', type: 'work' },
      { value: 'ada@example.net', type: 'home' },
    ],
  });
});

it('PRJ-05: URNs, in any case', async () => {
  const expected = { ...always(), [ENTERPRISE]: { manager: { displayName: 'Mo Boss' } } };
  for (const urn of [ENTERPRISE, ENTERPRISE.toUpperCase()]) {
    expect(await shown({ attributes: `${urn}:manager.displayName` })).toEqual(expected);
  }
  expect(await shown({ attributes: `${USER}:USERNAME` })).toEqual({ ...always(), userName: user.userName });
  const values = [{ value: 'ada@example.com' }, { value: 'ada@example.net' }];
  expect(await shown({ attributes: 'EMAILS.VALUE' })).toEqual({ ...always(), emails: values });
});

it('PRJ-06: the URN of an extension is all of it', async () => {
  expect(await shown({ attributes: ENTERPRISE })).toEqual({ ...always(), [ENTERPRISE]: user[ENTERPRISE] });
  expect(await shown({ excludedAttributes: ENTERPRISE })).toEqual(without(user, ENTERPRISE));
  const excluded = await shown({ excludedAttributes: `${ENTERPRISE}:manager` });
  expect(excluded[ENTERPRISE]).toEqual({ employeeNumber: '7' });
});

it('PRJ-07: id and schemas are returned always', async () => {
  expect(await shown({ excludedAttributes: 'id,schemas' })).toEqual(user);
  expect(await shown({ attributes: 'nickName' })).toEqual(always());
});

it('PRJ-08: excludedAttributes removes exactly these', async () => {
  const expected = {
    ...without(user, 'name'),
    emails: [{ value: 'ada@example.com', primary: true }, { value: 'ada@example.net' }],
  };
  expect(await shown({ excludedAttributes: 'name,emails.type' })).toEqual(expected);
  expect(await shown({ excludedAttributes: 'groups' })).toEqual(without(user, 'groups'));
});

it.each(['password', `${USER}:password`, 'PASSWORD'])('PRJ-09: attributes=%s shows no password', async (attributes) => {
  const client = await stage.connect({ passwords: 'store' });
  const { id } = await client.user({ password: 'pA7-correct-horse' });
  const answer = expectOk(await client.get(`/Users/${id}`, { attributes }));
  expect(answer.body).toEqual({ id, schemas: [USER] });
  expect(answer.text).not.toContain('horse');
});

it('PRJ-10: groups, when asked for, are shown', async () => {
  expect((await shown({ attributes: 'groups' })).groups).toEqual(user.groups);
  expect(await shown({ attributes: 'groups.value' })).toEqual({ ...always(), groups: [{ value: group.id }] });
});

describe('PRJ-11: in the answers to writes', () => {
  const users = (query: string) => `/Users${query}?attributes=userName`;
  const groups = (query: string) => `/Groups${query}?excludedAttributes=members,meta`;

  it('of users', async () => {
    const { generic } = stage;
    const body = { schemas: [USER], userName: unique('user'), title: 'x' };
    const created = expectOk(await generic.post(users(''), body), 201).body;
    const expected = { id: created.id, schemas: [USER], userName: body.userName };
    expect(created).toEqual(expected);
    const path = users(`/${String(created.id)}`);
    expect(expectOk(await generic.put(path, { ...body, title: 'y' })).body).toEqual(expected);
    const operations = patchBody({ op: 'replace', path: 'title', value: 'z' });
    expect(expectOk(await generic.send('PATCH', path, { body: operations })).body).toEqual(expected);
    expect((await generic.read(`/Users/${String(created.id)}`)).title).toBe('z');
  });

  it('of groups', async () => {
    const { generic } = stage;
    const member = await generic.user();
    const body = { schemas: [GROUP], displayName: unique('group'), members: [{ value: member.id }] };
    const created = expectOk(await generic.post(groups(''), body), 201).body;
    const expected = { id: created.id, schemas: [GROUP], displayName: body.displayName };
    expect(created).toEqual(expected);
    const path = groups(`/${String(created.id)}`);
    expect(expectOk(await generic.put(path, body)).body).toEqual(expected);
    const answer = await generic.send('PATCH', path, {
      body: patchBody({ op: 'replace', path: 'displayName', value: 'Renamed' }),
    });
    expect(expectOk(answer).body).toEqual({ ...expected, displayName: 'Renamed' });
  });
});

it('PRJ-12: both parameters together are refused, and nothing is written', async () => {
  const { generic } = stage;
  const both = '?attributes=userName&excludedAttributes=emails';
  const refusal = { scimType: 'invalidValue', names: /attributes.*excludedAttributes/ };
  for (const path of ['/Users', `/Users/${user.id}`, '/Groups', `/Groups/${group.id}`]) {
    expectRefusal(await generic.get(`${path}${both}`), refusal);
  }
  const userName = unique('user');
  expectRefusal(await generic.post(`/Users${both}`, { schemas: [USER], userName }), refusal);
  expect((await generic.get('/Users', { filter: `userName eq "${userName}"` })).body.totalResults).toBe(0);
  for (const [path, attribute] of [
    [`/Users/${user.id}`, 'title'],
    [`/Groups/${group.id}`, 'displayName'],
  ] as const) {
    await expectUnchanged(generic, path, async () => {
      const body = patchBody({ op: 'replace', path: attribute, value: 'changed' });
      expectRefusal(await generic.send('PATCH', `${path}${both}`, { body }), refusal);
    });
  }
});

it('PRJ-13: unknown names are ignored', async () => {
  expect(await shown({ attributes: 'userName,shoeSize,name.foo,__proto__,members' })).toEqual({
    ...always(),
    userName: user.userName,
  });
  expect(await shown({ excludedAttributes: 'shoeSize,constructor' })).toEqual(user);
  expect(await shown({ attributes: 'shoeSize' })).toEqual(always());
  expect(await shown({ attributes: '' })).toEqual(user);
});

it('PRJ-14: groups without members', async () => {
  const { displayName } = group;
  expect(await shown({ excludedAttributes: 'members' }, group, '/Groups')).toEqual(without(group, 'members'));
  const answer = await stage.generic.get('/Groups', {
    excludedAttributes: 'members',
    filter: `displayName eq "${String(displayName)}"`,
  });
  expect(resourcesOf(answer)).toEqual([without(group, 'members')]);
  expect(await shown({ attributes: 'members.value' }, group, '/Groups')).toEqual({
    id: group.id,
    schemas: group.schemas,
    members: [{ value: user.id }],
  });
});

it('PRJ-15: meta and its parts can be chosen and left out', async () => {
  const { lastModified } = metaOf(user);
  expect(await shown({ attributes: 'meta.lastModified' })).toEqual({ ...always(), meta: { lastModified } });
  expect(await shown({ excludedAttributes: 'meta' })).toEqual(without(user, 'meta'));
  const left = await shown({ excludedAttributes: 'meta.version,meta.location' });
  expect(Object.keys(left.meta ?? {}).sort()).toEqual(['created', 'lastModified', 'resourceType']);
});
