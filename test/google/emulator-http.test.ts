import { request as httpRequest } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Emulator, startGoogleEmulator } from '../support/google-emulator/index.ts';
import { type GoogleRequests, googleRequests, refusal } from '../support/google-requests.ts';

const CUSTOMER = { customer: 'my_customer' };
const MINUTE = 60_000;

let emulator: Emulator;
let requests: GoogleRequests;

beforeAll(async () => {
  emulator = await startGoogleEmulator();
});
afterAll(() => emulator.close());
beforeEach(() => {
  emulator.seed({ users: 30, domains: 1 });
  Object.assign(emulator.settings, { quotaPerMinute: undefined, concurrency: undefined, latency: 0 });
  emulator.clearRequests();
  requests = googleRequests(emulator);
});

const firstPage = (more = {}) => requests.get('/users', { ...CUSTOMER, maxResults: '10', ...more });

describe('an entity tag', () => {
  it('saves an answer that is known', async () => {
    const { id } = emulator.directory.users.items[3] ?? { id: '' };
    const user = await requests.get(`/users/${id}`);
    const etag = user.headers.get('etag') ?? '';
    expect(user.body.etag).toBe(etag);
    const again = await requests.get(`/users/${id}`, {}, { 'if-none-match': etag });
    expect([again.status, again.text]).toEqual([304, '']);
    emulator.users.change(id, { givenName: 'Other' });
    expect((await requests.get(`/users/${id}`, {}, { 'if-none-match': etag })).status).toBe(200);
  });

  it('changes with every item of a list', async () => {
    const tag = async () => (await firstPage()).headers.get('etag') ?? '';
    const before = await tag();
    expect((await requests.get('/users', { ...CUSTOMER, maxResults: '10' }, { 'if-none-match': before })).status).toBe(
      304,
    );
    emulator.users.suspend(emulator.directory.users.items[9]?.id ?? '');
    expect(await tag()).not.toBe(before);
  });
});

describe('compression', () => {
  const raw = (headers: Record<string, string>) =>
    new Promise<{ encoding: string | undefined; content: Buffer }>((resolve, reject) => {
      const url = `${emulator.origin}/admin/directory/v1/users?customer=my_customer`;
      const authorization = `Bearer ${emulator.accessToken()}`;
      httpRequest(url, { headers: { authorization, ...headers } }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ encoding: response.headers['content-encoding'], content: Buffer.concat(chunks) }),
        );
      })
        .on('error', reject)
        .end();
    });

  it('needs the header, and the word in the user agent', async () => {
    const compressed = await raw({ 'accept-encoding': 'gzip', 'user-agent': 'client/1.0 (gzip)' });
    expect(compressed.encoding).toBe('gzip');
    const plain = await raw({ 'accept-encoding': 'gzip', 'user-agent': 'client/1.0' });
    expect(plain.encoding).toBeUndefined();
    expect(JSON.parse(gunzipSync(compressed.content).toString())).toEqual(JSON.parse(plain.content.toString()));
    expect(compressed.content.length).toBeLessThan(plain.content.length / 3);
    expect((await raw({ 'user-agent': 'client/1.0 (gzip)' })).encoding).toBeUndefined();
  });
});

describe('the quota', () => {
  it('is counted per subject in any 60 seconds, and what is refused does not count', async () => {
    emulator.settings.quotaPerMinute = 5;
    const statuses = async (count: number, ask = requests) => {
      const found: number[] = [];
      for (let index = 0; index < count; index += 1) found.push((await ask.get('/users', CUSTOMER)).status);
      return found;
    };
    expect(await statuses(7)).toEqual([200, 200, 200, 200, 200, 403, 403]);
    const { error } = (await firstPage()).body;
    expect(error.errors[0]).toMatchObject({ domain: 'usageLimits', reason: 'userRateLimitExceeded' });
    const { primaryEmail } = emulator.users.add({ primaryEmail: 'second@example.com', isAdmin: true });
    expect(await statuses(1, googleRequests(emulator, emulator.accessToken({ subject: primaryEmail })))).toEqual([200]);
    emulator.clock.advance(MINUTE);
    expect(await statuses(6)).toEqual([200, 200, 200, 200, 200, 403]);
  });

  it('limits requests at one time for the whole account', async () => {
    emulator.settings.concurrency = 2;
    emulator.settings.latency = 50;
    const answers = await Promise.all(Array.from({ length: 5 }, () => firstPage()));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 429, 429, 429]);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.body.error.errors[0]).toMatchObject({ domain: 'usageLimits', reason: 'rateLimitExceeded' });
    expect((await firstPage()).status).toBe(200);
  });
});

describe('the log of requests', () => {
  it('has what was asked, by whom and how it ended, and knows the rate', async () => {
    for (let index = 0; index < 4; index += 1) await firstPage();
    await requests.get('/users/nobody@example.com');
    expect(emulator.requests).toHaveLength(5);
    expect(emulator.requests[4]).toEqual({
      time: expect.any(String),
      method: 'GET',
      path: '/admin/directory/v1/users/nobody@example.com',
      query: {},
      api: 'users.get',
      status: 404,
      subject: emulator.adminEmail,
      serviceAccount: 'test',
      milliseconds: expect.any(Number),
      batch: false,
    });
    expect(emulator.peakRate()).toBe(5);
    expect(emulator.peakRate(0.000_001)).toBe(1);
  });

  it('answers what there is not with 404', async () => {
    expect(refusal(await requests.get('/nothing'))).toMatchObject({ status: 404, reason: 'notFound' });
    expect((await fetch(`${emulator.origin}/other`)).status).toBe(404);
    expect((await requests.post('/users', {})).status).toBe(404);
  });
});
