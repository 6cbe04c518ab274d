import { describe, expect, it } from '@jest/globals';
import { addGrant, findApplication } from '../../src/licensing/index.js';
import { expectAnswer, expectList, useLife } from '../support/idp-life.ts';
import { deletedEntry, from, given } from '../support/idp-log.ts';
import { patchOp, USER, where } from '../support/idp-messages.ts';

const NOBODY = { held: [] };

describe.each(['generic', 'google'])('Google Workspace auto-provisioning, profile %s', (profile) => {
  const life = useLife({
    connection: { profile },
    contentType: 'application/json',
    headers: { 'User-Agent': 'Google-Auto-Provisioning', Accept: 'application/json' },
  });
  const id = { cleo: '', dirk: '' };

  /** It pushes no groups, so an administrator gives the role to the person. */
  async function grantToPerson(userId: string): Promise<void> {
    const { change, database, siteId, actor } = life().server;
    const administrator = actor();
    const [role] = (await findApplication(database, siteId, 'studio')).roles;
    await change.run(administrator, { action: 'grant.add', objectType: 'Grant' }, () =>
      addGrant(administrator, String(role?.id), { kind: 'user', id: userId }),
    );
  }

  it('probes the connection and reads the schemas', async () => {
    const { send, expectLog } = life();
    expectList(await send('GET', '/Users?count=1'), []);
    const schemas = expectAnswer(await send('GET', '/Schemas'), 200);
    expect(schemas.Resources.map((schema: { id: string }) => schema.id)).toContain(USER);
    await expectLog();
  });

  it('creates people, one with nothing but a userName', async () => {
    const { send, expectUser, expectCounts, expectSeats, expectLog } = life();
    expectList(await send('GET', `/Users${where('userName eq "cleo@field.example"')}`), []);
    const cleo = {
      userName: 'cleo@field.example',
      name: { givenName: 'Cleo', familyName: 'Ash' },
      emails: [{ value: 'cleo@field.example', type: 'work', primary: true }],
      active: true,
    };
    const created = await send('POST', '/Users', { schemas: [USER], externalId: 'g-1', ...cleo });
    id.cleo = expectAnswer(created, 201).id;
    id.dirk = expectAnswer(await send('POST', '/Users', { schemas: [USER], userName: 'dirk@field.example' }), 201).id;
    await expectUser(id.cleo, { ...cleo, externalId: 'g-1' });
    await expectUser(id.dirk, { active: true }, ['emails', 'name', 'externalId']);
    await expectCounts(2, 0);
    await expectSeats({ studio: NOBODY, wiki: NOBODY });
    await expectLog(
      { action: 'user.create', objectId: id.cleo, changed: given(cleo) },
      { action: 'user.create', objectId: id.dirk, changed: given({ userName: 'dirk@field.example', active: true }) },
    );
  });

  it('leaves the seats of people to their grants', async () => {
    const { expectSeats, expectLog } = life();
    await grantToPerson(id.cleo);
    await grantToPerson(id.dirk);
    await expectSeats({ studio: { held: [id.cleo], waiting: [id.dirk] }, wiki: NOBODY });
    await expectLog();
  });

  it('updates several attributes', async () => {
    const { send, expectUser, expectSeats, expectLog } = life();
    const body = patchOp(
      { op: 'replace', path: 'name.familyName', value: 'Ashby' },
      { op: 'replace', path: 'title', value: 'Grower' },
      { op: 'add', path: 'phoneNumbers[type eq "work"].value', value: '+47 22 000 111' },
    );
    const now = {
      name: { givenName: 'Cleo', familyName: 'Ashby' },
      title: 'Grower',
      phoneNumbers: [{ type: 'work', value: '+47 22 000 111' }],
    };
    expect(expectAnswer(await send('PATCH', `/Users/${id.cleo}`, body), 200)).toMatchObject(now);
    await expectUser(id.cleo, now);
    await expectSeats({ studio: { held: [id.cleo], waiting: [id.dirk] }, wiki: NOBODY });
    await expectLog({
      action: 'user.update',
      objectId: id.cleo,
      changed: {
        ...from('name', { givenName: 'Cleo', familyName: 'Ash' }, now.name),
        ...given({ title: now.title, phoneNumbers: now.phoneNumbers }),
      },
    });
  });

  it('suspends; an update without active enables nobody; restores', async () => {
    const { send, expectUser, expectSeats, expectLog } = life();
    const active = (value: boolean) =>
      send('PATCH', `/Users/${id.cleo}`, patchOp({ op: 'replace', value: { active: value } }));
    expect(expectAnswer(await active(false), 200).active).toBe(false);
    await expectSeats({ studio: { held: [id.dirk] }, wiki: NOBODY });
    const { body } = await send('GET', `/Users/${id.cleo}`);
    const { active: _active, ...rest } = body;
    expectAnswer(await send('PUT', `/Users/${id.cleo}`, { ...rest, title: 'Planter' }), 200);
    await expectUser(id.cleo, { active: false, title: 'Planter' });
    await expectSeats({ studio: { held: [id.dirk] }, wiki: NOBODY });
    expect(expectAnswer(await active(true), 200).active).toBe(true);
    await expectUser(id.cleo, { active: true });
    await expectSeats({ studio: { held: [id.dirk], waiting: [id.cleo] }, wiki: NOBODY });
    const entry = { action: 'user.update', objectId: id.cleo };
    await expectLog(
      {
        ...entry,
        changed: from('active', true, false),
        subjects: { 'access-removed': [id.cleo], 'access-granted': [id.dirk] },
      },
      { ...entry, changed: from('title', 'Grower', 'Planter') },
      {
        ...entry,
        outcome: 'waiting',
        changed: from('active', false, true),
        subjects: { 'access-waiting': [id.cleo] },
      },
    );
  });

  it('renames by PUT, and deletes', async () => {
    const { send, expectUser, expectGone, expectCounts, expectSeats, expectLog } = life();
    const { body } = await send('GET', `/Users/${id.cleo}`);
    expectAnswer(await send('PUT', `/Users/${id.cleo}`, { ...body, userName: 'ashby@field.example' }), 200);
    await expectUser(id.cleo, { userName: 'ashby@field.example' });
    expectList(await send('GET', `/Users${where('userName eq "cleo@field.example"')}`), []);
    expectAnswer(await send('DELETE', `/Users/${id.dirk}`), 204);
    await expectGone('Users', id.dirk);
    await expectCounts(1, 0);
    await expectSeats({ studio: { held: [id.cleo] }, wiki: NOBODY });
    await expectLog(
      {
        action: 'user.update',
        objectId: id.cleo,
        changed: from('userName', 'cleo@field.example', 'ashby@field.example'),
      },
      deletedEntry('user', id.dirk, { 'access-removed': [id.dirk], 'access-granted': [id.cleo] }),
    );
  });

  it('is taken for google', () => life().expectSuggestion('google'));
});
