import { describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { expectAnswer, expectList, useLife } from '../support/idp-life.ts';
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
import { GROUP, OKTA_HEADERS, patchOp, type SentOperation, USER, where } from '../support/idp-messages.ts';

const PASSWORD = 'first-9f31-placeholder';
const NEXT_PASSWORD = 'second-77ab-placeholder';
const NOBODY = { held: [] };

describe.each(['generic', 'okta'])('Okta, a catalogue application (PATCH), profile %s', (profile) => {
  const life = useLife({ connection: { profile, passwords: 'store' }, headers: OKTA_HEADERS });
  const id = { mira: '', noel: '', design: '', staff: '' };
  const change = (path: string, ...operations: readonly SentOperation[]) =>
    life().send('PATCH', path, patchOp(...operations));

  it('tests the connector and assigns people', async () => {
    const { send, keepSecret, expectUser, expectSeats, expectLog } = life();
    keepSecret(PASSWORD);
    keepSecret(NEXT_PASSWORD);
    expectList(await send('GET', '/Users?startIndex=1&count=2'), []);
    const create = async (userName: string, attributes: object): Promise<string> => {
      expectList(await send('GET', `/Users${where(`userName eq "${userName}"`)}&startIndex=1&count=100`), []);
      const body = { schemas: [USER], userName, ...attributes, groups: [], password: PASSWORD, active: true };
      return expectAnswer(await send('POST', '/Users', body), 201).id;
    };
    id.mira = await create('mira@west.example', { externalId: '00u-mira', displayName: 'Mira Holt' });
    id.noel = await create('noel@west.example', { externalId: '00u-noel' });
    await expectUser(id.mira, { displayName: 'Mira Holt', externalId: '00u-mira', active: true }, ['password']);
    await expectSeats({ studio: NOBODY, wiki: NOBODY });
    const mira = { userName: 'mira@west.example', displayName: 'Mira Holt', active: true };
    await expectLog(
      { action: 'user.create', objectId: id.mira, changed: given(mira) },
      { action: 'user.create', objectId: id.noel, changed: given({ userName: 'noel@west.example', active: true }) },
    );
  });

  it('updates a profile by PUT, its own body with other values', async () => {
    const { send, expectUser, expectLog } = life();
    const { body } = await send('GET', `/Users/${id.mira}`);
    const emails = [{ primary: true, value: 'mira@west.example', type: 'work' }];
    const put = await send('PUT', `/Users/${id.mira}`, { ...body, displayName: 'Mira H.', emails });
    expect(expectAnswer(put, 200)).toMatchObject({ displayName: 'Mira H.', emails });
    await expectUser(id.mira, { displayName: 'Mira H.', emails, externalId: '00u-mira' });
    const changed = { ...from('displayName', 'Mira Holt', 'Mira H.'), ...given({ emails }) };
    await expectLog({ action: 'user.update', objectId: id.mira, changed });
  });

  it('sets a password: the hash is stored, and no table and no answer shows it', async () => {
    const { server, expectUser, expectLog } = life();
    const answer = await change(`/Users/${id.mira}`, { op: 'replace', value: { password: NEXT_PASSWORD } });
    expect(expectAnswer(answer, 200)).not.toHaveProperty('password');
    await expectUser(id.mira, { displayName: 'Mira H.' }, ['password']);
    const rows = await server.database.read<{ hash: string }>(sql`
      SELECT hash FROM user_passwords WHERE user_id = ${id.mira}`);
    expect(rows).toEqual([{ hash: expect.stringMatching(/^\$argon2id\$/) }]);
    expect(JSON.stringify(rows)).not.toContain(NEXT_PASSWORD);
    const [entry] = await expectLog({
      action: 'user.update',
      objectId: id.mira,
      changed: { password: { new: '(secret)' } },
    });
    expect(entry?.changed).toEqual(['password']);
  });

  it('pushes groups with members', async () => {
    const { send, grant, expectGroup, expectSeats, expectLog } = life();
    const push = async (displayName: string): Promise<string> => {
      const body = { schemas: [GROUP], displayName, members: [] };
      return expectAnswer(await send('POST', '/Groups', body), 201).id;
    };
    id.design = await push('Push Design');
    id.staff = await push('Push Staff');
    await grant('studio', id.design);
    await grant('wiki', id.staff);
    const mira = { value: id.mira, display: 'mira@west.example' };
    const noel = { value: id.noel, display: 'noel@west.example' };
    const add = (...value: object[]) => ({ op: 'add', path: 'members', value });
    // Sent beside every update of members.
    const same = { op: 'replace', value: { id: id.design, displayName: 'Push Design' } };
    expectAnswer(await change(`/Groups/${id.design}`, same, add(mira)), 204);
    expectAnswer(await change(`/Groups/${id.design}`, same), 204);
    expectAnswer(await change(`/Groups/${id.design}`, add(noel)), 204);
    const all = { op: 'replace', path: 'members', value: [mira, noel] };
    expectAnswer(await change(`/Groups/${id.staff}`, all), 204);
    expectAnswer(await change(`/Groups/${id.staff}`, all), 204);
    const both = [id.mira, id.noel];
    await expectGroup(id.design, { displayName: 'Push Design' }, both);
    await expectGroup(id.staff, { displayName: 'Push Staff' }, both);
    await expectSeats({ studio: { held: [id.mira], waiting: [id.noel] }, wiki: { held: both } });
    await expectLog(
      { action: 'group.create', objectId: id.design, changed: given({ displayName: 'Push Design' }) },
      { action: 'group.create', objectId: id.staff, changed: given({ displayName: 'Push Staff' }) },
      addedEntry(id.design, [id.mira]),
      { action: 'group.update', objectId: id.design, outcome: 'skipped' },
      queuedEntry(id.design, id.noel),
      addedEntry(id.staff, both),
      { action: 'group.update', objectId: id.staff, outcome: 'skipped' },
    );
  });

  it('deactivates and activates by a value without a path', async () => {
    const { expectUser, expectSeats, expectLog } = life();
    const active = (value: boolean) => change(`/Users/${id.mira}`, { op: 'replace', value: { active: value } });
    expect(expectAnswer(await active(false), 200).active).toBe(false);
    await expectUser(id.mira, { active: false, displayName: 'Mira H.' });
    await expectSeats({ studio: { held: [id.noel] }, wiki: { held: [id.noel] } });
    expect(expectAnswer(await active(true), 200).active).toBe(true);
    await expectUser(id.mira, { active: true });
    await expectSeats({ studio: { held: [id.noel], waiting: [id.mira] }, wiki: { held: [id.mira, id.noel] } });
    await expectLog(disabledEntry(id.mira, id.noel), enabledEntry(id.mira));
  });

  it('removes one member and adds another in one PATCH, renames, and empties a group', async () => {
    const { expectGroup, expectSeats, expectLog } = life();
    const remove = { op: 'remove', path: `members[value eq "${id.noel}"]` };
    const add = { op: 'add', path: 'members', value: [{ value: id.mira, display: 'mira@west.example' }] };
    expectAnswer(await change(`/Groups/${id.design}`, remove, add), 204);
    await expectGroup(id.design, {}, [id.mira]);
    const rename = { op: 'replace', value: { id: id.design, displayName: 'Push Design 2' } };
    expectAnswer(await change(`/Groups/${id.design}`, rename), 204);
    await expectGroup(id.design, { displayName: 'Push Design 2' }, [id.mira]);
    await expectSeats({ studio: { held: [id.mira] }, wiki: { held: [id.mira, id.noel] } });
    expectAnswer(await change(`/Groups/${id.staff}`, { op: 'replace', path: 'members', value: [] }), 204);
    await expectGroup(id.staff, {}, []);
    await expectSeats({ studio: { held: [id.mira] }, wiki: NOBODY });
    const both = [id.mira, id.noel];
    await expectLog(
      removedEntry(id.design, id.noel, id.mira),
      {
        action: 'group.update',
        objectId: id.design,
        changed: from('displayName', 'Push Design', 'Push Design 2'),
      },
      {
        action: 'group.update',
        objectId: id.staff,
        changed: membersChanged(0, 2),
        subjects: { 'member-removed': both, 'access-removed': both },
      },
    );
  });

  it('renames a person and deletes the groups', async () => {
    const { send, expectUser, expectGone, expectCounts, expectSeats, expectLog } = life();
    const { body } = await send('GET', `/Users/${id.mira}`);
    expect(body.groups).toMatchObject([{ value: id.design, display: 'Push Design 2' }]);
    expectAnswer(await send('PUT', `/Users/${id.mira}`, { ...body, userName: 'holt@west.example' }), 200);
    await expectUser(id.mira, { userName: 'holt@west.example' });
    expectAnswer(await send('DELETE', `/Groups/${id.design}`), 204);
    await expectGone('Groups', id.design);
    await expectCounts(2, 1);
    await expectSeats({ studio: NOBODY, wiki: NOBODY });
    await expectLog(
      {
        action: 'user.update',
        objectId: id.mira,
        changed: from('userName', 'mira@west.example', 'holt@west.example'),
      },
      deletedEntry('group', id.design, { 'member-removed': [id.mira], 'access-removed': [id.mira] }),
    );
  });

  it('is taken for okta', () => life().expectSuggestion('okta'));
});
