import { afterEach, describe, expect, it } from '@jest/globals';
import { type GoogleSync, startGoogleSync } from '../support/google-sync.js';

let world: GoogleSync;
afterEach(() => world.close());

const AT_ONCE = { confirmationRuns: 1, graceHours: 0 };
const SEED = { users: 1100, groups: 10, memberships: 60, suspended: 0, archived: 0 };

async function workspace(): Promise<GoogleSync> {
  world = await startGoogleSync({ emulator: { seed: SEED }, settings: AT_ONCE });
  return world;
}

describe('what passes', () => {
  it.each([
    ['B45', '403-quota', { times: 1 }],
    ['B45', '403-plain-text', { times: 1 }],
    ['B45', '429-retry-after', { times: 1, seconds: 1 }],
    ['B46', '400-transient', { times: 1, method: 'members.list' }],
    ['B47', '503-walk', { times: 1 }],
    ['B47', '401-revoked-midway', { times: 1 }],
    ['B47', '502-html', { times: 2 }],
    ['B47', 'reset-connection', { times: 2 }],
  ] as const)('%s: a run gets over %s', async (_statement, fault, options) => {
    await workspace();
    world.emulator.fault(fault, options);
    expect(await world.sync()).toMatchObject({ state: 'completed', error: null, warnings: 0 });
    expect((await world.users()).size).toBe(1101);
  });
});

describe('what does not', () => {
  it('B47: a walk that breaks off twice fails the run, and nothing is removed', async () => {
    await workspace();
    await world.sync();
    const before = await world.marks();
    world.emulator.fault('503-walk', { times: 'always' });
    expect(await world.sync()).toMatchObject({ state: 'failed' });
    expect(await world.marks()).toEqual(before);
  });

  it('B58: a group that is deleted between two of its lists is an event of that group alone', async () => {
    await workspace();
    await world.sync();
    const { directory } = world.emulator;
    const gone = directory.groups.items[0];
    const listed = directory.groups.items.length;
    // It goes as soon as the groups were listed, before its members are.
    const stop = setInterval(() => {
      const asked = world.emulator.requests.some(({ api }) => api === 'groups.list');
      if (asked && gone !== undefined && directory.groupsById.has(gone.id)) world.emulator.groups.delete(gone.id);
    }, 1);
    world.emulator.clearRequests();
    const run = await world.sync();
    clearInterval(stop);
    expect(run).toMatchObject({ state: 'completed', error: null });
    expect((await world.groups()).size).toBe(listed);
    expect(await world.sync()).toMatchObject({ state: 'completed', error: null });
    expect((await world.groups()).size).toBe(listed - 1);
  });

  it('B49, B54: an administrator who was suspended in Google stops the connection, and touches nobody', async () => {
    await workspace();
    await world.sync();
    const before = await world.users();
    world.emulator.users.suspend(world.emulator.adminEmail);
    world.emulator.revokeTokens();
    const run = await world.sync();
    expect(run).toMatchObject({ state: 'failed' });
    expect(run.error?.text).toContain(world.emulator.adminEmail);
    expect(await world.users()).toEqual(before);
    const [connection] = await world.server.database.write<{ state: string }>({
      text: 'SELECT state FROM google_connections WHERE id = $1',
      values: [world.connection.id],
    });
    expect(connection?.state).toBe('needs-attention');
  });
});
