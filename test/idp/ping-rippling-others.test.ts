import { describe, expect, it } from '@jest/globals';
import { expectAnswer, expectList, type IdpLife, useLife } from '../support/idp-life.ts';
import {
  addedEntry,
  deletedEntry,
  disabledEntry,
  enabledEntry,
  from,
  given,
  membersChanged,
  queuedEntry,
  removedEntry,
} from '../support/idp-log.ts';
import { ENTERPRISE, GROUP, patchOp, type SentOperation, USER, where } from '../support/idp-messages.ts';

const NOBODY = { held: [] };

async function createUser({ send }: IdpLife, userName: string, attributes: object = {}): Promise<string> {
  return expectAnswer(await send('POST', '/Users', { schemas: [USER], userName, active: true, ...attributes }), 201).id;
}

async function createGroup({ send }: IdpLife, displayName: string, members: object[] = []): Promise<string> {
  return expectAnswer(await send('POST', '/Groups', { schemas: [GROUP], displayName, members }), 201).id;
}

describe.each([
  ['merge', 'generic'],
  ['merge', 'ping'],
  ['overwrite', 'generic'],
  ['overwrite', 'ping'],
])('PingOne and PingFederate, memberships by %s, profile %s', (mode, profile) => {
  const life = useLife({ connection: { profile } });
  const id = { zoe: '', bram: '', design: '', staff: '' };

  it('looks people up by any expression, creates them, and pushes groups', async () => {
    const { send, grant, expectGroup, expectSeats, expectLog } = life();
    const emails = [{ value: 'zoe@bay.example', type: 'work', primary: true }];
    expectList(await send('GET', `/Users${where('userName eq "zoe@bay.example"')}`), []);
    id.zoe = await createUser(life(), 'zoe@bay.example', { emails });
    id.bram = await createUser(life(), 'bram@bay.example');
    expectList(await send('GET', `/Users${where('emails eq "ZOE@bay.example"')}`), [id.zoe]);
    expectList(await send('GET', `/Users${where('emails.value eq "zoe@bay.example"')}`), [id.zoe]);
    expectList(await send('GET', `/Users${where('emails[type eq "work"].value eq "zoe@bay.example"')}`), [id.zoe]);
    id.design = await createGroup(life(), 'Bay Design');
    id.staff = await createGroup(life(), 'Bay Staff', [{ value: id.zoe }, { value: id.bram }]);
    await grant('studio', id.design);
    await grant('wiki', id.staff);
    const merge = mode === 'merge';
    const push = async (...people: string[]) => {
      const sent = merge ? people.slice(-1) : people;
      const value = sent.map((person) => ({ value: person }));
      const body = patchOp({ op: merge ? 'add' : 'replace', path: 'members', value });
      expectAnswer(await send('PATCH', `/Groups/${id.design}`, body), 204);
    };
    await push(id.zoe);
    await push(id.zoe, id.bram);
    await expectGroup(id.design, { displayName: 'Bay Design' }, [id.zoe, id.bram]);
    const both = [id.zoe, id.bram];
    await expectSeats({ studio: { held: [id.zoe], waiting: [id.bram] }, wiki: { held: both } });
    const zoe = { userName: 'zoe@bay.example', active: true, emails };
    await expectLog(
      { action: 'user.create', objectId: id.zoe, changed: given(zoe) },
      { action: 'user.create', objectId: id.bram, changed: given({ userName: 'bram@bay.example', active: true }) },
      { action: 'group.create', objectId: id.design, changed: given({ displayName: 'Bay Design' }) },
      {
        action: 'group.create',
        objectId: id.staff,
        changed: given({ displayName: 'Bay Staff' }),
        subjects: { 'member-added': both },
      },
      addedEntry(id.design, [id.zoe]),
      queuedEntry(id.design, id.bram),
    );
  });

  it('updates, disables, enables, takes a member out, and deletes', async () => {
    const { send, expectUser, expectGroup, expectGone, expectSeats, expectLog } = life();
    const patch = (path: string, operation: { op: string; path?: string; value?: unknown }) =>
      send('PATCH', path, patchOp(operation));
    expectAnswer(await patch(`/Users/${id.zoe}`, { op: 'replace', path: 'title', value: 'Pilot' }), 200);
    expectAnswer(await patch(`/Users/${id.zoe}`, { op: 'replace', path: 'active', value: false }), 200);
    await expectUser(id.zoe, { title: 'Pilot', active: false });
    await expectSeats({ studio: { held: [id.bram] }, wiki: { held: [id.bram] } });
    expectAnswer(await patch(`/Users/${id.zoe}`, { op: 'replace', path: 'active', value: true }), 200);
    await expectSeats({ studio: { held: [id.bram], waiting: [id.zoe] }, wiki: { held: [id.zoe, id.bram] } });
    const merged = { op: 'remove', path: `members[value eq "${id.bram}"]` };
    const overwritten = { op: 'replace', path: 'members', value: [{ value: id.zoe }] };
    expectAnswer(await patch(`/Groups/${id.design}`, mode === 'merge' ? merged : overwritten), 204);
    await expectGroup(id.design, {}, [id.zoe]);
    expectAnswer(await send('DELETE', `/Users/${id.zoe}`), 204);
    await expectGone('Users', id.zoe);
    await expectSeats({ studio: NOBODY, wiki: { held: [id.bram] } });
    await expectLog(
      { action: 'user.update', objectId: id.zoe, changed: given({ title: 'Pilot' }) },
      disabledEntry(id.zoe, id.bram),
      enabledEntry(id.zoe),
      removedEntry(id.design, id.bram, id.zoe),
      deletedEntry('user', id.zoe, { 'member-removed': [id.design, id.staff], 'access-removed': [id.zoe] }),
    );
  });

  it('is taken for ping', () => life().expectSuggestion('ping'));
});

describe.each(['generic', 'rippling'])('Rippling, profile %s', (profile) => {
  const life = useLife({ connection: { profile } });

  it('looks up by e-mail alone, creates once however often it asks, and moves people between groups', async () => {
    const { send, grant, expectUser, expectGroup, expectCounts, expectSeats, expectLog } = life();
    const emails = [{ value: 'nils@cape.example', primary: true }];
    const lookup = where('emails[value eq "nils@cape.example"]');
    expectList(await send('GET', `/Users${lookup}`), []);
    const name = { givenName: 'Nils', familyName: 'Moe' };
    const extension = { [ENTERPRISE]: { employeeNumber: '77' } };
    const person = { externalId: 'rip-1', emails, name, ...extension };
    const nils = await createUser(life(), 'nils@cape.example', person);
    const again = { schemas: [USER], userName: 'nils@cape.example', active: true, ...person };
    expect(expectAnswer(await send('POST', '/Users', again), 409).scimType).toBe('uniqueness');
    expectList(await send('GET', `/Users${lookup}`), [nils]);
    expectList(await send('GET', `/Users${where('emails[primary eq true].value eq "nils@cape.example"')}`), [nils]);
    await expectUser(nils, { ...person });
    await expectCounts(1, 0);
    const first = await createGroup(life(), 'Cape One', [{ value: nils }]);
    const second = await createGroup(life(), 'Cape Two');
    await grant('studio', first);
    await grant('wiki', second);
    await expectSeats({ studio: { held: [nils] }, wiki: NOBODY });
    const value = [{ value: nils }];
    expectAnswer(await send('PATCH', `/Groups/${first}`, patchOp({ op: 'remove', path: 'members', value })), 204);
    expectAnswer(await send('PATCH', `/Groups/${second}`, patchOp({ op: 'add', path: 'members', value })), 204);
    await expectGroup(first, {}, []);
    await expectGroup(second, {}, [nils]);
    await expectSeats({ studio: NOBODY, wiki: { held: [nils] } });
    const created = {
      userName: 'nils@cape.example',
      active: true,
      emails,
      name,
      [`${ENTERPRISE}:employeeNumber`]: '77',
    };
    await expectLog(
      { action: 'user.create', objectId: nils, changed: given(created) },
      { action: 'user.create', objectId: null, outcome: 'failure', errorCode: 'user.user-name-taken' },
      {
        action: 'group.create',
        objectId: first,
        changed: given({ displayName: 'Cape One' }),
        subjects: { 'member-added': [nils] },
      },
      { action: 'group.create', objectId: second, changed: given({ displayName: 'Cape Two' }) },
      {
        action: 'group.update',
        objectId: first,
        changed: membersChanged(0, 1),
        subjects: { 'member-removed': [nils], 'access-removed': [nils] },
      },
      addedEntry(second, [nils]),
    );
  });

  it('is taken for rippling', () => life().expectSuggestion('rippling'));
});

describe('other identity providers', () => {
  const life = useLife({ connection: { profile: 'generic' } });

  it('WorkOS: two replaces, a header of its own, members by value and filter', async () => {
    const { send, expectUser, expectGroup, expectGone, expectLog } = life();
    const user = await createUser(life(), 'w@isle.example', { externalId: 'idp-1', name: { givenName: 'W' } });
    const group = await createGroup(life(), 'Isle');
    const patch = (path: string, ...operations: readonly SentOperation[]) =>
      send('PATCH', path, patchOp(...operations), { 'X-WorkOS-Migrated-Id': 'old-1' });
    const names = [
      { op: 'replace', path: 'name.givenName', value: 'Wim' },
      { op: 'replace', path: 'name.familyName', value: 'Poel' },
    ];
    expectAnswer(await patch(`/Users/${user}`, ...names), 200);
    await expectUser(user, { name: { givenName: 'Wim', familyName: 'Poel' } });
    expectAnswer(await patch(`/Groups/${group}`, { op: 'replace', path: 'displayName', value: 'Isle 2' }), 204);
    expectAnswer(await patch(`/Groups/${group}`, { op: 'add', path: 'members', value: [{ value: user }] }), 204);
    await expectGroup(group, { displayName: 'Isle 2' }, [user]);
    expectAnswer(await patch(`/Groups/${group}`, { op: 'remove', path: `members[value eq "${user}"]` }), 204);
    await expectGroup(group, {}, []);
    expectAnswer(await send('DELETE', `/Users/${user}`), 204);
    await expectGone('Users', user);
    const created = { userName: 'w@isle.example', active: true, name: { givenName: 'W' } };
    const entry = { action: 'group.update', objectId: group };
    await expectLog(
      { action: 'user.create', objectId: user, changed: given(created) },
      { action: 'group.create', objectId: group, changed: given({ displayName: 'Isle' }) },
      {
        action: 'user.update',
        objectId: user,
        changed: from('name', { givenName: 'W' }, { givenName: 'Wim', familyName: 'Poel' }),
      },
      { ...entry, changed: from('displayName', 'Isle', 'Isle 2') },
      { ...entry, changed: membersChanged(1, 0), subjects: { 'member-added': [user] } },
      { ...entry, changed: membersChanged(0, 1), subjects: { 'member-removed': [user] } },
      deletedEntry('user', user),
    );
  });

  it('rauthy and authentik: config first, lookup by externalId or userName, member removed by a value list', async () => {
    const { send, expectUser, expectGroup, expectLog } = life();
    expectAnswer(await send('GET', '/ServiceProviderConfig'), 200);
    const lookup = where('externalId eq "r-1" or userName eq "r@isle.example"');
    expectList(await send('GET', `/Users${lookup}`), []);
    const user = await createUser(life(), 'r@isle.example', { externalId: 'r-1' });
    expectList(await send('GET', `/Users${lookup}`), [user]);
    const put = { schemas: [USER], userName: 'r@isle.example', externalId: 'r-1', displayName: 'R' };
    expectAnswer(await send('PUT', `/Users/${user}`, put), 200);
    expectAnswer(await send('PUT', `/Users/${user}`, put), 200);
    await expectUser(user, { displayName: 'R', active: true, externalId: 'r-1' });
    const group = await createGroup(life(), 'Isle 3', [{ value: user }]);
    const remove = patchOp({ op: 'remove', path: 'members', value: [{ value: user }] });
    expectAnswer(await send('PATCH', `/Groups/${group}`, remove), 204);
    await expectGroup(group, {}, []);
    await expectLog(
      { action: 'user.create', objectId: user, changed: given({ userName: 'r@isle.example', active: true }) },
      { action: 'user.update', objectId: user, changed: given({ displayName: 'R' }) },
      { action: 'user.update', objectId: user, outcome: 'skipped' },
      {
        action: 'group.create',
        objectId: group,
        changed: given({ displayName: 'Isle 3' }),
        subjects: { 'member-added': [user] },
      },
      {
        action: 'group.update',
        objectId: group,
        changed: membersChanged(0, 1),
        subjects: { 'member-removed': [user] },
      },
    );
  });

  it('Keycloak and SailPoint: the whole list of 211 members in one body, attributes and pages', async () => {
    const { send, expectGroup, expectLog } = life();
    const people: string[] = [];
    for (let number = 0; number < 211; number += 1) people.push(await createUser(life(), `k${number}@isle.example`));
    const group = await createGroup(life(), 'Isle of many');
    const value = people.map((person) => ({ value: person }));
    await life().begin();
    expectAnswer(await send('PATCH', `/Groups/${group}`, patchOp({ op: 'replace', path: 'members', value })), 204);
    await expectGroup(group, {}, people);
    const some = value.slice(0, 100);
    expectAnswer(await send('PATCH', `/Groups/${group}`, patchOp({ op: 'remove', path: 'members', value: some })), 204);
    await expectGroup(group, {}, people.slice(100));
    const page = await send('GET', `/Users${where('userName sw "k"')}&attributes=userName&count=100&startIndex=201`);
    expect(expectAnswer(page, 200)).toMatchObject({ totalResults: 211, startIndex: 201, itemsPerPage: 11 });
    expect(Object.keys(page.body.Resources[0]).sort()).toEqual(['id', 'schemas', 'userName']);
    const log = await expectLog(
      {
        action: 'group.update',
        objectId: group,
        changed: membersChanged(211, 0),
      },
      {
        action: 'group.update',
        objectId: group,
        changed: membersChanged(0, 100),
        subjects: { 'member-removed': people.slice(0, 100) },
      },
    );
    expect(log.map((entry) => entry.subjectCount)).toEqual([211, 100]);
  });
});
