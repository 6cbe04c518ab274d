import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { updateGoogleConnection } from '../../src/google/index.js';
import { createIncrements, type Increments } from '../support/google-increments.js';
import { type GoogleSync, startGoogleSync } from '../support/google-sync.js';

const EVENTS = ['add', 'delete', 'makeAdmin', 'undelete', 'update'];

let world: GoogleSync;
let increments: Increments;
beforeEach(async () => {
  world = await startGoogleSync({
    emulator: { seed: { users: 8, groups: 2, memberships: 8, suspended: 0, archived: 0 } },
  });
  increments = createIncrements(world);
  expect(await world.sync()).toMatchObject({ state: 'completed', error: null });
});
afterEach(() => world.close());

const hints = () => world.server.database.write<{ key: string }>(sql`SELECT kind, key FROM google_hints ORDER BY key`);
const opened = () => world.emulator.channels.map(({ id }) => id).sort();
const stored = async () =>
  (await world.server.database.write<{ id: string }>(sql`SELECT id FROM google_channels ORDER BY id`)).map(
    ({ id }) => id,
  );
const stateOf = async (id: string) =>
  [...(await world.users()).values()].find(({ googleId }) => googleId === id)?.state;
const aUser = () => {
  const user = world.emulator.directory.users.items.find(
    ({ primaryEmail }) => primaryEmail !== world.emulator.adminEmail,
  );
  if (user === undefined) throw new Error('There is nobody');
  return user;
};
const endSoon = () =>
  world.server.database.write(sql`
    UPDATE google_channels SET expires_at = now() + interval '29 minutes', created_at = now() - interval '6 hours'`);
const notifications = (on: boolean) => {
  const command = () =>
    updateGoogleConnection(world.server.actor(), world.stage.settings, world.connection.name, {
      settings: { notifications: on },
    });
  return world.server.change.run(world.server.actor(), { action: 'google.update', objectType: 'Connection' }, command);
};
const post = (headers: Record<string, string>, body = '{"id":"1"}', method = 'POST') =>
  fetch(`${world.server.origin}/google/notifications`, { method, headers, ...(method === 'POST' ? { body } : {}) });

describe('channels', () => {
  it('are opened for every event, once', async () => {
    await increments.renew();
    expect(world.emulator.channels.map(({ event }) => event).sort()).toEqual(EVENTS);
    const before = opened();
    expect(before).toEqual(await stored());
    await increments.renew();
    expect(opened()).toEqual(before);
    await world.emulator.pushesSettled();
    expect(world.emulator.pushes.map(({ state, outcome }) => [state, outcome])).toEqual(
      Array(EVENTS.length).fill(['sync', 'delivered']),
    );
  });

  it('are replaced half an hour before they end: first the new ones, then the old ones are stopped', async () => {
    await increments.renew();
    const before = opened();
    await endSoon();
    world.emulator.clearRequests();
    await increments.renew();
    expect(opened()).toHaveLength(EVENTS.length);
    expect(opened().filter((id) => before.includes(id))).toEqual([]);
    expect(opened()).toEqual(await stored());
    const asked = world.emulator.requests.flatMap(({ api = '' }) => (/watch|stop/.test(api) ? [api] : []));
    expect(asked).toEqual([...Array(EVENTS.length).fill('users.watch'), ...Array(EVENTS.length).fill('channels.stop')]);
  });

  it('are stopped when nobody wants them any more, also those that are gone at Google', async () => {
    await increments.renew();
    world.emulator.clock.advance(7 * 3_600_000);
    await notifications(false);
    await increments.renew();
    expect([opened(), await stored()]).toEqual([[], []]);
  });

  it('do without where Google cannot reach the server, and say so', async () => {
    await createIncrements(world, { notificationUrl: undefined }).renew();
    expect(await stored()).toEqual([]);
    await createIncrements(world, { notificationUrl: 'https://rollcall.test' }).renew();
    expect(await stored()).toEqual([]);
    const [source] = await increments.sources();
    expect(source).toMatchObject({ source: 'users.watch', reason: { code: expect.stringMatching(/^google\./) } });
    expect(await world.sync()).toMatchObject({ state: 'completed' });
  });
});

describe('a notification', () => {
  it('leads to one user being read, within seconds of the suspension', async () => {
    await increments.renew();
    const { id } = aUser();
    world.emulator.users.suspend(id);
    world.emulator.users.change(id, { givenName: 'Twice' });
    await world.emulator.pushesSettled();
    expect(await hints()).toEqual([{ kind: 'user', key: id }]);
    expect(await increments.refresh()).toMatchObject({ state: 'completed', progress: { hints: 1, users: 1 } });
    expect(await stateOf(id)).toBe('deactivated');
  });

  it('tells of people who come and go', async () => {
    await increments.renew();
    const gone = aUser();
    const { id } = world.emulator.users.add({ primaryEmail: 'new@example.com' });
    world.emulator.users.delete(gone.id);
    await world.emulator.pushesSettled();
    await increments.refresh();
    expect([await stateOf(id), await stateOf(gone.id)]).toEqual(['active', 'deactivated']);
    world.emulator.users.undelete(gone.id);
    await world.emulator.pushesSettled();
    await increments.refresh();
    expect(await stateOf(gone.id)).toBe('active');
  });

  it('that comes while its user is read is read once more', async () => {
    await increments.renew();
    const { id } = aUser();
    world.emulator.users.suspend(id);
    await world.emulator.pushesSettled();
    await world.server.database.write(sql`UPDATE google_hints SET run_id = uuidv7()`);
    world.emulator.users.change(id, { givenName: 'Later' });
    await world.emulator.pushesSettled();
    const [left] = await world.server.database.write(sql`SELECT run_id FROM google_hints`);
    expect(left).toEqual({ run_id: null });
  });

  it('push-forged-token: is not taken from somebody who does not know the token', async () => {
    await increments.renew();
    await world.emulator.pushesSettled();
    world.emulator.fault('push-forged-token');
    const { id } = world.emulator.users.add({ primaryEmail: 'liz@example.com' });
    await world.emulator.pushesSettled();
    const outcomes = world.emulator.pushes.slice(EVENTS.length).map(({ status, outcome }) => [status, outcome]);
    expect(outcomes).toEqual([
      [404, 'dropped'],
      [204, 'delivered'],
    ]);
    expect(await hints()).toEqual([{ kind: 'user', key: id }]);
    const metrics = await (await fetch(`${world.server.origin}/metrics`)).text();
    expect(metrics).toMatch(/_count\{method="POST",route="\/google\/notifications",status="404"\} 1\n/);
  });

  it('is refused where it cannot be one, and changes nothing', async () => {
    await increments.renew();
    const [channel] = await stored();
    const known = { 'x-goog-channel-id': channel ?? '' };
    const refused = [
      await post({}),
      await post({ 'x-goog-channel-id': 'x', 'x-goog-channel-token': 'y' }),
      await post(known),
      await post({ ...known, 'x-goog-channel-token': '' }),
      await post({ ...known, 'x-goog-channel-token': 'x'.repeat(43) }),
      await post({}, 'x'.repeat(20_000)),
      await post({}, '', 'GET'),
    ];
    expect(refused.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404, 413, 405]);
    expect(await hints()).toEqual([]);
  });

  it('is refused with 429 where somebody goes on guessing', async () => {
    const { failedAuthentications } = world.server.config.limits;
    const statuses: number[] = [];
    for (let tried = 0; tried <= failedAuthentications; tried++) statuses.push((await post({})).status);
    expect([statuses[0], statuses.at(-1)]).toEqual([404, 429]);
  });
});
