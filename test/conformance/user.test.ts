import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { verify } from '@node-rs/argon2';
import { sql } from '../../src/database/index.js';
import type { JsonObject } from '../../src/scim/schema/index.js';
import { type Client, unique } from './support/client.ts';
import { expectPatchRefused, expectRefusal, expectUnchanged } from './support/refusal.ts';
import { countUsers, expectNoUser, expectOk, type Stage, startStage } from './support/stage.ts';
import { USER } from './support/urns.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

async function expectKept(client: Client, attributes: JsonObject): Promise<void> {
  const { id } = await client.user(attributes);
  expect(await client.read(`/Users/${id}`)).toMatchObject(attributes);
}

async function expectInvalid(client: Client, attributes: JsonObject, names: RegExp): Promise<void> {
  const refusal = { scimType: 'invalidValue', names };
  const userName = unique('refused');
  expectRefusal(await client.post('/Users', { schemas: [USER], userName, ...attributes }), refusal);
  await expectNoUser(client, userName);
  const { id } = await client.user();
  await expectUnchanged(client, `/Users/${id}`, async () =>
    expectRefusal(await client.put(`/Users/${id}`, { schemas: [USER], userName, ...attributes }), refusal),
  );
  await expectPatchRefused(client, `/Users/${id}`, [{ op: 'add', value: attributes }], refusal);
}

describe('singular attributes', () => {
  it('USR-01: userName is required, not empty, and unique without regard to case', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const userName = unique('Straße Ä');
      const { id } = await client.user({ userName });
      expect(await client.read(`/Users/${id}`)).toMatchObject({ userName });
      // Full width letters and combining marks are the same name as well.
      for (const same of [userName.toLowerCase(), userName.normalize('NFD'), userName.replace('S', 'Ｓ')]) {
        const answer = await client.post('/Users', { schemas: [USER], userName: same });
        expectRefusal(answer, { status: 409, scimType: 'uniqueness' });
        expect(await countUsers(client, `userName eq ${JSON.stringify(same)}`)).toBe(1);
      }
      for (const path of ['userName', 'USERNAME']) {
        await expectPatchRefused(client, `/Users/${id}`, [{ op: 'remove', path }], { scimType: 'mutability' });
      }
      await expectInvalid(client, { userName: '' }, /userName/);
    }
  });

  it('USR-05: groups is readOnly; membership changes through the group', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const group = await client.group();
      const user = await client.user({ groups: [{ value: group.id }] });
      const path = `/Users/${user.id}`;
      const groups = [{ value: group.id }];
      expectOk(await client.put(path, { schemas: [USER], userName: user.userName ?? '', groups }));
      for (const operation of [
        { op: 'add', path: 'groups', value: groups },
        { op: 'replace', path: `groups[value eq "${group.id}"].display`, value: 'x' },
        { op: 'remove', path: 'groups' },
      ]) {
        await expectPatchRefused(client, path, [operation], { scimType: 'mutability', names: /groups/ });
      }
      expect(await client.read(path)).not.toHaveProperty('groups');
      expect(await client.read(`/Groups/${group.id}`)).not.toHaveProperty('members');
    }
  });

  it('USR-06: groups have id, URI and name of the group', async () => {
    const { generic } = stage;
    const { id } = await generic.user();
    const group = await generic.group({ members: [{ value: id }] });
    const shown = (display: unknown) => [
      { value: group.id, $ref: `${generic.baseUrl}/Groups/${group.id}`, display, type: 'direct' },
    ];
    expect((await generic.read(`/Users/${id}`)).groups).toEqual(shown(group.displayName));
    await generic.patch(`/Groups/${group.id}`, { op: 'replace', path: 'displayName', value: 'Renamed' });
    expect((await generic.read(`/Users/${id}`)).groups).toEqual(shown('Renamed'));
  });

  it('USR-07: groups above those of a user are indirect', async () => {
    const { generic } = stage;
    const { id } = await generic.user();
    const inner = await generic.group({ members: [{ value: id }] });
    const middle = await generic.group({ members: [{ value: inner.id }] });
    const outer = await generic.group({ members: [{ value: middle.id }, { value: id }] });
    const { groups } = await generic.read(`/Users/${id}`);
    expect(groups).toHaveLength(3);
    expect(groups).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ value: inner.id, type: 'direct' }),
        expect.objectContaining({ value: middle.id, type: 'indirect' }),
        expect.objectContaining({ value: outer.id, type: 'direct' }),
      ]),
    );
    expect(await countUsers(generic, `id eq "${id}" and groups[value eq "${middle.id}" and type eq "indirect"]`)).toBe(
      1,
    );
    expectOk(await generic.patch(`/Groups/${inner.id}`, { op: 'remove', path: 'members' }), 204);
    expect(await generic.read(`/Users/${id}`)).toMatchObject({ groups: [{ value: outer.id }] });
  });

  it.each([
    ['USR-08', 'country', { addresses: [{ country: 'USA', type: 'work' }] }],
    ['USR-11', 'preferredLanguage', { preferredLanguage: 'en_US, sv;q=0.8' }],
    ['USR-12', 'locale', { locale: 'en_US' }],
    ['USR-13', 'timezone', { timezone: 'America/Los_Angeles' }],
    ['USR-14', 'an address', { emails: [{ value: 'First Last@Example.COM' }] }],
    ['USR-15', 'a phone number', { phoneNumbers: [{ value: '+1 (555) 555-5555 ext. 7', type: 'work' }] }],
  ])('%s: %s is kept as sent, whatever its format (A-46)', async (_id, _name, attributes) => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) await expectKept(client, attributes);
  });

  it('USR-16: active is a boolean that goes and comes back', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const { id } = await client.user();
      for (const active of [false, true]) {
        expectOk(await client.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: active }));
        expect(await client.read(`/Users/${id}`)).toMatchObject({ active });
        expect(await countUsers(client, `id eq "${id}" and active eq ${active}`)).toBe(1);
      }
      await expectInvalid(client, { active: 'perhaps' }, /active/);
    }
  });

  it('USR-17: a name keeps all its parts', async () => {
    const { generic, strict } = stage;
    const name = {
      formatted: 'Ms. Barbara J Jensen, III',
      familyName: 'Jensen',
      givenName: 'Barbara',
      middleName: 'Jane',
      honorificPrefix: 'Ms.',
      honorificSuffix: 'III',
    };
    for (const client of [generic, strict]) {
      const { id } = await client.user({ name });
      expect((await client.read(`/Users/${id}`)).name).toEqual(name);
      const part = { op: 'replace', value: { name: { middleName: 'J' } } };
      expect(expectOk(await client.patch(`/Users/${id}`, part)).body.name).toEqual({ ...name, middleName: 'J' });
    }
  });

  it('USR-18: profileUrl is a URI', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      await expectKept(client, { profileUrl: 'https://login.example.com/bjensen' });
      await expectInvalid(client, { profileUrl: 'not a uri' }, /profileUrl/);
    }
  });

  it('USR-20: the least that is shown is schemas, id, userName and meta; active besides', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const { id } = await client.user();
      const user = await client.read(`/Users/${id}`);
      expect(Object.keys(user).toSorted()).toEqual(['active', 'id', 'meta', 'schemas', 'userName']);
    }
  });
});

describe('multi-valued attributes', () => {
  it('USR-09: a certificate is base64', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      await expectKept(client, {
        x509Certificates: [{ value: 'MIIDQzCCAqygAwIBAgICEAAwDQYJKoZIhvcNAQEFBQAwTjELMAkG' }],
      });
      await expectInvalid(client, { x509Certificates: [{ value: '-----BEGIN' }] }, /x509Certificates\[0\]\.value/);
    }
  });

  it('USR-10: a photo is a URL', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      await expectKept(client, { photos: [{ value: 'https://photos.example.com/face.jpg', type: 'thumbnail' }] });
      await expectKept(client, { photos: [{ value: 'data:image/png;base64,iVBORw0KGgo=' }] });
      await expectInvalid(client, { photos: [{ value: 'a picture' }] }, /photos\[0\]\.value/);
    }
  });

  it('USR-19: entitlements and roles are free text, in the order sent', async () => {
    const { generic, strict } = stage;
    const values = [
      { value: 'zeta', display: 'Zeta', type: 'x', primary: true },
      { value: 'alpha', display: 'Alpha' },
      { value: 'Mid dle/1', type: 'y' },
    ];
    for (const client of [generic, strict]) {
      const { id } = await client.user({ entitlements: values, roles: values });
      const user = await client.read(`/Users/${id}`);
      expect({ entitlements: user.entitlements, roles: user.roles }).toEqual({ entitlements: values, roles: values });
      const added = { op: 'add', path: 'roles', value: [{ value: 'beta' }] };
      expect(expectOk(await client.patch(`/Users/${id}`, added)).body.roles).toEqual([...values, { value: 'beta' }]);
    }
  });
});

describe('passwords', () => {
  const storing = () => stage.connect({ passwords: 'store' });
  const hashOf = async (id: string): Promise<string | undefined> => {
    const { database, siteId } = stage.server;
    const rows = await database.read<{ hash: string }>(
      sql`SELECT hash FROM user_passwords WHERE site_id = ${siteId} AND user_id = ${id}`,
    );
    return rows[0]?.hash;
  };

  it('USR-02: a password is stored as a hash alone and never shown', async () => {
    const client = await storing();
    const { id } = await client.user({ password: 'Tr0ub4dor&3' });
    expect(await hashOf(id)).toMatch(/^\$argon2id\$/);
    for (const query of [{}, { attributes: 'password' }]) {
      expect((await client.get(`/Users/${id}`, query)).text).not.toMatch(/Tr0ub4dor|argon2|password/i);
    }
    const { database, siteId } = stage.server;
    const rows = await database.read(sql`SELECT * FROM users WHERE site_id = ${siteId} AND id = ${id}`);
    const log = await database.read(sql`SELECT * FROM log_entries WHERE site_id = ${siteId}`);
    expect(log.length).toBeGreaterThan(0);
    expect(JSON.stringify([rows, log])).not.toMatch(/Tr0ub4dor|argon2/);
  });

  it('USR-03: a password is prepared as an OpaqueString: spaces are one kind, letters NFC, no control characters', async () => {
    const client = await storing();
    const { id } = await client.user({ password: 'cafe\u0301\u00a0noir' });
    expect(await verify((await hashOf(id)) ?? '', 'caf\u00e9 noir')).toBe(true);
    const before = await hashOf(id);
    const operation = { op: 'replace', path: 'password', value: 'a\u0007b' };
    await expectPatchRefused(client, `/Users/${id}`, [operation], { scimType: 'invalidValue', names: /password/ });
    expect(await hashOf(id)).toBe(before);
  });

  it('USR-04: PUT and PATCH change the password where changePassword is supported', async () => {
    const client = await storing();
    expect((await client.get('/ServiceProviderConfig')).body).toMatchObject({ changePassword: { supported: true } });
    const { id, userName = '' } = await client.user({ password: 'first' });
    expectOk(await client.put(`/Users/${id}`, { schemas: [USER], userName, password: 'second' }));
    expect(await verify((await hashOf(id)) ?? '', 'second')).toBe(true);
    expectOk(await client.patch(`/Users/${id}`, { op: 'replace', path: 'password', value: 'third' }));
    expect(await verify((await hashOf(id)) ?? '', 'third')).toBe(true);
  });

  it('USR-04: elsewhere a password is ignored or refused, as the connection says', async () => {
    const { generic, connect } = stage;
    expect((await generic.get('/ServiceProviderConfig')).body).toMatchObject({ changePassword: { supported: false } });
    const { id } = await generic.user({ password: 'ignored' });
    await expectUnchanged(generic, `/Users/${id}`, async () => {
      expectOk(await generic.patch(`/Users/${id}`, { op: 'replace', path: 'password', value: 'ignored' }));
    });
    expect(await hashOf(id)).toBeUndefined();
    await expectInvalid(await connect({ passwords: 'refuse' }), { password: 'refused' }, /password/);
  });
});
