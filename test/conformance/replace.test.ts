import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import type { JsonObject } from '../../src/scim/schema/index.js';
import { type Client, type Resource, unique } from './support/client.ts';
import { expectRefusal, expectUnchanged, type Refusal } from './support/refusal.ts';
import { countUsers, expectOk, metaOf, type Stage, startStage } from './support/stage.ts';
import { ENTERPRISE, GROUP, USER } from './support/urns.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

/** A body for a user that keeps its name. */
const bodyOf = ({ userName = '' }: Resource, attributes: JsonObject = {}): JsonObject => ({
  schemas: [USER],
  userName,
  ...attributes,
});

/** A PUT that must succeed; what it answers is what is stored. */
async function replace(client: Client, path: string, body: JsonObject): Promise<Resource> {
  const answer = expectOk(await client.put(path, body));
  const stored = await client.read(path);
  expect(answer.body).toEqual(stored);
  return stored;
}

async function expectRefused(client: Client, path: string, body: JsonObject, refusal: Refusal): Promise<void> {
  await expectUnchanged(client, path, async () => expectRefusal(await client.put(path, body), refusal));
}

describe('what a replace changes', () => {
  it('PUT-01: users and groups can be replaced', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const user = await client.user();
      expect(await replace(client, `/Users/${user.id}`, bodyOf(user, { title: 'x' }))).toMatchObject({ title: 'x' });
      const { id } = await client.group();
      const displayName = unique('renamed');
      expect(await replace(client, `/Groups/${id}`, { schemas: [GROUP], displayName })).toMatchObject({ displayName });
    }
  });

  it('PUT-02: the answer is the whole resource, as far as it is asked for', async () => {
    const { generic } = stage;
    const user = await generic.user({ title: 'a' });
    const path = `/Users/${user.id}`;
    const body = bodyOf(user, { title: 'b', nickName: 'n' });
    const whole = await replace(generic, path, body);
    expect(whole).toMatchObject(body);
    const some = await generic.send('PUT', `${path}?attributes=title`, { body });
    expect(expectOk(some).body).toEqual({ schemas: [USER], id: user.id, title: 'b' });
    const others = await generic.send('PUT', `${path}?excludedAttributes=title,meta`, { body });
    expect(Object.keys(expectOk(others).body)).not.toContain('title');
  });

  it('PUT-04: values are replaced, multi-valued attributes as a whole', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const user = await client.user({
        name: { givenName: 'a', familyName: 'b' },
        emails: [{ value: 'a@example.com', type: 'work' }, { value: 'b@example.com' }],
      });
      const wanted = { name: { givenName: 'c' }, emails: [{ value: 'c@example.com', type: 'home' }] };
      const { name, emails } = await replace(client, `/Users/${user.id}`, bodyOf(user, wanted));
      expect({ name, emails }).toEqual(wanted);
      expect(await countUsers(client, `id eq "${user.id}" and emails.value eq "a@example.com"`)).toBe(0);
      expect(await countUsers(client, `id eq "${user.id}" and emails.value eq "c@example.com"`)).toBe(1);
    }
  });

  it('PUT-04: members are replaced as a whole', async () => {
    const { generic } = stage;
    const [one, two, three] = [await generic.user(), await generic.user(), await generic.user()];
    const group = await generic.group({ members: [{ value: one.id }, { value: two.id }] });
    const body = {
      schemas: [GROUP],
      displayName: group.displayName ?? '',
      members: [two, three].map(({ id }) => ({ value: id })),
    };
    const { members } = await replace(generic, `/Groups/${group.id}`, body);
    expect(members).toEqual([two, three].map(({ id }) => expect.objectContaining({ value: id })));
    expect(await generic.read(`/Users/${one.id}`)).not.toHaveProperty('groups');
  });

  it('PUT-07: what is omitted is cleared', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const user = await client.user({
        title: 't',
        externalId: 'x',
        name: { givenName: 'g' },
        phoneNumbers: [{ value: '1' }],
      });
      const stored = await replace(client, `/Users/${user.id}`, bodyOf(user));
      expect(Object.keys(stored).toSorted()).toEqual(['active', 'id', 'meta', 'schemas', 'userName']);
    }
  });

  it('PUT-07: an omitted active neither enables nor disables (A-01)', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      for (const active of [true, false]) {
        const user = await client.user({ active });
        expect(await replace(client, `/Users/${user.id}`, bodyOf(user, { title: 'x' }))).toMatchObject({ active });
      }
    }
  });

  it('PUT-07: omitted members leave an empty group', async () => {
    const { generic } = stage;
    const { id } = await generic.user();
    const group = await generic.group({ members: [{ value: id }] });
    const stored = await replace(generic, `/Groups/${group.id}`, {
      schemas: [GROUP],
      displayName: group.displayName ?? '',
    });
    expect(stored).not.toHaveProperty('members');
    expect(await generic.read(`/Users/${id}`)).not.toHaveProperty('groups');
  });

  it('PUT-08: null and [] clear, active too unless the profile takes null for absence', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      for (const active of [true, false]) {
        const user = await client.user({ title: 't', emails: [{ value: 'a@example.com' }], active });
        const body = bodyOf(user, { title: null, emails: [], name: null, active: null, [ENTERPRISE]: null });
        const stored = await replace(client, `/Users/${user.id}`, body);
        for (const name of ['title', 'emails', 'name', ENTERPRISE]) expect(stored).not.toHaveProperty([name]);
        expect(stored).toMatchObject({ active: active && client === generic });
      }
    }
  });

  it('A-01: a PATCH that leaves active without a value does what null in a PUT does', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      for (const active of [true, false]) {
        for (const operation of [
          { op: 'remove', path: 'active' },
          { op: 'replace', path: 'active', value: null },
          { op: 'replace', value: { active: null } },
        ]) {
          const user = await client.user({ active });
          const answer = await client.patch(`/Users/${user.id}`, operation);
          expect(answer).toMatchObject({ status: 200, body: { active: active && client === generic } });
        }
      }
    }
  });

  it('PUT-17: an omitted extension is cleared and leaves schemas', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const user = await client.user({ [ENTERPRISE]: { department: 'd' } });
      expect(user.schemas).toEqual([USER, ENTERPRISE]);
      const stored = await replace(client, `/Users/${user.id}`, bodyOf(user));
      expect(stored.schemas).toEqual([USER]);
      expect(stored).not.toHaveProperty(ENTERPRISE);
    }
  });
});

describe('what a replace keeps', () => {
  it('PUT-05: readOnly attributes', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const manager = await client.user({ displayName: 'The Manager' });
      const user = await client.user();
      const group = await client.group({ members: [{ value: user.id }] });
      const before = await client.read(`/Users/${user.id}`);
      const stored = await replace(
        client,
        `/Users/${user.id}`,
        bodyOf(user, {
          groups: [],
          meta: { created: '2000-01-01T00:00:00Z', resourceType: 'X' },
          [ENTERPRISE]: { manager: { value: manager.id, displayName: 'Somebody Else' } },
        }),
      );
      expect(stored).toMatchObject({
        groups: [{ value: group.id }],
        meta: { created: metaOf(before).created, resourceType: 'User' },
        [ENTERPRISE]: { manager: { displayName: 'The Manager' } },
      });
    }
  });

  it('PUT-06: a member is the same whatever else is said of it', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const { id } = await client.user();
      const group = await client.group({ members: [{ value: id }] });
      for (const more of [{ type: 'User' }, { type: 'Group', display: 'x', $ref: 'https://elsewhere.test/Users/1' }]) {
        const body = { schemas: [GROUP], displayName: group.displayName ?? '', members: [{ value: id, ...more }] };
        expect(await replace(client, `/Groups/${group.id}`, body)).toEqual(group);
      }
    }
  });

  it('PUT-11: its own userName, also in another case', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const userName = unique('Own');
      const { id } = await client.user({ userName });
      for (const name of [userName, userName.toUpperCase()]) {
        const stored = await replace(client, `/Users/${id}`, { schemas: [USER], userName: name, title: name });
        expect(stored).toMatchObject({ userName: name });
      }
      expect(await countUsers(client, `userName eq "${userName}"`)).toBe(1);
    }
  });

  it('PUT-12: the password when there is none in the body', async () => {
    const { server, connect } = stage;
    const client = await connect({ passwords: 'store' });
    const hashes = async (id: string) => {
      const { siteId } = server;
      return server.database.read(sql`SELECT hash FROM user_passwords WHERE site_id = ${siteId} AND user_id = ${id}`);
    };
    const user = await client.user({ password: 'Secret-1' });
    const before = await hashes(user.id);
    expect(before).toHaveLength(1);
    await replace(client, `/Users/${user.id}`, bodyOf(user, { title: 'x' }));
    expect(await hashes(user.id)).toEqual(before);
    await replace(client, `/Users/${user.id}`, bodyOf(user, { title: 'x', password: 'Secret-2' }));
    expect(await hashes(user.id)).not.toEqual(before);
  });

  it('PUT-14: id and created; lastModified grows when something changed', async () => {
    const { generic } = stage;
    const user = await generic.user();
    const stored = await replace(generic, `/Users/${user.id}`, bodyOf(user, { title: 'x' }));
    expect(stored.id).toBe(user.id);
    expect(metaOf(stored).created).toBe(metaOf(user).created);
    expect(metaOf(stored).lastModified > metaOf(user).lastModified).toBe(true);
  });

  it('PUT-15: lastModified and version when nothing changed', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const member = await client.user({ title: 't', emails: [{ value: 'a@example.com' }], externalId: 'x' });
      const group = await client.group({ members: [{ value: member.id }], externalId: 'y' });
      for (const path of [`/Users/${member.id}`, `/Groups/${group.id}`]) {
        const before = await client.read(path);
        expect(await replace(client, path, before)).toEqual(before);
      }
    }
  });

  it('PUT-16: its id, whatever id the body has', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const [one, two] = [await client.user(), await client.user()];
      expect(await replace(client, `/Users/${one.id}`, bodyOf(one, { id: two.id, title: 'x' }))).toMatchObject({
        id: one.id,
      });
      expect(await client.read(`/Users/${two.id}`)).toEqual(two);
    }
  });
});

describe('a replace that is refused', () => {
  it('PUT-03, HTTP-11: of an unknown id, and nothing is created', async () => {
    const { generic } = stage;
    for (const id of ['0190aaaa-0000-7000-8000-000000000002', 'none']) {
      const userName = unique('nobody');
      expectRefusal(await generic.put(`/Users/${id}`, { schemas: [USER], userName }), { status: 404 });
      expect(await countUsers(generic, `userName eq "${userName}"`)).toBe(0);
      const displayName = unique('nothing');
      expectRefusal(await generic.put(`/Groups/${id}`, { schemas: [GROUP], displayName }), { status: 404 });
      const found = await generic.get('/Groups', { filter: `displayName eq "${displayName}"` });
      expect(found.body.totalResults).toBe(0);
    }
  });

  it('PUT-09: without a required attribute', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const refusal = { scimType: 'invalidValue' };
      const user = await client.user();
      for (const userName of [null, '', ' ']) {
        await expectRefused(
          client,
          `/Users/${user.id}`,
          { schemas: [USER], userName },
          { ...refusal, names: /userName/ },
        );
      }
      await expectRefused(
        client,
        `/Users/${user.id}`,
        { schemas: [USER], title: 'x' },
        { ...refusal, names: /userName/ },
      );
      const { id } = await client.user();
      const group = await client.group({ members: [{ value: id }] });
      await expectRefused(client, `/Groups/${group.id}`, { schemas: [GROUP] }, { ...refusal, names: /displayName/ });
    }
  });

  it('PUT-10: to a userName that is taken', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const other = await client.user();
      const user = await client.user();
      const body = { schemas: [USER], userName: String(other.userName).toUpperCase(), title: 'x' };
      await expectRefused(client, `/Users/${user.id}`, body, { status: 409, scimType: 'uniqueness' });
      expect(await client.read(`/Users/${other.id}`)).toEqual(other);
    }
  });

  it('PUT-13: of a version that is no longer there', async () => {
    const { generic } = stage;
    const user = await generic.user();
    const path = `/Users/${user.id}`;
    const put = (title: string, version: string) =>
      generic.send('PUT', path, { body: bodyOf(user, { title }), headers: { 'if-match': version } });
    const first = metaOf(user).version;
    const second = expectOk(await put('one', first)).headers.get('etag');
    expect(second).not.toBe(first);
    await expectUnchanged(generic, path, async () => expectRefusal(await put('two', first), { status: 412 }));
    expect(await generic.read(path)).toMatchObject({ title: 'one', meta: { version: second } });
  });

  it('PUT-18: with wrong types or syntax', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const user = await client.user({ title: 't', emails: [{ value: 'a@example.com' }] });
      const path = `/Users/${user.id}`;
      await expectRefused(client, path, bodyOf(user, { title: 1 }), { scimType: 'invalidValue', names: /title/ });
      await expectRefused(client, path, bodyOf(user, { title: 'x', Title: 'y' }), { scimType: 'invalidSyntax' });
      await expectRefused(client, path, { userName: unique() }, { scimType: 'invalidSyntax', names: /schemas/ });
      for (const body of ['{', '[]', '"x"', '']) {
        await expectUnchanged(client, path, async () =>
          expectRefusal(await client.send('PUT', path, { body }), { scimType: 'invalidSyntax' }),
        );
      }
    }
  });
});
