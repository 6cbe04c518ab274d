import { describe, expect, it } from '@jest/globals';
import { expectAnswer, expectList, useLife } from '../support/idp-life.ts';
import { from, given, membersChanged } from '../support/idp-log.ts';
import { ENTERPRISE, GROUP, patchOp, USER, where, wherePlus } from '../support/idp-messages.ts';

/** Appended to the tenant URL; whether Entra ever forwards it is not documented. */
const FLAG = 'aadOptscim062020';
const NOBODY = { held: [] };

describe.each(['generic', 'entra', 'entra-compliant'])(
  'Microsoft Entra ID with aadOptscim062020, profile %s',
  (profile) => {
    const life = useLife({ connection: { profile } });
    const id = { sana: '', pim: '', design: '', staff: '' };

    it('tests the connection with the flag in the URL', async () => {
      const { send, expectLog } = life();
      expectList(await send('GET', `/Users?${FLAG}&filter=userName+eq+%22b1d1c1c2-5d4d-4f5e-8a3c-0f9e8d7c6b5a%22`), []);
      expectList(await send('GET', `/Groups?${FLAG}=&excludedAttributes=members&filter=displayName+eq+%22b1d1%22`), []);
      expectAnswer(await send('GET', `/ServiceProviderConfig?${FLAG}`), 200);
      await expectLog();
    });

    it('creates people', async () => {
      const { send, expectUser, expectSeats, expectLog } = life();
      const create = async (userName: string, attributes: object): Promise<string> => {
        expectList(await send('GET', `/Users${wherePlus(`userName eq "${userName}"`)}`), []);
        const body = {
          schemas: [USER, ENTERPRISE],
          meta: { resourceType: 'User' },
          userName,
          active: true,
          ...attributes,
        };
        return expectAnswer(await send('POST', '/Users', body), 201).id;
      };
      const sana = { displayName: 'Sana Lind', name: { givenName: 'Sana', familyName: 'Lind' } };
      const role = { primary: false, type: 'WindowsAzureActiveDirectoryRole', value: 'Reader' };
      id.sana = await create('sana@east.example', { externalId: 'obj-sana', ...sana });
      // The older documentation says displayName where the schema says display.
      id.pim = await create('pim@east.example', { externalId: 'obj-pim', roles: [{ ...role, displayName: 'Reader' }] });
      await expectUser(id.sana, { ...sana, externalId: 'obj-sana', active: true });
      await expectUser(id.pim, { roles: [{ ...role, display: 'Reader' }] });
      await expectSeats({ studio: NOBODY, wiki: NOBODY });
      const entry = { action: 'user.create' };
      await expectLog(
        { ...entry, objectId: id.sana, changed: given({ userName: 'sana@east.example', active: true, ...sana }) },
        {
          ...entry,
          objectId: id.pim,
          changed: given({ userName: 'pim@east.example', active: true, roles: [{ ...role, display: 'Reader' }] }),
        },
      );
    });

    it('updates several attributes by one value without a path: plain, dotted and URN keys', async () => {
      const { send, expectUser, expectLog } = life();
      const number = `${ENTERPRISE}:employeeNumber`;
      const body = patchOp(
        { op: 'replace', path: 'emails[type eq "work"].value', value: 'Sana@east.example' },
        {
          op: 'replace',
          value: { displayName: 'Sana Q.', 'name.givenName': 'Sanna', 'name.familyName': 'Quist', [number]: 'E-9' },
        },
        { op: 'add', value: { [ENTERPRISE]: { department: 'Light' }, nickName: 'San' } },
      );
      const answer = expectAnswer(await send('PATCH', `/Users/${id.sana}`, body), 200);
      const now = {
        displayName: 'Sana Q.',
        nickName: 'San',
        name: { givenName: 'Sanna', familyName: 'Quist' },
        emails: [{ type: 'work', value: 'Sana@east.example' }],
      };
      expect(answer).toMatchObject({ ...now, schemas: [USER, ENTERPRISE] });
      await expectUser(id.sana, { ...now, [ENTERPRISE]: { employeeNumber: 'E-9', department: 'Light' } });
      await expectLog({
        action: 'user.update',
        objectId: id.sana,
        changed: {
          ...from('displayName', 'Sana Lind', 'Sana Q.'),
          ...from('name', { givenName: 'Sana', familyName: 'Lind' }, now.name),
          ...given({ emails: now.emails, nickName: 'San', [number]: 'E-9', [`${ENTERPRISE}:department`]: 'Light' }),
        },
      });
    });

    it('replaces all roles, and takes the manager as an object', async () => {
      const { send, expectUser, expectLog } = life();
      const role = (value: string) => ({
        primary: false,
        type: 'WindowsAzureActiveDirectoryRole',
        display: value,
        value,
      });
      const manager = `${ENTERPRISE}:manager`;
      const body = patchOp(
        { op: 'replace', path: 'roles', value: [role('Writer'), role('Judge')] },
        { op: 'add', path: manager, value: { value: id.sana } },
      );
      expectAnswer(await send('PATCH', `/Users/${id.pim}`, body), 200);
      await expectUser(id.pim, {
        roles: [role('Writer'), role('Judge')],
        [ENTERPRISE]: { manager: { value: id.sana, displayName: 'Sana Q.' } },
      });
      await expectLog({
        action: 'user.update',
        objectId: id.pim,
        changed: {
          ...from('roles', [role('Reader')], [role('Writer'), role('Judge')]),
          ...given({ [manager]: { value: id.sana } }),
        },
      });
    });

    it('creates groups and adds members', async () => {
      const { send, grant, expectGroup, expectSeats, expectLog } = life();
      const create = async (displayName: string, externalId: string): Promise<string> => {
        const body = { schemas: [GROUP], externalId, displayName, meta: { resourceType: 'Group' } };
        return expectAnswer(await send('POST', '/Groups', body), 201).id;
      };
      id.design = await create('Crew', 'grp-crew');
      id.staff = await create('All', 'grp-all');
      await grant('studio', id.design);
      await grant('wiki', id.staff);
      const values = [{ value: id.sana }, { value: id.pim }];
      const staff = patchOp({ op: 'add', path: 'members', value: values });
      expectAnswer(await send('PATCH', `/Groups/${id.staff}`, staff), 204);
      const crew = patchOp(...values.map((value) => ({ op: 'add', path: 'members', value: [value] })));
      expectAnswer(await send('PATCH', `/Groups/${id.design}`, crew), 204);
      const both = [id.sana, id.pim];
      await expectGroup(id.design, { displayName: 'Crew' }, both);
      await expectGroup(id.staff, { displayName: 'All' }, both);
      await expectSeats({ studio: { held: [id.sana], waiting: [id.pim] }, wiki: { held: both } });
      await expectLog(
        { action: 'group.create', objectId: id.design, changed: given({ displayName: 'Crew' }) },
        { action: 'group.create', objectId: id.staff, changed: given({ displayName: 'All' }) },
        {
          action: 'group.update',
          objectId: id.staff,
          changed: membersChanged(2, 0),
          subjects: { 'member-added': both, 'access-granted': both },
        },
        {
          action: 'group.update',
          objectId: id.design,
          outcome: 'waiting',
          changed: membersChanged(2, 0),
          subjects: { 'member-added': both, 'access-granted': [id.sana], 'access-waiting': [id.pim] },
        },
      );
    });

    it('disables with a boolean, does so again, and enables', async () => {
      const { send, expectUser, expectSeats, expectLog } = life();
      const active = (value: boolean) =>
        send('PATCH', `/Users/${id.sana}`, patchOp({ op: 'replace', path: 'active', value }));
      const before = expectAnswer(await active(false), 200);
      await expectUser(id.sana, { active: false });
      await expectSeats({ studio: { held: [id.pim] }, wiki: { held: [id.pim] } });
      expect(expectAnswer(await active(false), 200).meta).toEqual(before.meta);
      expectAnswer(await active(true), 200);
      await expectUser(id.sana, { active: true });
      await expectSeats({ studio: { held: [id.pim], waiting: [id.sana] }, wiki: { held: [id.sana, id.pim] } });
      const entry = { action: 'user.update', objectId: id.sana };
      await expectLog(
        {
          ...entry,
          changed: from('active', true, false),
          subjects: { 'access-removed': [id.sana], 'access-granted': [id.pim] },
        },
        { ...entry, outcome: 'skipped' },
        {
          ...entry,
          outcome: 'waiting',
          changed: from('active', false, true),
          subjects: { 'access-granted': [id.sana], 'access-waiting': [id.sana] },
        },
      );
    });

    it('renames, removes a member by a value filter, and deletes', async () => {
      const { send, expectUser, expectGroup, expectGone, expectCounts, expectSeats, expectLog } = life();
      const rename = patchOp({ op: 'replace', value: { userName: 'sanna@east.example' } });
      expectAnswer(await send('PATCH', `/Users/${id.sana}`, rename), 200);
      await expectUser(id.sana, { userName: 'sanna@east.example' });
      expectList(await send('GET', `/Users${where('userName eq "sana@east.example"')}`), []);
      const remove = patchOp({ op: 'remove', path: `members[value eq "${id.pim}"]` });
      expectAnswer(await send('PATCH', `/Groups/${id.design}`, remove), 204);
      expectAnswer(await send('PATCH', `/Groups/${id.design}`, remove), 204);
      await expectGroup(id.design, {}, [id.sana]);
      await expectSeats({ studio: { held: [id.sana] }, wiki: { held: [id.sana, id.pim] } });
      expectAnswer(await send('DELETE', `/Groups/${id.design}`), 204);
      expectAnswer(await send('DELETE', `/Users/${id.pim}`), 204);
      expectAnswer(await send('DELETE', `/Users/${id.pim}`), 404);
      await expectGone('Groups', id.design);
      await expectGone('Users', id.pim);
      await expectCounts(1, 1);
      await expectSeats({ studio: NOBODY, wiki: { held: [id.sana] } });
      const deleted = given({ deleted: true });
      await expectLog(
        {
          action: 'user.update',
          objectId: id.sana,
          changed: from('userName', 'sana@east.example', 'sanna@east.example'),
        },
        {
          action: 'group.update',
          objectId: id.design,
          changed: membersChanged(0, 1),
          subjects: { 'member-removed': [id.pim], 'access-removed': [id.pim], 'access-granted': [id.sana] },
        },
        { action: 'group.update', objectId: id.design, outcome: 'skipped' },
        {
          action: 'group.delete',
          objectId: id.design,
          changed: deleted,
          subjects: { 'member-removed': [id.sana], 'access-removed': [id.sana] },
        },
        {
          action: 'user.delete',
          objectId: id.pim,
          changed: deleted,
          subjects: { 'member-removed': [id.staff], 'access-removed': [id.pim] },
        },
        { action: 'user.delete', objectId: id.pim, outcome: 'failure', errorCode: 'user.not-found' },
      );
    });

    it('is taken for entra-compliant', () => life().expectSuggestion('entra-compliant'));
  },
);
