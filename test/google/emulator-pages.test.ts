import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Emulator, startGoogleEmulator } from '../support/google-emulator/index.ts';
import { type GoogleAnswer, type GoogleRequests, googleRequests, refusal } from '../support/google-requests.ts';

const CUSTOMER = { customer: 'my_customer' };
const MINUTE = 60_000;
const DAY = 86_400_000;

let emulator: Emulator;
let requests: GoogleRequests;

beforeAll(async () => {
  emulator = await startGoogleEmulator();
});
afterAll(() => emulator.close());
beforeEach(() => {
  emulator.seed({ users: 30, groups: 3, memberships: 30, domains: 1 });
  emulator.clock.set(new Date());
  requests = googleRequests(emulator);
});

const firstPage = (more = {}) => requests.get('/users', { ...CUSTOMER, maxResults: '10', ...more });
const nextPage = async (answer: GoogleAnswer, more = {}, ask = requests) =>
  ask.get('/users', { ...CUSTOMER, maxResults: '10', pageToken: answer.body.nextPageToken, ...more });

describe('a page token', () => {
  it('is opaque and belongs to its parameters', async () => {
    const first = await firstPage();
    expect(first.body.nextPageToken).toMatch(/^[\w-]{80,}$/);
    expect(Buffer.from(first.body.nextPageToken, 'base64url').toString('latin1')).not.toContain('example.com');
    expect((await nextPage(first, { maxResults: '5', fields: 'users/id' })).status).toBe(200);
    expect(refusal(await nextPage(first, { orderBy: 'givenName' }))).toMatchObject({ status: 400, reason: 'invalid' });
    expect(refusal(await nextPage(first, { query: 'isAdmin=true' }))).toMatchObject({ status: 400, reason: 'invalid' });
    expect(refusal(await firstPage({ pageToken: 'made-up' }))).toMatchObject({ status: 400, reason: 'invalid' });
    const [group] = emulator.directory.groups.items;
    const members = await requests.get(`/groups/${group?.id}/members`, { maxResults: '2' });
    const { nextPageToken: pageToken } = members.body;
    const other = emulator.directory.groups.items[1]?.id;
    expect(refusal(await requests.get(`/groups/${other}/members`, { pageToken }))).toMatchObject({
      status: 400,
      reason: 'invalid',
    });
  });

  it('ends a walk of users or members after an hour, and any list after three days', async () => {
    emulator.settings.tokenLife = 10 * 86_400;
    requests = googleRequests(emulator);
    const users = await firstPage();
    const groups = await requests.get('/groups', { ...CUSTOMER, maxResults: '1' });
    const nextGroups = () =>
      requests.get('/groups', { ...CUSTOMER, maxResults: '1', pageToken: groups.body.nextPageToken });
    emulator.clock.advance(59 * MINUTE);
    const second = await nextPage(users);
    expect(second.status).toBe(200);
    emulator.clock.advance(2 * MINUTE);
    // The second page's token is new, but its walk is not.
    expect(refusal(await nextPage(second))).toMatchObject({ status: 503, reason: 'backendError' });
    expect((await firstPage()).status).toBe(200);
    expect((await nextGroups()).status).toBe(200);
    emulator.clock.advance(3 * DAY);
    expect(refusal(await nextGroups())).toMatchObject({ status: 400, reason: 'badRequest' });
    expect(refusal(await nextPage(users))).toMatchObject({ status: 400, reason: 'badRequest' });
    emulator.settings.tokenLife = 3_599;
  });

  it('goes on behind the last user, whatever happens to that one', async () => {
    const before = emulator.directory.users.items.map(({ id }) => id);
    const first = await firstPage();
    emulator.users.delete(before[9] ?? '');
    emulator.users.delete(before[10] ?? '');
    const second = await nextPage(first);
    expect(second.body.users.map(({ id }: { id: string }) => id)).toEqual(before.slice(11, 21));
  });
});

describe('a field mask', () => {
  const masked = async (fields: string, path = '/users', query: object = CUSTOMER) =>
    (await requests.get(path, { ...query, fields })).body;

  it('keeps what it names, in lists and inside objects', async () => {
    const { users, ...rest } = await masked('nextPageToken,users(id,name(givenName,familyName),emails/address)');
    expect(rest).toEqual({});
    for (const user of users) {
      expect(Object.keys(user)).toEqual(['id', 'name', 'emails']);
      expect(Object.keys(user.name)).toEqual(['givenName', 'familyName']);
      for (const email of user.emails) expect(Object.keys(email)).toEqual(['address']);
    }
    const { id } = users[0];
    expect(await masked('id,name/fullName', `/users/${id}`, {})).toEqual({
      id,
      name: { fullName: expect.any(String) },
    });
    expect(await masked('kind,users/id', '/users', { ...CUSTOMER, query: 'isAdmin=true' })).toEqual({
      kind: 'admin#directory#users',
      users: [{ id: expect.any(String) }],
    });
    expect(Object.keys((await masked('users(*)')).users[0]).length).toBeGreaterThan(15);
    expect(Object.keys(await masked('*', `/users/${id}`, {})).length).toBeGreaterThan(15);
    for (const fields of ['name/givenName,name', 'name,name/givenName', 'name/givenName,name/fullName']) {
      expect(await masked(fields, `/users/${id}`, {})).toHaveProperty('name.fullName');
    }
  });

  it('hides suspended and archived from whoever does not ask for them', async () => {
    const [user] = (await masked('users(id,primaryEmail)')).users;
    expect(user).not.toHaveProperty('suspended');
  });

  it('is refused where it is wrong', async () => {
    for (const fields of [
      'users(nickname)',
      'people',
      'users(id',
      'users(id))',
      'users(name(given))',
      ',',
      'users//id',
    ]) {
      expect(refusal(await requests.get('/users', { ...CUSTOMER, fields }))).toMatchObject({
        status: 400,
        reason: 'invalidParameter',
      });
    }
  });
});
