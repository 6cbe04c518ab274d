import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RollcallError } from '../../src/errors/index.js';
import { type GoogleClient, type GoogleConnection, googleErrorClass } from '../../src/google/index.js';
import { createGoogleStage, type GoogleStage } from '../support/google-stage.js';
import { type ScimServer, startScimServer } from '../support/scim-server.js';
import {
  googleBody,
  type Scripted,
  type ScriptedGoogle,
  SERVICE_ACCOUNT,
  startScriptedGoogle,
} from '../support/scripted-google.js';

let server: ScimServer;
let google: ScriptedGoogle;
let stage: GoogleStage;
let connection: GoogleConnection;
let client: GoogleClient;

const { signal } = new AbortController();
const first = { pageToken: undefined, signal };

beforeAll(async () => {
  server = await startScimServer();
});
afterAll(() => server.close());

beforeEach(async () => {
  google = await startScriptedGoogle();
  stage = createGoogleStage(server, google, { retries: 3, timeoutMilliseconds: 500 });
  connection = await stage.connect({ key: google.key }, { name: `w-${Date.now()}-${Math.random()}` });
  client = await stage.open(connection);
});
afterEach(() => google.close());

const person = (id: string) => ({ id, primaryEmail: `${id}@example.com`, suspended: false, archived: false });
const page = (...ids: string[]): Scripted => ({ status: 200, body: { users: ids.map(person) } });

async function refusal(work: Promise<unknown>): Promise<RollcallError> {
  const error = await work.then(
    () => new Error('it came through'),
    (reason: unknown) => reason,
  );
  if (error instanceof RollcallError) return error;
  throw error;
}

describe('what is asked', () => {
  it('holds the largest pages, only the fields that are needed, and whose customer it is', async () => {
    const mapped = await stage.open(connection, { users: ['name', 'name/givenName', 'customSchemas/HR'], groups: [] });
    google.otherwise({ status: 200, body: {} });
    await mapped.listUsers(first);
    await mapped.listUsers({ ...first, pageToken: 'p2', deleted: true });
    await mapped.listGroups(first);
    await mapped.listMembers('g1', first);
    const [users, deleted, groups, members] = google.asked.map(({ query }) => Object.fromEntries(query));
    expect(users).toEqual({
      customer: 'my_customer',
      maxResults: '500',
      projection: 'custom',
      customFieldMask: 'HR',
      fields:
        'nextPageToken,users(id,primaryEmail,suspended,archived,aliases,nonEditableAliases,orgUnitPath,customerId,' +
        'creationTime,deletionTime,name,customSchemas/HR)',
    });
    expect(deleted).toMatchObject({ showDeleted: 'true', pageToken: 'p2' });
    expect(groups).toMatchObject({ customer: 'my_customer', maxResults: '200' });
    expect(members).toEqual({ maxResults: '200', fields: 'nextPageToken,members(id,email,role,type,status)' });
  });

  it('goes to Google, whatever GOOGLE_CLOUD_UNIVERSE_DOMAIN says', async () => {
    const real = createGoogleStage(server, google, { apiRootUrl: 'https://admin.googleapis.com' });
    const sentTo: string[] = [];
    const { fetch: system } = globalThis;
    // The library sends only what is for Google's own host elsewhere, and that host must not be reached from a test.
    globalThis.fetch = async (url, init) => {
      const { host } = new URL(String(url));
      if (host === google.host) return system(url, init);
      sentTo.push(host);
      return Response.json({ users: [] });
    };
    process.env.GOOGLE_CLOUD_UNIVERSE_DOMAIN = 'elsewhere.test';
    try {
      await (await real.open(connection)).listUsers(first);
    } finally {
      delete process.env.GOOGLE_CLOUD_UNIVERSE_DOMAIN;
      globalThis.fetch = system;
    }
    expect(sentTo).toEqual(['admin.googleapis.com']);
  });

  it('is signed for the subject, and every set of optional scopes has a token of its own', async () => {
    google.otherwise({ status: 200, body: {} });
    await client.listUsers(first);
    await client.listGroups(first);
    await client.listOrgUnits(signal);
    await client.listActivities({ application: 'admin', startTime: new Date(0), pageToken: undefined, signal });
    expect(google.claims.map(({ iss, sub, scope }) => ({ iss, sub, scopes: String(scope).split(' ').length }))).toEqual(
      [
        { iss: SERVICE_ACCOUNT, sub: 'admin@example.com', scopes: 3 },
        { iss: SERVICE_ACCOUNT, sub: 'admin@example.com', scopes: 1 },
        { iss: SERVICE_ACCOUNT, sub: 'admin@example.com', scopes: 1 },
      ],
    );
  });

  it('asks for one token, however many calls begin at once', async () => {
    google.otherwise(page('1'));
    await Promise.all(Array.from({ length: 10 }, () => client.listUsers(first)));
    expect(google.claims).toHaveLength(1);
  });
});

describe('what is answered', () => {
  it('is parsed, with what Google sent beside it', async () => {
    const sent = { ...person('107'), aliases: ['a@example.com'], orgUnitPath: '/eng', name: { fullName: 'A' } };
    google.next({ status: 200, body: { users: [sent], nextPageToken: 'next' } });
    expect(await client.listUsers(first)).toEqual({
      present: true,
      nextPageToken: 'next',
      items: [
        {
          id: '107',
          primaryEmail: '107@example.com',
          suspended: false,
          archived: false,
          aliases: ['a@example.com'],
          nonEditableAliases: [],
          orgUnitPath: '/eng',
          customerId: undefined,
          creationTime: undefined,
          deletionTime: undefined,
          resource: sent,
        },
      ],
    });
  });

  it('says whether the collection was there at all', async () => {
    google.next({ status: 200, body: { nextPageToken: 'next' } }, { status: 200, body: { users: [] } });
    expect(await client.listUsers(first)).toEqual({ present: false, nextPageToken: 'next', items: [] });
    expect(await client.listUsers(first)).toEqual({ present: true, nextPageToken: undefined, items: [] });
  });

  it.each(['suspended', 'archived'])('is refused where it does not say whether a user is %s', async (flag) => {
    const { [flag as 'suspended']: _, ...without } = person('1');
    google.next({ status: 200, body: { users: [without] } });
    const error = await refusal(client.listUsers(first));
    expect(error.code).toBe('google.incomplete-answer');
    expect(error.message).toContain(`whether the user 1 is ${flag}`);
    expect(google.asked).toHaveLength(1);
  });

  it('takes 404 alone for "there is none"', async () => {
    google.next({ status: 404, body: googleBody(404, 'notFound', 'Resource Not Found: userKey') });
    expect(await client.getUser('gone', signal)).toBeUndefined();
    google.next({ status: 404, body: googleBody(404, 'notFound', 'Resource Not Found: groupKey') });
    expect((await refusal(client.listMembers('gone', first))).code).toBe('google.object-gone');
  });

  it('B54: 403 on one user is never "deleted"', async () => {
    const own = await stage.connect({ key: google.key }, { subject: null, customer: 'C01abc234' });
    const asRole = await stage.open(own);
    const forbidden = googleBody(403, 'forbidden', 'Not Authorized to access this resource/api');
    google.next({ status: 403, body: forbidden });
    const error = await refusal(asRole.getUser('107', signal));
    expect(error.code).toBe('google.object-forbidden');
    expect(googleErrorClass(error)).toBe('object');
    expect(google.claims.at(-1)).not.toHaveProperty('sub');
  });

  it('is asked for without the status where members of other companies make Google refuse it', async () => {
    const members = { members: [{ id: '1', email: 'a@other.test', role: 'MEMBER', type: 'USER' }] };
    google.next({ status: 403, body: googleBody(403, 'forbidden', 'Not Authorized') }, { status: 200, body: members });
    const { items } = await client.listMembers('g1', first);
    expect(items).toEqual([{ id: '1', email: 'a@other.test', role: 'MEMBER', type: 'USER', status: undefined }]);
    expect(google.asked[1]?.query.get('fields')).toBe('nextPageToken,members(id,email,role,type)');
  });

  it('is bounded by GOOGLE_ANSWER_BYTES', async () => {
    const small = createGoogleStage(server, google, { answerBytes: 65_536 });
    google.next({ status: 200, body: { users: [{ ...person('1'), notes: 'x'.repeat(70_000) }] } });
    const error = await refusal((await small.open(connection)).listUsers(first));
    expect(error.code).toBe('google.answer-too-large');
    expect(error.message).toContain('GOOGLE_ANSWER_BYTES');
  });
});

describe('what is tried again', () => {
  const quota = (reason: string) => googleBody(403, reason, 'Rate Limit Exceeded', 'usageLimits');

  it.each<[string, Scripted]>([
    ['B45: 403 userRateLimitExceeded', { status: 403, body: quota('userRateLimitExceeded') }],
    ['B45: 403 quotaExceeded', { status: 403, body: quota('quotaExceeded') }],
    ['B45: 403 in plain text', { status: 403, body: 'Request rate higher than configured.' }],
    ['B45: 429 with Retry-After', { status: 429, body: {}, headers: { 'retry-after': '1' } }],
    ['503 in plain text', { status: 503, body: 'Quota exceeded for the current request' }],
    ['500', { status: 500, body: googleBody(500, 'backendError', 'Backend Error') }],
    ['502 as HTML', { status: 502, body: '<html>Bad Gateway</html>', headers: { 'content-type': 'text/html' } }],
    ['JSON that was cut off', { status: 200, body: '{"users":[', headers: { 'content-type': 'application/json' } }],
    ['B46: a transient 400', { status: 400, body: googleBody(400, 'invalid', 'Invalid Input') }],
    ['a connection that is reset', (request) => request.socket.destroy()],
    ['an answer that does not come', () => undefined],
  ])('%s', async (_, answer) => {
    google.next(answer, page('1'));
    expect((await client.listUsers(first)).items).toHaveLength(1);
    expect(google.asked).toHaveLength(2);
    expect(client.usage()).toMatchObject({ retries: 1 });
  });

  it('waits as long as Retry-After says, every call of the connection', async () => {
    google.next({ status: 429, body: {}, headers: { 'retry-after': '1' } });
    google.otherwise(page('1'));
    await client.listUsers(first);
    const [refused, again] = google.asked;
    expect((again?.at ?? 0) - (refused?.at ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it('not where Google wants to be left alone for longer than GOOGLE_RETRY_LONGEST_SECONDS', async () => {
    google.next({ status: 429, body: {}, headers: { 'retry-after': '3600' } });
    const error = await refusal(client.listUsers(first));
    expect([error.code, googleErrorClass(error), error.details.retryAfterSeconds]).toEqual([
      'google.quota',
      'quota',
      3600,
    ]);
  });

  it('GOOGLE_RETRIES times', async () => {
    google.otherwise({ status: 503, body: googleBody(503, 'backendError', 'Service unavailable') });
    const error = await refusal(client.listUsers(first));
    expect([error.code, googleErrorClass(error)]).toEqual(['google.unavailable', 'transient']);
    expect(google.asked).toHaveLength(4);
  });

  it('B46: 400 once; twice it is the error of that object and never "absent"', async () => {
    google.otherwise({ status: 400, body: googleBody(400, 'invalid', 'Invalid Input: memberKey') });
    const error = await refusal(client.getUser('107', signal));
    expect([error.code, googleErrorClass(error)]).toEqual(['google.object-invalid', 'object']);
    expect(google.asked).toHaveLength(2);
  });

  it('401 once, with a new token', async () => {
    google.otherwise(page('1'));
    await client.listUsers(first);
    google.revokeTokens();
    expect((await client.listUsers(first)).items).toHaveLength(1);
    expect(google.claims).toHaveLength(2);
    google.otherwise({ status: 401, body: googleBody(401, 'authError', 'Invalid Credentials') });
    const error = await refusal(client.listUsers(first));
    expect([error.code, googleErrorClass(error)]).toEqual(['google.token-rejected', 'configuration']);
    expect(google.asked).toHaveLength(5);
  });

  it('not a POST, which could do something twice', async () => {
    google.otherwise({ status: 503, body: {} });
    const channel = {
      id: 'c',
      address: 'https://example.com/hook',
      token: 't',
      ttlSeconds: 60,
      event: 'update',
    } as const;
    await refusal(client.watchUsers({ ...channel, signal }));
    expect(google.asked).toHaveLength(1);
  });

  it('a token that Google could not give', async () => {
    google.nextToken({ status: 503, body: 'no' }, (request) => request.socket.destroy());
    google.otherwise(page('1'));
    expect((await client.listUsers(first)).items).toHaveLength(1);
    expect(client.usage()).toEqual({
      requests: 4,
      retries: 2,
      bytes: expect.any(Number),
      waitedMilliseconds: expect.any(Number),
      byStatus: { 200: 2, 503: 1, none: 1 },
      byMethod: { token: { 200: 1, 503: 1, none: 1 }, 'users.list': { 200: 1 } },
    });
  });
});

describe('channels', () => {
  it('are watched until Google says, and stopped', async () => {
    google.next(
      { status: 200, body: { id: 'c', resourceId: 'r', expiration: '1800000000000' } },
      { status: 204 },
      { status: 404, body: googleBody(404, 'notFound', 'Channel not found') },
    );
    const wanted = {
      id: 'c',
      address: 'https://example.com/hook',
      token: 't',
      ttlSeconds: 60,
      event: 'update',
    } as const;
    const channel = await client.watchUsers({ ...wanted, signal });
    expect(channel).toEqual({ id: 'c', resourceId: 'r', expiresAt: new Date(1_800_000_000_000) });
    await client.stopChannel(channel, signal);
    await client.stopChannel(channel, signal);
    expect(google.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /admin/directory/v1/users/watch',
      'POST /admin/directory_v1/channels/stop',
      'POST /admin/directory_v1/channels/stop',
    ]);
    expect(JSON.parse(google.asked[0]?.body ?? '')).toMatchObject({ type: 'web_hook', params: { ttl: '60' } });
  });
});
