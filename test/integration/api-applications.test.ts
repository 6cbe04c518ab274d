import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { newObjectId } from '../../src/directory/index.js';
import { DEFAULT_SEAT_RULES, recordLicenceDays, verifyLicensing } from '../../src/licensing/index.js';
import { listLog } from '../../src/log/index.js';
import { type ApiServer, type ProgramClient, startApiServer } from '../support/api-server.js';

let server: ApiServer;
let api: ProgramClient;
let key: string;
let path: string;

beforeAll(async () => {
  server = await startApiServer();
  api = await server.program();
});
afterAll(() => server.close());

const ROLES = [{ key: 'admin', name: 'Administrator' }, { key: 'user' }, { key: 'viewer', takesSeat: false }];

beforeEach(async () => {
  key = `app-${newObjectId()}`;
  path = `/applications/${key}`;
  await api.done('POST', '/applications', { key, name: 'App', roles: ROLES, licence: { seats: 1 } });
});

const refused = async (method: string, at: string, body?: unknown, headers?: Record<string, string>) => {
  const { status, body: problem } = await api.request(method, at, body, headers);
  return [status, problem?.code];
};
const user = async (name = 'user'): Promise<string> =>
  (await api.done('POST', '/users', { userName: `${name}-${newObjectId()}@example.com` })).id;
const group = async (...add: string[]): Promise<string> => {
  const { id } = await api.done('POST', '/groups', { displayName: `Group ${newObjectId()}` });
  if (add.length > 0) await api.done('POST', `/groups/${id}/members`, { add });
  return id;
};
const grant = (role: string, holder: object) => api.done('POST', '/grants', { application: key, role, ...holder });
const held = async (id: string) =>
  (await api.done('GET', `/users/${id}/entitlements`)).entitlements
    .filter((one: { application: string }) => one.application === key)
    .map((one: { role: string }) => one.role);
/** All that can be seen of the application, and of what people have in it. */
const everything = async () => [await api.done('GET', path), await api.done('GET', `/grants?application=${key}`)];

describe('an application', () => {
  it('is created with roles and a licence, changed, listed and removed', async () => {
    const made = await api.request('GET', path);
    expect(made.body).toMatchObject({
      key,
      state: 'active',
      owner: null,
      roles: [
        { key: 'admin', name: 'Administrator', takesSeat: true },
        { key: 'user', name: 'user', takesSeat: true },
        { key: 'viewer', takesSeat: false },
      ],
      licences: [{ seats: 1, policy: 'wait', used: 0, waiting: 0, roles: ['admin', 'user'], warnAt: [80, 100] }],
    });
    const owner = await user('owner');
    const tag = made.headers.get('etag') ?? '';
    const changed = await api.request(
      'PATCH',
      path,
      { name: 'New', description: 'For all', owner },
      { 'if-match': tag },
    );
    expect(changed.body).toMatchObject({ name: 'New', description: 'For all', owner: { id: owner } });
    expect(await refused('PATCH', path, { name: 'Other' }, { 'if-match': tag })).toEqual([412, 'request.stale']);
    expect(await api.done('PATCH', path, { description: null, owner: null })).toMatchObject({
      description: null,
      owner: null,
    });
    const { items } = await api.done('GET', '/applications?limit=1000');
    expect(items.map((one: { key: string }) => one.key)).toContain(key);
    const [entry] = await listLog(server.server.database, {
      siteId: server.server.siteId,
      action: 'application.change',
      limit: 1,
    });
    expect(entry).toMatchObject({ source: 'api', apiTokenId: api.tokenId, objectId: made.body.id });
    expect((await api.request('DELETE', path)).status).toBe(204);
    expect(await refused('GET', path)).toEqual([404, 'application.not-found']);
  });

  it('that people use is removed, and loses roles, only when exactly that loss is confirmed', async () => {
    const [ann, bob] = [await user('ann'), await user('bob')];
    await grant('viewer', { user: ann });
    await grant('user', { user: bob });
    for (const [at, code, people] of [
      [`${path}/roles/user`, 'application.role-in-use', 1],
      [path, 'application.in-use', 2],
    ] as const) {
      const asked = await api.request('DELETE', at);
      expect([asked.status, asked.body.code, asked.body.people]).toEqual([409, code, people]);
      expect(await refused('DELETE', `${at}?confirmation=x`)).toEqual([409, code]);
      expect((await held(ann)).concat(await held(bob))).toContain('viewer');
      const done = await api.request('DELETE', `${at}?confirmation=${asked.body.confirmation}`);
      if (at !== path) {
        expect(done.body.roles.map((role: { key: string }) => role.key)).toEqual(['admin', 'viewer']);
        await api.done('POST', `${path}/roles`, { key: 'user', above: 'viewer' });
        await grant('user', { user: bob });
      } else expect(done.status).toBe(204);
    }
    expect(await held(ann)).toEqual([]);
  });

  it('keeps its entity tag while seats are taken, and changes it with its roles and licences', async () => {
    const { version } = await api.done('GET', path);
    await grant('user', { user: await user() });
    const used = await api.done('GET', path);
    expect([used.version, used.licences[0].used]).toEqual([version, 1]);
    const added = await api.request(
      'POST',
      `${path}/roles`,
      { key: 'guest', takesSeat: false },
      { 'if-match': `"${version}"` },
    );
    expect(added.status).toBe(201);
    expect(added.body.version).not.toBe(version);
    for (const [method, at, body] of [
      ['POST', '/roles', { key: 'other' }],
      ['PATCH', '/roles/guest', { name: 'Guest' }],
      ['DELETE', '/roles/guest', undefined],
      ['PATCH', `/licences/${used.licences[0].id}`, { seats: 9 }],
      ['DELETE', `/licences/${used.licences[0].id}`, undefined],
      ['PUT', `/roles/user/default-groups/${await group()}`, undefined],
      ['DELETE', '', undefined],
    ] as const) {
      expect([at, ...(await refused(method, path + at, body, { 'if-match': `"${version}"` }))]).toEqual([
        at,
        412,
        'request.stale',
      ]);
    }
    expect(await api.done('GET', path)).toEqual(added.body);
  });
});

describe('roles, licences and default groups', () => {
  it('are added, changed and removed', async () => {
    await api.done('POST', `${path}/roles`, { key: 'owner', above: 'admin' });
    const moved = await api.done('PATCH', `${path}/roles/owner`, { name: 'Owner', above: null, takesSeat: false });
    expect(moved.roles.at(-1)).toMatchObject({ key: 'owner', name: 'Owner', takesSeat: false });
    const [first] = moved.licences;
    const changed = await api.done('PATCH', `${path}/licences/${first.id}`, {
      seats: null,
      policy: 'allow',
      roles: ['admin'],
      validUntil: '2030-01-01T01:00:00+01:00',
    });
    expect(changed.licences[0]).toMatchObject({ seats: null, policy: 'allow', roles: ['admin'], validFrom: null });
    expect(changed.licences[0].validUntil).toBe('2030-01-01T00:00:00.000Z');
    const second = await api.done('POST', `${path}/licences`, {
      name: 'Users',
      seats: 5,
      roles: ['user'],
      warnAt: [50],
    });
    expect(second.licences).toHaveLength(2);
    const opened = await api.done('PATCH', `${path}/licences/${first.id}`, { validUntil: null });
    expect(opened.licences.find(({ id }: { id: string }) => id === first.id).validUntil).toBeNull();
    const removed = await api.done('DELETE', `${path}/licences/${first.id}`);
    expect(removed.licences).toMatchObject([{ name: 'Users', warnAt: [50] }]);

    const id = await group(await user('ann'));
    const withGroup = await api.done('PUT', `${path}/roles/user/default-groups/${id}`);
    expect(withGroup.defaultGroups).toMatchObject([{ role: 'user', groupId: id }]);
    expect(withGroup.licences[0].used).toBe(1);
    expect(await refused('PUT', `${path}/roles/user/default-groups/${id}`)).toEqual([409, 'default-group.exists']);
    expect((await api.done('DELETE', `${path}/roles/user/default-groups/${id}`)).defaultGroups).toEqual([]);
  });
});

describe('bad input', () => {
  it('is refused with a code of its own, and changes nothing', async () => {
    const [ann, customer] = [await user('ann'), await user('customer')];
    await api.done('PUT', `/users/${customer}/type`, { type: 'customer' });
    await grant('user', { user: ann });
    const outer = await group(ann);
    const inner = await group();
    await api.done('POST', `/groups/${outer}/members`, { add: [inner] });
    await api.done('POST', `/groups/${inner}/members`, { add: [outer] });
    await api.done('PUT', `${path}/roles/viewer/default-groups/${outer}`);
    const { licences } = await api.done('GET', path);
    const licence = `${path}/licences/${licences[0].id}`;
    const before = JSON.stringify(await everything());
    const wrong: readonly [string, string, unknown, number, string][] = [
      ['POST', '/grants', { application: key, role: 'boss', user: ann }, 404, 'application.role-not-found'],
      ['POST', '/grants', { application: 'nothing', role: 'user', user: ann }, 404, 'application.not-found'],
      ['POST', '/grants', { application: key, role: 'user', user: customer }, 400, 'grant.customer-seat'],
      ['POST', '/grants', { application: key, role: 'user', user: ann }, 409, 'grant.exists'],
      ['POST', '/grants', { application: key, role: 'user', user: 'nobody' }, 404, 'user.not-found'],
      ['POST', '/grants', { application: key, role: 'user', user: ann, group: outer }, 400, 'request.invalid'],
      ['POST', '/grants', { application: key, role: 'user' }, 400, 'request.invalid'],
      ['PUT', `/users/${ann}/type`, { type: 'customer' }, 409, 'user.holds-seats'],
      ['PATCH', licence, { seats: -1 }, 400, 'request.invalid'],
      ['PATCH', licence, { seats: 1.5 }, 400, 'request.invalid'],
      ['PATCH', licence, {}, 400, 'request.invalid'],
      ['PATCH', licence, { roles: ['viewer'] }, 400, 'licence.role-takes-no-seat'],
      ['PATCH', licence, { roles: ['boss'] }, 404, 'application.role-not-found'],
      ['PATCH', licence, { warnAt: [0] }, 400, 'licence.invalid-warning'],
      [
        'PATCH',
        licence,
        { validFrom: '2030-01-01T00:00:00Z', validUntil: '2029-01-01T00:00:00Z' },
        400,
        'licence.invalid-period',
      ],
      ['PATCH', `${path}/licences/${newObjectId()}`, { seats: 3 }, 404, 'licence.not-found'],
      ['POST', `${path}/licences`, { name: 'Other', seats: 3, roles: ['user'] }, 409, 'licence.overlaps'],
      ['POST', `${path}/licences`, { name: 'Other', seats: -3, roles: ['user'] }, 400, 'request.invalid'],
      ['POST', `${path}/roles`, { key: 'user' }, 409, 'application.role-key-taken'],
      ['POST', `${path}/roles`, { key: 'Not a key' }, 400, 'application.invalid'],
      ['POST', `${path}/roles`, { key: 'x', above: 'boss' }, 404, 'application.role-not-found'],
      ['PUT', `${path}/roles/user/default-groups/${inner}`, undefined, 409, 'default-group.cycle'],
      ['PUT', `${path}/roles/user/default-groups/${newObjectId()}`, undefined, 404, 'group.not-found'],
      ['PATCH', path, { owner: 'nobody' }, 404, 'user.not-found'],
      ['PATCH', path, { state: 'broken' }, 400, 'request.invalid'],
      ['POST', '/applications', { key, name: 'Twin', roles: ROLES }, 409, 'application.key-taken'],
      ['POST', '/applications', { key: 'x', name: 'X', roles: [] }, 400, 'request.invalid'],
      [
        'POST',
        '/applications',
        { key: 'x', name: 'X', roles: [{ key: 'a' }, { key: 'a' }] },
        400,
        'application.invalid',
      ],
    ];
    for (const [method, at, body, status, code] of wrong) {
      expect([method, at, body, ...(await refused(method, at, body))]).toEqual([method, at, body, status, code]);
    }
    expect(JSON.stringify(await everything())).toBe(before);
    expect(await held(ann)).toEqual(['user']);
    expect(await verifyLicensing(server.server.database, server.server.siteId, DEFAULT_SEAT_RULES)).toEqual([]);
  });
});

describe('grants', () => {
  it('are given, listed by what they are of and to, and taken back', async () => {
    const [ann, team] = [await user('ann'), await group(await user('bob'))];
    const byName = await grant('admin', { user: ann });
    const byGroup = await grant('viewer', { group: team });
    expect(byName).toMatchObject({ role: 'admin', holder: { kind: 'user', id: ann }, connection: null });
    const ids = async (query: string) =>
      (await api.done('GET', `/grants?${query}`)).items.map(({ id }: { id: string }) => id);
    expect(await ids(`application=${key}`)).toEqual([byName.id, byGroup.id]);
    expect(await ids(`user=${ann}`)).toEqual([byName.id]);
    expect(await ids(`group=${team}`)).toEqual([byGroup.id]);
    const first = await api.done('GET', `/grants?application=${key}&limit=1`);
    const second = await api.done('GET', `/grants?application=${key}&limit=1&cursor=${first.next}`);
    expect([first.items[0].id, second.items[0].id, second.next]).toEqual([byName.id, byGroup.id, null]);
    expect((await api.request('DELETE', `/grants/${byName.id}`)).status).toBe(204);
    for (const id of [byName.id, 'nothing'])
      expect(await refused('DELETE', `/grants/${id}`)).toEqual([404, 'grant.not-found']);
    expect(await held(ann)).toEqual([]);
  });
});

describe('access', () => {
  it('is explained, with what would have to go for it to end', async () => {
    const ann = await user('ann');
    const [inner, outer] = [await group(ann), await group()];
    await api.done('POST', `/groups/${outer}/members`, { add: [inner] });
    await grant('user', { group: outer });
    await grant('viewer', { user: ann });
    const explained = await api.done('GET', `/users/${ann}/applications/${key}/explanation`);
    expect(explained).toMatchObject({ verdict: 'has-access', role: 'user', waitsFor: [] });
    expect(explained.paths).toMatchObject([
      { role: 'user', effect: 'gives', through: [{ id: inner }, { id: outer }] },
      { role: 'viewer', effect: 'lower', through: [] },
    ]);
    const removal = await api.done('GET', `/users/${ann}/applications/${key}/removal`);
    expect(removal).toMatchObject({ groups: [{ id: inner }], grants: ['viewer'] });
    expect(removal.outlook.access).toMatchObject([{ userId: ann, effect: 'loses' }]);
    expect(await held(ann)).toEqual(['user']);
    expect(await refused('GET', `/users/${ann}/applications/nothing/explanation`)).toEqual([
      404,
      'application.not-found',
    ]);
    expect(await api.done('GET', '/licensing/differences')).toEqual({ differences: [] });
  });

  it('is simulated before it is changed', async () => {
    const [ann, bob, team] = [await user('ann'), await user('bob'), await group()];
    await grant('user', { group: team });
    const changes = [
      { change: 'add-member', group: team, user: ann },
      { change: 'add-member', group: team, user: bob },
    ];
    const outlook = await api.done('POST', '/simulations', { changes });
    expect(outlook.pools).toMatchObject([{ used: { before: 0, after: 1 }, waiting: { before: 0, after: 1 } }]);
    expect(outlook.access).toHaveLength(2);
    expect(await held(ann)).toEqual([]);
    expect(await refused('POST', '/simulations', { changes: [] })).toEqual([400, 'request.invalid']);
    const both = { change: 'add-member', group: team, user: ann, member: team };
    expect(await refused('POST', '/simulations', { changes: [both] })).toEqual([400, 'request.invalid']);
    const unknown = { change: 'grant', application: key, role: 'boss', user: ann };
    expect(await refused('POST', '/simulations', { changes: [unknown] })).toEqual([404, 'application.role-not-found']);
  });
});

describe('seats', () => {
  it('have a history and a sum of it', async () => {
    await grant('user', { user: await user() });
    await recordLicenceDays(server.server.database, server.server.siteId, new Date());
    const history = await api.done('GET', `${path}/licence-history`);
    expect(history.days).toMatchObject([{ licence: 'App', seats: 1, used: 1 }]);
    const { from, to } = history;
    expect((await api.done('GET', `${path}/true-up?from=${from}&to=${to}`)).licences).toMatchObject([{ peak: 1 }]);
    for (const query of ['', 'from=2027-01-02&to=2027-01-01', 'from=yesterday&to=2027-01-01']) {
      expect(await refused('GET', `${path}/true-up?${query}`)).toEqual([400, 'request.invalid']);
    }
  });

  it('that nobody uses are listed, reviewed as a batch and taken back', async () => {
    await api.done('PATCH', `${path}/licences/${(await api.done('GET', path)).licences[0].id}`, { seats: 10 });
    const users = [await user('a'), await user('b'), await user('c')];
    for (const id of users) await grant('user', { user: id });
    await server.server.database.write(sql`
      UPDATE entitlements SET since = since - interval '100 days' WHERE user_id = ANY (${users}::uuid[])`);
    const first = await api.done('GET', `${path}/unused-seats?days=30&limit=2`);
    const second = await api.done('GET', `${path}/unused-seats?days=30&limit=2&cursor=${first.next}`);
    const ids = [...first.items, ...second.items].map((seat: { userId: string }) => seat.userId);
    expect([ids.sort(), second.next]).toEqual([[...users].sort(), null]);
    expect(first.items[0]).toMatchObject({ role: 'user', lastActiveAt: null });

    const batch = await api.done('POST', `${path}/reclaims`, { days: 30, name: 'spring' });
    expect(batch).toMatchObject({ name: 'spring', state: 'open', people: 3, reclaimable: 3, left: 0 });
    expect((await api.done('GET', `${path}/reclaims`)).items).toMatchObject([{ id: batch.id, state: 'open' }]);
    expect((await api.done('GET', `/reclaims/${batch.id}`)).hash).toBe(batch.hash);
    expect(await refused('POST', `/reclaims/${batch.id}/apply`, { hash: 'other' })).toEqual([412, 'reclaim.hash']);
    expect(await api.done('POST', `/reclaims/${batch.id}/apply`, { hash: batch.hash })).toMatchObject({
      state: 'applied',
      reclaimed: 3,
    });
    expect(await held(users[0] ?? '')).toEqual([]);
    expect(await refused('POST', `/reclaims/${batch.id}/discard`, {})).toEqual([409, 'reclaim.decided']);
    expect(await refused('POST', `${path}/reclaims`, { days: 30 })).toEqual([404, 'reclaim.nothing-unused']);
    expect(await refused('GET', '/reclaims/nothing')).toEqual([404, 'reclaim.not-found']);
  });
});

describe('tokens of an application', () => {
  it('are made, listed and revoked', async () => {
    const made = await api.done('POST', `${path}/tokens`, { scopes: ['access:read'], expiresInDays: 90 });
    const ask = async () =>
      (await server.send('GET', `/api/v1${path}/users/nobody/access`, { token: made.token })).status;
    expect(await ask()).toBe(200);
    const { items } = await api.done('GET', `${path}/tokens`);
    expect(items).toMatchObject([{ id: made.id, scopes: ['access:read'], state: 'valid' }]);
    expect((await api.request('DELETE', `${path}/tokens/${made.id}`)).status).toBe(204);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await ask()).toBe(401);
    expect(await refused('DELETE', `${path}/tokens/${made.id}`)).toEqual([404, 'application.no-token']);
  });
});
