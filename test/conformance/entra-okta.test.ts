import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSite } from '../../src/directory/index.js';
import { type Client, resourcesOf, unique } from './support/client.ts';
import { expectFilterRefused, expectPatchRefused, expectRefusal, expectUnchanged } from './support/refusal.ts';
import { expectOk, type Stage, startStage } from './support/stage.ts';
import { ENTERPRISE, LIST_RESPONSE, USER } from './support/urns.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

it('ETC-01: the connection test looks for a random user and finds an empty list', async () => {
  for (const client of [stage.generic, stage.strict]) {
    const { body } = expectOk(await client.get('/Users', { filter: `userName eq "${randomUUID()}"` }));
    expect(body).toMatchObject({ schemas: [LIST_RESPONSE], totalResults: 0, Resources: [] });
  }
});

it('ETC-02: what is matched by can be filtered by, with eq and and', async () => {
  const { generic } = stage;
  const [externalId, address] = [unique('external'), `${unique('a')}+tag@example.com`];
  const cast = await generic.users({ one: { externalId, emails: [{ type: 'work', value: address }] }, two: {} });
  const { userName } = await generic.read(`/Users/${cast.ids.one}`);
  for (const filter of [
    `userName eq "${String(userName)}"`,
    `externalId eq "${externalId}"`,
    `emails[type eq "work"].value eq "${address}"`,
    `userName eq "${String(userName)}" and externalId eq "${externalId}"`,
  ]) {
    expect({ filter, found: await cast.matching(filter) }).toEqual({ filter, found: ['one'] });
  }
  const displayName = unique('Group');
  const groups = await generic.groups({ one: { displayName, externalId }, two: {} });
  expect(await groups.matching(`displayName eq "${displayName}"`)).toEqual(['one']);
  expect(await groups.matching(`externalId eq "${externalId}" and displayName eq "${displayName}"`)).toEqual(['one']);
  await expectFilterRefused(stage.strict, '/Users', `emails[type eq "work"].value eq "${address}"`);
});

it('ETC-02: a plus sign in an address is one when it is encoded', async () => {
  const { generic } = stage;
  const userName = `${unique('ada')}+scim@example.com`;
  const { id } = await generic.user({ userName });
  const encoded = `filter=userName+eq+%22${encodeURIComponent(userName)}%22`;
  expect(resourcesOf(await generic.get(`/Users?${encoded}`)).map((user) => user.id)).toEqual([id]);
});

it('ETC-03: a PATCH of a group answers 204, of a user with the user', async () => {
  const { generic } = stage;
  const { id } = await generic.user();
  const group = await generic.group();
  const add = { op: 'Add', path: 'members', value: [{ $ref: null, value: id }] };
  expectOk(await generic.patch(`/Groups/${group.id}`, add), 204);
  expect((await generic.read(`/Groups/${group.id}`)).members).toMatchObject([{ value: id }]);
  expectOk(await generic.patch(`/Users/${id}`, { op: 'Replace', path: 'active', value: 'False' }));
  expect((await generic.read(`/Users/${id}`)).active).toBe(false);
});

it('ETC-04: values are kept as they are sent', async () => {
  for (const client of [stage.generic, stage.strict]) {
    const sent = {
      userName: `${unique('Ada')} Berg+Scim@EXAMPLE.com`,
      emails: [{ value: 'Ada.BERG+x@Example.COM', type: 'work' }],
      phoneNumbers: [{ value: '(0047) 12 34-56 x7', type: 'mobile' }],
      addresses: [{ country: 'Norge', postalCode: ' 0150' }],
      name: { familyName: 'Ａ ﬁ e\u0301', givenName: ' two  spaces ' },
      locale: 'EN-us',
    };
    const { id } = await client.user(sent);
    expect(await client.read(`/Users/${id}`)).toMatchObject(sent);
  }
});

it('ETC-05: Okta imports page by page, in a stable order, with integers', async () => {
  const site = await createSite(stage.server.database, unique('site'), 'Site');
  const okta = await stage.connect({ profile: 'okta' }, site.id);
  const made: string[] = [];
  for (let number = 0; number < 5; number++) made.push((await okta.user()).id);
  const seen: string[] = [];
  for (let startIndex = 1; startIndex <= 5; startIndex += 2) {
    const answer = expectOk(await okta.get('/Users', { startIndex, count: 2 }));
    expect(answer.body).toMatchObject({ totalResults: 5, startIndex });
    seen.push(...resourcesOf(answer).map(({ id }) => id));
  }
  expect(seen).toEqual(made);
  const [first] = made;
  const { userName } = await okta.read(`/Users/${first}`);
  const twin = await okta.post('/Users', { schemas: [USER], userName: userName ?? '' });
  expectRefusal(twin, { status: 409, scimType: 'uniqueness', names: /userName/ });
});

it('ETC-06: the whole user goes back by PUT, with what the server filled in', async () => {
  for (const client of [stage.generic, stage.strict]) {
    const boss = await client.user({ displayName: 'Boss' });
    const { id } = await client.user({
      schemas: [USER, ENTERPRISE],
      emails: [{ value: 'a@example.com', type: 'work', primary: true }],
      [ENTERPRISE]: { manager: { value: boss.id } },
    });
    await client.group({ members: [{ value: id }] });
    const user = await client.read(`/Users/${id}`);
    expect(user).toHaveProperty('groups');
    await expectUnchanged(client, `/Users/${id}`, async () => {
      expect(expectOk(await client.put(`/Users/${id}`, user)).body).toEqual(user);
    });
    const { body } = expectOk(await client.put(`/Users/${id}`, { ...user, active: false }));
    expect(body).toMatchObject({ active: false, groups: user.groups });
    expect(await client.read(`/Users/${id}`)).toEqual(body);
  }
});

it('ETC-07: a create with groups and a password; the groups are ignored', async () => {
  const { generic } = stage;
  for (const groups of [[], [{ value: (await generic.group()).id }]]) {
    const { id } = await generic.user({ groups, password: 'pA7-correct-horse', locale: 'en-US' });
    const user = await generic.read(`/Users/${id}`);
    expect(user).not.toHaveProperty('groups');
    expect(user).not.toHaveProperty('password');
  }
});

describe('ETC-08: paths with boolean strings', () => {
  const setRole = (client: Client, id: string, value: string) =>
    client.patch(`/Users/${id}`, { op: 'Replace', path: 'roles[primary eq "True"].value', value });

  it('make and then change the primary role', async () => {
    const { generic } = stage;
    const { id } = await generic.user();
    for (const value of ['Editor', 'Author']) {
      expect(expectOk(await setRole(generic, id, value)).body.roles).toEqual([{ primary: true, value }]);
    }
  });

  it('strict refuses them', async () => {
    const { strict } = stage;
    const { id } = await strict.user();
    const operation = { op: 'replace', path: 'roles[primary eq "True"].value', value: 'Editor' };
    await expectPatchRefused(strict, `/Users/${id}`, [operation], { scimType: 'invalidFilter', names: /primary/ });
  });
});
