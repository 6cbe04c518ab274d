import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Emulator, startGoogleEmulator } from '../support/google-emulator/index.ts';
import { type GoogleAnswer, type GoogleRequests, googleRequests } from '../support/google-requests.ts';

const CUSTOMER = { customer: 'my_customer' };

let emulator: Emulator;
let requests: GoogleRequests;

beforeAll(async () => {
  emulator = await startGoogleEmulator({ settings: { quotaPerMinute: undefined } });
});
afterAll(() => emulator.close());
beforeEach(() => {
  emulator.seed({ users: 19, groups: 10, memberships: 60, domains: 1 });
  emulator.clearFaults();
  emulator.settings.pageLimit = 5;
  requests = googleRequests(emulator);
});

const users = () => requests.get('/users', CUSTOMER);
const walk = async (path = '/users') => {
  const pages = await requests.walk(path, CUSTOMER);
  const name = path === '/users' ? 'users' : 'groups';
  return pages.map(({ body }) => (body[name] ?? []).map(({ id }: { id: string }) => id) as string[]);
};
const statuses = async (count: number, ask: () => Promise<GoogleAnswer> = users) => {
  const found: number[] = [];
  for (let index = 0; index < count; index += 1) found.push((await ask()).status);
  return found;
};
const refusal = ({ status, body }: GoogleAnswer) => [status, body.error.errors[0].domain, body.error.errors[0].reason];
const allIds = () => emulator.directory.users.items.map(({ id }) => id);

describe('a list', () => {
  it('empty-users-200, empty-groups-200: is answered without its key', async () => {
    emulator.fault('empty-users-200');
    emulator.fault('empty-groups-200', { times: 1 });
    for (const [path, again] of [
      ['/users', 0],
      ['/groups', 5],
    ] as const) {
      const { status, body } = await requests.get(path, CUSTOMER);
      expect([status, Object.keys(body).sort()]).toEqual([200, ['etag', 'kind']]);
      expect((await walk(path))[0]).toHaveLength(again);
    }
  });

  it('partial-groups-200: ends early without a next page', async () => {
    const groups = emulator.directory.groups.items.map(({ id }) => id);
    const fault = emulator.fault('partial-groups-200', { keep: 7 });
    expect(await walk('/groups')).toEqual([groups.slice(0, 5), groups.slice(5, 7)]);
    fault.clear();
    emulator.fault('partial-groups-200', { keep: 5 });
    expect(await walk('/groups')).toEqual([groups.slice(0, 5)]);
  });

  it('short-derived: lacks members, in derived lists or in all', async () => {
    const { id } = emulator.groups.add({ email: 'short@example.com' });
    emulator.members.addMany(id, allIds().slice(0, 4));
    const size = async (query = {}) => (await requests.get(`/groups/${id}/members`, query)).body.members?.length ?? 0;
    const fault = emulator.fault('short-derived', { group: id, count: 2 });
    expect([await size({ includeDerivedMembership: 'true' }), await size()]).toEqual([2, 4]);
    fault.clear();
    emulator.fault('short-derived', { direct: true });
    expect(await size()).toBe(1);
  });

  it('page-cycle: names itself as its next page', async () => {
    emulator.fault('page-cycle');
    const { pageToken } = { pageToken: (await users()).body.nextPageToken };
    const second = await requests.get('/users', { ...CUSTOMER, pageToken });
    expect(second.body.nextPageToken).toBe(pageToken);
    expect((await requests.get('/users', { ...CUSTOMER, pageToken })).body.users).toEqual(second.body.users);
  });

  it('page-empty-middle: has a page without items, and loses nothing', async () => {
    emulator.fault('page-empty-middle', { page: 3 });
    const pages = await walk();
    expect(pages.map(({ length }) => length)).toEqual([5, 5, 0, 5, 5]);
    expect(pages.flat()).toEqual(allIds());
  });

  it('dup-across-pages, skip-across-pages: has somebody twice, or not at all', async () => {
    const [a, b, c, d, e, f, ...rest] = allIds();
    emulator.fault('dup-across-pages');
    expect((await walk()).flat()).toEqual([a, b, c, d, e, e, f, ...rest]);
    expect((await walk()).flat()).toEqual(allIds());
    emulator.fault('skip-across-pages', { after: 1, count: 2 });
    const skipped = (await walk()).flat();
    expect(skipped).toEqual(allIds().filter((_, index) => index !== 10 && index !== 11));
  });

  it('missing-suspended-flag: lacks a flag, for everybody or for one', async () => {
    const fault = emulator.fault('missing-suspended-flag');
    for (const user of (await users()).body.users) expect(user).not.toHaveProperty('suspended');
    fault.clear();
    const id = allIds()[2] ?? '';
    emulator.fault('missing-suspended-flag', { flag: 'archived', user: id });
    const without = (await users()).body.users.filter((user: object) => !('archived' in user));
    expect(without.map((user: { id: string }) => user.id)).toEqual([id]);
    expect((await requests.get(`/users/${id}`)).body).not.toHaveProperty('archived');
  });

  it('no-emails: shows somebody without addresses', async () => {
    const { touched } = emulator.fault('no-emails');
    expect((await requests.get(`/users/${touched.id}`)).body).not.toHaveProperty('emails');
    const pages = await requests.walk('/users', CUSTOMER);
    const without = pages.flatMap(({ body }) => body.users).filter((user: object) => !('emails' in user));
    expect(without).toEqual([expect.objectContaining({ id: touched.id, primaryEmail: touched.primaryEmail })]);
  });

  it('login-time-flap: shows another time of signing in each time', async () => {
    emulator.fault('login-time-flap');
    const seen = (answer: GoogleAnswer) =>
      answer.body.users.map((user: { lastLoginTime: string }) => user.lastLoginTime);
    expect(seen(await users())).not.toEqual(seen(await users()));
    emulator.clearFaults();
    expect(seen(await users())).toEqual(seen(await users()));
  });
});

describe('an answer', () => {
  it('403-quota: is refused for the quota, with the reason that is wanted', async () => {
    emulator.fault('403-quota', { times: 2, after: 1 });
    expect(await statuses(4)).toEqual([200, 403, 403, 200]);
    for (const reason of ['userRateLimitExceeded', 'quotaExceeded', 'dailyLimitExceeded', 'accessNotConfigured']) {
      emulator.fault('403-quota', { times: 1, reason });
      expect(refusal(await users())).toEqual([403, 'usageLimits', reason]);
    }
  });

  it('403-plain-text, 502-html: is no JSON', async () => {
    emulator.fault('403-plain-text');
    const plain = await users();
    expect([plain.status, plain.text]).toEqual([403, 'Request rate higher than configured.']);
    expect(plain.headers.get('content-type')).toBe('text/plain');
    expect(await statuses(2)).toEqual([403, 200]);
    emulator.fault('502-html');
    const page = await users();
    expect([page.status, page.headers.get('content-type')]).toEqual([502, 'text/html; charset=UTF-8']);
    expect((await users()).status).toBe(200);
  });

  it('429-retry-after: says when to come again', async () => {
    emulator.fault('429-retry-after', { seconds: 2 });
    const answer = await users();
    expect(refusal(answer)).toEqual([429, 'usageLimits', 'rateLimitExceeded']);
    expect(answer.headers.get('retry-after')).toBe('2');
    expect((await users()).status).toBe(200);
  });

  it('503-walk: ends one walk for good, and not the next', async () => {
    emulator.fault('503-walk');
    const first = await users();
    const next = () => requests.get('/users', { ...CUSTOMER, pageToken: first.body.nextPageToken });
    expect(refusal(await next())).toEqual([503, 'global', 'backendError']);
    expect((await next()).status).toBe(503);
    expect((await walk()).flat()).toEqual(allIds());
  });

  it('401-revoked-midway: takes tokens back once, or always', async () => {
    emulator.fault('401-revoked-midway', { after: 2 });
    expect(await statuses(4)).toEqual([200, 200, 401, 401]);
    requests = googleRequests(emulator);
    expect((await users()).status).toBe(200);
    emulator.fault('401-revoked-midway', { times: 'always', after: 0 });
    for (let tries = 0; tries < 3; tries += 1) {
      requests = googleRequests(emulator);
      expect((await users()).status).toBe(401);
    }
  });

  it('400-transient: refuses a request for one object, of one group if that is said', async () => {
    const [first, second] = emulator.directory.groups.items;
    emulator.fault('400-transient');
    expect(await statuses(1)).toEqual([200]);
    expect(await statuses(2, () => requests.get(`/groups/${first?.id}`))).toEqual([400, 200]);
    emulator.fault('400-transient', { times: 2, method: 'members.list', key: second?.id ?? '' });
    expect(await statuses(1, () => requests.get(`/groups/${first?.id}/members`))).toEqual([200]);
    expect(await statuses(3, () => requests.get(`/groups/${second?.id}/members`))).toEqual([400, 400, 200]);
  });

  it('truncated-json: ends in the middle', async () => {
    const whole = (await users()).text.length;
    emulator.fault('truncated-json');
    const cut = await users();
    expect([cut.status, cut.body]).toEqual([200, undefined]);
    expect(cut.text.length).toBeLessThan(whole);
    expect((await users()).body.users).toHaveLength(5);
  });

  it('reset-connection: never comes', async () => {
    emulator.fault('reset-connection');
    await expect(users()).rejects.toThrow('fetch failed');
    expect((await users()).status).toBe(200);
  });

  it('slow-page: takes longer', async () => {
    emulator.fault('slow-page', { milliseconds: 80 });
    expect(await statuses(2)).toEqual([200, 200]);
    const [slow = 0, quick = 0] = emulator.requests.slice(-2).map(({ milliseconds }) => milliseconds);
    expect(slow).toBeGreaterThanOrEqual(75);
    expect(quick).toBeLessThan(slow);
  });

  it('dasa-403-unknown: does not tell who exists', async () => {
    const unknown = () => requests.get('/users/nobody@example.com');
    expect((await unknown()).status).toBe(404);
    emulator.fault('dasa-403-unknown');
    expect(refusal(await unknown())).toEqual([403, 'global', 'forbidden']);
    expect((await requests.get(`/users/${emulator.adminEmail}`)).status).toBe(200);
  });
});

describe('the directory', () => {
  const members = async (group: unknown) => (await requests.get(`/groups/${group}/members`, {})).body.members;
  const member = async ({ groupId, memberId }: { groupId?: unknown; memberId?: unknown }) => {
    emulator.settings.pageLimit = undefined;
    return (await members(groupId)).find(({ id }: { id: string }) => id === memberId);
  };
  const user = async (id: unknown) => (await requests.get(`/users/${id}`)).body;

  it('foreign-group-403: has a group of another company among the members', async () => {
    const { touched } = emulator.fault('foreign-group-403');
    expect(await member(touched)).toMatchObject({ type: 'GROUP', email: touched.memberEmail });
    expect(refusal(await requests.get(`/groups/${touched.memberId}`))).toEqual([403, 'global', 'forbidden']);
    expect((await requests.get(`/groups/${touched.memberId}/members`)).status).toBe(403);
  });

  it('external-member-no-status: has somebody from outside among the members', async () => {
    const { touched } = emulator.fault('external-member-no-status');
    const found = await member(touched);
    expect(found).toMatchObject({ type: 'USER', email: 'guest@elsewhere.test' });
    expect(found).not.toHaveProperty('status');
    expect((await requests.get(`/users/${touched.memberEmail}`)).status).toBe(403);
  });

  it('customer-member: has everybody among the members', async () => {
    const { touched } = emulator.fault('customer-member');
    const found = await member(touched);
    expect(found).toMatchObject({ type: 'CUSTOMER', id: emulator.customerId });
    expect(found).not.toHaveProperty('email');
    expect(emulator.effectiveMembers(String(touched.groupId)).size).toBe(20);
  });

  it('alias-member: lists somebody under an alias', async () => {
    const { touched } = emulator.fault('alias-member');
    expect((await member(touched)).email).toBe(touched.memberEmail);
    const { primaryEmail, aliases } = await user(touched.memberId);
    expect([primaryEmail === touched.memberEmail, aliases]).toEqual([
      false,
      expect.arrayContaining([touched.memberEmail]),
    ]);
  });

  it('dup-group-names: has two groups of one name', async () => {
    const { touched } = emulator.fault('dup-group-names');
    const [first, second] = touched.groupIds as string[];
    const name = async (id: string | undefined) => (await requests.get(`/groups/${id}`)).body.name;
    expect([first === second, await name(first)]).toEqual([false, await name(second)]);
  });

  it('mononym-zwsp: has somebody with one name', async () => {
    const { touched } = emulator.fault('mononym-zwsp');
    expect((await user(touched.id)).name.familyName).toBe('\u200B');
  });

  it('recreated-same-email-new-id: has somebody new of the same address', async () => {
    const { touched } = emulator.fault('recreated-same-email-new-id');
    expect((await user(touched.primaryEmail)).id).toBe(touched.id);
    expect(touched.id).not.toBe(touched.formerId);
    const { body } = await requests.get('/users', { ...CUSTOMER, showDeleted: 'true' });
    expect(body.users).toEqual([expect.objectContaining({ id: touched.formerId, primaryEmail: touched.primaryEmail })]);
  });

  it('renamed-primary, alias-promoted: has somebody under another address', async () => {
    for (const name of ['renamed-primary', 'alias-promoted'] as const) {
      const { touched } = emulator.fault(name);
      const found = await user(touched.id);
      expect([found.primaryEmail, found.aliases]).toEqual([
        touched.primaryEmail,
        expect.arrayContaining([touched.formerEmail]),
      ]);
    }
  });

  it('swap-two-primaries: has people who exchanged their addresses, in circles of any length', async () => {
    for (const count of [2, 3]) {
      const before = emulator.directory.users.items.map(({ id, primaryEmail }) => ({ id, primaryEmail }));
      const { touched } = emulator.fault('swap-two-primaries', { count });
      const swapped = touched.users as { id: string; primaryEmail: string }[];
      expect(swapped).toHaveLength(count);
      for (const { id, primaryEmail } of swapped) {
        expect(await user(id)).toMatchObject({ primaryEmail });
        expect(before).not.toContainEqual({ id, primaryEmail });
      }
    }
  });
});

describe('a fault', () => {
  it('takes the options of its description only', () => {
    expect(() => emulator.fault('login-time-flap', { times: 1 })).toThrow('the fault login-time-flap takes no times');
    expect(() => emulator.fault('no-emails', { user: 'nobody@example.com' })).toThrow('no user nobody@example.com');
    expect(() => emulator.fault('unknown' as 'no-emails')).toThrow('no fault unknown: there is empty-users-200');
  });
});
