import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { JsonValue } from '../../src/scim/schema/index.js';
import { expectPatchRefused, expectUnchanged } from './support/refusal.ts';
import { expectOk, type Stage, startStage } from './support/stage.ts';
import { ENTERPRISE, USER } from './support/urns.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const add = (path: string, value: JsonValue) => ({ op: 'add', path, value });
const WORK = { value: 'a@example.com', type: 'work' };
const HOME = { value: 'b@example.com', type: 'home' };

it('PATA-01: value is needed', async () => {
  for (const client of [stage.generic, stage.strict]) {
    const { id } = await client.user();
    for (const op of ['add', 'replace']) {
      for (const operation of [{ op, path: 'title' }, { op }]) {
        const refusal = { scimType: 'invalidValue', names: /value is missing/ };
        await expectPatchRefused(client, `/Users/${id}`, [operation], refusal);
      }
    }
  }
});

it('PATA-02: without a path each attribute of the value is added by its own rule', async () => {
  const { strict } = stage;
  const { id, userName } = await strict.user({ title: 'x', emails: [WORK], name: { givenName: 'Ada' } });
  const value = {
    title: 'y',
    emails: [HOME],
    name: { familyName: 'Berg' },
    [ENTERPRISE]: { department: 'Sea' },
    externalId: 'e-1',
  };
  const { body } = expectOk(await strict.patch(`/Users/${id}`, { op: 'add', value }));
  expect(body).toMatchObject({
    schemas: [USER, ENTERPRISE],
    userName,
    externalId: 'e-1',
    title: 'y',
    emails: [WORK, HOME],
    name: { givenName: 'Ada', familyName: 'Berg' },
    [ENTERPRISE]: { department: 'Sea' },
  });
  expect(await strict.read(`/Users/${id}`)).toEqual(body);
  await expectPatchRefused(strict, `/Users/${id}`, [{ op: 'add', value: 'x' }], { scimType: 'invalidValue' });
});

it('PATA-03: a single value is set or takes the place of the former', async () => {
  const { strict } = stage;
  const { id } = await strict.user();
  for (const title of ['first', 'second']) {
    expect(expectOk(await strict.patch(`/Users/${id}`, add('title', title))).body.title).toBe(title);
  }
});

it('PATA-04: values are appended, from a list and from one object', async () => {
  const { strict } = stage;
  const { id } = await strict.user({ emails: [WORK] });
  const other = { value: 'c@example.com', type: 'other' };
  expect(expectOk(await strict.patch(`/Users/${id}`, add('emails', [HOME]))).body.emails).toEqual([WORK, HOME]);
  const { body } = expectOk(await strict.patch(`/Users/${id}`, add('emails', other)));
  expect(body.emails).toEqual([WORK, HOME, other]);
});

it('PATA-05: of a complex attribute the given parts are set', async () => {
  const { strict } = stage;
  const { id } = await strict.user({ name: { givenName: 'Ada', familyName: 'Berg' } });
  const { body } = expectOk(await strict.patch(`/Users/${id}`, add('name', { givenName: 'Eva', middleName: 'K' })));
  expect(body.name).toEqual({ givenName: 'Eva', familyName: 'Berg', middleName: 'K' });
});

it('PATA-06: what is there already is not added again', async () => {
  const { generic } = stage;
  const user = await generic.user({ emails: [WORK], title: 'x' });
  const { id } = await generic.group({ members: [{ value: user.id }] });
  await expectUnchanged(generic, `/Users/${user.id}`, async () => {
    expectOk(await generic.patch(`/Users/${user.id}`, add('emails', [WORK, WORK]), add('title', 'x')));
  });
  await expectUnchanged(generic, `/Groups/${id}`, async () => {
    const twice = [{ value: user.id }, { value: user.id }];
    expectOk(await generic.patch(`/Groups/${id}`, add('members', twice)), 204);
  });
});

it('PATA-07: a part of a complex attribute that is absent makes it', async () => {
  const { strict } = stage;
  const { id } = await strict.user();
  const { body } = expectOk(await strict.patch(`/Users/${id}`, add('name.middleName', 'K')));
  expect(body.name).toEqual({ middleName: 'K' });
});

it('PATA-08: a value path without a match makes its element from eq terms of canonical types; strict never does', async () => {
  const { generic, strict } = stage;
  const { id } = await generic.user({ emails: [HOME] });
  const work = add('emails[type eq "work"].value', 'a@example.com');
  expect(expectOk(await generic.patch(`/Users/${id}`, work)).body.emails).toEqual([HOME, WORK]);
  const noTarget = { scimType: 'noTarget', names: /emails|phoneNumbers/ };
  for (const path of [
    'emails[type eq "spare"].value',
    'emails[type co "work" and value co "q"].display',
    'emails[value sw "q"].display',
    'phoneNumbers[not (type eq "work")].value',
  ]) {
    await expectPatchRefused(generic, `/Users/${id}`, [add(path, 'x')], noTarget);
  }
  const other = await strict.user({ emails: [HOME] });
  await expectPatchRefused(strict, `/Users/${other.id}`, [work], noTarget);
});

it('PATA-09: a value path with a match sets the part in each matching value', async () => {
  const { strict } = stage;
  const spare = { value: 'c@example.com', type: 'work' };
  const { id } = await strict.user({ emails: [WORK, HOME, spare] });
  const { body } = expectOk(await strict.patch(`/Users/${id}`, add('emails[type eq "work"].display', 'Office')));
  expect(body.emails).toEqual([{ ...WORK, display: 'Office' }, HOME, { ...spare, display: 'Office' }]);
});

it('PATA-10: several members in one operation', async () => {
  const { generic } = stage;
  const { ids } = await generic.users({ one: {}, two: {}, three: {} });
  const { id } = await generic.group({ members: [{ value: ids.one }] });
  const value = [{ value: ids.two }, { value: ids.three }];
  expectOk(await generic.patch(`/Groups/${id}`, add('members', value)), 204);
  const { members } = await generic.read(`/Groups/${id}`);
  const expected = Object.values(ids).map((member) => expect.objectContaining({ value: member, type: 'User' }));
  expect(members).toHaveLength(3);
  expect(members).toEqual(expect.arrayContaining(expected));
});
