import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectPatchRefused, expectUnchanged } from './support/refusal.ts';
import { expectOk, type Stage, startStage } from './support/stage.ts';
import { ENTERPRISE, GROUP, USER } from './support/urns.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const EMAILS = [
  { value: 'a@example.com', type: 'work' },
  { value: 'b@example.com', type: 'home' },
];

describe('PATP-01: forms of paths', () => {
  it('of users', async () => {
    const { strict } = stage;
    const { id } = await strict.user({
      emails: EMAILS,
      addresses: [{ type: 'work', locality: 'Oslo' }],
      name: { givenName: 'Ada' },
    });
    const { body } = expectOk(
      await strict.patch(
        `/Users/${id}`,
        { op: 'replace', path: 'name.familyName', value: 'Berg' },
        { op: 'replace', path: 'addresses[type eq "work"]', value: { type: 'work', locality: 'Bergen' } },
        { op: 'replace', path: 'emails[type eq "work" and value sw "a"].display', value: 'Office' },
        { op: 'remove', path: 'emails[not (type eq "work")]' },
      ),
    );
    expect(body).toMatchObject({
      name: { givenName: 'Ada', familyName: 'Berg' },
      addresses: [{ type: 'work', locality: 'Bergen' }],
      emails: [{ ...EMAILS[0], display: 'Office' }],
    });
    expect(await strict.read(`/Users/${id}`)).toEqual(body);
  });

  it('of groups', async () => {
    const { strict } = stage;
    const users = await strict.users({ one: {}, two: {} });
    const { id } = await strict.group();
    const members = async () => (await strict.read(`/Groups/${id}`)).members ?? [];
    expectOk(await strict.patch(`/Groups/${id}`, { op: 'add', path: 'members', value: [{ value: users.ids.one }] }));
    expect(await members()).toMatchObject([{ value: users.ids.one }]);
    expectOk(await strict.patch(`/Groups/${id}`, { op: 'remove', path: `members[value eq "${users.ids.one}"]` }));
    expect(await members()).toEqual([]);
    const path = `members[value eq "${users.ids.two}"]`;
    await expectPatchRefused(strict, `/Groups/${id}`, [{ op: 'replace', path: `${path}.display`, value: 'x' }], {
      scimType: 'mutability',
      names: /display/,
    });
  });
});

it.each([ENTERPRISE, ENTERPRISE.toUpperCase()])('PATP-02: %s before names, in any case', async (urn) => {
  const { strict } = stage;
  const boss = await strict.user({ displayName: 'Boss' });
  const { id } = await strict.user({ emails: EMAILS });
  const { body } = expectOk(
    await strict.patch(
      `/Users/${id}`,
      { op: 'add', path: `${urn}:department`, value: 'Sea' },
      { op: 'add', path: `${urn}:Manager.VALUE`, value: boss.id },
      { op: 'add', path: `${USER.toLowerCase()}:NAME.givenname`, value: 'Ada' },
      { op: 'replace', path: 'Emails[TYPE eq "WORK"].Value', value: 'c@example.com' },
      { op: 'replace', path: `${USER}:emails[type eq "home"].value`, value: 'd@example.com' },
    ),
  );
  expect(body).toMatchObject({
    name: { givenName: 'Ada' },
    emails: [{ value: 'c@example.com' }, { value: 'd@example.com' }],
    [ENTERPRISE]: { department: 'Sea', manager: { value: boss.id, displayName: 'Boss' } },
  });
});

it('PATP-02: the URN of groups before members', async () => {
  const { strict } = stage;
  const { id } = await strict.user();
  const group = await strict.group();
  expectOk(await strict.patch(`/Groups/${group.id}`, { op: 'add', path: `${GROUP}:members`, value: [{ value: id }] }));
  expect((await strict.read(`/Groups/${group.id}`)).members).toMatchObject([{ value: id }]);
});

const REFUSED: [string, string, string][] = [
  ['PATP-03', 'invalidPath', ''],
  ['PATP-03', 'invalidPath', ' '],
  ['PATP-03', 'invalidPath', 'emails['],
  ['PATP-03', 'invalidPath', 'emails]'],
  ['PATP-03', 'invalidPath', '.title'],
  ['PATP-03', 'invalidPath', 'name..givenName'],
  ['PATP-03', 'invalidPath', 'title.'],
  ['PATP-03', 'invalidPath', '/title'],
  ['PATP-03', 'invalidPath', '[type eq "work"]'],
  ['PATP-03', 'invalidPath', 'emails[type eq "work"]value'],
  ['PATP-03', 'invalidPath', 'emails[type eq "work"].'],
  ['PATP-03', 'invalidPath', 'emails[type eq "work"].value.x'],
  ['PATP-04', 'invalidFilter', 'emails[]'],
  ['PATP-04', 'invalidFilter', 'emails[type eq]'],
  ['PATP-04', 'invalidFilter', 'emails[type eq work]'],
  ['PATP-04', 'invalidFilter', 'emails[type is "work"]'],
  ['PATP-04', 'invalidFilter', 'emails[shoe eq "work"]'],
  ['PATP-03', 'invalidPath', 'emails[type eq "work"'],
  ['PATP-04', 'invalidFilter', 'emails[type eq "work"]]'],
  ['PATP-04', 'invalidFilter', 'emails[primary gt true]'],
  ['PATP-05', 'invalidPath', 'shoeSize'],
  ['PATP-05', 'invalidPath', 'name.shoeSize'],
  ['PATP-05', 'invalidPath', 'emails[type eq "work"].shoeSize'],
  ['PATP-05', 'invalidPath', 'urn:example:2.0:User:title'],
  ['PATP-05', 'invalidPath', `${ENTERPRISE}:shoeSize`],
  ['PATP-05', 'invalidPath', '__proto__'],
  ['PATP-05', 'invalidPath', 'constructor.prototype'],
  ['PATP-07', 'invalidFilter', 'emails[0]'],
  ['PATP-07', 'invalidPath', 'emails/0/value'],
  ['PATP-09', 'invalidPath', `${ENTERPRISE}:manager.value.x`],
  ['PATP-09', 'invalidPath', 'name.givenName.x'],
  ['PATP-09', 'invalidPath', 'title.x'],
];

it.each(REFUSED)('%s: %s for path %j', async (_id, scimType, path) => {
  for (const client of [stage.generic, stage.strict]) {
    const { id } = await client.user({ emails: EMAILS, title: 'x' });
    for (const operation of [
      { op: 'add', path, value: 'x' },
      { op: 'replace', path, value: 'x' },
      { op: 'remove', path },
    ]) {
      await expectPatchRefused(client, `/Users/${id}`, [operation], { scimType, names: /Operations\[0\]/ });
    }
  }
});

it('PATP-05: generic finds an attribute of an extension by its bare name, as Entra sends it; strict refuses it', async () => {
  const { generic, strict } = stage;
  const operation = { op: 'add', path: 'manager', value: { value: 'm-1' } };
  const { id } = await generic.user();
  const { body } = expectOk(await generic.patch(`/Users/${id}`, operation));
  expect(body[ENTERPRISE]).toEqual({ manager: { value: 'm-1' } });
  const other = await strict.user();
  await expectPatchRefused(strict, `/Users/${other.id}`, [operation], { scimType: 'invalidPath', names: /manager/ });
});

it('PATP-06: an expression chooses among the values of schemas', async () => {
  const { strict } = stage;
  const { id } = await strict.user({ schemas: [USER, ENTERPRISE], [ENTERPRISE]: { division: 'x' } });
  const { body } = expectOk(await strict.patch(`/Users/${id}`, { op: 'remove', path: `schemas eq "${ENTERPRISE}"` }));
  expect(body).not.toHaveProperty([ENTERPRISE]);
  expect(body.schemas).toEqual([USER]);
  await expectPatchRefused(strict, `/Users/${id}`, [{ op: 'remove', path: `schemas eq "${USER}"` }], {
    scimType: 'mutability',
    names: /schemas/,
  });
});

it('PATP-08: the bare URN of an extension is its object', async () => {
  const { strict } = stage;
  const { id } = await strict.user({ schemas: [USER, ENTERPRISE], [ENTERPRISE]: { division: 'x', department: 'y' } });
  const path = ENTERPRISE;
  const of = async () => (await strict.read(`/Users/${id}`))[ENTERPRISE];
  expectOk(await strict.patch(`/Users/${id}`, { op: 'add', path, value: { costCenter: '1' } }));
  expect(await of()).toEqual({ division: 'x', department: 'y', costCenter: '1' });
  expectOk(await strict.patch(`/Users/${id}`, { op: 'replace', path, value: { division: 'z' } }));
  expect(await of()).toEqual({ division: 'z', department: 'y', costCenter: '1' });
  expectOk(await strict.patch(`/Users/${id}`, { op: 'remove', path }));
  expect(await of()).toBeUndefined();
  await expectUnchanged(strict, `/Users/${id}`, () => strict.patch(`/Users/${id}`, { op: 'remove', path }));
});
