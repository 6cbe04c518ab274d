import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonValue } from '../../src/scim/schema/index.js';
import { type Client, type Resource, unique } from './support/client.ts';
import { expectPatchRefused, expectRefusal, expectUnchanged } from './support/refusal.ts';
import { expectOk, metaOf, type Stage, startStage } from './support/stage.ts';
import { GROUP } from './support/urns.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const UNKNOWN = '0190aaaa-0000-7000-8000-000000000004';

const references = (resources: readonly Resource[]) => resources.map(({ id }) => ({ value: id }));

async function changed(client: Client, group: Resource, ...operations: Parameters<Client['patch']>[1][]) {
  const answer = await client.patch(`/Groups/${group.id}`, ...operations);
  expect({ status: answer.status, body: answer.body }).toMatchObject({ status: client === stage.strict ? 200 : 204 });
  return client.read(`/Groups/${group.id}`);
}

/** The ids of a resource's members or groups, sorted. */
function idsOf(list: JsonValue | undefined): unknown[] {
  return (Array.isArray(list) ? list : []).map((each) => Object(each).value).toSorted();
}

const sorted = (...resources: Resource[]) => resources.map(({ id }) => id).toSorted();

describe('a group', () => {
  it('GRP-01: has a displayName', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const before = (await client.get('/Groups', { count: 0 })).body.totalResults;
      for (const displayName of [undefined, null, '']) {
        const body = { schemas: [GROUP], ...(displayName === undefined ? {} : { displayName }) };
        expectRefusal(await client.post('/Groups', body), { scimType: 'invalidValue', names: /displayName/ });
      }
      expect((await client.get('/Groups', { count: 0 })).body.totalResults).toBe(before);
      const { id } = await client.group();
      await expectPatchRefused(client, `/Groups/${id}`, [{ op: 'remove', path: 'displayName' }], {
        scimType: 'mutability',
      });
    }
  });

  it('GRP-02: may have the name of another', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const displayName = unique('Same');
      const [one, two] = [await client.group({ displayName }), await client.group({ displayName })];
      expect(one.id).not.toBe(two.id);
      const found = await client.get('/Groups', { filter: `displayName eq "${displayName}"` });
      expect(found.body.totalResults).toBe(2);
    }
  });

  it('GRP-07: may be without members, from the start or later', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const user = await client.user();
      for (const group of [await client.group(), await client.group({ members: [] })]) {
        expect(group).not.toHaveProperty('members');
        const add = { op: 'add', path: 'members', value: references([user]) };
        for (const empty of [
          { op: 'remove', path: 'members' },
          { op: 'replace', path: 'members', value: [] },
        ]) {
          expect(idsOf((await changed(client, group, add)).members)).toEqual([user.id]);
          expect(await changed(client, group, empty)).not.toHaveProperty('members');
        }
      }
    }
  });
});

describe('members', () => {
  it('GRP-03: have id, URI and type of the resource', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const user = await client.user({ displayName: 'Ann' });
      const child = await client.group();
      const { members } = await client.group({ members: references([user, child]) });
      expect(members).toHaveLength(2);
      expect(members).toEqual(
        expect.arrayContaining([
          { value: user.id, $ref: `${client.baseUrl}/Users/${user.id}`, display: 'Ann', type: 'User' },
          { value: child.id, $ref: `${client.baseUrl}/Groups/${child.id}`, display: child.displayName, type: 'Group' },
        ]),
      );
    }
  });

  it('GRP-04: come and go as a whole, their parts do not change', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const [one, two] = [await client.user(), await client.user()];
      const group = await client.group({ members: references([one]) });
      for (const [name, value] of Object.entries({ value: two.id, type: 'Group', display: 'x' })) {
        const operation = { op: 'replace', path: `members[value eq "${one.id}"].${name}`, value };
        await expectPatchRefused(client, `/Groups/${group.id}`, [operation], { scimType: 'mutability' });
      }
      const add = { op: 'add', path: 'members', value: references([two]) };
      expect(idsOf((await changed(client, group, add)).members)).toEqual(sorted(one, two));
      const remove = { op: 'remove', path: `members[value eq "${one.id}"]` };
      expect(idsOf((await changed(client, group, remove)).members)).toEqual([two.id]);
    }
  });

  it('GRP-08: that do not exist are refused by name, and nothing changes', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const user = await client.user();
      const gone = await client.user();
      await client.delete(`/Users/${gone.id}`);
      for (const unknown of [UNKNOWN, 'no-such-member', gone.id, user.id.toUpperCase()]) {
        const refusal = { scimType: 'invalidValue', names: unknown };
        const displayName = unique('Unknown');
        const members = [{ value: user.id }, { value: unknown }];
        expectRefusal(await client.post('/Groups', { schemas: [GROUP], displayName, members }), refusal);
        const found = await client.get('/Groups', { filter: `displayName eq "${displayName}"` });
        expect(found.body.totalResults).toBe(0);
        const path = `/Groups/${(await client.group()).id}`;
        await expectPatchRefused(client, path, [{ op: 'add', path: 'members', value: members }], refusal);
        await expectUnchanged(client, path, async () =>
          expectRefusal(await client.put(path, { schemas: [GROUP], displayName, members }), refusal),
        );
      }
      expect(await client.read(`/Users/${user.id}`)).not.toHaveProperty('groups');
    }
  });

  it('GRP-09: that are there already are not added again, and nothing changes', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const user = await client.user();
      const group = await client.group({ members: references([user, user]) });
      expect(idsOf(group.members)).toEqual([user.id]);
      const add = { op: 'add', path: 'members', value: references([user, user]) };
      expect(await changed(client, group, add)).toEqual(group);
    }
  });

  it('GRP-10: see their groups change at once', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const user = await client.user();
      const group = await client.group();
      const groups = async () => idsOf((await client.read(`/Users/${user.id}`)).groups);
      await changed(client, group, { op: 'add', path: 'members', value: references([user]) });
      expect(await groups()).toEqual([group.id]);
      await changed(client, group, { op: 'remove', path: 'members', value: references([user]) });
      expect(await groups()).toEqual([]);
      await client.put(`/Groups/${group.id}`, { schemas: [GROUP], displayName: 'x', members: references([user]) });
      expect(await groups()).toEqual([group.id]);
    }
  });

  it('GRP-11: are described by the server, whatever the client says; $ref may be null (Entra)', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const user = await client.user({ displayName: 'Ann' });
      const shown = [{ value: user.id, $ref: `${client.baseUrl}/Users/${user.id}`, display: 'Ann', type: 'User' }];
      for (const said of [
        { $ref: null },
        { type: 'Group', display: 'Bob', $ref: `${client.baseUrl}/Groups/${UNKNOWN}` },
        { type: null, display: null },
      ]) {
        const member = { value: user.id, ...said };
        expect((await client.group({ members: [member] })).members).toEqual(shown);
        const add = { op: 'add', path: 'members', value: [member] };
        expect((await changed(client, await client.group(), add)).members).toEqual(shown);
      }
    }
  });

  it('GRP-12: come and go by the thousand', async () => {
    const { generic } = stage;
    const users: Resource[] = [];
    while (users.length < 1000) {
      users.push(...(await Promise.all(Array.from({ length: 50 }, () => generic.user()))));
    }
    const group = await generic.group();
    const full = await changed(generic, group, { op: 'add', path: 'members', value: references(users) });
    expect(idsOf(full.members)).toEqual(sorted(...users));
    const some = { op: 'remove', path: 'members', value: references(users.slice(1)) };
    expect(idsOf((await changed(generic, group, some)).members)).toEqual([users[0]?.id]);
  });

  it('GRP-13: change the version of the group, not that of the users', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const user = await client.user();
      const path = `/Users/${user.id}`;
      let group = await client.group();
      for (const op of ['add', 'remove']) {
        const after = await changed(client, group, { op, path: 'members', value: references([user]) });
        expect(metaOf(after).version).not.toBe(metaOf(group).version);
        expect(metaOf(after).lastModified > metaOf(group).lastModified).toBe(true);
        const answer = expectOk(await client.get(path));
        expect(answer.body.meta).toEqual(user.meta);
        expect(answer.headers.get('etag')).toBe(metaOf(user).version);
        group = after;
      }
    }
  });
});

describe('nesting', () => {
  it('GRP-05: a group may be a member of a group', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const child = await client.group();
      const parent = await client.group();
      const after = await changed(client, parent, { op: 'add', path: 'members', value: references([child]) });
      expect(after).toMatchObject({ members: [{ value: child.id, type: 'Group' }] });
    }
  });

  it('GRP-06: a cycle is taken and harms nothing', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const user = await client.user();
      const one = await client.group({ members: references([user]) });
      const two = await client.group({ members: references([one]) });
      const after = await changed(client, one, { op: 'add', path: 'members', value: references([two]) });
      expect(idsOf(after.members)).toEqual(sorted(user, two));
      const groups = async () => (await client.read(`/Users/${user.id}`)).groups;
      expect(await groups()).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ value: one.id, type: 'direct' }),
          expect.objectContaining({ value: two.id, type: 'indirect' }),
        ]),
      );
      expect(await groups()).toHaveLength(2);
      expect((await client.delete(`/Groups/${two.id}`)).status).toBe(204);
      expect(idsOf(await groups())).toEqual([one.id]);
      await changed(client, one, { op: 'add', path: 'members', value: references([one]) });
      expect(idsOf(await groups())).toEqual([one.id]);
    }
  });
});
