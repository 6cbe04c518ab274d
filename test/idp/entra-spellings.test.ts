import { describe, expect, it } from '@jest/globals';
import { expectAnswer, expectList, useLife } from '../support/idp-life.ts';
import { deletedEntry, from, given, membersChanged } from '../support/idp-log.ts';
import { ENTERPRISE, GROUP, patchOp, USER, where } from '../support/idp-messages.ts';

describe.each(['generic', 'entra'])('spellings of Microsoft Entra ID, profile %s', (profile) => {
  const life = useLife({ connection: { profile } });
  const id = { ines: '', otto: '', group: '' };

  it('creates the people it is about, one with the boolean as a string, one with an attribute of an unlisted URN', async () => {
    const { send, expectUser, expectLog } = life();
    const ines = { schemas: [USER], userName: 'ines@north.example', active: 'True' };
    id.ines = expectAnswer(await send('POST', '/Users', ines), 201).id;
    const otto = {
      schemas: [USER],
      userName: 'otto@north.example',
      displayName: 'Otto Brand',
      [ENTERPRISE]: { department: 'Press' },
      'urn:ietf:params:scim:schemas:extension:Own:2.0:User': { shoeSize: '43' },
    };
    id.otto = expectAnswer(await send('POST', '/Users', otto), 201).id;
    await expectUser(id.ines, { active: true });
    await expectUser(id.otto, { schemas: [USER, ENTERPRISE], [ENTERPRISE]: { department: 'Press' } });
    const common = { active: true, displayName: 'Otto Brand', userName: 'otto@north.example' };
    await expectLog(
      { action: 'user.create', objectId: id.ines, changed: given({ active: true, userName: 'ines@north.example' }) },
      {
        action: 'user.create',
        objectId: id.otto,
        changed: given({ ...common, [`${ENTERPRISE}:department`]: 'Press' }),
      },
    );
    const phone = { op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '+31 6 1000 2000' };
    const number = { op: 'Add', path: `${ENTERPRISE}:employeeNumber`, value: 'E-17' };
    expectAnswer(await send('PATCH', `/Users/${id.ines}`, patchOp(phone, number)), 200);
  });

  it('gives and clears a manager in its four spellings, and clears by an empty string', async () => {
    const { send, expectUser, expectLog } = life();
    const manager = `${ENTERPRISE}:manager`;
    const is = { value: id.otto };
    const patch = (op: string, path: string, value: unknown) =>
      send('PATCH', `/Users/${id.ines}`, patchOp({ op, path, value }));
    expectAnswer(await patch('Add', 'manager', [{ $ref: `http://app.example/Users/${id.otto}`, ...is }]), 200);
    await expectUser(id.ines, { [ENTERPRISE]: { manager: { ...is, displayName: 'Otto Brand' } } });
    expectAnswer(await patch('Replace', manager, ''), 200);
    expectAnswer(await patch('Add', manager, id.otto), 200);
    expectAnswer(await patch('Replace', manager, ''), 200);
    expectAnswer(await patch('Replace', 'phoneNumbers[type eq "mobile"].value', ''), 200);
    await expectUser(id.ines, { [ENTERPRISE]: { employeeNumber: 'E-17' } }, ['phoneNumbers']);
    const entry = { action: 'user.update', objectId: id.ines };
    const phones = [{ type: 'mobile', value: '+31 6 1000 2000' }];
    await expectLog(
      { ...entry, changed: from(manager, undefined, is) },
      { ...entry, changed: from(manager, is, undefined) },
      { ...entry, changed: from(manager, undefined, is) },
      { ...entry, changed: from(manager, is, undefined) },
      { ...entry, changed: from('phoneNumbers', phones, undefined) },
    );
  });

  it('gives roles as JSON text, and one by a boolean compared with a string', async () => {
    const { send, expectUser, expectLog } = life();
    const value = JSON.stringify({ id: '06b0', value: 'Editor', displayName: 'Editor of pages' });
    const single = patchOp({ op: 'Add', path: 'roles', value: [{ value }] });
    expectAnswer(await send('PATCH', `/Users/${id.otto}`, single), 200);
    const first = { value: 'Editor', display: 'Editor of pages' };
    await expectUser(id.otto, { roles: [first] });
    const primary = patchOp(
      { op: 'Add', path: 'roles[primary eq "True"].value', value: 'Owner' },
      { op: 'Add', path: 'roles[primary eq "True"].display', value: 'Owner of all' },
      { op: 'Add', path: 'roles[primary eq "True"].type', value: 'App' },
    );
    expectAnswer(await send('PATCH', `/Users/${id.otto}`, primary), 200);
    const second = { primary: true, value: 'Owner', display: 'Owner of all', type: 'App' };
    await expectUser(id.otto, { roles: [first, second] });
    const entry = { action: 'user.update', objectId: id.otto };
    await expectLog(
      { ...entry, changed: from('roles', undefined, [first]) },
      { ...entry, changed: from('roles', [first], [first, second]) },
    );
  });

  it('clears a list and creates one more element by two operations', async () => {
    const { send, expectUser, expectLog } = life();
    const now = [{ type: 'home', value: 'otto@home.example', display: 'At home' }];
    const add = patchOp(
      { op: 'Add', path: 'emails[type eq "home"].value', value: 'otto@home.example' },
      { op: 'Add', path: 'emails[type eq "home"].display', value: 'At home' },
    );
    expectAnswer(await send('PATCH', `/Users/${id.otto}`, add), 200);
    await expectUser(id.otto, { emails: now });
    const clear = patchOp({ op: 'Replace', path: 'emails', value: [] });
    expectAnswer(await send('PATCH', `/Users/${id.otto}`, clear), 200);
    await expectUser(id.otto, {}, ['emails']);
    const entry = { action: 'user.update', objectId: id.otto };
    await expectLog(
      { ...entry, changed: from('emails', undefined, now) },
      { ...entry, changed: from('emails', now, undefined) },
    );
  });

  it('moves members by several operations in one PATCH', async () => {
    const { send, expectGroup, expectLog } = life();
    const group = { schemas: [GROUP], displayName: 'Movers', externalId: 'grp-movers' };
    id.group = expectAnswer(await send('POST', '/Groups', group), 201).id;
    const operation = (op: string, value: string) => ({ op, path: 'members', value: [{ $ref: null, value }] });
    expectAnswer(await send('PATCH', `/Groups/${id.group}`, patchOp(operation('Add', id.ines))), 204);
    const swap = patchOp(operation('Remove', id.ines), operation('Add', id.otto));
    expectAnswer(await send('PATCH', `/Groups/${id.group}`, swap), 204);
    await expectGroup(id.group, { displayName: 'Movers' }, [id.otto]);
    const entry = { action: 'group.update', objectId: id.group };
    await expectLog(
      { action: 'group.create', objectId: id.group, changed: given({ displayName: 'Movers' }) },
      { ...entry, changed: membersChanged(1, 0), subjects: { 'member-added': [id.ines] } },
      {
        ...entry,
        changed: membersChanged(1, 1),
        subjects: { 'member-added': [id.otto], 'member-removed': [id.ines] },
      },
    );
  });

  it('reads a group without its members', async () => {
    const { send, expectLog } = life();
    const read = await send('GET', `/Groups/${id.group}?excludedAttributes=members`);
    expect(expectAnswer(read, 200)).toMatchObject({ id: id.group, displayName: expect.any(String) });
    expect(read.body).not.toHaveProperty('members');
    const lookup = where(`displayName eq "${read.body.displayName.toUpperCase()}"`).slice(1);
    const list = await send('GET', `/Groups?excludedAttributes=members&${lookup}`);
    expectList(list, [id.group]);
    expect(list.body.Resources[0]).not.toHaveProperty('members');
    await expectLog();
  });

  it('is refused a second account of the same name', async () => {
    const { send, expectCounts, expectLog } = life();
    const body = { schemas: [USER], externalId: 'obj-x', userName: 'Ines@North.example', active: true };
    expect(expectAnswer(await send('POST', '/Users', body), 409).scimType).toBe('uniqueness');
    await expectCounts(2, 1);
    await expectLog({
      action: 'user.create',
      objectId: null,
      outcome: 'failure',
      errorCode: 'user.user-name-taken',
    });
  });

  it('deletes everybody and the groups, and the log tells of each membership that ended once', async () => {
    const { send, expectGone, expectCounts, expectLog } = life();
    const group = async (displayName: string): Promise<string> =>
      expectAnswer(await send('POST', '/Groups', { schemas: [GROUP], displayName }), 201).id;
    const [gone, left] = [await group('Ends first'), await group('Ends last')];
    const add = patchOp({ op: 'Add', path: 'members', value: [{ $ref: null, value: id.otto }] });
    for (const each of [gone, left]) expectAnswer(await send('PATCH', `/Groups/${each}`, add), 204);
    await life().begin();
    expectAnswer(await send('DELETE', `/Groups/${gone}`), 204);
    expectAnswer(await send('DELETE', `/Users/${id.otto}`), 204);
    expectAnswer(await send('DELETE', `/Groups/${left}`), 204);
    await expectGone('Users', id.otto);
    await expectGone('Groups', left);
    await expectCounts(1, 1);
    const member = await send('GET', `/Groups/${id.group}`);
    expect(member.text).not.toContain(id.otto);
    await expectLog(
      deletedEntry('group', gone, { 'member-removed': [id.otto] }),
      deletedEntry('user', id.otto, { 'member-removed': [id.group, left] }),
      deletedEntry('group', left),
    );
  });

  it('is taken for entra', () => life().expectSuggestion('entra'));
});
