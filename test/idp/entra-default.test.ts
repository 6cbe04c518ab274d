import { describe, expect, it } from '@jest/globals';
import { expectAnswer, expectList, useLife } from '../support/idp-life.ts';
import { deletedEntry, disabledEntry, enabledEntry, from, given, membersChanged } from '../support/idp-log.ts';
import { ENTERPRISE, GROUP, patchOp, USER, where, wherePlus } from '../support/idp-messages.ts';

const NOBODY = { held: [] };

describe.each(['generic', 'entra'])('Microsoft Entra ID without the compliance flag, profile %s', (profile) => {
  const life = useLife({ connection: { profile } });
  const id = { ines: '', otto: '', design: '', staff: '' };

  it('tests the connection', async () => {
    const { send, expectLog } = life();
    expectList(await send('GET', `/Users${wherePlus('userName eq "6f2c1f1e-0b0e-4f0b-9a31-3c9b7b0f5d11"')}`), []);
    expectList(await send('GET', `/Groups?excludedAttributes=members&${where('displayName eq "6f2c"').slice(1)}`), []);
    const schemas = await send('GET', '/Schemas?aadOptscim062020');
    expectAnswer(schemas, 200);
    expect(schemas.text).not.toContain('null');
    await expectLog();
  });

  it('looks a person up and creates them', async () => {
    const { send, expectUser, expectCounts, expectSeats, expectLog } = life();
    expectList(await send('GET', `/Users${where('userName eq "ines@north.example"')}`), []);
    const person = {
      userName: 'ines@north.example',
      active: true,
      emails: [{ primary: true, type: 'work', value: 'Ines@north.example' }],
      name: { formatted: 'Ines Vaart', familyName: 'Vaart', givenName: 'Ines' },
    };
    const answer = await send('POST', '/Users', {
      schemas: [USER, ENTERPRISE],
      externalId: 'obj-ines',
      meta: { resourceType: 'User' },
      roles: [],
      ...person,
    });
    id.ines = expectAnswer(answer, 201).id;
    expect(answer.body).toMatchObject({ ...person, schemas: [USER], externalId: 'obj-ines' });
    await expectUser(id.ines, { ...person, externalId: 'obj-ines' }, ['roles', ENTERPRISE]);
    await expectCounts(1, 0);
    await expectSeats({ studio: NOBODY, wiki: NOBODY });
    await expectLog({ action: 'user.create', objectId: id.ines, changed: given(person) });
  });

  it('creates another one in the older form: nulls, the URN without its colon, the manager as a string', async () => {
    const { send, expectUser, expectLog } = life();
    const answer = await send('POST', '/Users', {
      schemas: [USER, ENTERPRISE],
      externalId: 'otto',
      userName: 'otto@north.example',
      active: true,
      addresses: null,
      displayName: 'Otto Brand',
      emails: [{ type: 'work', value: 'otto@north.example', primary: true }],
      meta: { resourceType: 'User' },
      name: { familyName: 'Brand', givenName: 'Otto' },
      phoneNumbers: null,
      preferredLanguage: null,
      title: null,
      department: null,
      manager: null,
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0User': { costCenter: 'C-7', manager: id.ines },
    });
    id.otto = expectAnswer(answer, 201).id;
    await expectUser(
      id.otto,
      { [ENTERPRISE]: { costCenter: 'C-7', manager: { value: id.ines } }, displayName: 'Otto Brand' },
      ['addresses', 'phoneNumbers', 'title', 'preferredLanguage'],
    );
    await expectLog({
      action: 'user.create',
      objectId: id.otto,
      changed: given({
        active: true,
        displayName: 'Otto Brand',
        emails: [{ type: 'work', value: 'otto@north.example', primary: true }],
        name: { familyName: 'Brand', givenName: 'Otto' },
        userName: 'otto@north.example',
        [`${ENTERPRISE}:costCenter`]: 'C-7',
        [`${ENTERPRISE}:manager`]: { value: id.ines },
      }),
    });
  });

  it('finds people by each matching attribute', async () => {
    const { send, expectLog } = life();
    expectList(await send('GET', `/Users${wherePlus('userName eq "INES@north.example"')}`), [id.ines]);
    expectList(await send('GET', `/Users${where('externalId eq "obj-ines"')}`), [id.ines]);
    expectList(await send('GET', `/Users${where('externalId eq "otto"')}`), [id.otto]);
    // The documentation shows one value without quotes; Entra itself quotes, and A-23 refuses bare words.
    const bare = expectAnswer(await send('GET', `/Users${where('externalId eq otto')}`), 400);
    expect(bare).toMatchObject({ scimType: 'invalidFilter', detail: expect.stringContaining('must be quoted') });
    expectList(await send('GET', `/Users${where('emails[type eq "work"].value eq "ines@NORTH.example"')}`), [id.ines]);
    const terms = [`id eq "${id.otto}"`, `manager eq "${id.ines}"`];
    expectList(await send('GET', `/Users${where(terms.join(' and '))}&attributes=id`), [id.otto]);
    expectList(await send('GET', `/Users${where(terms.reverse().join(' and '))}&attributes=id`), [id.otto]);
    expectAnswer(await send('GET', '/Users/5d48a0a8e9f04aa38008'), 404);
    await expectLog();
  });

  it('updates several attributes', async () => {
    const { send, expectUser, expectLog } = life();
    const answer = await send(
      'PATCH',
      `/Users/${id.ines}`,
      patchOp(
        { op: 'Replace', path: 'displayName', value: 'Ines V.' },
        { op: 'Replace', path: 'emails[type eq "work"].value', value: 'vaart@north.example' },
        { op: 'Replace', path: 'name.givenName', value: 'Inés' },
        { op: 'Replace', path: 'name.familyName', value: 'Vaartsen' },
        { op: 'Replace', path: 'externalId', value: 'obj-ines-2' },
        { op: 'Replace', path: `${ENTERPRISE}:employeeNumber`, value: 'E-17' },
        { op: 'Add', path: 'nickName', value: 'Nes' },
        { op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '+31 6 1000 2000' },
        { op: 'Replace', path: 'addresses[type eq "work"].locality', value: 'Delft' },
        { op: 'Replace', path: 'addresses[type eq "work"].country', value: 'NL' },
      ),
    );
    const now = {
      displayName: 'Ines V.',
      emails: [{ primary: true, type: 'work', value: 'vaart@north.example' }],
      name: { formatted: 'Ines Vaart', familyName: 'Vaartsen', givenName: 'Inés' },
      nickName: 'Nes',
      phoneNumbers: [{ type: 'mobile', value: '+31 6 1000 2000' }],
      addresses: [{ type: 'work', locality: 'Delft', country: 'NL' }],
    };
    expect(expectAnswer(answer, 200)).toMatchObject({ ...now, externalId: 'obj-ines-2' });
    await expectUser(id.ines, { ...now, externalId: 'obj-ines-2', [ENTERPRISE]: { employeeNumber: 'E-17' } });
    expectList(await send('GET', `/Users${where('emails[type eq "work"].value eq "ines@north.example"')}`), []);
    await expectLog({
      action: 'user.update',
      objectId: id.ines,
      changed: {
        ...given({ displayName: now.displayName, nickName: now.nickName, [`${ENTERPRISE}:employeeNumber`]: 'E-17' }),
        ...given({ phoneNumbers: now.phoneNumbers, addresses: now.addresses }),
        ...from('emails', [{ primary: true, type: 'work', value: 'Ines@north.example' }], now.emails),
        ...from('name', { formatted: 'Ines Vaart', familyName: 'Vaart', givenName: 'Ines' }, now.name),
        ...from('externalId', 'obj-ines', 'obj-ines-2'),
      },
    });
  });

  it('creates groups, empty', async () => {
    const { send, grant, expectGroup, expectCounts, expectLog } = life();
    const unknown = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group';
    const create = async (displayName: string, externalId: string): Promise<string> => {
      expectList(
        await send('GET', `/Groups?excludedAttributes=members&${where(`displayName eq "${displayName}"`).slice(1)}`),
        [],
      );
      const body = { schemas: [GROUP, unknown], externalId, displayName, meta: { resourceType: 'Group' } };
      return expectAnswer(await send('POST', '/Groups', body), 201).id;
    };
    id.design = await create('App Design', 'grp-design');
    id.staff = await create('App Staff', 'grp-staff');
    await grant('studio', id.design);
    await grant('wiki', id.staff);
    await expectGroup(id.design, { displayName: 'App Design', externalId: 'grp-design', schemas: [GROUP] }, []);
    await expectCounts(2, 2);
    await expectLog(
      { action: 'group.create', objectId: id.design, changed: given({ displayName: 'App Design' }) },
      { action: 'group.create', objectId: id.staff, changed: given({ displayName: 'App Staff' }) },
    );
  });

  it('adds members, several in one operation, in several operations, and twice', async () => {
    const { send, expectGroup, expectSeats, expectLog } = life();
    const member = (of: string) => [{ $ref: null, value: of }];
    const add = (...values: unknown[]) => patchOp(...values.map((value) => ({ op: 'Add', path: 'members', value })));
    expectAnswer(await send('PATCH', `/Groups/${id.design}`, add(member(id.ines))), 204);
    await expectSeats({ studio: { held: [id.ines] }, wiki: NOBODY });
    expectAnswer(await send('PATCH', `/Groups/${id.design}`, add(member(id.otto))), 204);
    expectAnswer(await send('PATCH', `/Groups/${id.design}`, add(member(id.otto))), 204);
    await expectSeats({ studio: { held: [id.ines], waiting: [id.otto] }, wiki: NOBODY });
    const both = add(member(id.ines), [...member(id.otto), ...member(id.ines)]);
    expectAnswer(await send('PATCH', `/Groups/${id.staff}`, both), 204);
    await expectSeats({ studio: { held: [id.ines], waiting: [id.otto] }, wiki: { held: [id.ines, id.otto] } });
    await expectGroup(id.design, {}, [id.ines, id.otto]);
    await expectGroup(id.staff, {}, [id.ines, id.otto]);
    const entry = { action: 'group.update', objectId: id.design };
    const everybody = [id.ines, id.otto];
    await expectLog(
      {
        ...entry,
        changed: membersChanged(1, 0),
        subjects: { 'member-added': [id.ines], 'access-granted': [id.ines] },
      },
      {
        ...entry,
        outcome: 'waiting',
        changed: membersChanged(1, 0),
        subjects: { 'member-added': [id.otto], 'access-waiting': [id.otto] },
      },
      { ...entry, outcome: 'skipped' },
      {
        action: 'group.update',
        objectId: id.staff,
        changed: membersChanged(2, 0),
        subjects: { 'member-added': everybody, 'access-granted': everybody },
      },
    );
  });

  it('disables with the string "False" and enables again', async () => {
    const { send, expectUser, expectSeats, expectLog } = life();
    const active = (op: string, value: unknown) =>
      send('PATCH', `/Users/${id.ines}`, patchOp({ op, path: 'active', value }));
    expect(expectAnswer(await active('Replace', 'False'), 200).active).toBe(false);
    await expectUser(id.ines, { active: false, displayName: 'Ines V.' });
    expectList(await send('GET', `/Users${where('userName eq "ines@north.example"')}`), [id.ines]);
    await expectSeats({ studio: { held: [id.otto] }, wiki: { held: [id.otto] } });
    await expectLog(disabledEntry(id.ines, id.otto));
    expect(expectAnswer(await active('Add', 'True'), 200).active).toBe(true);
    await expectUser(id.ines, { active: true });
    await expectSeats({ studio: { held: [id.otto], waiting: [id.ines] }, wiki: { held: [id.ines, id.otto] } });
    await expectLog(enabledEntry(id.ines));
  });

  it('renames a person and a group', async () => {
    const { send, expectUser, expectGroup, expectSeats, expectLog } = life();
    const rename = (path: string, value: string) => patchOp({ op: 'Replace', path, value });
    const person = await send('PATCH', `/Users/${id.ines}`, rename('userName', 'ines.vaartsen@north.example'));
    expect(expectAnswer(person, 200).userName).toBe('ines.vaartsen@north.example');
    expectAnswer(await send('PATCH', `/Groups/${id.design}`, rename('displayName', 'App Design Team')), 204);
    await expectUser(id.ines, { userName: 'ines.vaartsen@north.example', active: true });
    await expectGroup(id.design, { displayName: 'App Design Team' }, [id.ines, id.otto]);
    expectList(await send('GET', `/Users${where('userName eq "ines@north.example"')}`), []);
    await expectSeats({ studio: { held: [id.otto], waiting: [id.ines] }, wiki: { held: [id.ines, id.otto] } });
    await expectLog(
      {
        action: 'user.update',
        objectId: id.ines,
        changed: from('userName', 'ines@north.example', 'ines.vaartsen@north.example'),
      },
      {
        action: 'group.update',
        objectId: id.design,
        changed: from('displayName', 'App Design', 'App Design Team'),
      },
    );
  });

  it('removes a member by a value list, and nobody twice', async () => {
    const { send, expectGroup, expectSeats, expectLog } = life();
    const remove = patchOp({ op: 'Remove', path: 'members', value: [{ $ref: null, value: id.otto }] });
    expectAnswer(await send('PATCH', `/Groups/${id.design}`, remove), 204);
    expectAnswer(await send('PATCH', `/Groups/${id.design}`, remove), 204);
    await expectGroup(id.design, {}, [id.ines]);
    await expectSeats({ studio: { held: [id.ines] }, wiki: { held: [id.ines, id.otto] } });
    const entry = { action: 'group.update', objectId: id.design };
    await expectLog(
      {
        ...entry,
        changed: membersChanged(0, 1),
        subjects: { 'member-removed': [id.otto], 'access-removed': [id.otto], 'access-granted': [id.ines] },
      },
      { ...entry, outcome: 'skipped' },
    );
  });

  it('deletes the person and a group', async () => {
    const { send, expectGone, expectGroup, expectCounts, expectSeats, expectLog } = life();
    expectAnswer(await send('DELETE', `/Groups/${id.design}`), 204);
    await expectGone('Groups', id.design);
    await expectSeats({ studio: NOBODY, wiki: { held: [id.ines, id.otto] } });
    expectAnswer(await send('DELETE', `/Users/${id.otto}`), 204);
    await expectGone('Users', id.otto);
    await expectGroup(id.staff, {}, [id.ines]);
    await expectCounts(1, 1);
    await expectSeats({ studio: NOBODY, wiki: { held: [id.ines] } });
    await expectLog(
      deletedEntry('group', id.design, { 'member-removed': [id.ines], 'access-removed': [id.ines] }),
      deletedEntry('user', id.otto, { 'member-removed': [id.staff], 'access-removed': [id.otto] }),
    );
  });

  it('is taken for entra', () => life().expectSuggestion('entra'));
});
