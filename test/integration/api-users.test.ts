import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newObjectId } from '../../src/directory/index.js';
import { listLog } from '../../src/log/index.js';
import type { AccessClient } from '../support/access-server.js';
import { type ApiServer, type ProgramClient, startApiServer } from '../support/api-server.js';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const DAY = 86_400_000;

let server: ApiServer;
let idp: AccessClient;
let api: ProgramClient;

beforeAll(async () => {
  server = await startApiServer();
  idp = await server.client();
  api = await server.program();
  await server.application({ key: 'wiki', licence: { seats: 100, policy: 'wait' } });
});
afterAll(() => server.close());

const named = (name: string) => `${name}-${newObjectId()}@example.com`;
const refused = async (method: string, path: string, body?: unknown, headers?: Record<string, string>) => {
  const { status, body: problem } = await api.request(method, path, body, headers);
  return [status, problem?.code];
};

describe('a user', () => {
  it('is created in the shape of SCIM, local, and shown as administrators see one', async () => {
    const userName = named('Ann');
    const body = { userName, displayName: 'Ann', [ENTERPRISE]: { department: 'Sales' } };
    const { status, headers, body: user } = await api.request('POST', '/users', body);
    expect([status, headers.get('etag')]).toEqual([201, 'W/"1"']);
    expect(user).toMatchObject({ userName, displayName: 'Ann', state: 'active', owner: null, identities: [] });
    expect(user.attributes).toMatchObject({ userName, active: true, [ENTERPRISE]: { department: 'Sales' } });
    expect(await api.done('GET', `/users/${user.id}`)).toEqual(user);
    expect(await api.done('GET', `/users/${encodeURIComponent(userName.toUpperCase())}`)).toEqual(user);
    expect((await idp.get(user.id)).body).toMatchObject({ userName, displayName: 'Ann' });

    const { database, siteId } = server.server;
    const [entry] = await listLog(database, { siteId, subjectId: user.id, limit: 1 });
    expect(entry).toMatchObject({ source: 'api', action: 'user.create', apiTokenId: api.tokenId, outcome: 'success' });
    const ofToken = await listLog(database, { siteId, apiTokenId: api.tokenId, limit: 1 });
    expect(ofToken).toEqual([entry]);
  });

  it('is refused with its reason, and nothing is kept', async () => {
    const userName = named('bob');
    const wrong: readonly [object, string][] = [
      [{}, 'userName'],
      [{ userName, nickname: 'B', misspelt: 1 }, 'misspelt'],
      [{ userName, active: 'perhaps' }, 'active'],
      [{ userName, password: 'secret-1234' }, 'password'],
      [{ userName, externalId: 'x1' }, 'externalId'],
      [{ userName, title: 'x'.repeat(2_000_000) }, 'LIMIT'],
    ];
    for (const [body, about] of wrong) {
      const { status, body: problem } = await api.request('POST', '/users', body);
      expect([about, [400, 413].includes(status), problem.detail.includes(about)]).toEqual([about, true, true]);
    }
    expect(await refused('GET', `/users/${encodeURIComponent(userName)}`)).toEqual([404, 'user.not-found']);
    await api.done('POST', '/users', { userName });
    expect(await refused('POST', '/users', { userName: userName.toUpperCase() })).toEqual([
      409,
      'user.user-name-taken',
    ]);
  });

  it('is changed by a merge patch: what is named is replaced or taken away, the rest stays', async () => {
    const { id } = await api.done('POST', '/users', {
      userName: named('cleo'),
      title: 'Dr',
      nickName: 'C',
      name: { givenName: 'Cleo', familyName: 'Old' },
      [ENTERPRISE]: { department: 'Sales', division: 'North' },
    });
    const patched = await api.done('PATCH', `/users/${id}`, {
      title: null,
      name: { familyName: 'New' },
      [ENTERPRISE]: { division: null },
    });
    expect(patched).toMatchObject({ version: 2, attributes: { nickName: 'C' } });
    expect(patched.attributes).not.toHaveProperty('title');
    expect(patched.attributes.name).toEqual({ givenName: 'Cleo', familyName: 'New' });
    expect(patched.attributes[ENTERPRISE]).toEqual({ department: 'Sales' });
    expect(await api.done('PATCH', `/users/${id}`, { nickName: 'C' })).toMatchObject({ version: 2 });
    expect(await refused('PATCH', `/users/${id}`, { active: false })).toEqual([400, 'user.invalid']);
    expect(await refused('PATCH', `/users/${id}`, { userName: null })).toEqual([400, 'user.invalid']);
    expect(await refused('PATCH', `/users/${id}`, { __proto__x: 1 })).toEqual([400, 'user.invalid']);
    expect(await refused('PATCH', `/users/${newObjectId()}`, { title: 'x' })).toEqual([404, 'user.not-found']);
  });

  it('whom a connection manages is changed too, and stays that connection’s', async () => {
    const id = await idp.user(named('dora'));
    const user = await api.done('PATCH', `/users/${id}`, { title: 'Dr' });
    expect(user.owner).toMatch(/^connection /);
    expect((await idp.get(id)).body.title).toBe('Dr');
  });

  it('goes through its states', async () => {
    const { id } = await api.done('POST', '/users', { userName: named('eve') });
    const until = new Date(Date.now() + DAY).toISOString();
    expect(await api.done('POST', `/users/${id}/suspend`, { reason: 'leave', until })).toMatchObject({
      state: 'suspended',
      suspensionReason: 'leave',
      suspendedUntil: until,
      resumesTo: 'active',
    });
    expect(await api.done('POST', `/users/${id}/reactivate`, {})).toMatchObject({ state: 'active' });
    expect(await api.done('POST', `/users/${id}/deactivate`, {})).toMatchObject({ state: 'deactivated' });
    expect(await refused('POST', `/users/${id}/deactivate`, {})).toEqual([409, 'user.wrong-state']);
    expect(await api.done('PUT', `/users/${id}/type`, { type: 'service' })).toMatchObject({ userType: 'service' });
    expect(await refused('PUT', `/users/${id}/type`, { type: 'boss' })).toEqual([400, 'request.invalid']);
    const past = new Date(0).toISOString();
    expect(await refused('POST', `/users/${id}/suspend`, { reason: 'x', until: past })).toEqual([
      400,
      'user.suspension-in-the-past',
    ]);
    expect(await api.done('DELETE', `/users/${id}`)).toMatchObject({ state: 'deletion-scheduled' });
    expect(await api.done('GET', `/users/${id}`)).toMatchObject({ state: 'deletion-scheduled' });
    expect(await refused('POST', `/users/${id}/suspend`, { reason: 'x' })).toEqual([404, 'user.not-found']);
    const userName = named('eve');
    expect(await api.done('POST', `/users/${id}/restore`, { userName })).toMatchObject({
      userName,
      state: 'deactivated',
    });
    await api.done('DELETE', `/users/${id}`);
    expect(await refused('POST', `/users/${id}/purge`, {})).toEqual([400, 'request.invalid']);
    expect((await api.request('POST', `/users/${id}/purge`, { confirm: true })).status).toBe(204);
    expect(await api.done('GET', `/users/${id}`)).toMatchObject({ state: 'deleted' });
  });

  it('who has access is deleted only when exactly that loss is confirmed', async () => {
    const { id } = await api.done('POST', '/users', { userName: named('fay') });
    await server.grant('wiki:user', { kind: 'user', id });
    const asked = await api.request('DELETE', `/users/${id}`);
    expect([asked.status, asked.body.code, asked.body.people]).toEqual([409, 'user.has-access', 1]);
    expect(asked.body.losses).toMatchObject([
      {
        userId: id,
        application: 'wiki',
        effect: 'loses',
        before: { role: 'user', licence: 'wiki' },
        after: { role: null },
      },
    ]);
    const { confirmation } = asked.body;
    expect(await refused('DELETE', `/users/${id}?confirmation=any-other`)).toEqual([409, 'user.has-access']);
    expect(await api.done('GET', `/users/${id}/entitlements`)).toMatchObject({ entitlements: [{ role: 'user' }] });
    expect(await api.done('DELETE', `/users/${id}?confirmation=${confirmation}`)).toMatchObject({
      state: 'deletion-scheduled',
    });
  });
});

describe('If-Match', () => {
  it('holds a change to what was seen', async () => {
    const { id } = await api.done('POST', '/users', { userName: named('gus') });
    const match = (tag: string) => ({ 'if-match': tag });
    expect((await api.request('PATCH', `/users/${id}`, { title: 'a' }, match('W/"1"'))).headers.get('etag')).toBe(
      'W/"2"',
    );
    for (const [method, path, body] of [
      ['PATCH', '', { title: 'b' }],
      ['POST', '/suspend', { reason: 'x' }],
      ['PUT', '/type', { type: 'service' }],
      ['DELETE', '', undefined],
    ] as const) {
      expect(await refused(method, `/users/${id}${path}`, body, match('W/"1"'))).toEqual([412, 'request.stale']);
    }
    expect(await api.done('GET', `/users/${id}`)).toMatchObject({ version: 2, state: 'active', userType: 'standard' });
    await api.done('PATCH', `/users/${id}`, { title: 'c' }, match('"7", "2"'));
    await api.done('PATCH', `/users/${id}`, { title: 'd' }, match('*'));
    expect(await refused('POST', '/users', { userName: named('x') }, match('*'))).toEqual([
      400,
      'request.precondition',
    ]);
  });

  it('lets one of many writers through who saw the same', async () => {
    const { id } = await api.done('POST', '/users', { userName: named('hal') });
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        api.request('PATCH', `/users/${id}`, { title: `${n}` }, { 'if-match': 'W/"1"' }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 7 }, () => 412)]);
  });
});

describe('the list of users', () => {
  it('is walked page by page, by search, state and type', async () => {
    const prefix = `walk-${newObjectId()}`;
    const ids: string[] = [];
    for (const n of [3, 1, 2, 5, 4]) ids.push((await api.done('POST', '/users', { userName: `${prefix}-${n}` })).id);
    await api.done('PUT', `/users/${ids[0]}/type`, { type: 'customer' });
    await api.done('POST', `/users/${ids[1]}/deactivate`, {});
    await api.done('DELETE', `/users/${ids[2]}`);

    const names = (page: { items: { userName: string }[] }) =>
      page.items.map(({ userName }) => userName.at(-1)).join('');
    const list = (query: string) => api.done('GET', `/users?search=${prefix.toUpperCase()}&${query}`);
    const first = await list('limit=2');
    expect([names(first), first.next === null]).toEqual(['13', false]);
    const second = await list(`limit=2&cursor=${first.next}`);
    expect([names(second), second.next]).toEqual(['45', null]);
    expect(names(await list('state=deactivated'))).toBe('1');
    expect(names(await list('state=deletion-scheduled'))).toBe('2');
    expect(names(await list('type=customer'))).toBe('3');
    expect(names(await list('type=customer&state=deactivated'))).toBe('');

    for (const query of [`limit=2&state=active&cursor=${first.next}`, 'cursor=nonsense', `cursor=${first.next}x`]) {
      expect(await refused('GET', `/users?search=${prefix}&${query}`)).toEqual([400, 'request.cursor']);
    }
    expect(await refused('GET', `/groups?search=${prefix}&cursor=${first.next}`)).toEqual([400, 'request.cursor']);
    for (const limit of ['0', '-1', 'x', '100000']) {
      expect(await refused('GET', `/users?limit=${limit}`)).toEqual([400, 'request.invalid']);
    }
  });
});
