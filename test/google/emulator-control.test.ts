import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Emulator, startGoogleEmulator } from '../support/google-emulator/index.ts';
import { assertion, exchange, googleRequests, read } from '../support/google-requests.ts';

let emulator: Emulator;

beforeAll(async () => {
  emulator = await startGoogleEmulator({ seed: { users: 10, groups: 2, memberships: 4, domains: 1 } });
});
afterAll(() => emulator.close());

const control = async (method: string, path: string, body?: object) =>
  read(await fetch(`${emulator.origin}/__emu${path}`, { method, ...(body && { body: JSON.stringify(body) }) }));
const done = async (method: string, path: string, body?: object) => {
  const answer = await control(method, path, body);
  expect([answer.status, answer.body.error]).toEqual([200, undefined]);
  return answer.body;
};

describe('the control API', () => {
  it('says what there is and what can be asked for', async () => {
    const overview = await done('GET', '/');
    expect(await done('GET', '')).toEqual(overview);
    expect(overview.environment).toEqual({
      GOOGLE_API_ROOT_URL: emulator.origin,
      GOOGLE_ALLOWED_HOSTS: new URL(emulator.origin).host,
      GOOGLE_TOKEN_URL: `${emulator.origin}/token`,
      GOOGLE_STS_URL: emulator.origin,
      GOOGLE_IAM_URL: emulator.origin,
    });
    expect(overview).toMatchObject({ origin: emulator.origin, customerId: emulator.customerId, users: 11, groups: 2 });
    expect(overview.controls).toContain('GET /__emu/clock: The time.');
  });

  it('makes keys that the token endpoint believes, and changes what they may do', async () => {
    const key = await done('POST', '/keys', { adminRole: true });
    const scope = 'https://www.googleapis.com/auth/admin.directory.user.readonly';
    const { access_token } = (await exchange(emulator.origin, assertion(key, { scope }))).body;
    const list = () => googleRequests(emulator, access_token).get('/users', { customer: emulator.customerId });
    expect((await list()).status).toBe(200);
    await done('PATCH', `/accounts/${key.client_email}`, { adminRole: false });
    expect((await list()).status).toBe(403);
    await done('POST', '/tokens/revoke');
    expect((await list()).status).toBe(401);
  });

  it('leads users through their states', async () => {
    const { id } = await done('POST', '/users', { primaryEmail: 'liz@example.com', givenName: 'Liz' });
    const user = () => emulator.directory.requireUser(id);
    await done('PATCH', '/users/liz@example.com', { familyName: 'Smith', attributes: { phones: [{ value: '1' }] } });
    expect(user()).toMatchObject({ familyName: 'Smith', attributes: { phones: [{ value: '1' }] } });
    const reported = emulator.activities.length;
    await done('PATCH', '/users/liz@example.com?by=user', { displayName: 'L', attributes: { phones: null } });
    expect([user().attributes, emulator.activities.length]).toEqual([{}, reported]);
    for (const [action, state] of [
      ['suspend', { suspended: true }],
      ['unsuspend', { suspended: false }],
      ['archive', { archived: true }],
      ['unarchive', { archived: false }],
    ] as const) {
      await done('POST', `/users/${id}/${action}`);
      expect(user()).toMatchObject(state);
    }
    await done('POST', `/users/${id}/rename`, { primaryEmail: 'elizabeth@example.com' });
    await done('POST', `/users/${id}/promote-alias`, { alias: 'liz@example.com' });
    expect(user().primaryEmail).toBe('liz@example.com');
    await done('DELETE', `/users/${id}`);
    await done('POST', `/users/${id}/undelete`);
    const again = await done('POST', `/users/${id}/recreate`);
    expect([again.primaryEmail, again.id === id]).toEqual(['liz@example.com', false]);
    await done('POST', '/rotate-primaries', { users: [again.id, emulator.directory.users.items[3]?.id] });
    expect((await done('GET', `/users/${again.id}`)).primaryEmail).not.toBe('liz@example.com');
  });

  it('changes groups, members and units', async () => {
    const { id } = await done('POST', '/groups', { email: 'crew@example.com', name: 'Crew' });
    await done('PATCH', `/groups/${id}`, { name: 'Ship crew' });
    await done('POST', `/groups/${id}/rename`, { email: 'sailors@example.com' });
    await done('POST', `/groups/${id}/members`, { member: emulator.adminEmail, role: 'OWNER' });
    await done('POST', `/groups/${id}/members`, { member: 'guest@other.test' });
    await done('POST', `/groups/${id}/foreign-groups`, { email: 'partners@other.test' });
    await done('DELETE', `/groups/${id}/members/guest@other.test`);
    expect((await done('GET', `/groups/${id}/members`)).members).toHaveLength(2);
    expect(await done('GET', `/groups/${id}`)).toMatchObject({
      email: 'sailors@example.com',
      name: 'Ship crew',
      members: 2,
    });
    const admin = emulator.directory.requireUser(emulator.adminEmail);
    expect((await done('GET', `/groups/${id}/effective-members?active=true`)).members).toEqual([admin.id]);
    await done('DELETE', `/groups/${id}`);
    await done('POST', '/org-units', { path: '/A/B' });
    await done('POST', '/org-units/move', { path: '/A', to: '/C' });
    await done('DELETE', '/org-units', { path: '/C/B' });
    expect([...emulator.directory.orgUnits.keys()].filter((path) => /^\/[AC](\/|$)/.test(path))).toEqual(['/C']);
  });

  it('sets faults, settings and the clock, and shows the log', async () => {
    const { touched } = await done('POST', '/faults', { name: 'no-emails' });
    expect(touched.id).toMatch(/^\d{21}$/);
    expect((await done('GET', '/faults')).active).toEqual(['no-emails']);
    await done('DELETE', '/faults');
    expect(emulator.activeFaults).toEqual([]);
    await done('PATCH', '/settings', { latency: 1, quotaPerMinute: null });
    expect(emulator.settings).toMatchObject({ latency: 1, quotaPerMinute: undefined });
    await done('PUT', '/clock', { now: '2030-01-01T00:00:00Z' });
    await done('PUT', '/clock', { advance: 3_600_000 });
    expect((await done('GET', '/clock')).now).toMatch(/^2030-01-01T01:00/);
    await done('DELETE', '/requests');
    await googleRequests(emulator).get('/users', { customer: 'my_customer' });
    const { requests } = await done('GET', '/requests');
    expect(requests).toEqual([
      expect.objectContaining({ api: 'users.list', status: 200, query: { customer: 'my_customer' } }),
    ]);
    expect((await done('GET', '/rate')).peak).toBe(1);
    expect(await done('POST', '/seed', { users: 1 })).toEqual({ adminEmail: emulator.adminEmail });
    expect(emulator.directory.users.size).toBe(2);
  });

  it('says in a sentence what is wrong', async () => {
    const wrong = async (method: string, path: string, body?: object) => {
      const answer = await control(method, path, body);
      return [answer.status, answer.body.error];
    };
    expect(await wrong('POST', '/users', {})).toEqual([400, 'the body needs primaryEmail, a text']);
    expect(await wrong('POST', '/faults', { name: 'none' })).toEqual([400, expect.stringContaining('no fault none')]);
    expect(await wrong('POST', `/users/${emulator.adminEmail}/promote`)).toEqual([
      400,
      expect.stringContaining('no action promote, but suspend'),
    ]);
    expect(await wrong('PATCH', '/settings', { speed: 1 })).toEqual([
      400,
      expect.stringContaining('there is no speed'),
    ]);
    expect(await wrong('PUT', '/clock', { now: 'soon' })).toEqual([400, expect.stringContaining('soon is no time')]);
    expect(await wrong('GET', '/nothing')).toEqual([404, 'no GET /__emu/nothing: GET /__emu/ lists what there is']);
  });
});
