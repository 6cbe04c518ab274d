import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CUSTOMER, type FaultStage, startFaultStage } from '../support/emulator-fault-stage.ts';
import type { Emulator } from '../support/google-emulator/index.ts';
import type { GoogleAnswer, GoogleRequests } from '../support/google-requests.ts';

let stage: FaultStage;
let emulator: Emulator;
let requests: GoogleRequests;

beforeAll(async () => {
  stage = await startFaultStage();
  emulator = stage.emulator;
});
afterAll(() => emulator.close());
beforeEach(() => {
  stage.renew();
  requests = stage.requests;
});

const users = () => requests.get('/users', CUSTOMER);
const walk = (path?: '/users' | '/groups') => stage.walk(path);
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
    expect(await size({ includeDerivedMembership: 'true' })).toBe(4);
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
