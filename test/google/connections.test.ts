import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rotateToken } from '../../src/connections/index.js';
import { sql } from '../../src/database/index.js';
import type { Command } from '../../src/directory/index.js';
import { RollcallError } from '../../src/errors/index.js';
import {
  listGoogleConnections,
  markNeedsAttention,
  type NewGoogleConnection,
  readCredential,
  readGoogleConnection,
  replaceGoogleCredential,
  setGoogleState,
  updateGoogleConnection,
} from '../../src/google/index.js';
import { createGoogleStage, type GoogleStage } from '../support/google-stage.js';
import { type ScimServer, startScimServer } from '../support/scim-server.js';
import { type ScriptedGoogle, SERVICE_ACCOUNT, startScriptedGoogle } from '../support/scripted-google.js';

let server: ScimServer;
let google: ScriptedGoogle;
let stage: GoogleStage;

beforeAll(async () => {
  server = await startScimServer();
  google = await startScriptedGoogle();
  stage = createGoogleStage(server, google);
});
afterAll(async () => {
  await google.close();
  await server.close();
});

let made = 0;
const connect = (wanted: Partial<NewGoogleConnection> = {}) => {
  made += 1;
  return stage.connect({ key: google.key }, { name: `workspace ${made}`, ...wanted });
};

const run = <Result>(command: Command<Result>) =>
  server.change.run(server.actor(), { action: command.action, objectType: command.objectType }, () => command);

const read = (name: string) => readGoogleConnection(server.database, server.siteId, name);

async function refusal(work: () => Promise<unknown>): Promise<RollcallError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof RollcallError) return error;
    throw error;
  }
  throw new Error('it came through');
}

describe('a connection', () => {
  it('reads the whole customer, every hour, with limits, unless it is told otherwise', async () => {
    const connection = await connect();
    expect(await read(connection.name)).toEqual({ ...connection, updatedAt: expect.any(Date) });
    expect(connection).toMatchObject({
      customer: 'my_customer',
      domain: null,
      subject: 'admin@example.com',
      serviceAccount: SERVICE_ACCOUNT,
      keyId: 'key-1',
      keyless: null,
      intervalMinutes: 60,
      state: 'active',
      reason: null,
      settings: {
        selection: { mode: 'all' },
        link: 'link',
        graceHours: 24,
        confirmationRuns: 2,
        deleteAfterDays: null,
        limits: { users: { percent: 20, count: 500, minimumBase: 20 } },
      },
    });
  });

  it('has no token, and gets none: nobody connects to it', async () => {
    const { name } = await connect();
    const error = await refusal(() =>
      run(rotateToken(server.actor(), name, { scope: 'write', expiresAt: new Date(), userId: undefined })),
    );
    expect(error.code).toBe('connection.is-google');
  });

  it('has a name of its own', async () => {
    const { name } = await connect();
    expect((await refusal(() => connect({ name }))).code).toBe('connection.name-taken');
  });

  it('B52: reads a customer or a domain; both together are refused, one takes the place of the other', async () => {
    const both = await refusal(() => connect({ customer: 'C01abc234', domain: 'example.com' }));
    expect([both.code, both.message]).toEqual([
      'google.customer-and-domain',
      expect.stringContaining('with both Google hides other domains'),
    ]);
    const { name } = await connect({ domain: 'Example.COM' });
    expect(await read(name)).toMatchObject({ customer: null, domain: 'example.com' });
    await run(updateGoogleConnection(server.actor(), stage.settings, name, { customer: 'C01abc234' }));
    expect(await read(name)).toMatchObject({ customer: 'C01abc234', domain: null });
  });

  it('B54: needs the customer ID where the service account acts for itself', async () => {
    for (const customer of [undefined, 'my_customer']) {
      expect((await refusal(() => connect({ subject: null, customer }))).code).toBe('google.customer-needed');
    }
    expect(await connect({ subject: null, customer: 'C01abc234' })).toMatchObject({ subject: null });
  });

  it.each<[string, NewGoogleConnection['settings'], string]>([
    [
      'a unit that is no path',
      { selection: { mode: 'selected', orgUnits: [{ path: 'eng' }] } },
      'selection.orgUnits.0.path',
    ],
    [
      'a rule without a prefix',
      { selection: { mode: 'selected', groupRules: [{ field: 'name', prefix: ' ' }] } },
      'selection.groupRules.0.prefix',
    ],
    [
      'a group by its address',
      { selection: { mode: 'selected', groupIds: ['eng@example.com'] } },
      'selection.groupIds.0',
    ],
    ['a limit above 100 %', { limits: { users: { percent: 101 } } }, 'limits.users.percent'],
    ['a setting that is none', { graceDays: 3 } as NewGoogleConnection['settings'], 'graceDays'],
  ])('B43: refuses %s and names the setting', async (_, settings, setting) => {
    const error = await refusal(() => connect({ settings }));
    expect([error.code, error.details.setting]).toEqual(['google.setting-invalid', setting]);
    expect(error.message).toContain(setting);
  });

  it('B44: names the setting that bounds a list', async () => {
    const small = createGoogleStage(server, google, { selectionEntries: 2 });
    const groupIds = ['a', 'b', 'c'];
    const error = await refusal(() =>
      small.connect({ key: google.key }, { name: 'too many', settings: { selection: { mode: 'selected', groupIds } } }),
    );
    expect(error.message).toContain('GOOGLE_SELECTION_ENTRIES');
  });
});

it('a connection of an earlier version has the settings that came later, by their defaults', async () => {
  const { id, name } = await connect();
  await server.database.write(sql`
    UPDATE google_connections SET settings = '{"link": "manual", "gone": 1}' WHERE id = ${id}`);
  const { settings } = await read(name);
  expect(settings).toMatchObject({ link: 'manual', graceHours: 24, selection: { mode: 'all' } });
  expect(settings).not.toHaveProperty('gone');
});

describe('changes', () => {
  it('are of what is given, and in the log', async () => {
    const { name, id } = await connect({ settings: { graceHours: 5 } });
    const wanted = { intervalMinutes: 15, settings: { link: 'manual' as const } };
    await run(updateGoogleConnection(server.actor(), stage.settings, name, wanted));
    expect(await read(name)).toMatchObject({ intervalMinutes: 15, settings: { link: 'manual', graceHours: 5 } });
    const [entry] = await server.database.write<{ changed: unknown }>(sql`
      SELECT personal->'changes' AS changed FROM log_entries
      WHERE action = 'google.update' AND object_id = ${id}`);
    expect(entry?.changed).toEqual([
      { attribute: 'intervalMinutes', old: 60, new: 15 },
      { attribute: 'link', old: 'link', new: 'manual' },
    ]);
  });

  it('pause and resume it, and tell why it needs attention', async () => {
    const { name, id } = await connect();
    const reason = { code: 'google.api-disabled', text: 'Switch the Admin SDK API on.' };
    await run(markNeedsAttention(server.actor(), id, reason));
    expect(await read(name)).toMatchObject({ state: 'needs-attention', reason });
    await run(setGoogleState(server.actor(), name, 'paused'));
    expect(await read(name)).toMatchObject({ state: 'paused', reason: null });
    // Who paused it meant it.
    await run(markNeedsAttention(server.actor(), id, reason));
    expect(await read(name)).toMatchObject({ state: 'paused', reason: null });
    await run(setGoogleState(server.actor(), name, 'active'));
    expect(await read(name)).toMatchObject({ state: 'active', reason: null });
  });

  it('of the key let a connection go on that needed attention', async () => {
    const { name, id } = await connect();
    await run(markNeedsAttention(server.actor(), id, { code: 'google.key-revoked', text: 'x' }));
    const key = google.key.replace('key-1', 'key-2');
    await run(
      replaceGoogleCredential(server.actor(), server.secrets, name, await readCredential(stage.settings, { key })),
    );
    expect(await read(name)).toMatchObject({ state: 'active', keyId: 'key-2' });
    const client = await stage.open(await read(name));
    const { signal } = new AbortController();
    await client.listUsers({ pageToken: undefined, signal });
    expect(google.claims.at(-1)).toMatchObject({ iss: SERVICE_ACCOUNT });
  });

  it('of what is not there are refused', async () => {
    expect((await refusal(() => run(setGoogleState(server.actor(), 'nobody', 'paused')))).code).toBe(
      'google.connection-not-found',
    );
  });
});

describe('an uploaded key', () => {
  const changed = (different: Record<string, unknown>) => JSON.stringify({ ...JSON.parse(google.key), ...different });
  const pemOf = (modulusLength: number) =>
    generateKeyPairSync('rsa', {
      modulusLength,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    }).privateKey;
  const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  });

  it.each<[string, () => string, string]>([
    ['of another type', () => changed({ type: 'external_account' }), 'only service_account'],
    ['that is no JSON', () => 'secret that must not be quoted', 'is no JSON object'],
    ['without an address', () => changed({ client_email: undefined }), 'has no valid client_email'],
    ['without a key', () => changed({ private_key: 'secret that must not be quoted' }), 'no PEM of a key'],
    ['with a short RSA key', () => changed({ private_key: pemOf(1024) }), 'RSA key of 2048 to 8192 bits'],
    ['with a key that is not RSA', () => changed({ private_key: elliptic }), 'RSA key of 2048 to 8192 bits'],
    ['of a size without end', () => changed({ more: 'x'.repeat(20_000) }), 'GOOGLE_CREDENTIAL_BYTES'],
    ['with a token host of its own', () => changed({ token_uri: 'https://evil.test/token' }), 'GOOGLE_ALLOWED_HOSTS'],
    ['with a token host in plain text', () => changed({ token_uri: 'http://oauth2.googleapis.com/' }), 'must be https'],
  ])('%s is refused', async (_, key, message) => {
    const error = await refusal(() => readCredential(stage.settings, { key: key() }));
    expect(error.code).toMatch(/^google\.(?:key-invalid|token-host-refused)$/);
    expect(error.message).toContain(message);
    expect(JSON.stringify([error.message, error.details, String(error.cause)])).not.toContain('must not be quoted');
  });

  it('is not used once its token host is no longer allowed', async () => {
    const connection = await connect();
    const stricter = createGoogleStage(server, google, { allowedHosts: [] });
    expect((await refusal(() => stricter.open(connection))).code).toBe('google.token-host-refused');
  });

  it('B53: is neither stored readable, nor shown, nor in the log', async () => {
    const connection = await connect();
    const secret = JSON.parse(google.key).private_key.split('\n')[1];
    const tables = await server.database.write<{ table: string; text: string }>(sql`
      SELECT 'google_connections' AS table, to_jsonb(g)::text || encode(credential, 'escape') AS text FROM google_connections g
      UNION ALL SELECT 'log_entries', to_jsonb(l)::text FROM log_entries l`);
    expect(tables.length).toBeGreaterThan(2);
    for (const { text } of tables) expect(text).not.toContain(secret);
    expect(JSON.stringify(await listGoogleConnections(server.database, server.siteId))).not.toContain(secret);
    expect(JSON.stringify(connection)).not.toContain('PRIVATE');
  });

  it('belongs to its connection: put elsewhere it opens nothing', async () => {
    const [one, other] = [await connect(), await connect()];
    await server.database.write(sql`
      UPDATE google_connections SET credential = (SELECT credential FROM google_connections WHERE id = ${one.id})
      WHERE id = ${other.id}`);
    expect((await refusal(() => stage.open(other))).code).toBe('google.secret-key');
  });
});
