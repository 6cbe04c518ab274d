import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { PgBoss } from 'pg-boss';
import { Registry } from 'prom-client';
import { sql } from '../../src/database/index.js';
import { executeRun, readStandings, requestDueRuns, requestRun, setGoogleState } from '../../src/google/index.js';
import { urlOf } from '../support/cli.js';
import { createGoogleJobs, type GoogleJobs } from '../support/google-jobs.js';
import { type GoogleSync, startGoogleSync } from '../support/google-sync.js';

let world: GoogleSync;
let jobs: GoogleJobs;
beforeAll(async () => {
  world = await startGoogleSync({ emulator: { seed: { users: 40, groups: 5, memberships: 100 } } });
  jobs = createGoogleJobs(world);
});
afterAll(async () => {
  await jobs.close();
  await world.close();
});
beforeEach(() => {
  world.emulator.clearFaults();
  world.emulator.settings.latency = 0;
});

const database = () => world.server.database;
const settings = () => world.services.config.google;
const setState = async (state: 'active' | 'paused', name = world.connection.name) => {
  const actor = world.server.actor();
  await world.server.change.run(actor, { action: 'google.pause', objectType: 'Connection' }, () =>
    setGoogleState(actor, name, state),
  );
};
/** Lets so many minutes go by for a connection and all its runs. */
const pass = (minutes: number) =>
  database().transaction(async (transaction) => {
    const by = sql`make_interval(mins => ${minutes})`;
    await transaction.run(sql`
      UPDATE google_connections SET created_at = created_at - ${by}, state_since = state_since - ${by}`);
    await transaction.run(sql`
      UPDATE google_runs SET requested_at = requested_at - ${by}, started_at = started_at - ${by},
        walk_started_at = walk_started_at - ${by}, walk_finished_at = walk_finished_at - ${by},
        finished_at = finished_at - ${by}`);
  });
const standing = async () => {
  const { siteId } = world.server;
  const [found] = await readStandings(database(), settings(), { siteId, connectionId: world.connection.id });
  if (found === undefined) throw new Error('The connection is there');
  return found;
};
const openRuns = async () => {
  const [row] = await database().write<{ count: number }>(sql`
    SELECT count(*)::integer AS count FROM google_runs WHERE state IN ('queued', 'walking', 'planning', 'applying')`);
  return row?.count;
};

/** Lets the next walk hang. @returns when it does */
function hang(): () => Promise<void> {
  world.emulator.clearRequests();
  world.emulator.fault('slow-page', { times: 1, milliseconds: 60_000 });
  return async () => {
    while (world.emulator.peakRate() === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  };
}

it('B48: the next run is an interval after the start of the last one, and only then it is asked for, once', async () => {
  expect(await standing()).toMatchObject({ last: null, completeAt: null, failures: 0 });
  expect(await requestDueRuns(database(), settings())).toBe(0);
  await pass(61);
  expect(await requestDueRuns(database(), settings())).toBe(1);
  expect(await requestDueRuns(database(), settings())).toBe(0);
  expect(await openRuns()).toBe(1);

  await jobs.startProcess();
  const asked = await standing();
  const run = await jobs.until({ id: asked.last?.id ?? '' });
  expect(run).toMatchObject({ state: 'completed', startedBy: 'schedule' });
  expect(await standing()).toMatchObject({
    last: { id: run.id, state: 'completed', error: null },
    completeAt: run.walkStartedAt,
    nextRunAt: new Date((run.startedAt?.getTime() ?? 0) + 3_600_000),
    isStale: false,
  });
  await pass(59);
  expect(await requestDueRuns(database(), settings())).toBe(0);
  await pass(2);
  await setState('paused');
  expect(await standing()).toMatchObject({ nextRunAt: null });
  expect(await requestDueRuns(database(), settings())).toBe(0);
  await setState('active');
  expect(await requestDueRuns(database(), settings())).toBe(1);
  await jobs.until({ id: (await standing()).last?.id ?? '' });
});

it('the queue of the schedule asks for what is due, and the workers do it', async () => {
  await pass(61);
  const before = (await standing()).last?.id;
  const boss = new PgBoss({ connectionString: await urlOf(database()), schema: 'rollcall_jobs', schedule: false });
  await boss.start();
  try {
    await boss.send('google-schedule');
    for (let last = before; last === before; last = (await standing()).last?.id) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    await boss.stop();
  }
  expect(await jobs.until({ id: (await standing()).last?.id ?? '' })).toMatchObject({ state: 'completed' });
});

it('B51: a connection whose Google hangs holds up no other', async () => {
  const other = await world.connect({}, 'hangs');
  const hanging = hang();
  const hangs = await jobs.ask('sync', other);
  await hanging();
  const fine = await jobs.until(await jobs.ask('sync'));
  expect(fine.state).toBe('completed');
  expect(await jobs.read(hangs)).toMatchObject({ state: 'walking' });
  await jobs.cancel(hangs);
  expect(await jobs.until(hangs)).toMatchObject({ state: 'cancelled' });
  await setState('paused', 'hangs');
});

it('two processes: every run is done once, and one of them at a time', async () => {
  await jobs.startProcess();
  world.emulator.settings.latency = 20;
  const run = await jobs.ask('sync');
  const plan = await jobs.ask('plan');
  expect(await jobs.ask('plan')).toEqual(plan);
  await jobs.until(run, ({ state }) => state === 'walking');
  expect(await executeRun(world.services, run, new AbortController().signal)).toBeUndefined();
  expect(await executeRun(world.services, plan, new AbortController().signal)).toBeUndefined();
  const [first, second] = [await jobs.until(run), await jobs.until(plan)];
  expect([first.state, second.state]).toEqual(['completed', 'completed']);
  expect(second.startedAt?.getTime()).toBeGreaterThanOrEqual(first.finishedAt?.getTime() ?? Number.NaN);
});

it('a process that stops lets go of its run, and another goes on with it at once', async () => {
  await jobs.close();
  const stopping = await jobs.startProcess();
  const hanging = hang();
  const run = await jobs.ask('sync');
  await hanging();
  await stopping.stop();
  const [row] = await database().write<{ free: boolean }>(sql`
    SELECT alive_at = '-infinity' AS free FROM google_runs WHERE id = ${run.id}`);
  expect(row).toEqual({ free: true });
  await jobs.startProcess();
  expect(await jobs.until(run)).toMatchObject({ state: 'completed', error: null });
});

it('a run that was approved is applied although another one was asked for before', async () => {
  const { siteId } = world.server;
  const queued = await requestRun(database(), siteId, world.connection.id, 'sync', 'operator');
  await database().write(sql`
    INSERT INTO google_runs (site_id, connection_id, kind, started_by, state, alive_at, decided_at)
    VALUES (${siteId}, ${world.connection.id}, 'sync', 'operator', 'applying', '-infinity', now())`);
  const [applying] = await database().write<{ id: string }>(sql`
    SELECT id FROM google_runs WHERE state = 'applying' OR decided_at IS NOT NULL`);
  expect(await jobs.until({ id: applying?.id ?? '' })).toMatchObject({ state: 'completed' });
  expect(await jobs.until(queued)).toMatchObject({ state: 'completed' });
});

it('figures tell how old the data is, what was asked of Google, and how runs ended', async () => {
  await jobs.close();
  const registry = new Registry();
  await jobs.startProcess(registry);
  await jobs.until(await jobs.ask('sync'));
  const text = await registry.metrics();
  const figure = (name: string) =>
    Number(new RegExp(`^${name.replace(/[{}]/g, '\\$&')} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  const { id } = world.connection;
  expect(figure(`rollcall_google_staleness_seconds{connection="${id}"}`)).toBeLessThan(60);
  expect(figure(`rollcall_google_failures{connection="${id}"}`)).toBe(0);
  expect(figure('rollcall_google_runs_total{kind="sync",state="completed"}')).toBe(1);
  expect(figure('rollcall_google_requests_total{method="members.list",status="200"}')).toBe(5);
  expect(figure('rollcall_google_requests_total{method="token",status="200"}')).toBeGreaterThan(0);
  await pass(600);
  expect((await registry.metrics()).match(/^rollcall_google_staleness_seconds\{.*\} 36\d{3}$/m)).not.toBeNull();
});
