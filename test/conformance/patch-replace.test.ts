import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { JsonObject, JsonValue } from '../../src/scim/schema/index.js';
import { unique } from './support/client.ts';
import { expectPatchRefused, expectUnchanged } from './support/refusal.ts';
import { expectOk, type Stage, startStage } from './support/stage.ts';
import { ENTERPRISE, USER } from './support/urns.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const replace = (path: string, value: JsonValue) => ({ op: 'replace', path, value });
const WORK = { value: 'a@example.com', type: 'work' };
const HOME = { value: 'b@example.com', type: 'home' };

it('PATX-01: without a path the contained attributes are replaced, the others stay', async () => {
  const { strict } = stage;
  const { id, userName } = await strict.user({ title: 'x', nickName: 'n', emails: [WORK, HOME] });
  const { body } = expectOk(
    await strict.patch(`/Users/${id}`, { op: 'replace', value: { title: 'y', emails: [HOME], active: false } }),
  );
  expect(body).toMatchObject({ userName, title: 'y', nickName: 'n', active: false });
  expect(body.emails).toEqual([HOME]);
  expect(await strict.read(`/Users/${id}`)).toEqual(body);
});

it('PATX-02, PATX-04: a single value is replaced, or set where there was none', async () => {
  const { strict } = stage;
  const { id } = await strict.user({ title: 'x' });
  const { body } = expectOk(
    await strict.patch(`/Users/${id}`, replace('title', 'y'), replace('nickName', 'n'), replace('emails', [WORK])),
  );
  expect(body).toMatchObject({ title: 'y', nickName: 'n', emails: [WORK] });
});

it('PATX-03: all values of a multi-valued attribute are replaced', async () => {
  const { strict } = stage;
  const { id } = await strict.user({ emails: [WORK, HOME] });
  const values = [{ value: 'c@example.com', type: 'other' }];
  expect(expectOk(await strict.patch(`/Users/${id}`, replace('emails', values))).body.emails).toEqual(values);
});

it('PATX-05: parts of a complex attribute that are not given stay', async () => {
  for (const client of [stage.generic, stage.strict]) {
    const { id } = await client.user({ name: { givenName: 'Ada', familyName: 'Berg' } });
    const { body } = expectOk(await client.patch(`/Users/${id}`, replace('name', { givenName: 'Eva' })));
    expect(body.name).toEqual({ givenName: 'Eva', familyName: 'Berg' });
  }
});

it('PATX-06: all records that a value path selects are replaced', async () => {
  const { strict } = stage;
  const { id } = await strict.user({
    addresses: [
      { type: 'work', locality: 'Oslo', region: 'North' },
      { type: 'home', locality: 'Bergen' },
    ],
  });
  const { body } = expectOk(
    await strict.patch(`/Users/${id}`, replace('addresses[type eq "work"]', { type: 'work', locality: 'Narvik' })),
  );
  expect(body.addresses).toEqual([
    { type: 'work', locality: 'Narvik' },
    { type: 'home', locality: 'Bergen' },
  ]);
});

it('PATX-07: one part in all records that a value path selects', async () => {
  const { strict } = stage;
  const spare = { type: 'work', streetAddress: 'b', locality: 'Oslo' };
  const { id } = await strict.user({
    addresses: [{ type: 'work', streetAddress: 'a' }, spare, { type: 'home', streetAddress: 'c' }],
  });
  const path = 'addresses[type eq "work"].streetAddress';
  expect(expectOk(await strict.patch(`/Users/${id}`, replace(path, 'x'))).body.addresses).toEqual([
    { type: 'work', streetAddress: 'x' },
    { ...spare, streetAddress: 'x' },
    { type: 'home', streetAddress: 'c' },
  ]);
});

it('PATX-08: a value path without a match is noTarget; generic makes the element of a canonical type', async () => {
  const { generic, strict } = stage;
  const work = replace('emails[type eq "work"].value', 'a@example.com');
  const [lenient, exact] = [await generic.user({ emails: [HOME] }), await strict.user({ emails: [HOME] })];
  expect(expectOk(await generic.patch(`/Users/${lenient.id}`, work)).body.emails).toEqual([HOME, WORK]);
  const noTarget = { scimType: 'noTarget', names: /emails/ };
  await expectPatchRefused(strict, `/Users/${exact.id}`, [work], noTarget);
  for (const path of ['emails[type eq "spare"].value', 'emails[value co "q"]']) {
    const value = path.endsWith('value') ? 'x@example.com' : { value: 'x@example.com' };
    await expectPatchRefused(generic, `/Users/${lenient.id}`, [replace(path, value)], noTarget);
    await expectPatchRefused(strict, `/Users/${exact.id}`, [replace(path, value)], noTarget);
  }
});

it('PATX-09: the whole membership in one operation', async () => {
  const { generic } = stage;
  const { ids } = await generic.users({ one: {}, two: {}, three: {} });
  const { id } = await generic.group({ members: [{ value: ids.one }, { value: ids.two }] });
  const members = async () => (await generic.read(`/Groups/${id}`)).members ?? [];
  expectOk(await generic.patch(`/Groups/${id}`, replace('members', [{ value: ids.two }, { value: ids.three }])), 204);
  expect(await members()).toHaveLength(2);
  expect(await members()).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ value: ids.two }),
      expect.objectContaining({ value: ids.three }),
    ]),
  );
  expectOk(await generic.patch(`/Groups/${id}`, replace('members', [])), 204);
  expect(await members()).toEqual([]);
});

it('PATX-10: readOnly keys of a path-less value are ignored', async () => {
  for (const client of [stage.generic, stage.strict]) {
    const user = await client.user();
    const value = { id: 'x', meta: { version: 'x' }, groups: [{ value: 'x' }], active: false };
    const { body } = expectOk(await client.patch(`/Users/${user.id}`, { op: 'replace', value }));
    expect(body).toMatchObject({ id: user.id, active: false });
    const group = await client.group();
    const displayName = unique('Renamed');
    const rename = await client.patch(`/Groups/${group.id}`, { op: 'replace', value: { id: group.id, displayName } });
    expect(rename.status).toBeLessThan(300);
    expect((await client.read(`/Groups/${group.id}`)).displayName).toBe(displayName);
  }
});

it('PATX-11: keys of a path-less value may be paths; strict refuses them', async () => {
  const { generic, strict } = stage;
  const dotted: JsonObject = {
    'name.givenName': 'Ada',
    [`${ENTERPRISE}:employeeNumber`]: '7',
    'emails[type eq "work"].value': 'a@example.com',
  };
  const { id } = await generic.user();
  const { body } = expectOk(await generic.patch(`/Users/${id}`, { op: 'replace', value: dotted }));
  const expected = { name: { givenName: 'Ada' }, emails: [WORK], [ENTERPRISE]: { employeeNumber: '7' } };
  expect(body).toMatchObject({ schemas: [USER, ENTERPRISE], ...expected });
  const other = await strict.user();
  for (const [key, value] of Object.entries(dotted)) {
    const operation = { op: 'replace', value: { [key]: value } };
    await expectPatchRefused(strict, `/Users/${other.id}`, [operation], {
      scimType: 'invalidSyntax',
      names: /no attribute/,
    });
  }
  for (const [client, user] of [
    [generic, id],
    [strict, other.id],
  ] as const) {
    const whole = { op: 'replace', value: { [ENTERPRISE]: { department: 'Sea' } } };
    const answer = expectOk(await client.patch(`/Users/${user}`, whole));
    expect(answer.body).toMatchObject({ [ENTERPRISE]: { department: 'Sea' } });
  }
});

it('PATX-12: null and [] unassign; what is required is refused', async () => {
  for (const client of [stage.generic, stage.strict]) {
    const { id } = await client.user({
      title: 'x',
      emails: [WORK],
      name: { givenName: 'Ada' },
      phoneNumbers: [{ value: '1' }],
    });
    const { body } = expectOk(
      await client.patch(
        `/Users/${id}`,
        replace('title', null),
        replace('emails', []),
        replace('name.givenName', null),
        { op: 'replace', value: { phoneNumbers: null } },
      ),
    );
    for (const name of ['title', 'emails', 'name', 'phoneNumbers']) expect(body).not.toHaveProperty(name);
    for (const operation of [
      replace('userName', null),
      replace('userName', ''),
      { op: 'replace', value: { userName: null } },
    ]) {
      await expectPatchRefused(client, `/Users/${id}`, [operation], { scimType: 'invalidValue', names: /userName/ });
    }
    const group = await client.group();
    await expectPatchRefused(client, `/Groups/${group.id}`, [replace('displayName', null)], {
      scimType: 'invalidValue',
      names: /displayName/,
    });
  }
});

it('PATX-13: a bare id is a manager; strict wants the object', async () => {
  const { generic, strict } = stage;
  const boss = await generic.user({ displayName: 'Boss' });
  const { id } = await generic.user();
  for (const op of ['add', 'replace']) {
    const { body } = expectOk(
      await generic.patch(`/Users/${id}`, { op, path: `${ENTERPRISE}:manager`, value: boss.id }),
    );
    expect(body).toMatchObject({ [ENTERPRISE]: { manager: { value: boss.id, displayName: 'Boss' } } });
  }
  await expectUnchanged(generic, `/Users/${id}`, async () => {
    const bare = { op: 'replace', value: { [ENTERPRISE]: { manager: boss.id } } };
    expectOk(await generic.patch(`/Users/${id}`, bare));
  });
  const other = await strict.user();
  const operation = replace(`${ENTERPRISE}:manager`, boss.id);
  await expectPatchRefused(strict, `/Users/${other.id}`, [operation], { scimType: 'invalidValue', names: /manager/ });
});
