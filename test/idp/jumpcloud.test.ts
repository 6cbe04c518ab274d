import { describe, expect, it } from '@jest/globals';
import { expectAnswer, expectList, useLife } from '../support/idp-life.ts';
import {
  addedEntry,
  deletedEntry,
  disabledEntry,
  enabledEntry,
  from,
  given,
  queuedEntry,
  removedEntry,
} from '../support/idp-log.ts';
import { ENTERPRISE, GROUP, patchOp, USER, where } from '../support/idp-messages.ts';

const NOBODY = { held: [] };

describe.each(['generic', 'jumpcloud'])('JumpCloud, Custom SCIM Identity Management, profile %s', (profile) => {
  const life = useLife({ connection: { profile }, contentType: 'application/scim+json' });
  const id = { test: '', hugo: '', ivy: '', design: '', staff: '' };

  async function create(userName: string, attributes: object = {}): Promise<string> {
    const { send } = life();
    expectList(await send('GET', `/Users${where(`userName eq "${userName}"`)}`), []);
    const emails = [{ type: 'work', primary: true, value: userName }];
    const body = { schemas: [USER, ENTERPRISE], userName, emails, active: true, ...attributes };
    return expectAnswer(await send('POST', '/Users', body), 201).id;
  }

  const created = (userName: string, attributes: object = {}) =>
    given({ userName, active: true, emails: [{ type: 'work', primary: true, value: userName }], ...attributes });

  const activePatch = (userId: string, value: boolean) =>
    life().send('PATCH', `/Users/${userId}`, patchOp({ op: 'replace', path: 'active', value }));

  it('activates by really making a test user and a test group', async () => {
    const { send, expectUser, expectGone, expectCounts, expectSeats, expectLog } = life();
    expectList(await send('GET', '/Users'), []);
    id.test = await create('probe@lake.example');
    const update = patchOp({ op: 'replace', path: 'name.givenName', value: 'Probe' });
    expectAnswer(await send('PATCH', `/Users/${id.test}`, update), 200);
    await expectUser(id.test, { name: { givenName: 'Probe' } });
    expectAnswer(await activePatch(id.test, false), 200);
    expectAnswer(await send('DELETE', `/Users/${id.test}`), 204);
    await expectGone('Users', id.test);
    const group = expectAnswer(await send('POST', '/Groups', { schemas: [GROUP], displayName: 'Probe group' }), 201);
    expectAnswer(await send('DELETE', `/Groups/${group.id}`), 204);
    await expectCounts(0, 0);
    await expectSeats({ studio: NOBODY, wiki: NOBODY });
    await expectLog(
      { action: 'user.create', objectId: id.test, changed: created('probe@lake.example') },
      { action: 'user.update', objectId: id.test, changed: given({ name: { givenName: 'Probe' } }) },
      { action: 'user.update', objectId: id.test, changed: from('active', true, false) },
      deletedEntry('user', id.test),
      { action: 'group.create', objectId: group.id, changed: given({ displayName: 'Probe group' }) },
      deletedEntry('group', group.id),
    );
  });

  it('creates people', async () => {
    const { expectUser, expectCounts, expectLog } = life();
    const hugo = { name: { givenName: 'Hugo', familyName: 'Teal' } };
    id.hugo = await create('hugo@lake.example', { ...hugo, [ENTERPRISE]: { department: 'Boats' } });
    id.ivy = await create('ivy@lake.example');
    await expectUser(id.hugo, { ...hugo, [ENTERPRISE]: { department: 'Boats' }, active: true });
    await expectCounts(2, 0);
    const changed = created('hugo@lake.example', { ...hugo, [`${ENTERPRISE}:department`]: 'Boats' });
    await expectLog(
      { action: 'user.create', objectId: id.hugo, changed },
      { action: 'user.create', objectId: id.ivy, changed: created('ivy@lake.example') },
    );
  });

  it('updates with one operation an attribute', async () => {
    const { send, expectUser, expectLog } = life();
    const body = patchOp(
      { op: 'replace', path: 'name.givenName', value: 'Hugh' },
      { op: 'replace', path: 'name.familyName', value: 'Tealby' },
      { op: 'replace', path: 'title', value: 'Skipper' },
      { op: 'replace', path: `${ENTERPRISE}:department`, value: 'Harbour' },
      { op: 'replace', path: 'active', value: true },
    );
    const now = { name: { givenName: 'Hugh', familyName: 'Tealby' }, title: 'Skipper' };
    expect(expectAnswer(await send('PATCH', `/Users/${id.hugo}`, body), 200)).toMatchObject(now);
    await expectUser(id.hugo, { ...now, [ENTERPRISE]: { department: 'Harbour' }, active: true });
    await expectLog({
      action: 'user.update',
      objectId: id.hugo,
      changed: {
        ...from('name', { givenName: 'Hugo', familyName: 'Teal' }, now.name),
        ...given({ title: 'Skipper' }),
        ...from(`${ENTERPRISE}:department`, 'Boats', 'Harbour'),
      },
    });
  });

  it('creates groups and repeats the adding of members', async () => {
    const { send, grant, expectGroup, expectSeats, expectLog } = life();
    const make = async (displayName: string): Promise<string> =>
      expectAnswer(await send('POST', '/Groups', { schemas: [GROUP], displayName }), 201).id;
    id.design = await make('Lake Design');
    id.staff = await make('Lake Staff');
    await grant('studio', id.design);
    await grant('wiki', id.staff);
    const add = async (groupId: string, person: string) => {
      const body = patchOp({ op: 'add', path: 'members', value: [{ value: person }] });
      expectAnswer(await send('PATCH', `/Groups/${groupId}`, body), 204);
    };
    await add(id.design, id.hugo);
    const before = (await send('GET', `/Groups/${id.design}`)).body.meta;
    await add(id.design, id.hugo);
    await expectGroup(id.design, { meta: before }, [id.hugo]);
    await add(id.design, id.ivy);
    await add(id.staff, id.hugo);
    await add(id.staff, id.ivy);
    const both = [id.hugo, id.ivy];
    await expectGroup(id.staff, { displayName: 'Lake Staff' }, both);
    await expectSeats({ studio: { held: [id.hugo], waiting: [id.ivy] }, wiki: { held: both } });
    await expectLog(
      { action: 'group.create', objectId: id.design, changed: given({ displayName: 'Lake Design' }) },
      { action: 'group.create', objectId: id.staff, changed: given({ displayName: 'Lake Staff' }) },
      addedEntry(id.design, [id.hugo]),
      { action: 'group.update', objectId: id.design, outcome: 'skipped' },
      queuedEntry(id.design, id.ivy),
      addedEntry(id.staff, [id.hugo]),
      addedEntry(id.staff, [id.ivy]),
    );
  });

  it('deactivates and activates', async () => {
    const { expectUser, expectSeats, expectLog } = life();
    expect(expectAnswer(await activePatch(id.hugo, false), 200).active).toBe(false);
    await expectUser(id.hugo, { active: false, title: 'Skipper' });
    await expectSeats({ studio: { held: [id.ivy] }, wiki: { held: [id.ivy] } });
    expect(expectAnswer(await activePatch(id.hugo, true), 200).active).toBe(true);
    await expectUser(id.hugo, { active: true });
    await expectSeats({ studio: { held: [id.ivy], waiting: [id.hugo] }, wiki: { held: [id.hugo, id.ivy] } });
    await expectLog(disabledEntry(id.hugo, id.ivy), enabledEntry(id.hugo));
  });

  it('renames, removes a member by a value list, and deletes', async () => {
    const { send, expectUser, expectGroup, expectGone, expectCounts, expectSeats, expectLog } = life();
    const rename = (path: string, value: string) => patchOp({ op: 'replace', path, value });
    expectAnswer(await send('PATCH', `/Users/${id.hugo}`, rename('userName', 'hugh@lake.example')), 200);
    expectAnswer(await send('PATCH', `/Groups/${id.design}`, rename('displayName', 'Lake Drawing')), 204);
    await expectUser(id.hugo, { userName: 'hugh@lake.example' });
    const remove = patchOp({ op: 'remove', path: 'members', value: [{ value: id.ivy }] });
    expectAnswer(await send('PATCH', `/Groups/${id.design}`, remove), 204);
    await expectGroup(id.design, { displayName: 'Lake Drawing' }, [id.hugo]);
    await expectSeats({ studio: { held: [id.hugo] }, wiki: { held: [id.hugo, id.ivy] } });
    expectAnswer(await send('DELETE', `/Groups/${id.staff}`), 204);
    await expectGone('Groups', id.staff);
    expectAnswer(await send('DELETE', `/Users/${id.hugo}`), 204);
    await expectGone('Users', id.hugo);
    await expectCounts(1, 1);
    await expectSeats({ studio: NOBODY, wiki: NOBODY });
    const both = [id.hugo, id.ivy];
    const entry = { action: 'group.update', objectId: id.design };
    await expectLog(
      {
        action: 'user.update',
        objectId: id.hugo,
        changed: from('userName', 'hugo@lake.example', 'hugh@lake.example'),
      },
      { ...entry, changed: from('displayName', 'Lake Design', 'Lake Drawing') },
      removedEntry(id.design, id.ivy, id.hugo),
      deletedEntry('group', id.staff, { 'member-removed': both, 'access-removed': both }),
      deletedEntry('user', id.hugo, { 'member-removed': [id.design], 'access-removed': [id.hugo] }),
    );
  });

  it('does nothing that tells it from others', () => life().expectSuggestion(undefined));
});
