import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { forgetOldRuns, listRuns, requestRun } from '../../src/google/index.js';
import { type GoogleSync, startGoogleSync } from '../support/google-sync.js';

let world: GoogleSync;
beforeAll(async () => {
  world = await startGoogleSync({ emulator: { seed: { users: 12, groups: 2, memberships: 10 } } });
});
afterAll(() => world.close());

const SETTINGS = { runRetentionDays: 30, itemRetentionDays: 10 };
const database = () => world.server.database;
const runs = async () =>
  (await listRuns(database(), world.server.siteId, world.connection.id, 100)).map(({ id }) => id);
const age = (id: string, days: number) =>
  database().write(
    sql`UPDATE google_runs SET finished_at = finished_at - make_interval(days => ${days}) WHERE id = ${id}`,
  );
const stage = (runId: string, rows: number) =>
  database().write(sql`
    INSERT INTO google_staged_members (site_id, run_id, group_id, member_id, type)
    SELECT ${world.server.siteId}, ${runId}, 'g', n::text, 'USER' FROM generate_series(1, ${rows}) AS n`);
const staged = async (runId: string) => {
  const [row] = await database().write<{ count: number }>(sql`
    SELECT count(*)::integer AS count FROM google_staged_members WHERE run_id = ${runId}`);
  return row?.count;
};

it('old plans go, then old runs but for the last complete one, and what killed processes left of a walk', async () => {
  const first = await world.sync();
  const old = await world.sync('plan');
  const last = await world.sync();
  expect((await world.items(first)).length).toBeGreaterThan(12);
  const { id: waiting } = await requestRun(database(), world.server.siteId, world.connection.id, 'sync', 'operator');
  // More than is deleted at once.
  await stage(old.id, 10_500);
  await stage(waiting, 3);

  await age(first.id, 9);
  await forgetOldRuns(database(), SETTINGS);
  expect((await world.items(first)).length).toBeGreaterThan(12);
  expect([await staged(old.id), await staged(waiting)]).toEqual([0, 3]);

  await age(first.id, 2);
  await forgetOldRuns(database(), SETTINGS);
  expect(await world.items(first)).toEqual([]);
  expect(await runs()).toEqual([waiting, last.id, old.id, first.id]);

  for (const { id } of [first, old, last]) await age(id, 40);
  await forgetOldRuns(database(), SETTINGS);
  expect(await runs()).toEqual([waiting, last.id]);
});
