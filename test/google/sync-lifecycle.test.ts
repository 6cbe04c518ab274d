import { afterEach, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import type { PartialGoogleSettings } from '../../src/google/index.js';
import { addGrant, createApplication, findApplication } from '../../src/licensing/index.js';
import { createIncrements } from '../support/google-increments.js';
import { type GoogleSync, startGoogleSync } from '../support/google-sync.js';

let world: GoogleSync;
afterEach(() => world.close());

function address(name: string): string {
  return `${name}@example.com`;
}

async function people(names: readonly string[], settings: PartialGoogleSettings = {}): Promise<GoogleSync> {
  world = await startGoogleSync({ settings });
  for (const name of names) world.emulator.users.add({ primaryEmail: address(name) });
  return world;
}

async function stateOf(name: string): Promise<string | undefined> {
  return (await world.users()).get(address(name))?.state;
}

describe('accounts that Google keeps out', () => {
  it.each([
    ['suspend', 'unsuspend'],
    ['archive', 'unarchive'],
  ] as const)('B35: %s deactivates in the same run, and comes back with %s', async (out, back) => {
    await people(['ada', 'bob']);
    await world.sync();
    world.emulator.users[out](address('ada'));
    await world.sync();
    expect(await stateOf('ada')).toBe('deactivated');
    expect(await stateOf('bob')).toBe('active');
    world.emulator.users[back](address('ada'));
    const run = await world.sync();
    expect(await stateOf('ada')).toBe('active');
    expect((await world.items(run)).map(({ action }) => action)).toEqual(['reactivate']);
  });

  it('are made as inactive users who take no seat', async () => {
    await people(['ada']);
    world.emulator.users.suspend(address('ada'));
    await world.sync();
    expect(await stateOf('ada')).toBe('deactivated');
  });

  it('a missing flag fails the run rather than make somebody active', async () => {
    await people(['ada']);
    await world.sync();
    world.emulator.fault('missing-suspended-flag', { user: address('ada') });
    expect(await world.sync()).toMatchObject({ state: 'failed', error: { code: 'google.incomplete-answer' } });
    expect(await stateOf('ada')).toBe('active');
  });
});

describe('accounts that are gone', () => {
  it('are deactivated at once where Google says that they were deleted, and come back as they were', async () => {
    await people(['ada']);
    world.emulator.groups.add({ email: address('eng'), name: 'eng' });
    world.emulator.members.add(address('eng'), address('ada'));
    await world.sync();
    const id = (await world.users()).get(address('ada'))?.id;
    const { id: googleId } = world.emulator.users.delete(address('ada'));
    await world.sync();
    expect(await stateOf('ada')).toBe('deactivated');
    world.emulator.users.undelete(googleId);
    await world.sync();
    expect((await world.users()).get(address('ada'))).toMatchObject({ id, state: 'active' });
  });

  it('B39: absent once and back again, nothing is to be seen of it', async () => {
    world = await startGoogleSync({ emulator: { seed: { users: 600, suspended: 0, archived: 0 } } });
    await world.sync();
    const before = await world.users();
    world.emulator.fault('skip-across-pages', { count: 3 });
    await world.sync();
    expect(await world.users()).toEqual(before);
    world.emulator.clearFaults();
    await world.sync();
    expect(await world.users()).toEqual(before);
  });

  it('are deactivated after so many complete runs and hours, later deleted, and restored when they are there again', async () => {
    await people(['ada', 'bob'], { confirmationRuns: 3, graceHours: 24, deleteAfterDays: 30 });
    await world.sync();
    const id = (await world.users()).get(address('ada'))?.id;
    const { id: googleId } = world.emulator.users.delete(address('ada'));
    // Beyond the 20 days in which Google lists who was deleted.
    world.emulator.clock.advance(21 * 86_400_000);
    await world.sync();
    await world.age(25);
    await world.sync();
    expect(await stateOf('ada')).toBe('active');
    const run = await world.sync();
    expect(await stateOf('ada')).toBe('deactivated');
    expect((await world.items(run))[0]?.reason).toMatch(/^absent from Google since .*, seen so in 3 complete runs$/);
    await world.age(31 * 24);
    await world.sync();
    expect(await stateOf('ada')).toBeUndefined();
    world.emulator.users.add({ primaryEmail: address('ada'), id: googleId });
    await world.sync();
    expect((await world.users()).get(address('ada'))).toMatchObject({ id, state: 'active' });
  });

  it('are not deactivated before the hours are over, however many runs did not see them', async () => {
    await people(['ada', 'bob'], { confirmationRuns: 1, graceHours: 24 });
    await world.sync();
    world.emulator.users.delete(address('ada'));
    world.emulator.clock.advance(21 * 86_400_000);
    for (let run = 0; run < 3; run++) await world.sync();
    expect(await stateOf('ada')).toBe('active');
    await world.age(25);
    await world.sync();
    expect(await stateOf('ada')).toBe('deactivated');
  });

  it('who was deleted here by an administrator is listed, and not made again', async () => {
    await people(['ada']);
    await world.sync();
    await world.server.database.write(sql`UPDATE users SET deleted_at = now() WHERE user_name = ${address('ada')}`);
    const run = await world.sync();
    expect(run).toMatchObject({ state: 'completed', warnings: 1 });
    expect(await stateOf('ada')).toBeUndefined();
    const [conflict] = await world.server.database.write<{ reason: string }>(sql`SELECT reason FROM google_conflicts`);
    expect(conflict?.reason).toBe('deleted-here');
  });

  it('B40: a login time that differs in every answer is no change', async () => {
    await people(['ada', 'bob']);
    world.emulator.fault('login-time-flap');
    await world.sync();
    const before = await world.marks();
    await world.sync();
    expect(await world.marks()).toEqual(before);
  });
});

describe('B38: fewer seats than people', () => {
  async function licensed(policy: 'wait' | 'refuse' | 'allow') {
    await people(['ada', 'bob', 'cid', 'dan']);
    const { server, emulator } = world;
    emulator.groups.add({ email: address('crm'), name: 'crm' });
    await world.sync();
    const actor = server.actor();
    const application = {
      ...{ key: 'crm', name: 'CRM', description: undefined, roles: [{ key: 'user', takesSeat: true }] },
      licence: { seats: 2, policy },
    };
    await server.change.run(actor, { action: 'application.create', objectType: 'Application' }, () =>
      createApplication(actor, application),
    );
    const { roles } = await findApplication(server.database, server.siteId, 'crm');
    const [group] = await server.database.write<{ id: string }>(sql`SELECT id FROM groups WHERE display_name = 'crm'`);
    await server.change.run(actor, { action: 'grant.add', objectType: 'Grant' }, () =>
      addGrant(actor, roles[0]?.id ?? '', { kind: 'group', id: group?.id ?? '' }),
    );
    for (const name of ['ada', 'bob', 'cid', 'dan']) emulator.members.add(address('crm'), address(name));
  }

  const held = () =>
    world.server.database.write<{ name: string }>(sql`
      SELECT u.user_name AS name FROM entitlements e JOIN users u ON u.id = e.user_id WHERE e.licence_id IS NOT NULL ORDER BY 1`);

  it('B34: the group gives access like any other; the plan says how many are short, and with "wait" they wait', async () => {
    await licensed('wait');
    const plan = await world.sync('plan');
    expect(plan.summary.licences).toMatchObject([{ licence: 'CRM', seats: 2, used: 0, asked: 4, freed: 0, short: 2 }]);
    await world.sync();
    expect(await held()).toHaveLength(2);
    expect((await world.groups()).get('crm')).toHaveLength(4);
  });

  it('with "refuse" those are left out and listed, and get in as soon as there are seats', async () => {
    await licensed('refuse');
    const run = await world.sync();
    expect(run).toMatchObject({ state: 'completed', warnings: 1 });
    expect(await held()).toHaveLength(2);
    expect((await world.groups()).get('crm')).toHaveLength(2);
    expect((await world.items(run)).find(({ state }) => state === 'no-licence')).toMatchObject({
      name: 'crm',
      error: expect.stringMatching(/^licence\./),
    });
    await world.server.database.write(sql`UPDATE licences SET seats = 10`);
    await world.sync();
    expect(await held()).toHaveLength(4);
  });

  it('suspending in Google frees the seat by one look at the reports', async () => {
    await licensed('wait');
    await world.sync();
    const increments = createIncrements(world);
    await increments.poll();
    const [seated] = await held();
    world.emulator.users.suspend(seated?.name ?? '');
    expect(await increments.pollAndRefresh()).toMatchObject({ kind: 'refresh', state: 'completed' });
    const names = (await held()).map(({ name }) => name);
    expect([names.length, names.includes(seated?.name ?? '')]).toEqual([2, false]);
  });

  it('suspending in Google frees the seat in the same run', async () => {
    await licensed('wait');
    await world.sync();
    const [first] = await held();
    world.emulator.users.suspend(first?.name ?? '');
    await world.sync();
    expect(await held()).toHaveLength(2);
    expect(await held()).not.toContainEqual(first);
  });
});
