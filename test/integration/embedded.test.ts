import { chmod, mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type EmbeddedDatabase, openDatabase, sql, startEmbedded } from '../../src/database/index.js';
import { type EmbeddedUser, startEmbeddedUser } from '../support/embedded-user.js';
import { onServer, withDatabase } from '../support/server-url.ts';

describe('the embedded server', () => {
  let dataDir: string;
  const running: (EmbeddedDatabase | EmbeddedUser)[] = [];

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'rollcall-embedded-'));
    await chmod(dataDir, 0o755);
  });
  afterEach(async () => {
    for (const user of running.splice(0)) await user.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  const start = async (folder = dataDir): Promise<EmbeddedDatabase> => {
    const embedded = await startEmbedded({ dataDir: folder, log: () => undefined, durable: false });
    running.push(embedded);
    return embedded;
  };
  const startElsewhere = async (): Promise<EmbeddedUser> => {
    const user = await startEmbeddedUser(dataDir);
    running.push(user);
    return user;
  };
  const serverPid = async (): Promise<number> =>
    Number((await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8')).split('\n')[0]);
  const isDown = async (url: string): Promise<boolean> => {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    return client.connect().then(
      async () => {
        await client.end();
        return false;
      },
      () => true,
    );
  };

  it('is initialised with UTF-8 and C.UTF-8, keeps its password to us and what was written', async () => {
    const first = await start();
    expect(
      await onServer(first.url, "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'rollcall'"),
    ).toEqual([{ datlocprovider: 'b', datlocale: 'C.UTF-8' }]);
    await onServer(first.url, 'CREATE TABLE kept (n integer)');
    expect((await stat(join(dataDir, 'postgres.json'))).mode & 0o777).toBe(0o600);
    await first.stop();
    expect(await isDown(first.url)).toBe(true);

    const second = await start();
    expect(await onServer(second.url, 'SELECT n FROM kept')).toEqual([]);
  });

  it('is adopted by a second process; the last one stops it, whoever started it', async () => {
    const first = await startElsewhere();
    const pid = await serverPid();
    const second = await start();
    expect(second.url).toBe(first.url);
    await first.stop();
    expect(await isDown(second.url)).toBe(false);
    expect(await serverPid()).toBe(pid);
    await second.stop();
    expect(await isDown(second.url)).toBe(true);
  });

  it('is started once by processes that start at the same time', async () => {
    const [one, two, three] = await Promise.all([startElsewhere(), startElsewhere(), start()]);
    expect(new Set([one.url, two.url, three.url]).size).toBe(1);
  });

  it('outlives kill -9 of its only user and is adopted then', async () => {
    const killed = await startEmbeddedUser(dataDir);
    const pid = await serverPid();
    await killed.kill();
    expect(await isDown(killed.url)).toBe(false);
    const adopter = await start();
    expect(await serverPid()).toBe(pid);
    await adopter.stop();
    expect(await isDown(adopter.url)).toBe(true);
  });

  it('starts again after its own kill -9', async () => {
    const first = await start();
    process.kill(await serverPid(), 'SIGKILL');
    while (!(await isDown(first.url)));
    const second = await start();
    expect(await onServer(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('listens on 127.0.0.1 where the path of a socket would be too long', async () => {
    const embedded = await start(join(dataDir, 'x'.repeat(100)));
    expect(new URL(embedded.url).hostname).toBe('127.0.0.1');
    expect(await onServer(embedded.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('turns what runs and comes while it is away into `database.unavailable`, and serves again after', async () => {
    const embedded = await start();
    const database = await openDatabase({
      url: embedded.url,
      poolSize: 2,
      readPoolSize: 2,
      entities: [],
      migrations: [],
    });
    const away = { kind: 'unavailable', code: 'database.unavailable' };
    await database.isReady();
    const underWay = [
      database.read(sql`SELECT pg_sleep(20)`),
      database.transaction(async (transaction) => {
        await transaction.run(sql`SELECT 1`);
        await transaction.run(sql`SELECT pg_sleep(20)`);
      }),
      (async () => {
        for await (const _ of database.stream(sql`SELECT pg_sleep(0.001) FROM generate_series(1, 100000)`));
      })(),
    ].map((work) => expect(work).rejects.toMatchObject(away));
    await new Promise((resolve) => setTimeout(resolve, 300));
    await embedded.stop();
    await Promise.all(underWay);
    await expect(database.isReady()).rejects.toMatchObject(away);
    await expect(database.transaction((transaction) => transaction.run(sql`SELECT 1`))).rejects.toMatchObject(away);
    await expect(openDatabase({ url: embedded.url, poolSize: 1, readPoolSize: 1, entities: [] })).rejects.toMatchObject(
      away,
    );

    await start();
    await database.isReady();
    expect(await database.read(sql`SELECT 1 AS one`)).toEqual([{ one: 1 }]);
    await database.close();
  });

  it('refuses a database of another encoding', async () => {
    const { url } = await start();
    await onServer(
      url,
      "CREATE DATABASE ascii TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C'",
    );
    const opening = openDatabase({ url: withDatabase(url, 'ascii'), poolSize: 1, readPoolSize: 1, entities: [] });
    await expect(opening).rejects.toMatchObject({ kind: 'misconfigured', code: 'database.encoding' });
  });

  it('names the folder that its account cannot enter', async () => {
    if (process.getuid?.() !== 0) return;
    const closed = join(dataDir, 'closed');
    await mkdir(closed, { mode: 0o700 });
    const starting = startEmbedded({ dataDir: join(closed, 'data'), log: () => undefined });
    await expect(starting).rejects.toMatchObject({
      code: 'database.folder-out-of-reach',
      message: expect.stringContaining(closed),
    });
  });
});
