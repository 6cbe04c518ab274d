import { describe, expect, it } from '@jest/globals';
import { expectAnswer, expectList, useLife } from '../support/idp-life.ts';
import { from, given, membersChanged } from '../support/idp-log.ts';
import { ENTERPRISE, GROUP, OKTA_HEADERS, USER, where } from '../support/idp-messages.ts';

const PASSWORD = '4gqz81xw-placeholder';
const NOBODY = { held: [] };
const PAGE = '&startIndex=1&count=100';

describe.each(['generic', 'okta'])('Okta, an app wizard application (GET and PUT), profile %s', (profile) => {
  const life = useLife({ connection: { profile }, headers: OKTA_HEADERS });
  const id = { lena: '', theo: '', design: '', staff: '' };

  /** GET, then PUT of the server's own body with Okta's values in it. */
  async function readAndPut(userId: string, values: object) {
    const { send } = life();
    const { body } = await send('GET', `/Users/${userId}`);
    expect(body).toHaveProperty('meta.location');
    return send('PUT', `/Users/${userId}`, { ...body, ...values });
  }

  it('tests the connector', async () => {
    const { send, expectLog } = life();
    expectList(await send('GET', '/Users?startIndex=1&count=2'), []);
    expectList(await send('GET', '/Groups?startIndex=1&count=100'), []);
    const refused = await send('GET', '/Users?startIndex=1&count=2', undefined, { Authorization: 'Bearer wrong' });
    expectAnswer(refused, 401);
    await expectLog();
  });

  it('assigns people: lookup, POST with groups [] and a placeholder password', async () => {
    const { send, keepSecret, expectUser, expectCounts, expectSeats, expectLog } = life();
    keepSecret(PASSWORD);
    const create = async (userName: string, attributes: object): Promise<string> => {
      expectList(await send('GET', `/Users${where(`userName eq "${userName}"`)}${PAGE}`), []);
      const body = { schemas: [USER], userName, ...attributes, groups: [], password: PASSWORD, active: true };
      const created = await send('POST', '/Users', body);
      expect(created.text).not.toContain(PASSWORD);
      return expectAnswer(created, 201).id;
    };
    const lena = {
      name: { givenName: 'Lena', familyName: 'Fors' },
      emails: [{ primary: true, value: 'lena@south.example', type: 'work' }],
      displayName: 'Lena Fors',
      locale: 'en-US',
    };
    id.lena = await create('lena@south.example', { ...lena, externalId: '00u-lena' });
    id.theo = await create('theo@south.example', { externalId: '00u-theo', [ENTERPRISE]: { department: 'Wood' } });
    await expectUser(id.lena, { ...lena, externalId: '00u-lena', active: true }, ['password', 'groups']);
    await expectUser(id.theo, { [ENTERPRISE]: { department: 'Wood' } });
    await expectCounts(2, 0);
    await expectSeats({ studio: NOBODY, wiki: NOBODY });
    const entry = { action: 'user.create' };
    await expectLog(
      { ...entry, objectId: id.lena, changed: given({ ...lena, userName: 'lena@south.example', active: true }) },
      {
        ...entry,
        objectId: id.theo,
        changed: given({ userName: 'theo@south.example', active: true, [`${ENTERPRISE}:department`]: 'Wood' }),
      },
    );
  });

  it('links an account that is there: lookup, GET, PUT of the same', async () => {
    const { send, expectUser, expectLog } = life();
    expectList(await send('GET', `/Users${where('userName eq "lena@south.example"')}${PAGE}`), [id.lena]);
    const before = (await send('GET', `/Users/${id.lena}`)).body;
    expect(expectAnswer(await readAndPut(id.lena, {}), 200)).toEqual(before);
    await expectUser(id.lena, { meta: before.meta });
    await expectLog({ action: 'user.update', objectId: id.lena, outcome: 'skipped' });
  });

  it('updates several attributes and ignores what only the server may say', async () => {
    const { expectUser, expectLog } = life();
    const now = {
      name: { givenName: 'Lena', familyName: 'Forsberg', formatted: 'Lena Forsberg' },
      displayName: 'Lena Forsberg',
      emails: [{ primary: true, value: 'lf@south.example', type: 'work' }],
    };
    const readOnly = {
      id: 'of-another',
      groups: [{ value: 'x' }],
      meta: { created: '2001-01-01T00:00:00Z', location: 'http://elsewhere.example/', resourceType: 'User' },
    };
    const answer = expectAnswer(await readAndPut(id.lena, { ...now, ...readOnly, title: 'Turner' }), 200);
    expect(answer).toMatchObject({ id: id.lena, ...now, title: 'Turner' });
    await expectUser(id.lena, { ...now, title: 'Turner', locale: 'en-US', externalId: '00u-lena' }, ['groups']);
    await expectLog({
      action: 'user.update',
      objectId: id.lena,
      changed: {
        ...from('name', { givenName: 'Lena', familyName: 'Fors' }, now.name),
        ...from('displayName', 'Lena Fors', 'Lena Forsberg'),
        ...from('emails', [{ primary: true, value: 'lena@south.example', type: 'work' }], now.emails),
        ...given({ title: 'Turner' }),
      },
    });
  });

  it('pushes groups: lookup, POST, GET, PUT with all members', async () => {
    const { send, grant, expectGroup, expectSeats, expectLog } = life();
    const push = async (displayName: string): Promise<string> => {
      expectList(await send('GET', `/Groups${where(`displayName eq "${displayName}"`)}${PAGE}`), []);
      const created = await send('POST', '/Groups', { schemas: [GROUP], displayName, members: [] });
      const { id: created_id } = expectAnswer(created, 201);
      expectAnswer(await send('GET', `/Groups/${created_id}`), 200);
      return created_id;
    };
    id.design = await push('APP-Design');
    id.staff = await push('APP-Staff');
    await grant('studio', id.design);
    await grant('wiki', id.staff);
    const lena = { value: id.lena, display: 'lena@south.example' };
    const theo = { value: id.theo, display: 'theo@south.example' };
    const put = (groupId: string, displayName: string, members: object[]) =>
      send('PUT', `/Groups/${groupId}`, { schemas: [GROUP], displayName, members });
    expectAnswer(await put(id.design, 'APP-Design', [lena]), 200);
    await expectSeats({ studio: { held: [id.lena] }, wiki: NOBODY });
    const answer = expectAnswer(await put(id.design, 'APP-Design', [lena, theo]), 200);
    expect(answer.members).toHaveLength(2);
    expectAnswer(await put(id.staff, 'APP-Staff', [theo, lena]), 200);
    expectAnswer(await put(id.staff, 'APP-Staff', [lena, theo]), 200);
    const both = [id.lena, id.theo];
    await expectGroup(id.design, { displayName: 'APP-Design', schemas: [GROUP] }, both);
    await expectGroup(id.staff, {}, both);
    await expectSeats({ studio: { held: [id.lena], waiting: [id.theo] }, wiki: { held: both } });
    const added = (...people: string[]) => ({ 'member-added': people });
    await expectLog(
      { action: 'group.create', objectId: id.design, changed: given({ displayName: 'APP-Design' }) },
      { action: 'group.create', objectId: id.staff, changed: given({ displayName: 'APP-Staff' }) },
      {
        action: 'group.update',
        objectId: id.design,
        changed: membersChanged(1, 0),
        subjects: { ...added(id.lena), 'access-granted': [id.lena] },
      },
      {
        action: 'group.update',
        objectId: id.design,
        outcome: 'waiting',
        changed: membersChanged(1, 0),
        subjects: { ...added(id.theo), 'access-waiting': [id.theo] },
      },
      {
        action: 'group.update',
        objectId: id.staff,
        changed: membersChanged(2, 0),
        subjects: { ...added(...both), 'access-granted': both },
      },
      { action: 'group.update', objectId: id.staff, outcome: 'skipped' },
    );
  });

  it('deactivates by GET and PUT, and activates again', async () => {
    const { expectUser, expectSeats, expectLog } = life();
    expect(expectAnswer(await readAndPut(id.lena, { active: false }), 200).active).toBe(false);
    await expectUser(id.lena, { active: false, title: 'Turner' });
    await expectSeats({ studio: { held: [id.theo] }, wiki: { held: [id.theo] } });
    expect(expectAnswer(await readAndPut(id.lena, { active: true }), 200).active).toBe(true);
    await expectUser(id.lena, { active: true });
    await expectSeats({ studio: { held: [id.theo], waiting: [id.lena] }, wiki: { held: [id.lena, id.theo] } });
    const entry = { action: 'user.update', objectId: id.lena };
    await expectLog(
      {
        ...entry,
        changed: from('active', true, false),
        subjects: { 'access-removed': [id.lena], 'access-granted': [id.theo] },
      },
      {
        ...entry,
        outcome: 'waiting',
        changed: from('active', false, true),
        subjects: { 'access-granted': [id.lena], 'access-waiting': [id.lena] },
      },
    );
  });

  it('renames, takes a member out, imports, and unlinks the groups; users are never deleted', async () => {
    const { send, expectUser, expectGroup, expectGone, expectCounts, expectSeats, expectLog } = life();
    expectAnswer(await readAndPut(id.lena, { userName: 'forsberg@south.example' }), 200);
    await expectUser(id.lena, { userName: 'forsberg@south.example' });
    const members = [{ value: id.lena, display: 'forsberg@south.example' }];
    const put = { schemas: [GROUP], displayName: 'APP-Design 2', members };
    expectAnswer(await send('PUT', `/Groups/${id.design}`, put), 200);
    await expectGroup(id.design, { displayName: 'APP-Design 2' }, [id.lena]);
    await expectSeats({ studio: { held: [id.lena] }, wiki: { held: [id.lena, id.theo] } });
    const imported = await send('GET', '/Users?startIndex=1&count=1');
    const rest = await send('GET', '/Users?startIndex=2&count=1');
    expect([imported, rest].map(({ body }) => [body.totalResults, body.Resources[0].id])).toEqual([
      [2, id.lena],
      [2, id.theo],
    ]);
    expectAnswer(await send('DELETE', `/Groups/${id.staff}`), 204);
    await expectGone('Groups', id.staff);
    await expectCounts(2, 1);
    await expectSeats({ studio: { held: [id.lena] }, wiki: NOBODY });
    await expectLog(
      {
        action: 'user.update',
        objectId: id.lena,
        changed: from('userName', 'lena@south.example', 'forsberg@south.example'),
      },
      {
        action: 'group.update',
        objectId: id.design,
        changed: { ...from('displayName', 'APP-Design', 'APP-Design 2'), ...membersChanged(0, 1) },
        subjects: { 'member-removed': [id.theo], 'access-removed': [id.theo], 'access-granted': [id.lena] },
      },
      {
        action: 'group.delete',
        objectId: id.staff,
        changed: given({ deleted: true }),
        subjects: { 'member-removed': [id.lena, id.theo], 'access-removed': [id.lena, id.theo] },
      },
    );
  });

  it('is taken for okta', () => life().expectSuggestion('okta'));
});
