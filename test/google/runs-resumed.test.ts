import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { executeRun, type Run, readRun } from '../../src/google/index.js';
import { type GoogleSync, startGoogleSync } from '../support/google-sync.js';

let world: GoogleSync;
beforeEach(async () => {
  world = await startGoogleSync({ emulator: { seed: { users: 20, groups: 3, memberships: 20 } } });
  await world.sync();
});
afterEach(() => world.close());

/** The run as a process left it that died while it applied; another one goes on. */
async function takenUp(run: Run): Promise<Run> {
  const { database, siteId } = world.server;
  await database.write(sql`UPDATE google_runs SET state = 'applying', alive_at = '-infinity' WHERE id = ${run.id}`);
  await executeRun(world.services, run, new AbortController().signal);
  return readRun(database, siteId, run.id);
}

function absences() {
  return world.server.database.write<{ runs: number }>(sql`SELECT runs FROM google_absences ORDER BY runs`);
}

/** Somebody whom Google does not list at all any more. */
async function vanish(): Promise<void> {
  const user = world.emulator.directory.users.items.find(({ isAdmin }) => !isAdmin);
  world.emulator.users.delete(user?.id ?? '');
  world.emulator.clock.advance(21 * 86_400_000);
}

it('a walk counts what it did not find once, however often its run is taken up again', async () => {
  await vanish();
  const run = await world.sync();
  const counted = await absences();
  expect(counted.length).toBeGreaterThan(0);
  expect(await takenUp(run)).toMatchObject({ state: 'completed' });
  expect(await absences()).toEqual(counted);
});

it('a run whose walk was lost with the database ends, and nothing looks absent for it', async () => {
  await vanish();
  const run = await world.sync();
  const [before, counted] = [await world.marks(), await absences()];
  const { database } = world.server;
  await database.write(sql`UPDATE google_runs SET absences_counted_at = NULL WHERE id = ${run.id}`);
  for (const table of ['google_matches', 'google_staged_users', 'google_staged_groups', 'google_staged_members']) {
    await database.dataSource.query(`TRUNCATE ${table}`);
  }
  expect(await takenUp(run)).toMatchObject({ state: 'failed', error: { code: 'google.interrupted' } });
  expect(await absences()).toEqual(counted);
  expect(await world.marks()).toEqual(before);
  expect(await world.sync()).toMatchObject({ state: 'completed', error: null });
});
