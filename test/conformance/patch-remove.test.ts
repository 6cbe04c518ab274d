import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { JsonValue } from '../../src/scim/schema/index.js';
import type { Client } from './support/client.ts';
import { expectPatchRefused, expectUnchanged } from './support/refusal.ts';
import { expectOk, type Stage, startStage } from './support/stage.ts';
import { ENTERPRISE, USER } from './support/urns.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const remove = (path: string, more: { value?: JsonValue } = {}) => ({ op: 'remove', path, ...more });
const WORK = { value: 'a@example.com', type: 'work', display: 'Office' };
const HOME = { value: 'b@example.com', type: 'home', display: 'Home' };

async function membersOf(client: Client, id: string): Promise<JsonValue[]> {
  const { members = [] } = await client.read(`/Groups/${id}`);
  if (!Array.isArray(members)) throw new Error('members is no list');
  return members.map((member) => (member as { value: string }).value).sort();
}

async function groupOfThree(client: Client) {
  const { ids } = await client.users({ one: {}, two: {}, three: {} });
  const { id } = await client.group({ members: Object.values(ids).map((value) => ({ value })) });
  return { ids, id };
}

it('PATR-01: remove needs a path', async () => {
  for (const client of [stage.generic, stage.strict]) {
    const { id } = await client.user({ title: 'x' });
    for (const operation of [{ op: 'remove' }, { op: 'remove', path: null }, { op: 'remove', value: { title: 'x' } }]) {
      await expectPatchRefused(client, `/Users/${id}`, [operation], { scimType: 'noTarget', names: /path/ });
    }
  }
});

it('PATR-02: a single value is unassigned', async () => {
  const { strict } = stage;
  const { id } = await strict.user({ nickName: 'x', externalId: 'e-1', name: { givenName: 'Ada' } });
  for (const path of ['nickName', 'externalId', 'name']) {
    expect(expectOk(await strict.patch(`/Users/${id}`, remove(path))).body).not.toHaveProperty(path);
  }
});

it('PATR-03: all values of a multi-valued attribute, all members of a group', async () => {
  for (const client of [stage.generic, stage.strict]) {
    const user = await client.user({ emails: [WORK, HOME] });
    expect(expectOk(await client.patch(`/Users/${user.id}`, remove('emails'))).body).not.toHaveProperty('emails');
    for (const operation of [remove('members'), remove('members', { value: null })]) {
      const { id } = await groupOfThree(client);
      expect((await client.patch(`/Groups/${id}`, operation)).status).toBeLessThan(300);
      expect(await client.read(`/Groups/${id}`)).not.toHaveProperty('members');
    }
  }
});

it('PATR-04: what a value path selects', async () => {
  const { strict } = stage;
  const { id } = await strict.user({ emails: [WORK, HOME] });
  expect(expectOk(await strict.patch(`/Users/${id}`, remove('emails[type eq "work"]'))).body.emails).toEqual([HOME]);
  const { body } = expectOk(await strict.patch(`/Users/${id}`, remove('emails[value ew "@example.com"]')));
  expect(body).not.toHaveProperty('emails');
});

it('PATR-04: members that a condition selects', async () => {
  const { generic } = stage;
  const { ids, id } = await groupOfThree(generic);
  const inner = await generic.group();
  expectOk(await generic.patch(`/Groups/${id}`, { op: 'add', path: 'members', value: [{ value: inner.id }] }), 204);
  expectOk(await generic.patch(`/Groups/${id}`, remove('members[type eq "Group"]')), 204);
  expect(await membersOf(generic, id)).toEqual(Object.values(ids).sort());
  const path = `members[value eq "${ids.one}" or value eq "${ids.two}"]`;
  expectOk(await generic.patch(`/Groups/${id}`, remove(path)), 204);
  expect(await membersOf(generic, id)).toEqual([ids.three]);
});

it('PATR-05: one part of the values a value path selects', async () => {
  const { strict } = stage;
  const { id } = await strict.user({ emails: [WORK, HOME] });
  const { body } = expectOk(await strict.patch(`/Users/${id}`, remove('emails[type eq "work"].display')));
  expect(body.emails).toEqual([{ value: WORK.value, type: 'work' }, HOME]);
});

it('PATR-06: what is required or readOnly stays', async () => {
  for (const client of [stage.generic, stage.strict]) {
    const { id } = await client.user();
    for (const path of ['userName', 'id', 'meta', 'groups', 'schemas']) {
      await expectPatchRefused(client, `/Users/${id}`, [remove(path)], { scimType: 'mutability', names: path });
    }
    const group = await client.group();
    const refusal = { scimType: 'mutability', names: /displayName/ };
    await expectPatchRefused(client, `/Groups/${group.id}`, [remove('displayName')], refusal);
  }
});

it('PATR-07: a member that is none is removed without a change', async () => {
  const { generic } = stage;
  const { id } = await groupOfThree(generic);
  const stranger = await generic.user();
  for (const operation of [
    remove(`members[value eq "${stranger.id}"]`),
    remove('members[value eq "nobody"]'),
    remove('members', { value: [{ value: stranger.id }] }),
    remove('members', { value: [] }),
  ]) {
    await expectUnchanged(generic, `/Groups/${id}`, async () => {
      expectOk(await generic.patch(`/Groups/${id}`, operation), 204);
    });
  }
});

it('PATR-08: remove of members with a list removes those listed and never all', async () => {
  for (const client of [stage.generic, stage.strict]) {
    const { ids, id } = await groupOfThree(client);
    const one = remove('members', { value: [{ value: ids.one }] });
    expect((await client.patch(`/Groups/${id}`, one)).status).toBeLessThan(300);
    expect(await membersOf(client, id)).toEqual([ids.two, ids.three].sort());
    const two = remove('members', { value: { value: ids.two } });
    expect((await client.patch(`/Groups/${id}`, two)).status).toBeLessThan(300);
    expect(await membersOf(client, id)).toEqual([ids.three]);
    await expectPatchRefused(client, `/Groups/${id}`, [remove('members', { value: [{}] })], {
      scimType: 'invalidValue',
      names: /member/,
    });
  }
});

it('PATR-08: each remove takes its own members, not those that an earlier one took and that came again', async () => {
  const client = stage.strict;
  const { ids, id } = await groupOfThree(client);
  const [one, two] = [[{ value: ids.one }], [{ value: ids.two }]];
  const add = { op: 'add', path: 'members', value: one };
  expectOk(
    await client.patch(`/Groups/${id}`, remove('members', { value: one }), add, remove('members', { value: two })),
  );
  expect(await membersOf(client, id)).toEqual([ids.one, ids.three].sort());
});

it('PATR-08: a list of other values is treated alike', async () => {
  const { generic } = stage;
  const { id } = await generic.user({ emails: [WORK, HOME] });
  const { body } = expectOk(await generic.patch(`/Users/${id}`, remove('emails', { value: [{ value: WORK.value }] })));
  expect(body.emails).toEqual([HOME]);
});

it('PATR-09: what is unassigned already is removed without a change', async () => {
  const { strict } = stage;
  const { id } = await strict.user();
  for (const path of [
    'nickName',
    'name.givenName',
    'emails',
    'emails[type eq "work"]',
    'emails[type eq "x"].display',
  ]) {
    await expectUnchanged(strict, `/Users/${id}`, async () => {
      expectOk(await strict.patch(`/Users/${id}`, remove(path)));
    });
  }
  await expectUnchanged(strict, `/Users/${id}`, async () => {
    expectOk(await strict.patch(`/Users/${id}`, remove(ENTERPRISE), remove(`${ENTERPRISE}:manager`)));
  });
});

it('PATR-10: the URN of an extension goes with its last attribute', async () => {
  const { strict } = stage;
  const { id } = await strict.user({
    schemas: [USER, ENTERPRISE],
    [ENTERPRISE]: { division: 'x', department: 'y' },
  });
  const first = expectOk(await strict.patch(`/Users/${id}`, remove(`${ENTERPRISE}:division`))).body;
  expect(first.schemas).toEqual([USER, ENTERPRISE]);
  const second = expectOk(await strict.patch(`/Users/${id}`, remove(`${ENTERPRISE}:department`))).body;
  expect(second.schemas).toEqual([USER]);
  expect(second).not.toHaveProperty([ENTERPRISE]);
});

it('PATR-11: the other parts of a complex attribute stay', async () => {
  const { strict } = stage;
  const { id } = await strict.user({ name: { givenName: 'Ada', middleName: 'K' } });
  expect(expectOk(await strict.patch(`/Users/${id}`, remove('name.middleName'))).body.name).toEqual({
    givenName: 'Ada',
  });
});
