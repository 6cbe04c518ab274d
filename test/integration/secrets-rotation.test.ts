import { randomBytes } from 'node:crypto';
import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openServices } from '../../src/app.js';
import { sql } from '../../src/database/index.js';
import { newObjectId } from '../../src/directory/index.js';
import { createSecrets } from '../../src/secrets/index.js';
import { type Cli, createCli, urlOf } from '../support/cli.js';
import { createWorld, type World } from '../support/directory-world.js';

let world: World;
let cli: Cli;
let dataDir: string;
let environment: NodeJS.ProcessEnv;

beforeEach(async () => {
  world = await createWorld();
  dataDir = await mkdtemp(join(tmpdir(), 'rollcall-rotation-'));
  environment = process.env;
  process.env = { ...environment, DATABASE_URL: await urlOf(world.database), DATA_DIR: dataDir };
  const real = createCli({
    openServices: (config) => openServices(config, { migrate: false, quiet: true }),
    async serve() {
      throw new Error('a test starts no server');
    },
  });
  const inSite = (argv: readonly string[]) => [...argv, '--site', 'test'];
  cli = { run: (...argv) => real.run(...inSite(argv)), json: (...argv) => real.json(...inSite(argv)) };
});
afterEach(async () => {
  process.env = environment;
  await world.close();
  await rm(dataDir, { recursive: true });
});

const keyIn = async (file: string) => Buffer.from(await readFile(join(dataDir, file), 'utf8'), 'base64');

/** Stores one secret of every kind, as a server with that key would. */
async function store(key: Buffer) {
  const secrets = createSecrets(key);
  const {
    database,
    actor: { siteId },
  } = world;
  const [webhookId, googleId, tokenId] = [newObjectId(), newObjectId(), newObjectId()];
  const plain = {
    webhook: randomBytes(32),
    previous: randomBytes(32),
    google: Buffer.from('{"key":1}'),
    answer: Buffer.from('{}'),
  };
  const name = `work ${googleId}`;
  await database.write(sql`
    INSERT INTO webhooks (site_id, id, application_id, application_key, url, secret, previous_secret)
    VALUES (${siteId}, ${webhookId}, ${newObjectId()}, 'wiki', 'https://wiki.example.com',
      ${secrets.seal('webhook', plain.webhook, webhookId)}, ${secrets.seal('webhook', plain.previous, webhookId)})`);
  await database.write(sql`
    INSERT INTO connections (site_id, id, key, name, type, profile)
    VALUES (${siteId}, ${googleId}, ${googleId.slice(0, 23)}, ${name}, 'google', 'generic')`);
  await database.write(sql`
    INSERT INTO google_connections (site_id, id, customer, subject, credential, service_account, settings, interval_minutes)
    VALUES (${siteId}, ${googleId}, 'my_customer', 'a@example.com', ${secrets.seal('google', plain.google, googleId)},
      'sync@example.com', '{}', 60)`);
  await database.write(sql`
    INSERT INTO api_tokens (site_id, id, key, name, secret_hash, scopes, expires_at)
    VALUES (${siteId}, ${tokenId}, ${tokenId.slice(-10)}, ${tokenId}, '\\x00', ARRAY['users:read'], now())`);
  await database.write(sql`
    INSERT INTO api_requests (site_id, token_id, key, attempt, request_hash, answer)
    VALUES (${siteId}, ${tokenId}, 'k', ${newObjectId()}, '\\x00',
      ${secrets.seal('api-answer', plain.answer, `${siteId} ${tokenId} k`)})`);
  return {
    ids: { webhookId, googleId, tokenId },
    /** Whether that key opens all of it. */
    async isOpenedBy(other: Buffer): Promise<boolean> {
      const opening = createSecrets(other);
      const [row] = await database.write<{ secret: Buffer; previous: Buffer; credential: Buffer; answer: Buffer }>(sql`
        SELECT w.secret, w.previous_secret AS previous, g.credential, r.answer FROM webhooks w, google_connections g, api_requests r
        WHERE w.id = ${webhookId} AND g.id = ${googleId} AND r.token_id = ${tokenId}`);
      if (row === undefined) throw new Error('nothing is stored');
      try {
        expect(opening.open('webhook', row.secret, webhookId)).toEqual(plain.webhook);
        expect(opening.open('webhook', row.previous, webhookId)).toEqual(plain.previous);
        expect(opening.open('google', row.credential, googleId)).toEqual(plain.google);
        expect(opening.open('api-answer', row.answer, `${siteId} ${tokenId} k`)).toEqual(plain.answer);
        return true;
      } catch (error) {
        expect(error).toMatchObject({ code: 'secrets.cannot-open' });
        return false;
      }
    },
  };
}

describe('a new key in DATA_DIR', () => {
  it('takes the place of the former one, also for what a server stores that does not know it yet', async () => {
    await cli.json('secrets', 'status');
    const former = await keyIn('secret.key');
    const stored = [await store(former), await store(former)];
    expect(await cli.json('secrets', 'rotate')).toEqual({ newKey: true, resealed: 8 });
    const current = await keyIn('secret.key');
    expect(current).not.toEqual(former);
    for (const each of stored) {
      expect([await each.isOpenedBy(current), await each.isOpenedBy(former)]).toEqual([true, false]);
    }
    // A server that was started before goes on with the former key until it is started again.
    const late = await store(former);
    expect(await cli.json('secrets', 'status')).toEqual({ current: 8, former: 4, unreadable: [] });
    expect(await cli.json('secrets', 'finish')).toEqual({ resealed: 4 });
    expect(await late.isOpenedBy(current)).toBe(true);
    expect(await readdir(dataDir)).toEqual(['secret.key']);
    expect((await cli.run('secrets', 'status')).out).toContain('Key in use   12 secrets');
  });

  it('is made once: who runs it again goes on from where it was', async () => {
    await cli.json('secrets', 'status');
    const former = await keyIn('secret.key');
    const stored = await store(former);
    // It was interrupted before the second key was made …
    await copyFile(join(dataDir, 'secret.key'), join(dataDir, 'secret.key.former'));
    expect(await cli.json('secrets', 'rotate')).toEqual({ newKey: true, resealed: 4 });
    const current = await keyIn('secret.key');
    // … or before everything was sealed with it, and nobody makes a third one then.
    const late = await store(former);
    expect(await cli.json('secrets', 'rotate')).toEqual({ newKey: false, resealed: 4 });
    expect(await keyIn('secret.key')).toEqual(current);
    expect([await stored.isOpenedBy(current), await late.isOpenedBy(current)]).toEqual([true, true]);
  });

  it('is refused where something is sealed with a key that nobody has, and names it', async () => {
    await cli.json('secrets', 'status');
    const former = await keyIn('secret.key');
    const good = await store(former);
    const lost = await store(randomBytes(32));
    const { code, error } = await cli.run('secrets', 'rotate');
    expect([code, error]).toEqual([1, expect.stringMatching(/^secrets\.cannot-rotate: /)]);
    expect(error).toContain(`webhooks ${lost.ids.webhookId} (rollcall webhook rotate-secret)`);
    expect(error).toContain(`google_connections ${lost.ids.googleId} (rollcall google replace-key)`);
    // Answers are kept for hours only: nobody has to mend those.
    expect(error).not.toContain('api_requests');
    expect(await readdir(dataDir)).toEqual(['secret.key']);
    expect(await keyIn('secret.key')).toEqual(former);
    expect(await good.isOpenedBy(former)).toBe(true);
    expect((await cli.run('secrets', 'status')).code).toBe(1);
  });

  it('is not finished while something is sealed with a key that nobody has', async () => {
    await cli.json('secrets', 'status');
    const stored = await store(await keyIn('secret.key'));
    await cli.json('secrets', 'rotate');
    const late = await store(await keyIn('secret.key.former'));
    const lost = await store(randomBytes(32));
    const { code, error } = await cli.run('secrets', 'finish');
    expect([code, error]).toEqual([1, expect.stringContaining(lost.ids.webhookId)]);
    const former = await keyIn('secret.key.former');
    expect([await stored.isOpenedBy(await keyIn('secret.key')), await late.isOpenedBy(former)]).toEqual([true, true]);
  });

  it('seals each of very many anew, and each once', async () => {
    await cli.json('secrets', 'status');
    const former = await keyIn('secret.key');
    const { ids } = await store(former);
    const { siteId } = world.actor;
    const keys = Array.from({ length: 1201 }, (_, index) => `k${index}`);
    const secrets = createSecrets(former);
    const sealed = keys.map((key) => secrets.seal('api-answer', Buffer.from(key), `${siteId} ${ids.tokenId} ${key}`));
    await world.database.write(sql`
      INSERT INTO api_requests (site_id, token_id, key, attempt, request_hash, answer)
      SELECT ${siteId}, ${ids.tokenId}, n.key, uuidv7(), '\\x00', n.answer
      FROM unnest(${keys}::text[], ${sealed}::bytea[]) n (key, answer)`);
    expect(await cli.json('secrets', 'rotate')).toEqual({ newKey: true, resealed: 1205 });
    expect(await cli.json('secrets', 'status')).toEqual({ current: 1205, former: 0, unreadable: [] });
  });

  it('is in the log, without any secret', async () => {
    await cli.json('secrets', 'status');
    await store(await keyIn('secret.key'));
    await cli.json('secrets', 'rotate');
    const log = await world.database.write<{ text: string }>(sql`
      SELECT to_jsonb(l)::text AS text FROM log_entries l WHERE action = 'secrets.rotate'`);
    expect(log).toHaveLength(1);
    expect(log[0]?.text).not.toContain((await keyIn('secret.key')).toString('base64').slice(0, 20));
  });
});

describe('a new key in SECRET_KEY', () => {
  it('needs the former one beside it, and seals everything anew', async () => {
    const [former, current] = [randomBytes(32), randomBytes(32)];
    process.env.SECRET_KEY = current.toString('base64');
    const stored = await store(former);
    const refused = await cli.run('secrets', 'rotate');
    expect([refused.code, refused.error]).toEqual([1, expect.stringContaining('SECRET_KEY_FORMER for every server')]);
    process.env.SECRET_KEY_FORMER = former.toString('base64');
    expect(await cli.json('secrets', 'status')).toEqual({ current: 0, former: 4, unreadable: [] });
    expect(await cli.json('secrets', 'rotate')).toEqual({ newKey: false, resealed: 4 });
    expect(await cli.json('secrets', 'finish')).toEqual({ resealed: 0 });
    expect(await stored.isOpenedBy(current)).toBe(true);
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('is opened by either key meanwhile', async () => {
    const [former, current] = [randomBytes(32), randomBytes(32)];
    const sealed = createSecrets(former).seal('webhook', Buffer.from('x'), 'here');
    const both = createSecrets(current, former);
    expect(both.open('webhook', sealed, 'here').toString()).toBe('x');
    expect(both.open('webhook', both.seal('webhook', Buffer.from('y'), 'here'), 'here').toString()).toBe('y');
    expect(both.key('cursor')).toEqual(createSecrets(current).key('cursor'));
  });

  it('must be there where the former one is', async () => {
    process.env.SECRET_KEY_FORMER = randomBytes(32).toString('base64');
    const { code, error } = await cli.run('secrets', 'status');
    expect([code, error]).toEqual([1, expect.stringContaining('SECRET_KEY_FORMER')]);
  });
});
