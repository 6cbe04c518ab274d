import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { updateGoogleConnection } from '../../src/google/index.js';
import { createGoogleJobs, type GoogleJobs } from '../support/google-jobs.js';
import { type GoogleSync, startGoogleSync } from '../support/google-sync.js';

let world: GoogleSync;
let jobs: GoogleJobs;
beforeEach(async () => {
  world = await startGoogleSync({
    settings: { confirmationRuns: 1, graceHours: 0, limits: { users: { percent: 10, count: 0, minimumBase: 20 } } },
  });
  jobs = createGoogleJobs(world);
});
afterEach(() => world.close());

const add = (...names: string[]) => {
  for (const name of names) world.emulator.users.add({ primaryEmail: `${name}@example.com` });
};
const suspend = (...names: string[]) => {
  for (const name of names) world.emulator.users.suspend(`${name}@example.com`);
};
const active = async () =>
  [...(await world.users()).values()]
    .filter(({ state, userName }) => state === 'active' && userName !== world.emulator.adminEmail)
    .map(({ userName }) => userName.slice(0, userName.indexOf('@')))
    .sort();

it('B5: a run that takes too much away can be approved once, and only that exact plan is applied', async () => {
  add('ann', 'ben', 'cleo', 'dora');
  await world.sync();
  suspend('ann', 'ben', 'cleo');
  add('new');
  const waiting = await world.sync();
  expect(waiting.state).toBe('awaiting-approval');
  // What adds goes on; what takes away waits.
  expect(await active()).toEqual(['ann', 'ben', 'cleo', 'dora', 'new']);

  // Google has changed since: the plan that was looked at is not what would be planned now.
  suspend('dora');
  world.emulator.users.unsuspend('ben@example.com');
  await expect(jobs.approve(waiting, 'f'.repeat(32))).rejects.toMatchObject({ code: 'google.other-plan' });
  expect(await active()).toEqual(['ann', 'ben', 'cleo', 'dora', 'new']);
  expect(await world.approve(waiting)).toMatchObject({ state: 'completed', decidedBy: 'cli' });
  expect(await active()).toEqual(['dora', 'new']);
  await expect(jobs.approve(waiting)).rejects.toMatchObject({ code: 'google.run-not-waiting' });

  // The next run sees what is true by now, and asks again where that is too much.
  await world.sync();
  expect(await active()).toEqual(['ben', 'new']);
});

it('B5: the limits are settings of the connection, and a higher one lets the same run pass', async () => {
  add('ann', 'ben', 'cleo');
  await world.sync();
  suspend('ann', 'ben', 'cleo');
  expect((await world.sync()).state).toBe('awaiting-approval');
  await change({ limits: { users: { percent: 20, count: 0, minimumBase: 20 } } });
  const run = await world.sync();
  expect(run).toMatchObject({
    state: 'completed',
    summary: { removals: [{ kind: 'users', removed: 3, exceeds: false }, {}, {}, {}] },
  });
  expect(await active()).toEqual([]);
});

it('B7: another selection shows what it would take away, and takes it away only when that is approved', async () => {
  world.emulator.orgUnits.add('/staff');
  add('ann', 'ben', 'cleo', 'dora', 'eve');
  world.emulator.users.change('ann@example.com', { orgUnitPath: '/staff' });
  await world.sync();
  await change({ selection: { mode: 'selected', orgUnits: [{ path: '/staff' }] } });

  const plan = await world.sync('plan');
  expect(plan).toMatchObject({
    state: 'completed',
    summary: { removals: [{ kind: 'users', removed: 5, exceeds: true }, {}, {}, {}] },
  });
  const planned = (await world.items(plan)).map(({ action, name }) => `${action} ${name}`);
  expect(planned).toContain('deactivate ben@example.com');
  expect(planned).not.toContain('deactivate ann@example.com');
  expect(await active()).toHaveLength(5);

  const run = await world.sync();
  expect(run).toMatchObject({ state: 'awaiting-approval', planHash: plan.planHash });
  expect(await active()).toHaveLength(5);
  await world.approve(run);
  expect(await active()).toEqual(['ann']);
});

async function change(settings: Parameters<typeof updateGoogleConnection>[3]['settings']): Promise<void> {
  const actor = world.server.actor();
  await world.server.change.run(actor, { action: 'google.update', objectType: 'Connection' }, () =>
    updateGoogleConnection(actor, world.stage.settings, world.connection.name, { settings }),
  );
}
