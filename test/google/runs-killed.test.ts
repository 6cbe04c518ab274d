import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { isAtWork } from '../../src/google/index.js';
import { freePort } from '../support/free-port.ts';
import { googleEnvironment } from '../support/google-cli.js';
import { createGoogleJobs, type GoogleJobs } from '../support/google-jobs.js';
import { type GoogleSync, startGoogleSync } from '../support/google-sync.js';
import { createServerProcesses } from '../support/server-processes.ts';

let world: GoogleSync;
let jobs: GoogleJobs;
const processes = createServerProcesses();
beforeAll(async () => {
  world = await startGoogleSync({ emulator: { seed: { users: 300, groups: 20, memberships: 1500 } } });
  jobs = createGoogleJobs(world);
});
afterAll(async () => {
  processes.killAll();
  await jobs.close();
  await world.close();
});

/** A whole server process on the test's database and Google. */
async function serve(): Promise<ChildProcess> {
  return processes.serve({ ...(await googleEnvironment(world)), PORT: String(await freePort()), LOG_LEVEL: 'silent' });
}

/** Nobody can write a table until it is let go. */
async function hold(table: string): Promise<() => Promise<void>> {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let held: () => void = () => undefined;
  const isHeld = new Promise<void>((resolve) => {
    held = resolve;
  });
  const holding = world.server.database.transaction(async (transaction) => {
    await transaction.lock(`LOCK TABLE ${table} IN SHARE MODE`);
    held();
    await released;
  });
  await isHeld;
  return async () => {
    release();
    await holding;
  };
}

/** Holds a run up in a phase. */
const PHASES = {
  walking: async () => {
    world.emulator.fault('slow-page', { times: 1, milliseconds: 60_000, method: 'members.list' });
    return async () => world.emulator.clearFaults();
  },
  planning: () => hold('google_matches'),
  applying: () => hold('groups'),
} as const;

/** Users by name with the state that Google gives them. */
const truth = () =>
  [...world.emulator.directory.users.items]
    .map(
      ({ primaryEmail, suspended, archived }) => `${primaryEmail} ${suspended || archived ? 'deactivated' : 'active'}`,
    )
    .sort();
const found = async () =>
  [...(await world.users()).values()].map(({ userName, state }) => `${userName} ${state}`).sort();
it.each(Object.keys(PHASES) as (keyof typeof PHASES)[])(
  'B42: a server that is killed while it is %s leaves a directory that is right, and another one finishes',
  async (phase) => {
    // Something to do in every phase, whatever the tests before have left.
    world.emulator.users.add({ primaryEmail: `${phase}@example.com` });
    world.emulator.groups.add({ email: `${phase}-group@example.com`, name: `${phase} group` });
    world.emulator.members.addMany(`${phase}-group@example.com`, [
      ...[...world.emulator.directory.users.items].slice(0, 5).map(({ id }) => id),
    ]);
    const letGo = await PHASES[phase]();
    const run = await jobs.ask('sync');
    const child = await serve();
    await jobs.until(run, ({ state }) => state === phase);
    // Whatever it does in this phase it does now.
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await jobs.read(run)).state).toBe(phase);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await letGo();
    expect(isAtWork((await jobs.read(run)).state)).toBe(true);
    // What is there is whole: nobody has a link without an owner, or the other way round.
    for (const user of (await world.users()).values()) expect(user.mine).toBe(user.googleId !== null);

    // It would be silent for 20 seconds.
    await world.server.database.write(
      sql`UPDATE google_runs SET alive_at = now() - interval '1 minute' WHERE id = ${run.id}`,
    );
    await jobs.startProcess();
    expect(await jobs.until(run)).toMatchObject({ state: 'completed', error: null });
    await jobs.close();
    expect(await found()).toEqual(truth());
    expect((await world.groups()).size).toBe(world.emulator.directory.groups.items.length);
    const marks = await world.marks();
    expect(await world.sync()).toMatchObject({ state: 'completed', summary: { counts: [] } });
    expect(await world.marks()).toEqual(marks);
  },
  90_000,
);
