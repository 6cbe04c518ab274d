import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/scim/schema/index.js';
import { type Client, type Resource, unique } from './support/client.ts';
import { expectRefusal, type Refusal } from './support/refusal.ts';
import { countUsers, expectNoUser, expectOk, metaOf, type Stage, startStage } from './support/stage.ts';
import { ENTERPRISE, GROUP, USER } from './support/urns.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const ADSCIM = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group';

/** A body that must be refused and create nothing. */
async function expectRefused(client: Client, body: JsonObject, refusal: Refusal, path = '/Users'): Promise<void> {
  const total = async () => (await client.get(path, { count: 0 })).body.totalResults;
  const before = await total();
  expectRefusal(await client.post(path, body), refusal);
  expect(await total()).toBe(before);
}

/** What a GET shows is what the POST answered. */
async function expectAsAnswered(client: Client, path: string, answered: Resource): Promise<void> {
  expect(await client.read(path)).toEqual(answered);
}

describe('a create that succeeds', () => {
  it('CRE-01: needs a userName and schemas only', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const userName = unique();
      expectOk(await client.post('/Users', { schemas: [USER], userName }), 201);
      expect(await countUsers(client, `userName eq "${userName}"`)).toBe(1);
    }
  });

  it('CRE-02: says in Location where the resource is', async () => {
    const { generic } = stage;
    const answer = expectOk(await generic.post('/Users', { schemas: [USER], userName: unique() }), 201);
    const location = `${generic.baseUrl}/Users/${answer.body.id}`;
    expect(answer.headers.get('location')).toBe(location);
    expect(answer.body.meta).toMatchObject({ location });
    expect((await generic.get(location.slice(generic.baseUrl.length))).body).toEqual(answer.body);
  });

  it('CRE-03: answers with the whole resource', async () => {
    const { generic } = stage;
    const body = {
      schemas: [USER],
      userName: unique(),
      title: 't',
      emails: [{ value: 'a@example.com', type: 'work' }],
    };
    const answer = expectOk(await generic.post('/Users', body), 201);
    expect(answer.body).toMatchObject({ ...body, id: expect.any(String), meta: { resourceType: 'User' } });
  });

  it('CRE-04: ignores what is readOnly', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const group = await client.group();
      const manager = await client.user({ displayName: 'The Manager' });
      const user = await client.user({
        id: 'mine',
        meta: { resourceType: 'X' },
        groups: [{ value: group.id }],
        [ENTERPRISE]: { manager: { value: manager.id, displayName: 'Somebody Else' } },
      });
      expect(user).not.toHaveProperty('groups');
      expect(user).toMatchObject({ [ENTERPRISE]: { manager: { displayName: 'The Manager' } } });
      expect(await client.read(`/Groups/${group.id}`)).toEqual(group);
    }
  });

  it('CRE-05: sets meta.resourceType from the endpoint', async () => {
    const { generic } = stage;
    expect(metaOf(await generic.user({ meta: { resourceType: 'Group' } })).resourceType).toBe('User');
    expect(metaOf(await generic.group({ meta: { resourceType: 'User' } })).resourceType).toBe('Group');
  });

  it('CRE-11: collapses schemas that are named twice', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const { id } = await client.user({ schemas: [USER, USER, USER.toUpperCase()] });
      expect((await client.read(`/Users/${id}`)).schemas).toEqual([USER]);
    }
  });

  it('CRE-12: makes a user active unless the body says false, or null where that clears (PUT-08)', async () => {
    const { generic, strict } = stage;
    expect(await strict.user()).toMatchObject({ active: true });
    expect(await strict.user({ active: null })).toMatchObject({ active: false });
    expect(await generic.user()).toMatchObject({ active: true });
    expect(await generic.user({ active: false })).toMatchObject({ active: false });
    expect(await generic.user({ active: null })).toMatchObject({ active: true });
  });

  it('CRE-13: takes null and [] for unassigned', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const { id } = await client.user({ title: null, emails: [], name: null });
      const user = await client.read(`/Users/${id}`);
      for (const name of ['title', 'emails', 'name']) expect(user).not.toHaveProperty(name);
    }
  });

  it('CRE-14: has an ETag that is meta.version', async () => {
    const { generic } = stage;
    for (const [path, body] of [
      ['/Users', { schemas: [USER], userName: unique() }],
      ['/Groups', { schemas: [GROUP], displayName: unique() }],
    ] as const) {
      const answer = expectOk(await generic.post(path, { ...body, schemas: [...body.schemas] }), 201);
      expect(answer.headers.get('etag')).toMatch(/^W\/"/);
      expect(answer.body.meta).toMatchObject({ version: answer.headers.get('etag') });
    }
  });

  it('CRE-15: keeps a password to itself', async () => {
    const client = await stage.connect({ passwords: 'store' });
    const password = 'Tr0ub4dor&3';
    const created = expectOk(await client.post('/Users', { schemas: [USER], userName: unique(), password }), 201);
    const read = await client.get(`/Users/${created.body.id}`);
    const listed = await client.get('/Users', { filter: `id eq "${created.body.id}"` });
    for (const { text } of [created, read, listed]) expect(text).not.toMatch(/password|argon2|Tr0ub4dor/i);
  });

  it('CRE-16: shows what attributes and excludedAttributes ask for', async () => {
    const { generic } = stage;
    const body = () => ({ schemas: [USER], userName: unique(), title: 't', emails: [{ value: 'a@example.com' }] });
    const some = expectOk(await generic.post('/Users?attributes=userName', body()), 201);
    expect(Object.keys(some.body).toSorted()).toEqual(['id', 'schemas', 'userName']);
    const others = expectOk(await generic.post('/Users?excludedAttributes=emails', body()), 201);
    expect(others.body).toMatchObject({ title: 't' });
    expect(others.body).not.toHaveProperty('emails');
    expect(await generic.read(`/Users/${others.body.id}`)).toHaveProperty('emails');
  });

  it('CRE-19: takes an extension that schemas does not name, and names it', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const { id } = await client.user({ schemas: [USER], [ENTERPRISE]: { department: 'd' } });
      expect(await client.read(`/Users/${id}`)).toMatchObject({ schemas: [USER, ENTERPRISE] });
    }
  });

  it('CRE-21: takes immutable attributes', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const { id } = await client.user();
      const group = await client.group({ members: [{ value: id, type: 'User', display: 'x' }] });
      expect(group).toMatchObject({ members: [{ value: id, type: 'User' }] });
    }
  });

  it('CRE-22: may use the name of a deleted user', async () => {
    const { generic } = stage;
    const userName = unique('free');
    const first = await generic.user({ userName });
    expect((await generic.delete(`/Users/${first.id}`)).status).toBe(204);
    const second = await generic.user({ userName });
    expect(second.id).not.toBe(first.id);
    expect(await countUsers(generic, `userName eq "${userName}"`)).toBe(1);
  });

  it('CRE-25: answers with what is stored, not with what was sent', async () => {
    const { generic } = stage;
    const user = await generic.user({
      emails: [
        { value: 'a@example.com', type: 'Work' },
        { value: 'a@example.com', type: 'work' },
      ],
      title: '',
      unheardOf: 1,
    });
    expect(user).toMatchObject({ emails: [{ value: 'a@example.com', type: 'work' }] });
    await expectAsAnswered(generic, `/Users/${user.id}`, user);
    const group = await generic.group({ members: [{ value: user.id, display: 'wrong' }] });
    await expectAsAnswered(generic, `/Groups/${group.id}`, group);
  });

  it('CRE-26: checks that references are URIs and keeps other formats as sent', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      await expectRefused(
        client,
        { schemas: [USER], userName: unique(), profileUrl: 'no uri' },
        {
          scimType: 'invalidValue',
          names: /profileUrl/,
        },
      );
      const sent = { locale: 'en_US', timezone: 'Nowhere/Land', addresses: [{ country: 'USA' }] };
      const { id } = await client.user(sent);
      expect(await client.read(`/Users/${id}`)).toMatchObject(sent);
    }
  });
});

describe('a create that is refused', () => {
  it('CRE-06: when the userName is taken, also in another case', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const userName = unique('Taken');
      const { id } = await client.user({ userName });
      for (const name of [userName, userName.toUpperCase()]) {
        await expectRefused(client, { schemas: [USER], userName: name }, { status: 409, scimType: 'uniqueness' });
      }
      expect(await client.read(`/Users/${id}`)).toMatchObject({ userName });
    }
  });

  it('CRE-07: without a required attribute', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const refusal = { scimType: 'invalidValue' };
      await expectRefused(client, { schemas: [USER], title: 't' }, { ...refusal, names: /userName/ });
      await expectRefused(client, { schemas: [GROUP] }, { ...refusal, names: /displayName/ }, '/Groups');
    }
  });

  it('CRE-08: with a userName of null, nothing or blanks', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      for (const userName of ['', null, '   ', []]) {
        await expectRefused(client, { schemas: [USER], userName }, { scimType: 'invalidValue', names: /userName/ });
      }
    }
  });

  it('CRE-09: without schemas', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const refusal = { scimType: 'invalidSyntax', names: /schemas/ };
      await expectRefused(client, { userName: unique() }, refusal);
      for (const schemas of [[], null, USER]) await expectRefused(client, { schemas, userName: unique() }, refusal);
    }
  });

  it('CRE-10: when schemas lacks the base schema of the endpoint', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      for (const schemas of [[ENTERPRISE], [GROUP]]) {
        await expectRefused(client, { schemas, userName: unique() }, { scimType: 'invalidSyntax', names: /schemas/ });
      }
    }
  });

  it('CRE-17: unknown attributes are refused in strict, and ignored and not echoed in generic (Okta sends them)', async () => {
    const { generic, strict } = stage;
    await expectRefused(
      strict,
      { schemas: [USER], userName: unique(), favourite: 'x' },
      {
        scimType: 'invalidSyntax',
        names: /favourite/,
      },
    );
    const { id } = await generic.user({ favourite: 'x', name: { nick: 'x' } });
    const user = await generic.read(`/Users/${id}`);
    expect(user).not.toHaveProperty('favourite');
    expect(user).not.toHaveProperty('name');
  });

  it('CRE-18: unknown schemas are refused in strict, and ignored and not echoed in generic (Entra names ADSCIM)', async () => {
    const { generic, strict } = stage;
    const body = { schemas: [GROUP, ADSCIM], displayName: unique() };
    await expectRefused(strict, body, { scimType: 'invalidSyntax', names: /ADSCIM/ }, '/Groups');
    expect((await generic.group(body)).schemas).toEqual([GROUP]);
    expect((await generic.user({ schemas: [USER, 'urn:example:unknown'] })).schemas).toEqual([USER]);
  });

  it('CRE-20: with two primary values in one attribute', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const emails = ['a', 'b'].map((name) => ({ value: `${name}@example.com`, primary: true }));
      await expectRefused(
        client,
        { schemas: [USER], userName: unique(), emails },
        {
          scimType: 'invalidValue',
          names: /emails/,
        },
      );
    }
  });

  it('CRE-23: one of many at the same time gets the name', async () => {
    const { generic } = stage;
    const userName = unique('race');
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => generic.post('/Users', { schemas: [USER], userName })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array(7).fill(409)]);
    expect(await countUsers(generic, `userName eq "${userName}"`)).toBe(1);
  });

  it('CRE-06 CRE-08: a refused name is not taken', async () => {
    const { generic } = stage;
    const userName = unique('refused');
    expectRefusal(await generic.post('/Users', { schemas: [USER], userName, active: 'maybe' }), {
      scimType: 'invalidValue',
    });
    await expectNoUser(generic, userName);
    await generic.user({ userName });
  });
});
