import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type GoogleSync, startGoogleSync } from '../support/google-sync.js';

let world: GoogleSync;
beforeAll(async () => {
  world = await startGoogleSync({ emulator: { seed: { users: 200, groups: 20, memberships: 1000 } } });
});
afterAll(() => world.close());

it('B41: the plan of a dry run is that of the next run, and has the same hash', async () => {
  const dry = await world.sync('plan');
  const again = await world.sync('plan');
  expect(again.planHash).toBe(dry.planHash);
  expect((await world.users()).size).toBe(0);
  const run = await world.sync();
  expect([run.planHash, run.summary.counts]).toEqual([dry.planHash, dry.summary.counts]);
});

it('takes over users, groups and members, and a second run writes nothing', async () => {
  const run = await world.sync();
  expect(run).toMatchObject({ state: 'completed', error: null });
  const users = await world.users();
  const living = world.emulator.directory.users.items;
  expect([...users.keys()].sort()).toEqual([...living].map(({ primaryEmail }) => primaryEmail).sort());
  const before = await world.marks();
  const again = await world.sync();
  expect(again).toMatchObject({ state: 'completed', error: null });
  expect(again.summary.counts?.filter(({ action }) => action !== 'skip')).toEqual([]);
  expect(await world.marks()).toEqual(before);
});
