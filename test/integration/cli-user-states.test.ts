import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createCli, urlOf } from '../support/cli.js';
import { createWorld, type World } from '../support/directory-world.js';
import { writerFor } from '../support/writers.js';

const cli = createCli();
const site = ['--site', 'test'];

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers and fail where something is missing
type Json = any;

let world: World;
const url = process.env.DATABASE_URL;
beforeAll(async () => {
  world = await createWorld();
  process.env.DATABASE_URL = await urlOf(world.database);
});
afterAll(async () => {
  if (url === undefined) delete process.env.DATABASE_URL;
  else process.env.DATABASE_URL = url;
  await world.close();
});

const user = (...argv: string[]) => cli.json<Json>('user', ...argv, ...site);
const refused = async (...argv: string[]) => {
  const { code, out, error } = await cli.run(...argv, ...site);
  expect([code, out]).toEqual([1, '']);
  return error;
};
const log = async (subject: string) =>
  (await cli.json<Json>('log', 'list', '--subject', subject, '--limit', '1', ...site)).entries[0];

/** An application with that many seats, in whose group the people are. */
async function staff(key: string, seats: number, names: readonly string[]) {
  const { roles } = await world.application({ key, licence: { seats, policy: 'wait' } });
  const ids: string[] = [];
  for (const name of names) ids.push(await world.user(`${name}@${key}.example`));
  const group = await world.group(`Staff of ${key}`, ids);
  await world.grant(roles.get('user') ?? '', group);
  return { ids, group };
}

describe('rollcall user', () => {
  it('suspend, show, list --state and reactivate: with reason and dates, and what it did to seats', async () => {
    const { ids } = await staff('wiki', 1, ['ann', 'bob']);
    const suspended = await user('suspend', 'ann@wiki.example', '--reason', 'on leave', '--until', '2099-01-31');
    expect(suspended).toMatchObject({
      id: ids[0],
      state: 'suspended',
      suspensionReason: 'on leave',
      suspendedUntil: '2099-01-31T00:00:00.000Z',
      resumesTo: 'active',
      attributes: { active: false },
      entitlements: [],
    });
    expect((await user('show', 'bob@wiki.example')).entitlements).toMatchObject([{ application: 'wiki' }]);
    const { out } = await cli.run('user', 'show', 'ann@wiki.example', ...site);
    expect(out).toMatch(
      /State +suspended\nReason +on leave\nSuspended +20.*\nUntil +2099-01-31 00:00:00Z\nAfterwards +active/,
    );
    expect(await user('list', '--state', 'suspended')).toMatchObject({ users: [{ id: ids[0] }], more: false });
    const entry = await log(ids[0] ?? '');
    expect(entry).toMatchObject({ action: 'user.suspend', source: 'cli', outcome: 'success' });
    expect(entry.steps.map(({ step }: Json) => step)).toEqual(['match', 'decide', 'apply', 'licence']);

    const back = await user('reactivate', 'ann@wiki.example');
    expect(back).toMatchObject({ state: 'active', suspensionReason: null, waiting: [{ position: 1 }] });
    expect((await log(ids[0] ?? '')).outcome).toBe('waiting');
    expect(await refused('user', 'reactivate', 'ann@wiki.example')).toMatch(/^user\.wrong-state: .*is active/);
    const past = await refused('user', 'suspend', 'ann@wiki.example', '--reason', 'x', '--until', '2001-01-01');
    expect(past).toMatch(/^user\.suspension-in-the-past/);
    const { code } = await cli.run('user', 'suspend', 'ann@wiki.example', ...site);
    expect(code).toBe(2);
  });

  it('deactivate and reactivate', async () => {
    await staff('desk', 1, ['ann']);
    expect(await user('deactivate', 'ann@desk.example')).toMatchObject({ state: 'deactivated', entitlements: [] });
    expect(await user('reactivate', 'ann@desk.example')).toMatchObject({
      state: 'active',
      entitlements: [{ application: 'desk' }],
    });
  });

  it('delete names what is lost and asks; restore brings it back, under another name where the old one is taken', async () => {
    const { ids, group } = await staff('shop', 1, ['ann', 'bob']);
    const unconfirmed = await refused('user', 'delete', 'ann@shop.example');
    expect(unconfirmed).toMatch(
      /^user\.has-access: Deleting "ann@shop\.example" takes access away \(ann@shop\.example shop: user -> nothing\)/,
    );
    expect(await user('delete', 'ann@shop.example', '--yes')).toMatchObject({
      id: ids[0],
      state: 'deletion-scheduled',
      graceDays: 30,
    });
    expect(await refused('user', 'delete', 'ann@shop.example', '--yes')).toMatch(/^user\.not-found/);
    expect(await user('list', '--state', 'deletion-scheduled')).toMatchObject({ users: [{ id: ids[0] }] });
    const shown = await user('show', ids[0] ?? '');
    expect(shown).toMatchObject({ state: 'deletion-scheduled', groups: [{ id: group, direct: true }] });
    const days = (Date.parse(shown.erasedFrom) - Date.parse(shown.deletedAt)) / 86_400_000;
    expect(days).toBe(30);

    const successor = await world.user('Ann@shop.example');
    const taken = await refused('user', 'restore', ids[0] ?? '');
    expect(taken).toMatch(/^user\.name-taken-meanwhile: .*--user-name/);
    expect(taken).toContain(successor);
    const restored = await user('restore', ids[0] ?? '', '--user-name', 'ann.old@shop.example');
    expect(restored).toMatchObject({
      id: ids[0],
      userName: 'ann.old@shop.example',
      state: 'active',
      groups: [{ id: group }],
      waiting: [{ application: 'shop', position: 1 }],
    });
  });

  it('restore by name, unless several had it', async () => {
    const first = await world.user('twin@example.com');
    await user('delete', 'twin@example.com');
    const second = await world.user('twin@example.com');
    await user('delete', 'twin@example.com');
    const ambiguous = await refused('user', 'restore', 'twin@example.com');
    expect(ambiguous).toMatch(/^user\.name-not-unique/);
    expect(ambiguous).toContain(first);
    await user('restore', first);
    await user('delete', 'twin@example.com');
    await user('purge', second, '--yes');
    expect(await user('restore', 'twin@example.com')).toMatchObject({ id: first });
  });

  it('purge wants an id and --yes, takes only who is deleted, and leaves a deleted user behind', async () => {
    const id = await world.user('gone@example.com');
    expect(await refused('user', 'purge', id, '--yes')).toMatch(/^user\.wrong-state/);
    await user('delete', 'gone@example.com');
    expect(await refused('user', 'purge', id)).toMatch(/^user\.purge-unconfirmed/);
    expect(await refused('user', 'purge', 'gone@example.com', '--yes')).toMatch(/^user\.no-id/);
    expect(await user('purge', id, '--yes')).toEqual({ id, state: 'deleted' });
    expect(await user('show', id)).toMatchObject({
      userName: 'deleted user',
      state: 'deleted',
      attributes: {},
      groups: [],
    });
    expect((await user('list', '--state', 'deleted')).users).toContainEqual(expect.objectContaining({ id }));
    const { out } = await cli.run('log', 'list', '--subject', id, ...site);
    expect(out).toContain('deleted user');
    expect(out).not.toContain('gone@');
    expect(await refused('user', 'restore', id)).toMatch(/^user\.erased/);
  });

  it('set-type, and a customer who holds a seat is told which grants give it', async () => {
    const { ids } = await staff('help', 1, ['ann', 'bob']);
    const held = await refused('user', 'set-type', 'ann@help.example', 'customer');
    expect(held).toMatch(/^user\.holds-seats: .*help\/user through the group Staff of help/);
    expect(await user('set-type', 'ann@help.example', 'service')).toMatchObject({
      id: ids[0],
      userType: 'service',
      entitlements: [{ application: 'help', licence: null }],
    });
    expect((await user('show', 'bob@help.example')).entitlements).toMatchObject([{ licence: 'help' }]);
    const { code } = await cli.run('user', 'set-type', 'ann@help.example', 'robot', ...site);
    expect(code).toBe(2);
  });
});

it('rollcall group restore brings a group back', async () => {
  const { group, ids } = await staff('plan', 1, ['ann']);
  await cli.json('group', 'delete', 'Staff of plan', '--yes', ...site);
  expect((await user('show', ids[0] ?? '')).entitlements).toEqual([]);
  expect(await cli.json('group', 'restore', 'Staff of plan', ...site)).toEqual({
    id: group,
    displayName: 'Staff of plan',
  });
  expect((await user('show', ids[0] ?? '')).entitlements).toMatchObject([{ application: 'plan' }]);
  expect(await refused('group', 'restore', 'Staff of plan')).toMatch(/^group\.not-found/);
});

it('rollcall connection: a new one has limits for removals, which can be set, seen and lifted', async () => {
  const create = ['connection', 'create', '--name', 'okta', ...site];
  await cli.json(...create);
  expect(await cli.json('connection', 'show', 'okta', ...site)).toMatchObject({
    removalLimitPercent: 20,
    removalLimitCount: 500,
    removalMinimumBase: 100,
    removalWindowHours: 24,
    removals: { counted: 0, allowance: null },
  });
  const set = ['--removal-limit-percent', '0', '--removal-limit-count', '1', '--removal-window-hours', '2'];
  const connection = await cli.json<Json>('connection', 'set', 'okta', ...set, ...site);
  expect(connection).toMatchObject({ removalLimitPercent: 0, removalLimitCount: 1, removalWindowHours: 2 });
  const okta = writerFor(world, { ...world.actor, connection });
  const people = [await okta.createUser('a'), await okta.createUser('b'), await okta.createUser('c')];
  await okta.deleteUser(people[0] ?? '');
  await expect(okta.deleteUser(people[1] ?? '')).rejects.toMatchObject({ code: 'connection.removal-limit' });
  const allowed = ['connection', 'allow-removals', 'okta', '--for', '1h', '--count', '1', ...site];
  expect(await cli.json(...allowed)).toMatchObject({ name: 'okta', people: 1 });
  await okta.deleteUser(people[1] ?? '');
  await expect(okta.deleteUser(people[2] ?? '')).rejects.toMatchObject({ code: 'connection.removal-limit' });
  const { out } = await cli.run('connection', 'show', 'okta', ...site);
  expect(out).toMatch(/Removal limit +1 people, in 2 hours\nRemoved +1 in the window; 1 more allowed until /);
  const [entry] = (await cli.json<Json>('log', 'list', '--action', 'connection.allow-removals', ...site)).entries;
  expect(entry).toMatchObject({ source: 'cli', outcome: 'success' });
  const { code } = await cli.run('connection', 'set', 'okta', '--removal-limit-percent', '101', ...site);
  expect(code).toBe(2);
});
