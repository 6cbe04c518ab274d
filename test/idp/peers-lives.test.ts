import { describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { createSite } from '../../src/directory/index.js';
import { addGrant, createApplication, findApplication } from '../../src/licensing/index.js';
import { expectAnswer, expectList } from '../support/idp-life.ts';
import { from, given } from '../support/idp-log.ts';
import { GROUP, patchOp, USER, where } from '../support/idp-messages.ts';
import { useRequests } from '../support/idp-requests.ts';

const NOBODY = { held: [] };
const OFF = { op: 'replace', path: 'active', value: false };
const ON = { op: 'replace', path: 'active', value: true };

describe('peers: lives', () => {
  const { life, send, create, person, createGroup, patch, patched, memberIds } = useRequests();
  const add = (group: string, ...ids: readonly string[]) =>
    patch(`/Groups/${group}`, { op: 'add', path: 'members', value: ids.map((value) => ({ value })) });

  /** One seat, and who comes second is refused. */
  async function grantSeat(key: string, ...groupIds: readonly string[]): Promise<void> {
    const { change, database, siteId, actor } = life().server;
    const [administrator, licence] = [actor(), { seats: 1, policy: 'refuse' as const }];
    await change.run(administrator, { action: 'application.create', objectType: 'Application' }, () =>
      createApplication(administrator, {
        key,
        name: key,
        description: undefined,
        roles: [{ key: 'user', takesSeat: true }],
        licence,
      }),
    );
    const [role] = (await findApplication(database, siteId, key)).roles;
    for (const id of groupIds) {
      await change.run(administrator, { action: 'grant.add', objectType: 'Grant' }, () =>
        addGrant(administrator, String(role?.id), { kind: 'group', id }),
      );
    }
  }
  const seatsUsed = async (key: string) =>
    (await findApplication(life().server.database, life().server.siteId, key)).licences[0]?.used;

  it('peers 40: a disabled person is the same when enabled; a deleted one’s name and externalId are free', async () => {
    const body = { schemas: [USER], userName: 'forty@east.example', externalId: 'ext-40' };
    const { id } = expectAnswer(await send('POST', '/Users', body), 201);
    await patched(id, OFF);
    expectAnswer(await send('POST', '/Users', body), 409);
    expect(await patched(id, ON)).toMatchObject({ id, active: true, externalId: 'ext-40' });
    expectAnswer(await send('DELETE', `/Users/${id}`), 204);
    const again = expectAnswer(await send('POST', '/Users', body), 201);
    expect(again.id).not.toBe(id);
    expectList(await send('GET', `/Users${where('externalId eq "ext-40"')}`), [again.id]);
    const deleted = given({ deleted: true });
    const made = given({ userName: body.userName, active: true });
    const update = { action: 'user.update', objectId: id };
    await life().expectLog(
      { action: 'user.create', objectId: id, changed: made },
      { ...update, changed: from('active', true, false) },
      { action: 'user.create', objectId: null, outcome: 'failure', errorCode: 'user.user-name-taken' },
      { ...update, changed: from('active', false, true) },
      { action: 'user.delete', objectId: id, changed: deleted },
      { action: 'user.create', objectId: again.id, changed: made },
    );
  });

  it('peers 40: where the connection brings people back, a POST for a disabled one is 201 under the same id', async () => {
    const returning = await life().server.connect({ reactivate: true });
    const body = { schemas: [USER], userName: 'forty-back@east.example', externalId: 'ext-40-back' };
    const { id } = (await returning.request('POST', '/Users', body)).body;
    await returning.request('PATCH', `/Users/${id}`, patchOp(OFF));
    const again = await returning.request('POST', '/Users', { ...body, title: 'Smith' });
    expect([again.status, again.body]).toMatchObject([201, { id, active: true, title: 'Smith' }]);
    expect((await returning.request('POST', '/Users', body)).status).toBe(409);
  });

  it('peers 41: the former name of a renamed group can be used again', async () => {
    const first = await createGroup('Peer forty-one');
    expectAnswer(await patch(`/Groups/${first}`, { op: 'replace', path: 'displayName', value: 'Peer XLI' }), 204);
    const second = await createGroup('Peer forty-one');
    expectList(await send('GET', `/Groups${where('displayName eq "Peer forty-one"')}`), [second]);
  });

  it('peers 42: a taken name is 409 uniqueness by POST, PUT and PATCH, and by one of two that race', async () => {
    const taken = 'forty-two@east.example';
    await person('forty-two');
    const other = await person('forty-two-other');
    const body = { schemas: [USER], userName: taken.toUpperCase() };
    const rename = { op: 'replace', path: 'userName', value: taken };
    const answers = [
      await send('POST', '/Users', body),
      await send('PUT', `/Users/${other}`, body),
      await patch(`/Users/${other}`, rename),
    ];
    for (const answer of answers) expect(expectAnswer(answer, 409).scimType).toBe('uniqueness');
    const ids = [await person('forty-two-a'), await person('forty-two-b')];
    const raced = await Promise.all(ids.map((id) => patch(`/Users/${id}`, { ...rename, value: 'both@east.example' })));
    expect(raced.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it('peers 43: active false is kept by creates and by updates that do not say it; nobody is disabled by silence', async () => {
    const off = await create({ userName: 'forty-three@east.example', active: false });
    expect(off.active).toBe(false);
    expect((await patched(off.id, { op: 'replace', value: { title: 'Smith' } })).active).toBe(false);
    const put = (id: string, userName: string) => send('PUT', `/Users/${id}`, { schemas: [USER], userName });
    expect(expectAnswer(await put(off.id, 'forty-three@east.example'), 200).active).toBe(false);
    const on = await create({ userName: 'forty-three-on@east.example' });
    expect(on.active).toBe(true);
    expect(expectAnswer(await put(on.id, 'forty-three-two@east.example'), 200).active).toBe(true);
  });

  it('peers 44: disabling gives the seat back in the same transaction', async () => {
    const [id, group] = [await person('forty-four'), await createGroup('Peer 44')];
    await life().grant('studio', group);
    expectAnswer(await add(group, id), 204);
    await life().expectSeats({ studio: { held: [id] }, wiki: NOBODY });
    await life().begin();
    await patched(id, OFF);
    await life().expectSeats({ studio: NOBODY, wiki: NOBODY });
    const subjects = { 'access-removed': [id] };
    await life().expectLog({ action: 'user.update', objectId: id, changed: from('active', true, false), subjects });
    // Both rows were written by one transaction.
    const rows = await life().server.database.read(sql`
      SELECT 1 FROM users u JOIN log_entries e ON e.object_id = u.id AND e.xmin = u.xmin WHERE u.id = ${id}`);
    expect(rows).toHaveLength(1);
  });

  it('peers 45: a protected group cannot be changed, emptied or deleted by a connection; the log says who tried', async () => {
    const id = await person('forty-five');
    const group = await createGroup('Peer 45', [id]);
    await life().server.database.write(sql`UPDATE groups SET protected = true WHERE id = ${group}`);
    await life().begin();
    expectAnswer(await patch(`/Groups/${group}`, { op: 'remove', path: 'members' }), 403);
    expectAnswer(await send('PUT', `/Groups/${group}`, { schemas: [GROUP], displayName: 'Mine' }), 403);
    expectAnswer(await send('DELETE', `/Groups/${group}`), 403);
    expect(await memberIds(group)).toEqual([id]);
    const refused = { objectId: group, outcome: 'failure', errorCode: 'ownership.protected-group' } as const;
    await life().expectLog(
      { action: 'group.update', ...refused },
      { action: 'group.update', ...refused },
      { action: 'group.delete', ...refused },
    );
  });

  it('peers 46: ids of another site are unknown, as members and by themselves', async () => {
    const { database, connect } = life().server;
    const site = await createSite(database, 'other', 'Other');
    const elsewhere = await connect({}, site.id);
    const body = { schemas: [USER], userName: 'forty-six@east.example' };
    const { id } = (await elsewhere.request('POST', '/Users', body)).body;
    const group = await createGroup('Peer 46');
    expectAnswer(await add(group, id), 400);
    expectAnswer(await send('GET', `/Users/${id}`), 404);
    expectAnswer(await patch(`/Users/${id}`, OFF), 404);
    expectAnswer(await send('DELETE', `/Users/${id}`), 404);
    expect((await elsewhere.request('GET', `/Users/${id}`)).body.active).toBe(true);
    expect(await memberIds(group)).toEqual([]);
  });

  it('peers 47: the last seat goes to one of two who ask at once; the other gets 403 by every way in', async () => {
    const [first, second] = [await createGroup('Peer 47a'), await createGroup('Peer 47b')];
    await grantSeat('forge', first, second);
    const ids = [await person('forty-seven-a'), await person('forty-seven-b')];
    const raced = await Promise.all([first, second].map((group, n) => add(group, String(ids[n]))));
    expect(raced.map(({ status }) => status).sort()).toEqual([204, 403]);
    expect(await seatsUsed('forge')).toBe(1);

    const [winner, out] = raced[0]?.status === 204 ? ids : ids.toReversed();
    const members = [winner, out].map((value) => ({ value }));
    const put = { schemas: [GROUP], displayName: 'Peer 47a', members };
    expectAnswer(await send('PUT', `/Groups/${first}`, put), 403);
    await patched(String(out), OFF);
    expectAnswer(await add(first, String(out)), 204);
    await life().begin();
    expectAnswer(await patch(`/Users/${out}`, ON), 403);
    const { body } = await send('GET', `/Users/${out}`);
    expect(body.active).toBe(false);
    expectAnswer(await send('PUT', `/Users/${out}`, { ...body, active: true }), 403);
    expect((await send('GET', `/Users/${out}`)).body).toEqual(body);
    expect(await seatsUsed('forge')).toBe(1);
    const refused = { outcome: 'failure', errorCode: 'licence.out-of-seats' } as const;
    const entry = { action: 'user.update', objectId: String(out), ...refused };
    await life().expectLog(entry, entry);
  });

  it('peers 47: nor does a POST that brings somebody back get a seat that is not there', async () => {
    const returning = await life().server.connect({ reactivate: true });
    const group = await createGroup('Peer 47c', [await person('forty-seven-c')]);
    const body = { schemas: [USER], userName: 'forty-seven-d@east.example', externalId: 'ext-47', active: false };
    const { id } = (await returning.request('POST', '/Users', body)).body;
    expectAnswer(await add(group, id), 204);
    await grantSeat('press', group);
    expect(await seatsUsed('press')).toBe(1);
    expect((await returning.request('POST', '/Users', { ...body, active: true })).status).toBe(403);
    expect((await returning.request('GET', `/Users/${id}`)).body.active).toBe(false);
    expect(await seatsUsed('press')).toBe(1);
  });

  it('peers 52: a PATCH is checked whole before anything of it is done, and an unknown operation is named', async () => {
    const id = await person('fifty-two');
    const before = (await send('GET', `/Users/${id}`)).body;
    const good = { op: 'REPLACE', path: 'DisplayName', value: 'Changed' };
    expect(expectAnswer(await patch(`/Users/${id}`, good, { op: 'move', path: 'title' }), 400).detail).toContain(
      'move',
    );
    expectAnswer(await patch(`/Users/${id}`, good, { op: 'add', path: 'shoeSize', value: 1 }), 400);
    expectAnswer(await patch(`/Users/${id}`, good, { op: 'replace', path: 'active', value: 'maybe' }), 400);
    expect((await send('GET', `/Users/${id}`)).body).toEqual(before);
    expect((await patched(id, good)).displayName).toBe('Changed');
  });

  it('peers 53: what is repeated is no change: the version stays, and the log says skipped', async () => {
    const body = { schemas: [USER], userName: 'fifty-three@east.example', externalId: 'ext-53', active: true };
    const user = await create(body);
    const group = await createGroup('Peer 53', [user.id]);
    const before = await send('GET', `/Groups/${group}`);
    await life().begin();
    expectAnswer(await send('POST', '/Users', body), 409);
    expect(expectAnswer(await send('PUT', `/Users/${user.id}`, body), 200).meta).toEqual(user.meta);
    expect((await patched(user.id, ON)).meta).toEqual(user.meta);
    expectAnswer(await add(group, user.id), 204);
    expectAnswer(await send('PUT', `/Groups/${group}`, before.body), 200);
    expect((await send('GET', `/Groups/${group}`)).body).toEqual(before.body);
    const skipped = { outcome: 'skipped' } as const;
    await life().expectLog(
      { action: 'user.create', objectId: null, outcome: 'failure', errorCode: 'user.user-name-taken' },
      { action: 'user.update', objectId: user.id, ...skipped },
      { action: 'user.update', objectId: user.id, ...skipped },
      { action: 'group.update', objectId: group, ...skipped },
      { action: 'group.update', objectId: group, ...skipped },
    );
  });

  it('peers 54: remove of members by neither value nor filter empties; a PUT disables as a PATCH does', async () => {
    const [id, group] = [await person('fifty-four'), await createGroup('Peer 54')];
    await grantSeat('kiln', group);
    expectAnswer(await add(group, id), 204);
    expect(await seatsUsed('kiln')).toBe(1);
    const { body } = await send('GET', `/Users/${id}`);
    await life().begin();
    expectAnswer(await send('PUT', `/Users/${id}`, { ...body, active: false }), 200);
    expect(await seatsUsed('kiln')).toBe(0);
    const subjects = { 'access-removed': [id] };
    await life().expectLog({ action: 'user.update', objectId: id, changed: from('active', true, false), subjects });
    expectAnswer(await patch(`/Groups/${group}`, { op: 'remove', path: 'members' }), 204);
    expect(await memberIds(group)).toEqual([]);
  });

  it('peers 55: locations begin with the base URL of the connection that asks', async () => {
    const { connect, baseUrl } = life().server;
    const other = await connect();
    const { id, meta } = await create({ userName: 'fifty-five@east.example' });
    expect(meta.location).toBe(`${baseUrl}/Users/${id}`);
    const seen = await other.request('GET', `/Users/${id}`);
    expect(seen.body.meta.location).toBe(`${other.baseUrl}/Users/${id}`);
    expect(seen.headers.get('content-location')).toBe(`${other.baseUrl}/Users/${id}`);
  });

  it('peers 57: If-Match of a former version is 412 and changes nothing', async () => {
    const { id, meta } = await create({ userName: 'fifty-seven@east.example' });
    await patched(id, { op: 'replace', path: 'title', value: 'Smith' });
    const stale = { 'If-Match': meta.version };
    expectAnswer(await send('PUT', `/Users/${id}`, { schemas: [USER], userName: 'stale@east.example' }, stale), 412);
    expectAnswer(await send('DELETE', `/Users/${id}`, undefined, stale), 412);
    const { body } = await send('GET', `/Users/${id}`);
    expect(body).toMatchObject({ userName: 'fifty-seven@east.example', title: 'Smith' });
    const current = { 'If-Match': body.meta.version };
    expectAnswer(await send('DELETE', `/Users/${id}`, undefined, current), 204);
  });
});

describe('peers: Google Workspace auto-provisioning', () => {
  const { life, create, createGroup, patched } = useRequests({
    connection: { profile: 'google' },
    contentType: 'application/json',
    headers: { 'User-Agent': 'Google-Auto-Provisioning' },
  });

  it('peers 56: who is suspended loses access with that request, and gets it back with the next', async () => {
    const { id } = await create({ userName: 'fifty-six@east.example' });
    const group = await createGroup('Peer 56', [id]);
    await life().grant('studio', group);
    await life().expectSeats({ studio: { held: [id] }, wiki: NOBODY });
    await life().begin();
    await patched(id, OFF);
    await life().expectSeats({ studio: NOBODY, wiki: NOBODY });
    await patched(id, ON);
    await life().expectSeats({ studio: { held: [id] }, wiki: NOBODY });
    const entry = { action: 'user.update', objectId: id };
    await life().expectLog(
      { ...entry, changed: from('active', true, false), subjects: { 'access-removed': [id] } },
      { ...entry, changed: from('active', false, true), subjects: { 'access-granted': [id] } },
    );
  });
});
