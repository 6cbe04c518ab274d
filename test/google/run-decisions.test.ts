import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { expireApprovals, isAtWork, listRuns, type Run, readRun, requestRun } from '../../src/google/index.js';
import { createGoogleJobs, type GoogleJobs } from '../support/google-jobs.js';
import { type GoogleSync, startGoogleSync } from '../support/google-sync.js';

let world: GoogleSync;
let jobs: GoogleJobs;
beforeEach(async () => {
  world = await startGoogleSync({ settings: { confirmationRuns: 1, graceHours: 0, limits: { users: { count: 1 } } } });
  jobs = createGoogleJobs(world);
});
afterEach(() => world.close());

const states = async (run: Run) => (await world.items(run)).map(({ state }) => state);

/** A run whose two deactivations wait. */
async function waiting(): Promise<Run> {
  for (const name of ['ada', 'bob']) world.emulator.users.add({ primaryEmail: `${name}@example.com` });
  await world.sync();
  for (const name of ['ada', 'bob']) world.emulator.users.suspend(`${name}@example.com`);
  const run = await world.sync();
  expect(run.state).toBe('awaiting-approval');
  return run;
}

it('what was rejected, expired or planned anew cannot be approved any more', async () => {
  const { database } = world.server;
  const rejected = await waiting();
  expect(await jobs.read(await jobs.reject(rejected))).toMatchObject({ state: 'rejected', decidedBy: 'cli' });
  expect(await states(rejected)).toEqual(['dropped', 'dropped']);

  const expired = await world.sync();
  await database.write(sql`UPDATE google_runs SET approval_expires_at = now() WHERE id = ${expired.id}`);
  await expect(world.approve(expired)).rejects.toMatchObject({ code: 'google.approval-expired' });
  await expireApprovals(database);
  expect(await readRun(database, world.server.siteId, expired.id)).toMatchObject({ state: 'expired' });

  const older = await world.sync();
  world.emulator.users.add({ primaryEmail: 'cid@example.com' });
  await world.sync();
  world.emulator.users.suspend('cid@example.com');
  const newer = await world.sync();
  expect(await readRun(database, world.server.siteId, older.id)).toMatchObject({ state: 'superseded' });
  for (const run of [rejected, expired, older]) {
    await expect(world.approve(run)).rejects.toMatchObject({ code: 'google.run-not-waiting' });
  }
  await expect(jobs.approve(newer, older.planHash ?? '')).rejects.toMatchObject({ code: 'google.other-plan' });
  expect(await states(newer)).toEqual(['held', 'held', 'held']);
});

it('a run that finds the same waits in the one that waits already, and that one can still be approved', async () => {
  const first = await waiting();
  const second = await world.sync();
  expect(second).toMatchObject({ state: 'completed', planHash: first.planHash, summary: { waitsIn: first.id } });
  expect(await states(second)).toEqual(['dropped', 'dropped']);
  expect(await world.approve(first)).toMatchObject({ state: 'completed' });
  expect(await states(first)).toEqual(['applied', 'applied']);
});

it('a run that nobody has begun is asked for once, and is cancelled at once', async () => {
  const { database, siteId } = world.server;
  const run = await requestRun(database, siteId, world.connection.id, 'sync', 'operator');
  expect((await requestRun(database, siteId, world.connection.id, 'sync', 'schedule')).id).toBe(run.id);
  expect(isAtWork(run.state)).toBe(false);
  await jobs.cancel(run);
  await expect(jobs.cancel(run)).rejects.toMatchObject({ code: 'google.run-over' });
  expect((await listRuns(database, siteId, world.connection.id, 10)).map(({ state }) => state)).toEqual(['cancelled']);
});
