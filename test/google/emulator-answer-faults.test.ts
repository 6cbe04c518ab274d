import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CUSTOMER, type FaultStage, startFaultStage } from '../support/emulator-fault-stage.ts';
import type { Emulator } from '../support/google-emulator/index.ts';
import { type GoogleAnswer, type GoogleRequests, googleRequests, refusal } from '../support/google-requests.ts';

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
const statuses = async (count: number, ask: () => Promise<GoogleAnswer> = users) => {
  const found: number[] = [];
  for (let index = 0; index < count; index += 1) found.push((await ask()).status);
  return found;
};
const allIds = () => emulator.directory.users.items.map(({ id }) => id);

describe('an answer', () => {
  it('403-quota: is refused for the quota, with the reason that is wanted', async () => {
    emulator.fault('403-quota', { times: 2, after: 1 });
    expect(await statuses(4)).toEqual([200, 403, 403, 200]);
    for (const reason of ['userRateLimitExceeded', 'quotaExceeded', 'dailyLimitExceeded', 'accessNotConfigured']) {
      emulator.fault('403-quota', { times: 1, reason });
      expect(refusal(await users())).toMatchObject({ status: 403, domain: 'usageLimits', reason });
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
    expect(refusal(answer)).toMatchObject({ status: 429, domain: 'usageLimits', reason: 'rateLimitExceeded' });
    expect(answer.headers.get('retry-after')).toBe('2');
    expect((await users()).status).toBe(200);
  });

  it('503-walk: ends one walk for good, and not the next', async () => {
    emulator.fault('503-walk');
    const first = await users();
    const next = () => requests.get('/users', { ...CUSTOMER, pageToken: first.body.nextPageToken });
    expect(refusal(await next())).toMatchObject({ status: 503, domain: 'global', reason: 'backendError' });
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
    expect(refusal(await unknown())).toMatchObject({ status: 403, domain: 'global', reason: 'forbidden' });
    expect((await requests.get(`/users/${emulator.adminEmail}`)).status).toBe(200);
  });
});
