import { afterEach, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import type { PartialGoogleSettings, Run } from '../../src/google/index.js';
import { type GoogleSync, startGoogleSync } from '../support/google-sync.js';

let world: GoogleSync;
afterEach(() => world.close());

const SEED = { users: 100, groups: 20, memberships: 400, suspended: 0, archived: 0 };

/** A Workspace that was taken over once. */
async function synced(settings: PartialGoogleSettings = {}, seed: object = SEED): Promise<GoogleSync> {
  world = await startGoogleSync({ emulator: { seed }, settings });
  expect(await world.sync()).toMatchObject({ state: 'completed', error: null });
  return world;
}

/** What is taken away as soon as it is not found. */
const AT_ONCE = { confirmationRuns: 1, graceHours: 0 };

async function active(): Promise<number> {
  return [...(await world.users()).values()].filter(({ state }) => state === 'active').length;
}

function counted(run: Run, kind: string, action: string): number {
  return run.summary.counts?.find((count) => count.kind === kind && count.action === action)?.count ?? 0;
}

describe('nothing is removed on doubt', () => {
  it.each(['empty-users-200', 'empty-groups-200'] as const)(
    'B1, B10: %s fails the run and changes nothing',
    async (fault) => {
      await synced(AT_ONCE);
      const before = await world.marks();
      world.emulator.fault(fault);
      const run = await world.sync();
      expect(run).toMatchObject({
        state: 'failed',
        error: { code: fault === 'empty-users-200' ? 'google.no-users' : 'google.no-groups' },
      });
      expect(await world.marks()).toEqual(before);
      world.emulator.clearFaults();
      expect(await world.sync()).toMatchObject({ state: 'completed' });
      expect(await world.marks()).toEqual(before);
    },
  );

  it('B2: a list of groups that ends early stops the removals, and the plan lists them', async () => {
    await synced(AT_ONCE);
    const before = await world.marks();
    world.emulator.fault('partial-groups-200', { keep: 2 });
    const run = await world.sync();
    expect(run.state).toBe('awaiting-approval');
    expect(counted(run, 'group', 'delete')).toBe(18);
    const held = (await world.items(run)).filter(({ state }) => state === 'held');
    expect(held.filter(({ kind, action }) => kind === 'group' && action === 'delete')).toHaveLength(18);
    expect(await world.marks()).toEqual(before);
  });

  it('B3, B39: members whom one list lacks stay, and the next complete run forgets about it', async () => {
    await synced();
    const before = await world.groups();
    world.emulator.fault('short-derived', { direct: true, count: 1 });
    await world.sync();
    expect(await world.groups()).toEqual(before);
    world.emulator.clearFaults();
    await world.sync();
    const [left] = await world.server.database.write<{ count: number }>(
      sql`SELECT count(*)::integer AS count FROM google_absences`,
    );
    expect(left?.count).toBe(0);
    world.emulator.fault('short-derived', { direct: true, count: 1 });
    await world.sync();
    expect(await world.groups()).toEqual(before);
  });

  it('B6: what the connection does not own is byte for byte the same', async () => {
    world = await startGoogleSync({ emulator: { seed: SEED }, settings: AT_ONCE });
    const { server, emulator } = world;
    const own = await server.request('POST', '/Users', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: 'local@elsewhere.test',
    });
    await server.request('POST', '/Groups', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
      displayName: 'Tower',
      members: [{ value: own.body.id }],
    });
    const foreign = () =>
      server.database.write(sql`
        SELECT (SELECT string_agg(u::text, ' ' ORDER BY u.id) FROM users u WHERE owner_connection_id IS DISTINCT FROM ${world.connection.id}) AS users,
          (SELECT string_agg(g::text, ' ' ORDER BY g.id) FROM groups g WHERE owner_connection_id IS DISTINCT FROM ${world.connection.id}) AS groups,
          (SELECT string_agg(m::text, ' ' ORDER BY m.user_id) FROM memberships m WHERE owner_connection_id IS DISTINCT FROM ${world.connection.id}) AS members`);
    const before = await foreign();
    await world.sync();
    for (const user of emulator.directory.users.items.slice(0, 5)) if (!user.isAdmin) emulator.users.delete(user.id);
    await world.sync();
    expect(await foreign()).toEqual(before);
  });

  it('B9: the first run of a connection changes no membership of groups that it has not made', async () => {
    world = await startGoogleSync({ emulator: { seed: SEED } });
    const name = world.emulator.directory.groups.items[0]?.name ?? '';
    const member = await world.server.request('POST', '/Users', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: 'first@elsewhere.test',
    });
    await world.server.request('POST', '/Groups', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
      displayName: name,
      members: [{ value: member.body.id }],
    });
    const run = await world.sync();
    expect((await world.groups()).get(name)).toEqual(['first@elsewhere.test']);
    expect(run.summary.conflicts).toBe(1);
  });

  it('B11: an empty page in the middle does not end the walk', async () => {
    world = await startGoogleSync({ emulator: { seed: { users: 1200 }, settings: {} } });
    world.emulator.fault('page-empty-middle', { times: 'always' });
    expect(await world.sync()).toMatchObject({ state: 'completed' });
    expect((await world.users()).size).toBe(1201);
  });

  it.each(['page-cycle', 'truncated-json'] as const)(
    'B8: %s fails the run, whatever was read by then',
    async (fault) => {
      await synced(AT_ONCE, { users: 600, groups: 2, memberships: 4 });
      const before = await world.marks();
      world.emulator.fault(fault, { times: 'always' });
      const run = await world.sync();
      expect(run).toMatchObject({ state: 'failed' });
      expect(run.error?.text).not.toMatch(/\[object|undefined/);
      expect(await world.marks()).toEqual(before);
    },
  );
});

describe('limits', () => {
  it.each([
    [1, 1, true],
    [19, 4, true],
    [19, 5, false],
    [20, 4, true],
    [20, 5, false],
    [21, 4, true],
    [21, 5, false],
  ])('B12: of %i users %i may go at once: %s', async (users, gone, allowed) => {
    const selection: PartialGoogleSettings['selection'] = { mode: 'selected', orgUnits: [{ path: '/staff' }] };
    world = await startGoogleSync({ settings: { ...AT_ONCE, selection } });
    const { emulator } = world;
    emulator.orgUnits.add('/staff');
    const ids = Array.from({ length: users }, (_, number) => {
      return emulator.users.add({ primaryEmail: `p${number}@example.com`, orgUnitPath: '/staff' }).id;
    });
    await world.sync();
    for (const id of ids.slice(0, gone)) emulator.users.suspend(id);
    const run = await world.sync();
    expect(run.state).toBe(allowed ? 'completed' : 'awaiting-approval');
    expect(await active()).toBe(allowed ? users - gone : users);
  });

  it('B5: additions go on while removals wait, and an approval applies exactly those', async () => {
    await synced(AT_ONCE);
    const { emulator } = world;
    const victims = emulator.directory.users.items.filter(({ isAdmin }) => !isAdmin).slice(0, 40);
    for (const { id } of victims) emulator.users.delete(id);
    emulator.users.add({ primaryEmail: 'new@example.com' });
    const run = await world.sync();
    expect(run).toMatchObject({ state: 'awaiting-approval' });
    expect(run.summary.removals).toContainEqual(expect.objectContaining({ kind: 'users', removed: 40, exceeds: true }));
    expect((await world.users()).has('new@example.com')).toBe(true);
    expect(await active()).toBe(102);
    const approved = await world.approve(run);
    expect(approved).toMatchObject({ state: 'completed' });
    expect(await active()).toBe(62);
  });

  it('an absolute number stops as well, and memberships have limits of their own', async () => {
    await synced({ ...AT_ONCE, limits: { memberships: { percent: 0, count: 3 } } });
    const { emulator } = world;
    const before = await world.groups();
    for (const group of emulator.directory.groups.items.slice(0, 4)) {
      const member = emulator.members.of(group.id).find(({ type }) => type === 'USER');
      if (member !== undefined) emulator.members.remove(group.id, member.id);
    }
    const run = await world.sync();
    expect(run.state).toBe('awaiting-approval');
    expect(await world.groups()).toEqual(before);
    await world.approve(run);
    expect(await world.groups()).not.toEqual(before);
  });
});
