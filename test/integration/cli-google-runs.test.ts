import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { listRuns, type Run, type RunItem } from '../../src/google/index.js';
import type { Cli } from '../support/cli.js';
import { createGoogleCli, googleEnvironment } from '../support/google-cli.js';
import { createGoogleJobs } from '../support/google-jobs.js';
import { type GoogleSync, startGoogleSync } from '../support/google-sync.js';

interface ShownRun extends Run {
  readonly items: readonly RunItem[];
  readonly next: number | null;
}

interface Shown {
  readonly name: string;
  readonly last: { readonly id: string; readonly state: string } | null;
  readonly completeAt: string | null;
  readonly nextRunAt: string | null;
  readonly waitingRunId: string | null;
}

let world: GoogleSync;
let cli: Cli;
let environment: NodeJS.ProcessEnv;
beforeAll(async () => {
  world = await startGoogleSync({
    emulator: { seed: { users: 60, groups: 5, memberships: 120 } },
    settings: { graceHours: 0, confirmationRuns: 1, onDeleted: 'deactivate' },
  });
  environment = process.env;
  process.env = { ...environment, ...(await googleEnvironment(world)) };
  cli = createGoogleCli(world);
});
afterAll(async () => {
  process.env = environment;
  await world.close();
});

const name = () => world.connection.name;
const marks = () => world.marks();

/** What a plan does, to whom. */
const changes = async ({ id }: Pick<Run, 'id'>) => {
  const { items } = await cli.json<ShownRun>('google', 'run', 'show', '--limit', '1000', id);
  return items.map(({ kind, action, googleId, reason, members }) => ({ kind, action, googleId, reason, members }));
};

describe('rollcall google without a server', () => {
  it('B41: plan --wait shows what sync does then, and changes nothing', async () => {
    const before = await marks();
    world.emulator.clearRequests();
    const { code, out, error } = await cli.run('google', 'plan', '--wait', name());
    expect([code, out]).toEqual([0, expect.stringMatching(/^Kind +dry run\nState +completed$/m)]);
    expect(error).toMatch(/^waiting for its turn$/m);
    const asked = world.emulator.requests.filter(({ api }) => api !== 'token');
    expect(new Set(asked.map(({ method }) => method))).toEqual(new Set(['GET']));
    const after = await marks();
    // Asking for the run is the one entry.
    expect(after).toMatchObject([{ ...(before as object[])[0], entries: expect.anything() }]);

    const [plan] = await cli.json<Run[]>('google', 'runs', name());
    const synced = await cli.json<Run>('google', 'sync', '--wait', name());
    expect(synced).toMatchObject({ kind: 'sync', state: 'completed', summary: { counts: plan?.summary.counts } });
    expect(await changes(synced)).toEqual(await changes({ id: plan?.id ?? '' }));
    expect((await world.users()).size).toBe(61);
    const again = await cli.json<Run>('google', 'sync', '--dry-run', '--wait', name());
    expect(again).toMatchObject({ kind: 'plan', summary: { counts: [] } });
  });

  it('sync without --wait asks for a run, and the next one that is waited for comes after it', async () => {
    const asked = await cli.json<Run>('google', 'sync', name());
    expect(asked).toMatchObject({ state: 'queued', startedBy: 'operator' });
    expect(await cli.json<Run>('google', 'sync', name())).toMatchObject({ id: asked.id });
    const plan = await cli.json<Run>('google', 'plan', '--wait', name());
    expect(plan.state).toBe('completed');
    expect(await cli.json('google', 'run', 'show', asked.id)).toMatchObject({ state: 'completed' });
  });

  it('what takes too much away waits for its approval by the hash, once; the exit codes say so', async () => {
    // Three of them are suspended in Google, and deactivated already.
    for (const { id } of [...world.emulator.directory.users.items].slice(1, 31)) world.emulator.users.delete(id);
    const waiting = await cli.run('google', 'sync', '--wait', '--json', name());
    expect(waiting.code).toBe(3);
    const run = JSON.parse(waiting.out) as Run;
    expect(run).toMatchObject({ state: 'awaiting-approval', summary: { removals: expect.anything() } });

    const shown = await cli.run('google', 'run', 'show', run.id);
    expect(shown.out).toContain(`rollcall google approve ${run.id} --hash ${run.planHash}`);
    expect(shown.out).toMatch(/^users +27 +61 +exceeded$/m);
    const held = await cli.json<ShownRun>('google', 'run', 'show', '--state', 'held', '--limit', '20', run.id);
    expect(held.items).toHaveLength(20);
    expect(held.items[0]).toMatchObject({ kind: 'user', action: 'deactivate', removal: true });
    const rest = await cli.json<ShownRun>(
      ...['google', 'run', 'show', '--state', 'held', '--after', String(held.next), run.id],
    );
    expect(new Set([...held.items, ...rest.items].map(({ sequence }) => sequence)).size).toBe(27);
    expect(await cli.json<Shown>('google', 'show', name())).toMatchObject({ waitingRunId: run.id });

    const wrong = await cli.run('google', 'approve', '--hash', 'another', run.id);
    expect(wrong).toMatchObject({ code: 1, error: expect.stringMatching(/^google\.other-plan: /) });
    const approve = ['google', 'approve', '--wait', '--hash', run.planHash ?? '', run.id];
    expect(await cli.json<Run>(...approve)).toMatchObject({ state: 'completed', decidedBy: 'cli' });
    expect(await cli.run(...approve)).toMatchObject({
      code: 1,
      error: expect.stringMatching(/^google\.run-not-waiting: /),
    });
    const states = [...(await world.users()).values()].map(({ state }) => state);
    expect(states.filter((state) => state === 'deactivated').length).toBeGreaterThanOrEqual(30);
  });

  it('reject drops what waits, cancel ends what was asked for, and each has an entry in the log', async () => {
    for (const { id } of [...world.emulator.directory.users.items].slice(1, 21)) world.emulator.users.delete(id);
    const { out } = await cli.run('google', 'sync', '--wait', '--json', name());
    const run = JSON.parse(out) as Run;
    expect(await cli.json('google', 'reject', run.id)).toMatchObject({ state: 'rejected', decidedBy: 'cli' });
    const asked = await cli.json<Run>('google', 'sync', name());
    expect(await cli.json('google', 'cancel', asked.id)).toMatchObject({ state: 'cancelled' });
    expect(await cli.run('google', 'cancel', asked.id)).toMatchObject({
      code: 1,
      error: expect.stringMatching(/^google\.run-over: /),
    });
    const entries = await cli.json<{ entries: { action: string; outcome: string }[] }>('log', 'list', '--limit', '10');
    const google = entries.entries.filter(({ action }) => action.startsWith('google.'));
    expect(google.slice(0, 5).map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      ...['google.cancel failure', 'google.cancel success', 'google.sync success', 'google.reject success'],
      'google.sync success',
    ]);
  });

  it('B48: list and show tell the last outcome and the next run', async () => {
    const [listed] = await cli.json<Shown[]>('google', 'list');
    expect(listed).toMatchObject({
      name: name(),
      last: { state: 'cancelled' },
      completeAt: expect.any(String),
      nextRunAt: expect.any(String),
    });
    const { out } = await cli.run('google', 'show', name());
    expect(out).toMatch(/^Next run +2\d{3}-/m);
    await cli.run('google', 'pause', name());
    expect(await cli.run('google', 'sync', name())).toMatchObject({
      code: 1,
      error: expect.stringMatching(/^google\.connection-stopped: /),
    });
    expect(await cli.json<Shown>('google', 'show', name())).toMatchObject({ nextRunAt: null });
    await cli.run('google', 'resume', name());
  });

  it('a run that failed is told with the exit code 1', async () => {
    world.emulator.fault('empty-users-200');
    const { code, out } = await cli.run('google', 'sync', '--wait', '--json', name());
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ state: 'failed', error: { code: 'google.no-users' } });
    world.emulator.clearFaults();
  });
});

it('where a server runs it does what is waited for, and the command only looks on', async () => {
  const jobs = createGoogleJobs(world);
  await jobs.startProcess();
  try {
    // It is under way for longer than this command waits for a server.
    world.emulator.settings.latency = 500;
    const waiting = cli.json<Run>('google', 'plan', '--wait', name());
    const isTaken = async () => {
      const { database, siteId } = world.server;
      const [newest] = await listRuns(database, siteId, world.connection.id, 1);
      return newest?.kind === 'plan' && newest.state === 'walking' ? newest : undefined;
    };
    let taken: Run | undefined;
    while (taken === undefined) taken = await isTaken();
    expect(await waiting).toMatchObject({ id: taken.id, state: 'completed' });
  } finally {
    world.emulator.settings.latency = 0;
    await jobs.close();
  }
});
