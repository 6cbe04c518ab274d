import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject, JsonValue } from '../../src/scim/schema/index.js';
import { type Client, unique } from './support/client.ts';
import { expectPatchRefused, expectRefusal, expectUnchanged } from './support/refusal.ts';
import { countUsers, expectNoUser, expectOk, pathOf, type Stage, startStage } from './support/stage.ts';
import { ENTERPRISE, GROUP, USER } from './support/urns.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

/** The attributes are refused by POST, PUT and PATCH, and nothing comes to be or changes. */
async function expectInvalid(client: Client, attributes: JsonObject, names: RegExp): Promise<void> {
  const userName = unique('refused');
  const refusal = { scimType: 'invalidValue', names };
  expectRefusal(await client.post('/Users', { schemas: [USER], userName, ...attributes }), refusal);
  await expectNoUser(client, userName);
  const { id, userName: own = '' } = await client.user({ title: 'before' });
  await expectUnchanged(client, `/Users/${id}`, async () => {
    expectRefusal(await client.put(`/Users/${id}`, { schemas: [USER], userName: own, ...attributes }), refusal);
  });
  await expectPatchRefused(client, `/Users/${id}`, [{ op: 'replace', value: attributes }], refusal);
}

async function expectKept(client: Client, attributes: JsonObject): Promise<string> {
  const { id } = await client.user(attributes);
  expect(await client.read(`/Users/${id}`)).toMatchObject(attributes);
  return id;
}

describe('simple types', () => {
  it('DAT-01: a string is neither a number, a boolean nor an object', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      for (const value of [1, true, { text: 'a' }]) {
        await expectInvalid(client, { title: value }, /title/);
        await expectInvalid(client, { name: { givenName: value } }, /name\.givenName/);
      }
    }
  });

  it('DAT-02: a boolean is true or false', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      for (const value of ['yes', 1]) await expectInvalid(client, { active: value }, /active/);
      expect(await client.user({ active: false })).toMatchObject({ active: false });
    }
  });

  it('DAT-02: booleans as strings (Entra) are refused in strict and become booleans in generic', async () => {
    const { generic, strict } = stage;
    await expectInvalid(strict, { active: 'False' }, /active/);
    await expectInvalid(strict, { emails: [{ value: 'a@example.com', primary: 'true' }] }, /emails\[0\]\.primary/);
    const { id } = await generic.user({ active: 'False', emails: [{ value: 'a@example.com', primary: 'True' }] });
    const user = await generic.read(`/Users/${id}`);
    expect(user).toMatchObject({ active: false, emails: [{ primary: true }] });
    await generic.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: 'True' });
    expect(await generic.read(`/Users/${id}`)).toMatchObject({ active: true });
  });

  it('DAT-06: binary is base64, with or without padding', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      for (const value of ['MA==', 'MA', 'MAAA', '+/+/']) await expectKept(client, { x509Certificates: [{ value }] });
      for (const value of ['M*==', 'MA=', 'M', 'MA-_', 'M A=']) {
        await expectInvalid(client, { x509Certificates: [{ value }] }, /x509Certificates\[0\]\.value/);
      }
    }
  });

  it('DAT-11: case-exact values keep their case, and so do the others', async () => {
    const { generic } = stage;
    const profileUrl = 'https://Example.COM/Person/A%2fb';
    const id = await expectKept(generic, {
      userName: `${unique('Mixed')}Case`,
      externalId: 'CaSe',
      displayName: 'MiXed',
      profileUrl,
      emails: [{ value: 'First.Last@Example.COM', type: 'work' }],
    });
    expect(await countUsers(generic, `id eq "${id}" and profileUrl eq "${profileUrl.toLowerCase()}"`)).toBe(0);
    expect(await countUsers(generic, `id eq "${id}" and displayName eq "mixed"`)).toBe(1);
  });

  it('DAT-12: a type that is not canonical is accepted', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      await expectKept(client, { emails: [{ value: 'a@example.com', type: 'private' }] });
    }
  });
});

describe('references', () => {
  it('DAT-07: a reference is a URI, absolute or relative', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      for (const profileUrl of ['https://example.com/a?b=c#d', 'urn:example:a', '../people/1', 'people/1']) {
        await expectKept(client, { profileUrl });
      }
      for (const profileUrl of ['https://exa mple.com', 'https://[', 'a<b>', '%zz']) {
        await expectInvalid(client, { profileUrl }, /profileUrl/);
      }
    }
  });

  it('DAT-07: a relative one is resolved against the base URL', async () => {
    const { generic } = stage;
    const manager = await generic.user({ displayName: unique('Manager') });
    const { id } = await generic.user({ [ENTERPRISE]: { manager: { $ref: `Users/${manager.id}` } } });
    expect(await generic.read(`/Users/${id}`)).toMatchObject({
      [ENTERPRISE]: { manager: { value: manager.id, $ref: `${generic.baseUrl}/Users/${manager.id}` } },
    });
    const group = await generic.group({ members: [{ $ref: `../Users/${id}` }] });
    expect(group).toMatchObject({ members: [{ value: id, $ref: `${generic.baseUrl}/Users/${id}` }] });
  });

  it('DAT-08: a reference is the same with another API version or none', async () => {
    const { generic } = stage;
    const user = await generic.user();
    for (const base of [
      generic.baseUrl,
      generic.baseUrl.replace('/v2/', '/'),
      generic.baseUrl.replace('/v2/', '/v1/'),
    ]) {
      const group = await generic.group({ members: [{ $ref: `${base}/Users/${user.id}` }] });
      expect(group).toMatchObject({ members: [{ value: user.id, $ref: `${generic.baseUrl}/Users/${user.id}` }] });
    }
  });

  it('DAT-09: every $ref that is returned leads to its target', async () => {
    const { generic } = stage;
    const manager = await generic.user({ displayName: 'Manager' });
    const user = await generic.user({ [ENTERPRISE]: { manager: { value: manager.id } } });
    const child = await generic.group({ members: [{ value: user.id }] });
    await generic.group({ members: [{ value: child.id }] });
    const answers = [await generic.get(`/Users/${user.id}`), await generic.get(`/Groups/${child.id}`)];
    const urls = answers.flatMap(({ text }) => [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, url = '']) => url));
    expect(urls).toHaveLength(4);
    for (const url of urls) {
      const target = expectOk(await generic.get(pathOf(generic, url)));
      expect(url.endsWith(`/${target.body.id}`)).toBe(true);
    }
  });
});

describe('complex and multi-valued attributes', () => {
  it('DAT-10: a complex attribute is an object, a multi-valued one an array', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      await expectInvalid(client, { name: 'Ann' }, /name/);
      await expectInvalid(client, { emails: ['a@example.com'] }, /emails/);
      const userName = unique('bare');
      const answer = await client.post('/Users', { schemas: [USER], userName, emails: { value: 'a@example.com' } });
      expectRefusal(answer, { scimType: 'invalidValue', names: /emails/ });
      await expectNoUser(client, userName);
    }
  });

  it('DAT-10: generic takes a text for a manager, and a list of one, as Entra sends them; strict refuses both', async () => {
    const { generic, strict } = stage;
    for (const manager of ['m-1', [{ value: 'm-1' }]]) {
      const { id } = await generic.user({ [ENTERPRISE]: { manager } });
      expect((await generic.read(`/Users/${id}`))[ENTERPRISE]).toEqual({ manager: { value: 'm-1' } });
      await expectInvalid(strict, { [ENTERPRISE]: { manager } }, /manager/);
    }
  });

  it('DAT-18: a value with an object two levels deep is never stored', async () => {
    const { generic, strict } = stage;
    const deep: JsonValue = { deep: { deeper: 1 } };
    for (const client of [generic, strict]) {
      await expectInvalid(client, { name: { givenName: deep } }, /name\.givenName/);
      await expectInvalid(client, { emails: [{ value: deep }] }, /emails\[0\]\.value/);
    }
  });
});

describe('characteristics', () => {
  it('DAT-13: readOnly is the server’s, writeOnly is not shown, readWrite may change', async () => {
    const { generic } = stage;
    const group = await generic.group();
    const { id } = await generic.user({ password: 'Secret-1', groups: [{ value: group.id }], title: 'a' });
    expect(await generic.read(`/Users/${id}`)).not.toHaveProperty('groups');
    expect(await generic.read(`/Users/${id}`)).not.toHaveProperty('password');
    await expectPatchRefused(generic, `/Users/${id}`, [{ op: 'replace', path: 'id', value: 'x' }], {
      scimType: 'mutability',
    });
    await generic.patch(`/Users/${id}`, { op: 'replace', path: 'title', value: 'b' });
    expect(await generic.read(`/Users/${id}`)).toMatchObject({ title: 'b' });
  });

  it('DAT-13: immutable parts of a member do not change', async () => {
    const { generic } = stage;
    const [one, two] = [await generic.user(), await generic.user()];
    const { id } = await generic.group({ members: [{ value: one.id }] });
    const operation = { op: 'replace', path: `members[value eq "${one.id}"].value`, value: two.id };
    await expectPatchRefused(generic, `/Groups/${id}`, [operation], { scimType: 'mutability' });
  });

  it('DAT-14: what is never returned stays hidden, what is always returned stays', async () => {
    const { generic, connect } = stage;
    const storing = await connect({ passwords: 'store' });
    const password = 'Correct-Horse-9';
    const { id, userName = '' } = await storing.user({ password });
    const body = { schemas: [USER], userName, password, title: 'new' };
    const answers = [
      await storing.get(`/Users/${id}`, { attributes: 'password' }),
      await storing.get('/Users', { filter: `id eq "${id}"`, attributes: 'password,userName' }),
      await storing.send('PUT', `/Users/${id}?attributes=password`, { body }),
      await storing.patch(`/Users/${id}?attributes=password`, { op: 'replace', path: 'password', value: password }),
    ];
    for (const answer of answers) {
      expectOk(answer);
      expect(answer.text).not.toMatch(/password|argon2|Correct-Horse/i);
    }
    const excluded = await generic.get(`/Users/${id}`, { excludedAttributes: 'id,schemas' });
    expect(excluded.body).toMatchObject({ id, schemas: [USER] });
  });

  it('DAT-16: a value that must be unique is taken once', async () => {
    const { generic } = stage;
    const { userName = '' } = await generic.user();
    const before = await countUsers(generic, 'userName pr');
    expectRefusal(await generic.post('/Users', { schemas: [USER], userName }), { status: 409, scimType: 'uniqueness' });
    expect(await countUsers(generic, 'userName pr')).toBe(before);
    const displayName = unique('Twice');
    for (const _ of [1, 2]) expectOk(await generic.post('/Groups', { schemas: [GROUP], displayName }), 201);
  });
});
