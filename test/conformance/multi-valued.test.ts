import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/scim/schema/index.js';
import { type Client, type Resource, unique } from './support/client.ts';
import { expectPatchRefused, expectRefusal, expectUnchanged } from './support/refusal.ts';
import { countUsers, expectNoUser, expectOk, type Stage, startStage } from './support/stage.ts';
import { USER } from './support/urns.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const address = (name: string, more: JsonObject = {}) => ({ value: `${name}@example.com`, ...more });

/** The attributes as POST, PUT and PATCH store them. */
async function storedInEveryWay(client: Client, attributes: JsonObject): Promise<Resource[]> {
  const posted = await client.user(attributes);
  const put = await client.user();
  expectOk(await client.put(`/Users/${put.id}`, { schemas: [USER], userName: put.userName ?? '', ...attributes }));
  const patched = await client.user();
  expectOk(await client.patch(`/Users/${patched.id}`, { op: 'add', value: attributes }));
  return Promise.all([posted, put, patched].map(({ id }) => client.read(`/Users/${id}`)));
}

it('MV-01: two primary values are refused by POST, PUT and PATCH', async () => {
  const { generic, strict } = stage;
  const emails = [address('a', { primary: true }), address('b', { primary: true })];
  const refusal = { scimType: 'invalidValue', names: /emails/ };
  for (const client of [generic, strict]) {
    const userName = unique('primary');
    expectRefusal(await client.post('/Users', { schemas: [USER], userName, emails }), refusal);
    await expectNoUser(client, userName);
    const { id } = await client.user();
    await expectUnchanged(client, `/Users/${id}`, async () =>
      expectRefusal(await client.put(`/Users/${id}`, { schemas: [USER], userName, emails }), refusal),
    );
    await expectPatchRefused(client, `/Users/${id}`, [{ op: 'add', path: 'emails', value: emails }], refusal);
  }
});

it('MV-01: a new primary value takes the place of the former', async () => {
  const { generic, strict } = stage;
  for (const client of [generic, strict]) {
    const { id } = await client.user({ emails: [address('a', { primary: true }), address('b')] });
    const path = `/Users/${id}`;
    expectOk(await client.patch(path, { op: 'add', path: 'emails', value: [address('c', { primary: true })] }));
    const { emails } = await client.read(path);
    expect(Array.isArray(emails) ? emails : []).toHaveLength(3);
    expect(JSON.stringify(emails).match(/"primary":true/g)).toHaveLength(1);
    expect(await countUsers(client, `id eq "${id}" and emails[primary eq true and value sw "c@"]`)).toBe(1);
  }
});

it('MV-02: no primary is the same as false', async () => {
  const { generic, strict } = stage;
  for (const client of [generic, strict]) {
    const { id } = await client.user({ emails: [address('a'), address('b', { primary: true })] });
    const other = await client.user({ emails: [address('c', { primary: true })] });
    const notPrimary = (userId: string) => countUsers(client, `id eq "${userId}" and emails[not (primary eq true)]`);
    expect(await notPrimary(id)).toBe(1);
    expect(await notPrimary(other.id)).toBe(0);
    expect(await countUsers(client, `id eq "${id}" and emails[value sw "a@" and primary ne true]`)).toBe(1);
  }
});

it('MV-03: the same type and value stand there once', async () => {
  const { generic, strict } = stage;
  const work = address('a', { type: 'work' });
  for (const client of [generic, strict]) {
    for (const user of await storedInEveryWay(client, { emails: [work, address('b'), work] })) {
      expect(user.emails).toEqual([work, address('b')]);
    }
    const { id } = await client.user({ emails: [work] });
    await expectUnchanged(client, `/Users/${id}`, async () => {
      expectOk(await client.patch(`/Users/${id}`, { op: 'add', path: 'emails', value: [work] }));
    });
  }
});

it('MV-04: the same value with another type is kept', async () => {
  const { generic, strict } = stage;
  const emails = [address('a', { type: 'work' }), address('a', { type: 'home' }), address('a')];
  for (const client of [generic, strict]) {
    for (const user of await storedInEveryWay(client, { emails })) expect(user.emails).toEqual(emails);
  }
});

it('MV-06: display is the client’s to set, but for members', async () => {
  const { generic, strict } = stage;
  for (const client of [generic, strict]) {
    for (const user of await storedInEveryWay(client, { emails: [address('a', { display: 'My address' })] })) {
      expect(user.emails).toEqual([address('a', { display: 'My address' })]);
    }
    const user = await client.user({ displayName: 'Real Name' });
    const group = await client.group({ members: [{ value: user.id, display: 'Made up' }] });
    expect(group).toMatchObject({ members: [{ value: user.id, display: 'Real Name' }] });
  }
});

it('MV-07: types have their canonical spelling, and unknown types stay', async () => {
  const { generic, strict } = stage;
  const emails = [address('a', { type: 'WORK' }), address('b', { type: 'Summer House' })];
  for (const client of [generic, strict]) {
    for (const user of await storedInEveryWay(client, { emails })) {
      expect(user.emails).toEqual([address('a', { type: 'work' }), address('b', { type: 'Summer House' })]);
    }
  }
});

it('MV-08: references are compared in their canonical form, by eq and ne', async () => {
  const { generic, server } = stage;
  const user = await generic.user();
  const group = await generic.group({ members: [{ value: user.id }] });
  const found = async (reference: string) =>
    (await generic.get('/Groups', { filter: `id eq "${group.id}" and members.$ref eq "${reference}"` })).body
      .totalResults;
  const reference = `${generic.baseUrl}/Users/${user.id}`;
  const { port } = new URL(server.origin);
  expect(await found(reference)).toBe(1);
  for (const same of [
    reference.replace('http://', 'HTTP://'),
    reference.replace('/Users/', '/./Users/'),
    reference.replace('/Users/', '/Groups/../Users/'),
    reference.replace('/Users/', '/%55sers/'),
    reference.replace('/v2/', '/'),
    `Users/${user.id}`,
  ]) {
    expect({ same, found: await found(same) }).toEqual({ same, found: 1 });
  }
  const other = `id eq "${group.id}" and members.$ref ne "${reference.replace('http://', 'HTTP://')}"`;
  expect((await generic.get('/Groups', { filter: other })).body.totalResults).toBe(0);
  expect(await found(reference.replace(`:${port}`, ''))).toBe(0);
  expect(await found(reference.replace('/Users/', '/users/'))).toBe(0);
});

it('MV-09: the elements of a multi-valued attribute are of its type', async () => {
  const { generic, strict } = stage;
  for (const client of [generic, strict]) {
    for (const schemas of [
      [USER, 1],
      [USER, {}],
      [USER, null],
    ]) {
      const userName = unique('schemas');
      expectRefusal(await client.post('/Users', { schemas, userName }), {
        scimType: 'invalidSyntax',
        names: /schemas/,
      });
      await expectNoUser(client, userName);
    }
    for (const emails of [[1], ['a@example.com'], [[address('a')]], [true]]) {
      const userName = unique('elements');
      const answer = await client.post('/Users', { schemas: [USER], userName, emails });
      expectRefusal(answer, { scimType: 'invalidValue', names: /emails\[0\]/ });
      await expectNoUser(client, userName);
    }
  }
});
