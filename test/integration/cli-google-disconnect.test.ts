import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import type { DisconnectOutlook } from '../../src/google/index.js';
import type { Cli } from '../support/cli.js';
import { createGoogleCli, googleEnvironment } from '../support/google-cli.js';
import { createGoogleJobs } from '../support/google-jobs.js';
import { type GoogleSync, startGoogleSync } from '../support/google-sync.js';

const MODES = ['keep', 'suspend', 'remove'] as const;

let world: GoogleSync;
let cli: Cli;
let environment: NodeJS.ProcessEnv;
beforeEach(async () => {
  world = await startGoogleSync({ emulator: { seed: { users: 40, groups: 6, memberships: 100 } } });
  environment = process.env;
  process.env = { ...environment, ...(await googleEnvironment(world)) };
  cli = createGoogleCli(world);
  // Somebody else's user, who is linked, in a group of Google's.
  const [first] = world.emulator.directory.users.items;
  await world.server.request('POST', '/Users', {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: first?.primaryEmail,
  });
  await world.server.database.write(sql`
    INSERT INTO identities (site_id, connection_id, object_id, object_type, external_id)
    SELECT site_id, ${world.connection.id}, id, 'User', ${first?.id ?? ''} FROM users WHERE user_name = ${first?.primaryEmail ?? ''}`);
  expect(await world.sync()).toMatchObject({ state: 'completed' });
});
afterEach(async () => {
  process.env = environment;
  await world.close();
});

const disconnect = (...options: string[]) => cli.run('google', 'disconnect', ...options, world.connection.name);
const leftOver = async () => {
  const { database } = world.server;
  const { id } = world.connection;
  const tables = await database.write<{ name: string }>(sql`
    SELECT DISTINCT table_name AS name FROM information_schema.columns
    WHERE table_schema = 'public' AND column_name IN ('connection_id', 'owner_connection_id')
      AND table_name NOT LIKE 'log_%' AND table_name NOT LIKE 'exchanges%'`);
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await database.dataSource.query(`SELECT 1 FROM ${name} t WHERE t::text LIKE '%${id}%' LIMIT 1`);
    if (rows.length > 0 && name !== 'object_count_deltas') found.push(name);
  }
  return found;
};
const counts = async () =>
  (
    await world.server.database.write<Record<string, number>>(sql`
      SELECT (SELECT count(*)::integer FROM users WHERE deleted_at IS NULL) AS users,
        (SELECT count(*)::integer FROM users WHERE deleted_at IS NULL AND state = 'active') AS active,
        (SELECT count(*)::integer FROM groups WHERE deleted_at IS NULL) AS groups,
        (SELECT count(*)::integer FROM memberships) AS memberships,
        (SELECT sum(difference)::integer FROM object_count_deltas WHERE object_type = 'User'
          AND owner_connection_id = ${world.connection.id}) AS counted`)
  )[0];

it.each(MODES)(
  'B37: disconnect --%s shows counts first, asks for a confirmation, and does what it says',
  async (mode) => {
    const before = await counts();
    const asked = await disconnect(`--${mode}`);
    expect(asked.code).toBe(1);
    expect(asked.error).toMatch(
      /^google\.disconnect-unconfirmed: .* 40 users.*, 6 groups with \d+ members.*unlinks 1 of others/,
    );
    expect((await disconnect(`--${mode}`, '--confirm', 'another')).error).toContain('That is not what was confirmed.');
    expect(await counts()).toEqual(before);

    const confirmation = /--confirm (\S+?),/.exec(asked.error)?.[1] ?? '';
    const done = await disconnect(`--${mode}`, '--confirm', confirmation, '--json');
    const { disconnected } = JSON.parse(done.out) as { disconnected: DisconnectOutlook };
    expect(disconnected).toMatchObject({ mode, users: 40, groups: 6, linked: 1 });
    const after = await counts();
    const [users, groups] = mode === 'remove' ? [1, 0] : [41, 6];
    expect(after).toMatchObject({ users, groups, memberships: before?.memberships, counted: 0 });
    expect(after?.active).toBe(mode === 'keep' ? before?.active : 1);
    expect(await leftOver()).toEqual([]);
    expect(await cli.run('google', 'show', world.connection.name)).toMatchObject({ code: 1 });
    const log = await cli.json<{ entries: { action: string }[] }>('log', 'list', '--limit', '1000');
    const actions = log.entries.map(({ action }) => action).filter((action) => action.startsWith('google.disconnect'));
    // Two that were refused are not there: nothing was to be changed.
    expect(actions).toEqual(['google.disconnected', 'google.disconnect']);
  },
);

it('B37: what was removed can be restored, and is local then', async () => {
  expect((await disconnect('--remove', '--yes')).code).toBe(0);
  const [row] = await world.server.database.write<{ id: string }>(sql`
    SELECT id FROM users WHERE deleted_at IS NOT NULL ORDER BY id LIMIT 1`);
  expect((await cli.run('user', 'restore', row?.id ?? '')).code).toBe(0);
  expect((await counts())?.users).toBe(2);
  expect(await leftOver()).toEqual([]);
});

it('a run at work is stopped first, and a disconnection that was broken off is gone on with', async () => {
  const jobs = createGoogleJobs(world);
  await jobs.startProcess();
  world.emulator.clearRequests();
  world.emulator.fault('slow-page', { times: 1, milliseconds: 60_000 });
  const run = await jobs.ask('sync');
  while (world.emulator.peakRate() === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  // Half of it is done already, as if a process had died.
  await world.server.database.write(sql`
    UPDATE users SET owner_connection_id = NULL WHERE id IN (
      SELECT id FROM users WHERE owner_connection_id = ${world.connection.id} LIMIT 20)`);
  expect((await disconnect('--keep', '--yes')).code).toBe(0);
  await jobs.close();
  await expect(jobs.read(run)).rejects.toMatchObject({ code: 'google.run-not-found' });
  expect(await leftOver()).toEqual([]);
  expect((await counts())?.users).toBe(41);
});
