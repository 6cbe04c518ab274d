import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RollcallError } from '../../src/errors/index.js';
import { type GoogleClient, type GoogleUser, googleErrorClass, type Page } from '../../src/google/index.js';
import { type Emulator, startGoogleEmulator } from '../support/google-emulator/index.ts';
import { createGoogleStage, type GoogleStage } from '../support/google-stage.js';
import { type ScimServer, startScimServer } from '../support/scim-server.js';
import { type ScriptedGoogle, SERVICE_ACCOUNT, startScriptedGoogle } from '../support/scripted-google.js';

let server: ScimServer;
let emulator: Emulator;
let stage: GoogleStage;

const USERS = 60;

beforeAll(async () => {
  server = await startScimServer();
  emulator = await startGoogleEmulator({
    settings: { pageLimit: 10 },
    seed: { users: USERS, groups: 6, memberships: 80, domains: 1 },
  });
  stage = createGoogleStage(server, at(emulator));
});
afterAll(async () => {
  await emulator.close();
  await server.close();
});
afterEach(() => {
  emulator.clearFaults();
  emulator.clearRequests();
  emulator.settings.latency = 0;
  emulator.settings.quotaPerMinute = undefined;
});

const at = ({ origin }: { origin: string }) => ({ url: origin, host: new URL(origin).host });
const { signal } = new AbortController();

let made = 0;
async function open(wanted: Parameters<GoogleStage['connect']>[1] = {}, key = emulator.keyFor(), of = stage) {
  made += 1;
  const given = { name: `client ${made}`, subject: emulator.adminEmail, ...wanted };
  return of.open(await of.connect({ key: JSON.stringify(key) }, given));
}

async function allUsers(client: GoogleClient, of = signal): Promise<GoogleUser[]> {
  const users: GoogleUser[] = [];
  let pageToken: string | undefined;
  do {
    const page: Page<GoogleUser> = await client.listUsers({ pageToken, signal: of });
    users.push(...page.items);
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  return users;
}

async function refusal(work: Promise<unknown>): Promise<RollcallError> {
  const error = await work.then(
    () => new Error('it came through'),
    (reason: unknown) => reason,
  );
  if (error instanceof RollcallError) return error;
  throw error;
}

describe('a whole Workspace', () => {
  it('is read page by page', async () => {
    const client = await open();
    const users = await allUsers(client);
    expect(new Set(users.map(({ id }) => id)).size).toBe(USERS + 1);
    const { items: groups } = await client.listGroups({ pageToken: undefined, signal });
    expect(groups).toHaveLength(6);
    const held = await Promise.all(groups.map(({ id }) => client.listMembers(id, { pageToken: undefined, signal })));
    expect(held.flatMap(({ items }) => items).length).toBeGreaterThan(0);
    const found = await client.getUser(users[0]?.id ?? '', signal);
    expect(found?.primaryEmail).toBe(users[0]?.primaryEmail);
    expect(await client.getUser('nobody@example.com', signal)).toBeUndefined();
    expect((await client.readCustomer(signal)).id).toBe(emulator.customerId);
    expect((await client.listDomains(signal)).some(({ isPrimary }) => isPrimary)).toBe(true);
    expect((await client.listOrgUnits(signal)).map(({ path }) => path)).toContain('/');
    expect(Array.isArray(await client.listSchemas(signal))).toBe(true);
  });
});

describe('a cancel', () => {
  it('B50: ends requests that are under way, and those that wait, within 2 seconds', async () => {
    const client = await open({ settings: { requestsPerMinute: 60 } });
    emulator.settings.latency = 3000;
    const controller = new AbortController();
    const work = Array.from({ length: 40 }, () =>
      refusal(client.listUsers({ pageToken: undefined, signal: controller.signal })),
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    const asked = performance.now();
    controller.abort();
    const errors = await Promise.all(work);
    expect(performance.now() - asked).toBeLessThan(2000);
    for (const error of errors)
      expect([error.code, googleErrorClass(error)]).toEqual(['google.cancelled', 'cancelled']);
    emulator.settings.latency = 0;
    const before = emulator.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(emulator.requests.length).toBe(before);
  });

  it('B50: ends a wait between attempts', async () => {
    const patient = createGoogleStage(server, at(emulator), { retryFirstMilliseconds: 60_000 });
    const client = await open({}, emulator.keyFor(), patient);
    emulator.fault('403-quota', { times: 10 });
    const controller = new AbortController();
    const work = refusal(client.listUsers({ pageToken: undefined, signal: controller.signal }));
    await new Promise((resolve) => setTimeout(resolve, 200));
    controller.abort();
    expect((await work).code).toBe('google.cancelled');
  });

  it('B50: ends a call that has no place yet behind one that goes on', async () => {
    const narrow = createGoogleStage(server, at(emulator), { concurrency: 1 });
    const client = await open({}, emulator.keyFor(), narrow);
    await client.listUsers({ pageToken: undefined, signal });
    emulator.settings.latency = 1500;
    const other = client.listUsers({ pageToken: undefined, signal });
    const controller = new AbortController();
    const waiting = refusal(client.listUsers({ pageToken: undefined, signal: controller.signal }));
    let done = false;
    other.then(() => {
      done = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    controller.abort();
    expect((await waiting).code).toBe('google.cancelled');
    expect(done).toBe(false);
    expect((await other).items.length).toBeGreaterThan(0);
  });

  it('B50: concerns nobody else', async () => {
    const client = await open();
    emulator.settings.latency = 200;
    const controller = new AbortController();
    const cancelled = refusal(client.listUsers({ pageToken: undefined, signal: controller.signal }));
    const other = client.listUsers({ pageToken: undefined, signal });
    controller.abort();
    expect((await cancelled).code).toBe('google.cancelled');
    expect((await other).items.length).toBeGreaterThan(0);
  });
});

describe('quotas', () => {
  it.each(['403-quota', '403-plain-text', '429-retry-after'] as const)('B45: %s: the walk completes', async (fault) => {
    const client = await open();
    // More than a request of an earlier test that comes late could use up.
    emulator.fault(fault, { times: fault === '429-retry-after' ? 2 : 4 });
    expect(await allUsers(client)).toHaveLength(USERS + 1);
    expect(client.usage().retries).toBeGreaterThan(0);
  });

  it('B45: the rate that Google sees is never above the one that is set', async () => {
    const client = await open({ settings: { requestsPerMinute: 1200 } });
    emulator.settings.quotaPerMinute = 1200;
    await client.listUsers({ pageToken: undefined, signal });
    emulator.clearRequests();
    await Promise.all(Array.from({ length: 40 }, () => client.listUsers({ pageToken: undefined, signal })));
    // 50 ms from one to the next; what left late may arrive with its successor.
    expect(emulator.peakRate(500)).toBeLessThanOrEqual(12);
    expect(client.usage()).toMatchObject({ retries: 0, requests: 42 });
    expect(client.usage().waitedMilliseconds).toBeGreaterThan(0);
  });

  it('B45: whoever reads the same connection in this process shares its rate', async () => {
    const connection = await stage.connect(
      { key: JSON.stringify(emulator.keyFor()) },
      { name: 'shared', subject: emulator.adminEmail, settings: { requestsPerMinute: 1200 } },
    );
    const clients = [await stage.open(connection), await stage.open(connection)];
    await Promise.all(clients.map((client) => client.listUsers({ pageToken: undefined, signal })));
    emulator.clearRequests();
    await Promise.all(
      clients.flatMap((client) => Array.from({ length: 10 }, () => client.listUsers({ pageToken: undefined, signal }))),
    );
    expect(emulator.peakRate(500)).toBeLessThanOrEqual(12);
  });
});

describe('what goes wrong on the way', () => {
  it('B46: 400-transient once is tried again', async () => {
    const client = await open();
    emulator.fault('400-transient', { times: 1 });
    const [group] = (await client.listGroups({ pageToken: undefined, signal })).items;
    expect(await client.getGroup(group?.id ?? '', signal)).toMatchObject({ id: group?.id });
  });

  it.each(['502-html', 'truncated-json', 'reset-connection', '401-revoked-midway'] as const)('%s', async (fault) => {
    const client = await open();
    emulator.fault(fault, { times: 1 });
    expect(await allUsers(client)).toHaveLength(USERS + 1);
  });

  it('missing-suspended-flag: nobody is taken for active', async () => {
    const client = await open();
    emulator.fault('missing-suspended-flag');
    const error = await refusal(allUsers(client));
    expect([error.code, googleErrorClass(error)]).toEqual(['google.incomplete-answer', 'transient']);
  });
});

describe('B54: an admin role of its own', () => {
  it('reads without delegation and without a subject, by the customer ID', async () => {
    const own = { subject: null, customer: emulator.customerId };
    const client = await open(own, emulator.keyFor({ adminRole: ['users', 'groups'] }));
    expect(await allUsers(client)).toHaveLength(USERS + 1);
    const error = await refusal(client.listOrgUnits(signal));
    expect([error.code, error.message]).toEqual(['google.not-authorized', expect.stringContaining('admin role')]);
  });

  it('dasa-403-unknown: 403 on one user is never read as deleted', async () => {
    const own = { subject: null, customer: emulator.customerId };
    const client = await open(own, emulator.keyFor({ adminRole: true }));
    emulator.fault('dasa-403-unknown');
    const error = await refusal(client.getUser('nobody@example.com', signal));
    expect([error.code, googleErrorClass(error)]).toEqual(['google.object-forbidden', 'object']);
  });

  it('a subject who is suspended stops everything', async () => {
    const { id, primaryEmail } = emulator.users.add({
      primaryEmail: `second${made}@${emulator.directory.primaryDomain}`,
    });
    emulator.directory.requireUser(id).isAdmin = true;
    const client = await open({ subject: primaryEmail });
    await client.listUsers({ pageToken: undefined, signal });
    emulator.users.suspend(id);
    const error = await refusal(client.listUsers({ pageToken: undefined, signal }));
    emulator.users.delete(id);
    expect([error.code, googleErrorClass(error)]).toEqual(['google.subject-unusable', 'configuration']);
    expect(error.message).toContain(primaryEmail);
  });
});

describe('B53: a keyless credential', () => {
  let google: ScriptedGoogle;
  let folder: string;
  let keyless: GoogleStage;

  beforeEach(async () => {
    google = await startScriptedGoogle();
    folder = await mkdtemp(join(tmpdir(), 'rollcall-keyless-'));
    await writeFile(join(folder, 'proof'), 'proof-of-place');
    const write = (name: string, different: object = {}) =>
      writeFile(
        join(folder, name),
        JSON.stringify({
          type: 'external_account',
          audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/here',
          subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
          token_url: 'https://sts.googleapis.com/v1/token',
          credential_source: { file: join(folder, 'proof') },
          service_account_impersonation_url: `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${SERVICE_ACCOUNT}:generateAccessToken`,
          ...different,
        }),
      );
    await write('good.json');
    await write('other.json', { type: 'authorized_user' });
    keyless = createGoogleStage(server, google, {
      retries: 1,
      keyless: { here: join(folder, 'good.json'), other: join(folder, 'other.json'), gone: join(folder, 'gone.json') },
    });
  });
  afterEach(async () => {
    await google.close();
    await rm(folder, { recursive: true });
  });

  const connect = async (wanted: Parameters<GoogleStage['connect']>[1] = {}) => {
    made += 1;
    return keyless.connect({ keyless: 'here' }, { name: `keyless ${made}`, ...wanted });
  };

  it('gets its tokens from STS and a signature of IAM, without any key', async () => {
    const connection = await connect();
    expect(connection).toMatchObject({ keyless: 'here', serviceAccount: SERVICE_ACCOUNT, keyId: null });
    const client = await keyless.open(connection);
    google.otherwise({ status: 200, body: { users: [] } });
    await client.listUsers({ pageToken: undefined, signal });
    expect(google.claims).toEqual([
      {
        iss: SERVICE_ACCOUNT,
        sub: 'admin@example.com',
        scope: expect.stringContaining('admin.directory.user.readonly'),
        aud: `${google.url}/token`,
        iat: expect.any(Number),
        exp: expect.any(Number),
      },
    ]);
  });

  it('can act for itself as well', async () => {
    const client = await keyless.open(await connect({ subject: null, customer: 'C01abc234' }));
    google.otherwise({ status: 200, body: { users: [] } });
    await client.listUsers({ pageToken: undefined, signal });
    expect(google.claims[0]).not.toHaveProperty('sub');
    expect(google.asked[0]?.query.get('customer')).toBe('C01abc234');
  });

  it.each<[string, string, string]>([
    ['nowhere', 'google.keyless-unknown', 'here, other, gone'],
    ['other', 'google.keyless-unreadable', 'its type is missing or not what it must be'],
    ['gone', 'google.keyless-unreadable', 'ENOENT'],
  ])('%s is refused', async (name, code, words) => {
    const error = await refusal(keyless.connect({ keyless: name }));
    expect([error.code, googleErrorClass(error)]).toEqual([code, 'configuration']);
    expect(error.message).toContain(words);
  });

  it('says what to mend where STS or IAM refuses', async () => {
    const client = await keyless.open(await connect());
    google.nextSts({ status: 400, body: { error: 'invalid_target', error_description: 'The target is not valid.' } });
    const refused = await refusal(client.listUsers({ pageToken: undefined, signal }));
    expect([refused.code, refused.message]).toEqual(['google.keyless-refused', expect.stringContaining('target')]);
    google.nextSigning({ status: 403, body: { error: { message: 'Permission iam.serviceAccounts.signJwt denied' } } });
    const unsigned = await refusal(client.listUsers({ pageToken: undefined, signal }));
    expect([unsigned.code, unsigned.message]).toEqual([
      'google.signing-refused',
      expect.stringContaining('Service Account Token Creator'),
    ]);
    google.nextSts({ status: 503, body: 'x' }, { status: 503, body: 'x' });
    google.nextSigning({ status: 503, body: 'x' }, { status: 503, body: 'x' });
    const away = await refusal(client.listUsers({ pageToken: undefined, signal }));
    expect(googleErrorClass(away)).toBe('transient');
    for (const error of [refused, unsigned, away]) {
      expect(JSON.stringify([error, error.message, error.stack])).not.toMatch(/federated|proof-of-place/);
      expect(error.cause).toBeUndefined();
    }
  });
});
