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
import { ENTERPRISE, GROUP, patchOp, USER, wherePlus } from '../support/idp-messages.ts';

/** The template's URNs are those of SCIM 1.1. */
const TEMPLATE_SCHEMAS = ['urn:scim:schemas:core:2.0', 'urn:scim:schemas:extension:enterprise:2.0'];
const NOBODY = { held: [] };

describe('OneLogin, SCIM Provisioner with SAML', () => {
  const life = useLife({
    connection: { profile: 'onelogin' },
    contentType: 'application/scim+json',
    headers: { 'User-Agent': '' },
  });
  const id = { faye: '', gus: '', design: '', staff: '' };

  /** What the customer's template makes of a person. */
  const template = (userName: string, values: object) => ({
    schemas: TEMPLATE_SCHEMAS,
    id: null,
    userName,
    active: 'true',
    emails: { value: userName, type: 'work', primary: true },
    meta: { resourceType: 'User' },
    ...values,
  });

  it('enables the API connection', async () => {
    const { send, expectLog } = life();
    expectList(await send('GET', '/Users?'), []);
    expectAnswer(await send('GET', '/ServiceProviderConfig?'), 200);
    expectList(await send('GET', '/Groups?startIndex=1&count=100&'), []);
    await expectLog();
  });

  it('creates people from a template: 1.1 URNs, id null, e-mails as one object, "true"', async () => {
    const { send, expectUser, expectSeats, expectLog } = life();
    const create = async (userName: string, values: object): Promise<string> => {
      expectList(await send('GET', `/Users${wherePlus(`userName eq "${userName}"`)}&`), []);
      return expectAnswer(await send('POST', '/Users?', template(userName, values)), 201).id;
    };
    const faye = { name: { givenName: 'Faye', familyName: 'Orr' } };
    id.faye = await create('faye@hill.example', faye);
    id.gus = await create('gus@hill.example', {
      'urn:scim:schemas:extension:enterprise:2.0': { department: 'Stone', manager: { managerId: id.faye } },
    });
    const emails = (value: string) => [{ value, type: 'work', primary: true }];
    await expectUser(id.faye, { schemas: [USER], ...faye, emails: emails('faye@hill.example'), active: true });
    const extension = { department: 'Stone', manager: { value: id.faye } };
    await expectUser(id.gus, { schemas: [USER, ENTERPRISE], [ENTERPRISE]: extension });
    expectList(await send('GET', `/Users${wherePlus('userName eq "Faye@hill.example"')}&`), [id.faye]);
    await expectSeats({ studio: NOBODY, wiki: NOBODY });
    const known = (userName: string) => given({ userName, active: true, emails: emails(userName) });
    await expectLog(
      { action: 'user.create', objectId: id.faye, changed: { ...known('faye@hill.example'), ...given(faye) } },
      {
        action: 'user.create',
        objectId: id.gus,
        changed: {
          ...known('gus@hill.example'),
          ...given({ [`${ENTERPRISE}:department`]: 'Stone', [`${ENTERPRISE}:manager`]: { value: id.faye } }),
        },
      },
    );
  });

  it('updates several attributes by PUT with a trailing question mark', async () => {
    const { send, expectUser, expectLog } = life();
    const name = { givenName: 'Faye', familyName: 'Orchard' };
    const body = template('faye@hill.example', { name, title: 'Mason', displayName: 'Faye O.', nickName: '' });
    expectAnswer(await send('PUT', `/Users/${id.faye}?`, body), 200);
    await expectUser(id.faye, { name, title: 'Mason', displayName: 'Faye O.', active: true }, ['nickName']);
    expectAnswer(await send('PUT', `/Users/${id.faye}?`, body), 200);
    const entry = { action: 'user.update', objectId: id.faye };
    await expectLog(
      {
        ...entry,
        changed: {
          ...from('name', { givenName: 'Faye', familyName: 'Orr' }, name),
          ...given({ title: 'Mason', displayName: 'Faye O.' }),
        },
      },
      { ...entry, outcome: 'skipped' },
    );
  });

  it('imports the groups and adds members one by one', async () => {
    const { send, grant, expectGroup, expectSeats, expectLog } = life();
    const create = async (displayName: string): Promise<string> =>
      expectAnswer(await send('POST', '/Groups?', { schemas: [GROUP], displayName }), 201).id;
    id.design = await create('Sketch');
    id.staff = await create('Crew');
    expectList(await send('GET', '/Groups?startIndex=1&count=100&'), [id.design, id.staff]);
    await grant('studio', id.design);
    await grant('wiki', id.staff);
    const add = async (groupId: string, person: string) => {
      const body = patchOp({ op: 'add', path: 'members', value: [{ value: person }] });
      expectAnswer(await send('PATCH', `/Groups/${groupId}?`, body), 204);
    };
    await add(id.design, id.faye);
    await add(id.design, id.gus);
    await add(id.staff, id.faye);
    await add(id.staff, id.gus);
    const both = [id.faye, id.gus];
    await expectGroup(id.design, { displayName: 'Sketch' }, both);
    await expectGroup(id.staff, { displayName: 'Crew' }, both);
    await expectSeats({ studio: { held: [id.faye], waiting: [id.gus] }, wiki: { held: both } });
    await expectLog(
      { action: 'group.create', objectId: id.design, changed: given({ displayName: 'Sketch' }) },
      { action: 'group.create', objectId: id.staff, changed: given({ displayName: 'Crew' }) },
      addedEntry(id.design, [id.faye]),
      queuedEntry(id.design, id.gus),
      addedEntry(id.staff, [id.faye]),
      addedEntry(id.staff, [id.gus]),
    );
  });

  it('suspends by PUT with the string "false", and takes back', async () => {
    const { send, expectUser, expectSeats, expectLog } = life();
    const name = { givenName: 'Faye', familyName: 'Orchard' };
    const put = (active: string) => {
      const body = template('faye@hill.example', { name, title: 'Mason', displayName: 'Faye O.', active });
      return send('PUT', `/Users/${id.faye}?`, body);
    };
    expect(expectAnswer(await put('false'), 200).active).toBe(false);
    await expectUser(id.faye, { active: false, title: 'Mason' });
    await expectSeats({ studio: { held: [id.gus] }, wiki: { held: [id.gus] } });
    expect(expectAnswer(await put('true'), 200).active).toBe(true);
    await expectSeats({ studio: { held: [id.gus], waiting: [id.faye] }, wiki: { held: [id.faye, id.gus] } });
    await expectLog(disabledEntry(id.faye, id.gus), enabledEntry(id.faye));
  });

  it('renames, removes a member, and deletes', async () => {
    const { send, expectUser, expectGroup, expectGone, expectCounts, expectSeats, expectLog } = life();
    const rename = patchOp({ op: 'replace', path: 'userName', value: 'orchard@hill.example' });
    expectAnswer(await send('PATCH', `/Users/${id.faye}?`, rename), 200);
    await expectUser(id.faye, { userName: 'orchard@hill.example' });
    const remove = patchOp({ op: 'remove', path: `members[value eq "${id.gus}"]` });
    expectAnswer(await send('PATCH', `/Groups/${id.design}?`, remove), 204);
    await expectGroup(id.design, {}, [id.faye]);
    await expectSeats({ studio: { held: [id.faye] }, wiki: { held: [id.faye, id.gus] } });
    expectAnswer(await send('DELETE', `/Users/${id.faye}?`), 204);
    await expectGone('Users', id.faye);
    await expectCounts(1, 2);
    await expectSeats({ studio: NOBODY, wiki: { held: [id.gus] } });
    await expectLog(
      {
        action: 'user.update',
        objectId: id.faye,
        changed: from('userName', 'faye@hill.example', 'orchard@hill.example'),
      },
      removedEntry(id.design, id.gus, id.faye),
      deletedEntry('user', id.faye, { 'member-removed': [id.design, id.staff], 'access-removed': [id.faye] }),
    );
  });

  it('is taken for onelogin', () => life().expectSuggestion('onelogin'));
});
