import { afterEach, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { requestRun } from '../../src/google/index.js';
import { createIncrements, type Increments } from '../support/google-increments.js';
import { createGoogleJobs } from '../support/google-jobs.js';
import { type GoogleSync, type SyncOptions, startGoogleSync } from '../support/google-sync.js';

const SEED = { users: 20, groups: 4, memberships: 30, suspended: 0, archived: 0 };
const HOUR = 3_600_000;

let world: GoogleSync;
let increments: Increments;
afterEach(() => world.close());

/** A Workspace that was taken over once, and whose reports were looked at. */
async function synced(
  options: SyncOptions = {},
  different: Parameters<typeof createIncrements>[1] = {},
): Promise<void> {
  world = await startGoogleSync({ emulator: { seed: SEED }, ...options });
  increments = createIncrements(world, different);
  expect(await world.sync()).toMatchObject({ state: 'completed', error: null });
  await increments.poll();
}

const hints = () =>
  world.server.database.write<{ kind: string; key: string }>(
    sql`SELECT kind, key FROM google_hints ORDER BY kind, key`,
  );
const stateOf = async (id: string) =>
  [...(await world.users()).values()].find(({ googleId }) => googleId === id)?.state;
const userAt = (index: number) => {
  const user = world.emulator.directory.users.items.filter(
    ({ primaryEmail }) => primaryEmail !== world.emulator.adminEmail,
  )[index];
  if (user === undefined) throw new Error('There are not that many users');
  return user;
};
const groupAt = (index: number) => {
  const group = world.emulator.directory.groups.items[index];
  if (group === undefined) throw new Error('There are not that many groups');
  return group;
};
const memberOf = (group: string) => {
  const member = world.emulator.members.of(group).find(({ type }) => type === 'USER');
  const user = world.emulator.directory.user(member?.id ?? '');
  if (user === undefined) throw new Error('The group has no members');
  return user;
};

describe('reports', () => {
  it('read what an event names, and nothing else', async () => {
    await synced();
    const { id, primaryEmail } = userAt(1);
    world.emulator.users.suspend(id);
    world.emulator.clearRequests();
    await increments.poll();
    expect(await hints()).toEqual([{ kind: 'user', key: primaryEmail }]);
    expect(await increments.refresh()).toMatchObject({ state: 'completed', progress: { hints: 1, users: 1 } });
    expect(await stateOf(id)).toBe('deactivated');
    const asked = world.emulator.requests.map(({ api }) => api).filter((api) => api !== 'token');
    expect(asked.sort()).toEqual(['activities.list', 'activities.list', 'users.get']);
    expect(await increments.refresh()).toBeUndefined();
  });

  it('tell each event once, however often a window shows it', async () => {
    await synced();
    world.emulator.users.suspend(userAt(1).id);
    await increments.pollAndRefresh();
    await increments.poll();
    expect(await hints()).toEqual([]);
  });

  it('show what owners of groups do', async () => {
    await synced();
    const { id, name } = groupAt(0);
    const joining = world.emulator.users.add({ primaryEmail: 'joining@example.com' });
    const leaving = memberOf(id);
    world.emulator.members.add(id, joining.id, { by: 'owner' });
    world.emulator.members.remove(id, leaving.id, { by: 'owner' });
    expect(await increments.pollAndRefresh()).toMatchObject({ state: 'completed', error: null });
    const members = (await world.groups()).get(name) ?? [];
    expect(members).toContain('joining@example.com');
    expect(members).not.toContain(leaving.primaryEmail);
  });

  it('B3: who is said to have left a group leaves it, and who is only missing in its list stays', async () => {
    await synced();
    const { id, name } = groupAt(0);
    const [leaving, ...staying] = world.emulator.members.of(id).filter(({ type }) => type === 'USER');
    world.emulator.members.remove(id, leaving?.id ?? '');
    world.emulator.fault('short-derived', { direct: true, count: 1 });
    await increments.pollAndRefresh();
    expect((await world.groups()).get(name)?.filter((member) => !member.startsWith('['))).toHaveLength(staying.length);
  });

  it.each(['BULK_UPLOAD', 'USERS_BULK_UPLOAD'])('ask for a complete run after %s', async (name) => {
    await synced();
    const parameters = { BULK_UPLOAD_TOTAL_USERS_NUMBER: '5' };
    world.emulator.directory.emit({ report: { type: 'USER_SETTINGS', name, parameters } });
    await increments.poll();
    const runs = await world.server.database.write(
      sql`SELECT kind, started_by FROM google_runs WHERE state = 'queued'`,
    );
    expect(runs).toEqual([{ kind: 'sync', started_by: 'hint' }]);
  });

  it('mean nothing where an event is not known', async () => {
    await synced();
    const parameters = { USER_EMAIL: userAt(0).primaryEmail };
    world.emulator.directory.emit({ report: { type: 'USER_SETTINGS', name: 'TICKLE_USER', parameters } });
    await increments.poll();
    expect(await hints()).toEqual([]);
  });

  it('that cannot be read are told, and harm nothing', async () => {
    world = await startGoogleSync({ emulator: { seed: SEED } });
    const key = world.emulator.keyFor({
      delegation: ['user', 'group', 'group.member'].map(
        (name) => `https://www.googleapis.com/auth/admin.directory.${name}.readonly`,
      ),
    });
    const connection = await world.stage.connect({ key: JSON.stringify(key) }, { subject: world.emulator.adminEmail });
    increments = createIncrements({ ...world, connection });
    expect(await world.sync('sync', connection)).toMatchObject({ state: 'completed' });
    await increments.poll();
    const sources = await increments.sources();
    expect(sources.map(({ source, reason }) => [source, reason?.code])).toEqual([
      ['admin', 'google.scope-not-delegated'],
      ['groups_enterprise', 'google.scope-not-delegated'],
    ]);
    expect(sources[0]?.reason?.text).toContain('admin.reports.audit.readonly');
    const states = await world.server.database.write(sql`SELECT DISTINCT state FROM google_connections`);
    expect(states).toEqual([{ state: 'active' }]);
  });

  it('B36: what shows late, and was never pushed, is found by the next complete run', async () => {
    await synced();
    await increments.renew();
    world.emulator.fault('push-lost');
    world.emulator.fault('report-late-event', { seconds: 7200 });
    const { id } = userAt(2);
    world.emulator.users.suspend(id);
    await world.emulator.pushesSettled();
    expect(await increments.pollAndRefresh()).toBeUndefined();
    expect(await stateOf(id)).toBe('active');
    expect(await world.sync()).toMatchObject({ state: 'completed' });
    expect(await stateOf(id)).toBe('deactivated');
  });

  it('that show half an hour late are still within the next window', async () => {
    await synced();
    world.emulator.fault('report-late-event', { seconds: 1800 });
    const { id } = userAt(2);
    world.emulator.users.suspend(id);
    await increments.pollAndRefresh();
    expect(await stateOf(id)).toBe('active');
    world.emulator.clock.advance(HOUR / 2);
    await increments.pollAndRefresh();
    expect(await stateOf(id)).toBe('deactivated');
  });
});

describe('a refresh', () => {
  it('waits while a complete run is at work, and reads what came meanwhile afterwards', async () => {
    await synced();
    const { id } = userAt(2);
    await world.server.database.write(sql`
      INSERT INTO google_runs (site_id, connection_id, kind, started_by, state, alive_at)
      VALUES (${world.server.siteId}, ${world.connection.id}, 'sync', 'operator', 'walking', now())`);
    world.emulator.users.suspend(id);
    expect(await increments.pollAndRefresh()).toBeUndefined();
    expect(await hints()).toHaveLength(1);
    await world.server.database.write(sql`UPDATE google_runs SET state = 'cancelled' WHERE state = 'walking'`);
    expect(await increments.refresh()).toMatchObject({ state: 'completed' });
    expect(await stateOf(id)).toBe('deactivated');
  });

  it('does not come before the first complete run', async () => {
    world = await startGoogleSync({ emulator: { seed: SEED } });
    increments = createIncrements(world);
    world.emulator.users.add({ primaryEmail: 'early@example.com' });
    expect(await increments.pollAndRefresh()).toBeUndefined();
    expect(await hints()).toHaveLength(1);
    await world.sync();
    expect(await hints()).toEqual([]);
  });

  it('becomes a complete run where too much changed', async () => {
    await synced({}, { refreshObjects: 2 });
    for (const index of [1, 2, 3]) world.emulator.users.change(userAt(index).id, { givenName: 'Other' });
    await increments.poll();
    expect(await increments.refresh()).toMatchObject({ kind: 'sync', startedBy: 'hint', state: 'completed' });
    expect(await hints()).toEqual([]);
  });

  it('keeps to the limits, together with the refreshes before it', async () => {
    const none = { percent: 0, count: 0, minimumBase: 0 };
    const limits = { users: { ...none, count: 2 }, groups: none, memberships: none, seats: none };
    await synced({ settings: { limits } });
    const people = [1, 2, 3].map(userAt);
    for (const { id } of people) {
      world.emulator.users.suspend(id);
      await increments.pollAndRefresh();
    }
    const states = await Promise.all(people.map(({ id }) => stateOf(id)));
    expect(states).toEqual(['deactivated', 'deactivated', 'active']);
    const waiting = await world.server.database.write(
      sql`SELECT kind FROM google_runs WHERE state = 'awaiting-approval'`,
    );
    expect(waiting).toEqual([{ kind: 'refresh' }]);
  });

  it('is newer than a plan that waits: what it finds otherwise is not applied any more', async () => {
    const none = { percent: 0, count: 0, minimumBase: 0 };
    const limits = { users: { ...none, count: 1 }, groups: none, memberships: none, seats: none };
    await synced({ settings: { limits } });
    const [back, still] = [userAt(1), userAt(2)];
    for (const { id } of [back, still]) world.emulator.users.suspend(id);
    const waiting = await world.sync();
    expect(waiting.state).toBe('awaiting-approval');
    await increments.poll();
    world.emulator.users.unsuspend(back.id);
    expect(await increments.pollAndRefresh()).toMatchObject({ state: 'completed' });
    const items = await world.items(waiting);
    expect(items.map(({ name, state }) => [name, state]).sort()).toEqual(
      [
        [back.primaryEmail, 'outdated'],
        [still.primaryEmail, 'held'],
      ].sort(),
    );
    expect(await world.approve(waiting)).toMatchObject({ state: 'completed' });
    expect([await stateOf(back.id), await stateOf(still.id)]).toEqual(['active', 'deactivated']);
  });

  it('B54: does not take a refusal for a deletion, and believes the list of the deleted', async () => {
    world = await startGoogleSync({ emulator: { seed: SEED } });
    const key = JSON.stringify(world.emulator.keyFor({ adminRole: true }));
    const workspace = { customer: world.emulator.customerId, subject: null };
    const connection = await world.stage.connect({ key }, { ...workspace, name: 'own-role' });
    const own = { ...world, connection };
    increments = createIncrements(own);
    expect(await world.sync('sync', connection)).toMatchObject({ state: 'completed' });
    const [known, deleted] = [userAt(1), userAt(2)];
    await note(connection.id, [known.id, '999999999999999999999']);
    world.emulator.users.delete(deleted.id);
    await note(connection.id, [deleted.id]);
    expect(await increments.refresh()).toMatchObject({ state: 'completed', error: null });
    const users = await world.users();
    expect([users.get(known.primaryEmail)?.state, users.get(deleted.primaryEmail)?.state]).toEqual([
      'active',
      'deactivated',
    ]);
  });

  it('picks up new groups by rule, and leaves others alone', async () => {
    await synced({
      settings: { selection: { mode: 'selected', groupRules: [{ field: 'email', prefix: 'eng-' }] } },
    });
    const person = userAt(3);
    for (const email of ['eng-new@example.com', 'other@example.com']) {
      const { id } = world.emulator.groups.add({ email, name: email });
      world.emulator.members.add(id, person.id);
    }
    const inner = world.emulator.groups.add({ email: 'inner@example.com', name: 'inner' });
    world.emulator.members.add(inner.id, userAt(4).id);
    world.emulator.members.add('eng-new@example.com', inner.id);
    expect(await increments.pollAndRefresh()).toMatchObject({ state: 'completed', error: null });
    expect([...(await world.groups())]).toEqual(
      expect.arrayContaining([
        ['eng-new@example.com', [person.primaryEmail, '[inner]'].sort()],
        ['inner', [userAt(4).primaryEmail]],
      ]),
    );
    expect((await world.groups()).has('other@example.com')).toBe(false);
    const before = await world.marks();
    expect((await world.sync()).summary.counts?.filter(({ action }) => action !== 'skip')).toEqual([]);
    expect(await world.marks()).toEqual(before);
  });

  it('is asked for by any process that works on runs', async () => {
    await synced();
    const jobs = createGoogleJobs(world);
    const { id } = userAt(1);
    world.emulator.users.suspend(id);
    await increments.poll();
    try {
      await jobs.startProcess();
      while ((await stateOf(id)) === 'active') await new Promise((resolve) => setTimeout(resolve, 50));
    } finally {
      await jobs.close();
    }
    expect(await stateOf(id)).toBe('deactivated');
  });

  it('that fails keeps its hints for the next one', async () => {
    await synced();
    const { id } = userAt(1);
    world.emulator.users.suspend(id);
    await increments.poll();
    const run = await requestRun(world.server.database, world.server.siteId, world.connection.id, 'refresh', 'hint');
    await world.server.database.write(sql`UPDATE google_hints SET run_id = ${run.id}::uuid`);
    await world.server.database.write(sql`UPDATE google_runs SET state = 'cancelled' WHERE id = ${run.id}::uuid`);
    expect(await increments.refresh()).toMatchObject({ state: 'completed' });
    expect(await stateOf(id)).toBe('deactivated');
  });
});

/** Says that users may have changed, as notifications do. */
async function note(connectionId: string, ids: readonly string[]): Promise<void> {
  await world.server.database.write(sql`
    INSERT INTO google_hints (site_id, connection_id, kind, key)
    SELECT ${world.server.siteId}, ${connectionId}::uuid, 'user', id FROM unnest(${[...ids]}::text[]) AS hinted (id)`);
}
