import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { readGoogleConnection, readStandings, requestDueRuns, watchStaleness } from '../../src/google/index.js';
import type { FaultOptions } from '../support/google-emulator/faults/fault.js';
import { createGoogleJobs, type GoogleJobs } from '../support/google-jobs.js';
import { type GoogleSync, startGoogleSync } from '../support/google-sync.js';

let world: GoogleSync;
let jobs: GoogleJobs;
beforeEach(async () => {
  world = await startGoogleSync({ emulator: { seed: { users: 12, groups: 2, memberships: 10 } } });
  jobs = createGoogleJobs(world);
  expect(await world.sync()).toMatchObject({ state: 'completed' });
});
afterEach(async () => {
  await jobs.close();
  await world.close();
});

const database = () => world.server.database;
const settings = () => world.services.config.google;
const entries = async (action: string) =>
  database().write<{ outcome: string }>(sql`SELECT outcome FROM log_entries WHERE action = ${action}`);
const state = async () => (await readGoogleConnection(database(), world.server.siteId, world.connection.name)).state;
const pass = (minutes: number) =>
  database().write(sql`
    UPDATE google_runs SET requested_at = requested_at - make_interval(mins => ${minutes}),
      started_at = started_at - make_interval(mins => ${minutes}),
      walk_started_at = walk_started_at - make_interval(mins => ${minutes})`);
const standing = async () => {
  const [found] = await readStandings(database(), settings(), { siteId: world.server.siteId });
  if (found === undefined) throw new Error('The connection is there');
  return found;
};
/** Minutes from the start of the last run to the next one. */
const interval = async () => {
  const { nextRunAt, last } = await standing();
  const [row] = await database().write<{ startedAt: Date }>(sql`
    SELECT started_at AS "startedAt" FROM google_runs WHERE id = ${last?.id ?? null}`);
  return ((nextRunAt?.getTime() ?? Number.NaN) - (row?.startedAt.getTime() ?? Number.NaN)) / 60_000;
};

describe('an error that somebody has to mend', () => {
  it.each([
    ['a switched-off API', () => world.emulator.fault('403-quota', { times: 'always', reason: 'accessNotConfigured' })],
    ['tokens that are taken back', () => world.emulator.fault('401-revoked-midway', { times: 'always', after: 0 })],
    ['a suspended administrator', () => world.emulator.users.suspend(world.emulator.adminEmail)],
  ])('B55: %s stops the schedule at once, with one entry in the log', async (_name, breaks) => {
    breaks();
    await jobs.startProcess();
    expect(await jobs.until(await jobs.ask('sync'))).toMatchObject({ state: 'failed' });
    while ((await state()) === 'active') await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await state()).toBe('needs-attention');
    expect(await entries('google.needs-attention')).toEqual([{ outcome: 'success' }]);
    await pass(600);
    expect(await requestDueRuns(database(), settings())).toBe(0);
    expect(await watchStaleness(world.services)).toEqual([]);
    expect((await world.users()).size).toBe(13);
  });
});

describe('an error that passes', () => {
  const faults: [string, () => unknown][] = [
    ['a server that is out of order', () => fault('502-html')],
    ['cut-off answers', () => fault('truncated-json')],
    ['lost connections', () => fault('reset-connection')],
    ['a quota that is used up', () => fault('403-quota', { reason: 'rateLimitExceeded' })],
    ['an empty answer', () => fault('empty-users-200')],
  ];
  const fault = (name: Parameters<typeof world.emulator.fault>[0], options: FaultOptions = {}) =>
    world.emulator.fault(name, { times: 'always', ...options });

  it.each(faults)(
    'B55: %s is told once after three runs in a row, and asked less often then',
    async (_name, breaks) => {
      breaks();
      for (let failed = 1; failed <= 4; failed++) {
        expect(await world.sync()).toMatchObject({ state: 'failed' });
        await watchStaleness(world.services);
        expect(await entries('google.stale')).toHaveLength(failed < 3 ? 0 : 1);
        expect(await interval()).toBeCloseTo([60, 60, 120, 240][failed - 1] ?? 0, 1);
      }
      expect(await state()).toBe('active');
      expect((await standing()).staleSince).not.toBeNull();
      world.emulator.clearFaults();
      expect(await world.sync()).toMatchObject({ state: 'completed' });
      await watchStaleness(world.services);
      expect(await entries('google.fresh')).toHaveLength(1);
      expect(await interval()).toBeCloseTo(60, 1);
    },
  );

  it('B55: data that is too old is told although hardly a run failed', async () => {
    await pass(23 * 60);
    expect(await watchStaleness(world.services)).toEqual([]);
    await pass(2 * 60);
    expect(await watchStaleness(world.services)).toMatchObject([{ isStale: true, failures: 0 }]);
    expect(await watchStaleness(world.services)).toEqual([]);
  });

  it('the jobs tell it as well, after the run that makes it so', async () => {
    await jobs.startProcess();
    fault('empty-users-200');
    for (let failed = 1; failed <= 3; failed++) await jobs.until(await jobs.ask('sync'));
    while ((await entries('google.stale')).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  });
});

it('B55: an error about one object is a warning of that run', async () => {
  world.emulator.fault('400-transient', { times: 2, method: 'members.list' });
  const [group] = world.emulator.directory.groups.items;
  world.emulator.fault('400-transient', { times: 'always', method: 'members.list', key: group?.id ?? '' });
  expect(await world.sync()).toMatchObject({ state: 'completed', warnings: 1 });
  await watchStaleness(world.services);
  expect([await state(), await entries('google.stale')]).toEqual(['active', []]);
});

it('B50: a cancelled run lets go of what it asked, asks nothing more, and leaves the directory as it was', async () => {
  await jobs.startProcess();
  world.emulator.users.add({ primaryEmail: 'new@example.com' });
  const before = await world.users();
  world.emulator.clearRequests();
  world.emulator.fault('slow-page', { times: 'always', milliseconds: 60_000, method: 'members.list' });
  const run = await jobs.ask('sync');
  while (world.emulator.peakRate() < 3) await new Promise((resolve) => setTimeout(resolve, 20));
  await jobs.cancel(run);
  // Google would answer in a minute.
  expect(await jobs.until(run)).toMatchObject({ state: 'cancelled', error: null });
  const asked = world.emulator.peakRate();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  expect(world.emulator.peakRate()).toBe(asked);
  expect(await world.users()).toEqual(before);
  world.emulator.clearFaults();
  expect(await world.sync()).toMatchObject({ state: 'completed' });
  expect((await world.users()).size).toBe(before.size + 1);
});
