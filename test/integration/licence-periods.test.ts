import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { removeApplicationConfirmed, removeRoleConfirmed } from '../../src/administration/index.js';
import { sql } from '../../src/database/index.js';
import type { Command } from '../../src/directory/index.js';
import {
  addDefaultGroup,
  addGrant,
  addLicence,
  addRole,
  changeApplication,
  changeLicence,
  changeOver,
  changeRole,
  dueApplications,
  findApplication,
  type NewLicence,
  removeDefaultGroup,
  removeLicence,
  removeRole,
} from '../../src/licensing/index.js';
import { createWorld, type World } from '../support/directory-world.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const DAY = 86_400_000;
const ALWAYS = { from: undefined, until: undefined };
const inDays = (days: number) => new Date(Date.now() + days * DAY);

let shared: TestDatabase;
let world: World;
let id: string;
let group: string;

beforeAll(async () => {
  shared = await createTestDatabase();
});
afterAll(() => shared.drop());

beforeEach(async () => {
  world = await createWorld(shared.database);
  const roles = [
    { key: 'admin', takesSeat: true },
    { key: 'user', takesSeat: true },
    { key: 'viewer', takesSeat: false },
  ];
  await world.application({ key: 'wiki', roles });
  id = (await application()).id;
  group = await world.group('Staff');
});

const application = () => findApplication(world.database, world.administrator.siteId, 'wiki');
const run = <Result>(command: Command<Result>) =>
  world.change.run(world.administrator, { action: command.action, objectType: command.objectType }, () => command);
const role = async (key: string) => (await application()).roles.find((one) => one.key === key)?.id ?? '';
const licence = (wanted: Partial<NewLicence>) =>
  run(
    addLicence(world.administrator, id, {
      name: 'first',
      seats: 1,
      policy: 'wait',
      period: ALWAYS,
      roles: ['admin', 'user'],
      ...wanted,
    }),
  ).then((made) => made.id);
const states = async () => (await application()).licences.map(({ name, state, used }) => [name, state, used]);

/** Time goes by: what a licence says of its time is moved into the past. */
async function goBy(licenceId: string, days: number): Promise<void> {
  await world.database.write(sql`
    UPDATE licences SET valid_from = valid_from - make_interval(days => ${days}),
      valid_until = valid_until - make_interval(days => ${days})
    WHERE site_id = ${world.administrator.siteId} AND id = ${licenceId}`);
}

async function changeOverWhatIsDue(): Promise<number> {
  const due = (await dueApplications(world.database)).filter(({ siteId }) => siteId === world.administrator.siteId);
  for (const one of due) await run(changeOver(world.administrator, one.applicationId));
  return due.length;
}

describe('a licence', () => {
  it('that ends evicts nobody, is flagged, and gives no seat to anybody new', async () => {
    const first = await licence({ seats: undefined, period: { from: undefined, until: inDays(1) } });
    const [ann, bob] = [await world.user('ann'), await world.user('bob')];
    await world.grant(await role('user'), group);
    await world.members(group, { kind: 'add', ids: [ann] });
    await goBy(first, 2);

    await world.members(group, { kind: 'add', ids: [bob] });

    const access = await world.access('wiki');
    expect([...access.held.keys()]).toEqual([ann]);
    expect([...access.waiting.keys()]).toEqual([bob]);
    expect(await states()).toEqual([['first', 'over', 1]]);
    expect(await changeOverWhatIsDue()).toBe(0);

    await run(changeLicence(world.administrator, first, { period: { from: undefined, until: inDays(1) } }));
    expect((await world.access('wiki')).held.size).toBe(2);
  });

  it('that has ended refuses with a line that says so where its policy is refuse', async () => {
    const first = await licence({ seats: 5, policy: 'refuse', period: { from: undefined, until: inDays(1) } });
    await world.grant(await role('user'), group);
    await goBy(first, 2);
    const ann = await world.user('ann');
    await expect(world.members(group, { kind: 'add', ids: [ann] })).rejects.toMatchObject({
      code: 'licence.out-of-seats',
      message: expect.stringContaining('has ended'),
    });
  });

  it('follows another: seats move over, also into fewer, and the queue moves on', async () => {
    const first = await licence({ seats: 2, period: { from: undefined, until: inDays(10) } });
    const second = await licence({ name: 'second', seats: 1, period: { from: inDays(10), until: undefined } });
    await world.grant(await role('user'), group);
    const people = [await world.user('ann'), await world.user('bob'), await world.user('cleo')];
    await world.members(group, { kind: 'add', ids: people });
    expect(await states()).toEqual([
      ['first', 'valid', 2],
      ['second', 'planned', 0],
    ]);
    expect(await changeOverWhatIsDue()).toBe(0);

    await goBy(first, 11);
    await goBy(second, 11);
    expect(await changeOverWhatIsDue()).toBe(1);
    expect(await states()).toEqual([
      ['first', 'ended', 0],
      ['second', 'over', 2],
    ]);
    expect(await changeOverWhatIsDue()).toBe(0);
    expect((await world.access('wiki')).waiting.size).toBe(1);

    await run(changeLicence(world.administrator, second, { seats: 3 }));
    expect(await states()).toEqual([
      ['first', 'ended', 0],
      ['second', 'valid', 3],
    ]);
  });

  it('cannot cover a role that another covers at the same time, and may the moment after', async () => {
    await licence({ roles: ['user'], period: { from: undefined, until: inDays(10) } });
    const overlapping = { name: 'second', roles: ['admin', 'user'], period: { from: inDays(9), until: undefined } };
    await expect(licence(overlapping)).rejects.toMatchObject({
      code: 'licence.overlaps',
      message: expect.stringMatching(/"first" covers the role "user"/),
    });
    await licence({ ...overlapping, roles: ['admin'] });
    expect(await states()).toHaveLength(2);
  });

  it('that is removed leaves everybody the role, and lets those in who waited', async () => {
    const first = await licence({ seats: 1 });
    await world.grant(await role('user'), group);
    await world.members(group, { kind: 'add', ids: [await world.user('ann'), await world.user('bob')] });
    expect((await world.access('wiki')).held.size).toBe(1);
    await run(removeLicence(world.administrator, first));
    expect((await world.access('wiki')).held.size).toBe(2);
  });

  it.each<[string, Partial<NewLicence>, string]>([
    ['negative seats', { seats: -1 }, 'licence.invalid-seats'],
    ['seats that are no number', { seats: 1.5 }, 'licence.invalid-seats'],
    ['an end before its beginning', { period: { from: inDays(2), until: inDays(1) } }, 'licence.invalid-period'],
    ['no role', { roles: [] }, 'licence.no-role'],
    ['an unknown role', { roles: ['boss'] }, 'application.role-not-found'],
    ['a role that takes no seat', { roles: ['viewer'] }, 'licence.role-takes-no-seat'],
    ['no name', { name: ' ' }, 'licence.no-name'],
  ])('with %s is refused and nothing changes', async (_what, wanted, code) => {
    await expect(async () => licence(wanted)).rejects.toMatchObject({ code });
    expect((await application()).licences).toEqual([]);
  });
});

describe('an application', () => {
  it('that is disabled gives nothing and takes no seat, and gives all back', async () => {
    await licence({ seats: 5 });
    await world.grant(await role('user'), group);
    const ann = await world.user('ann');
    await world.members(group, { kind: 'add', ids: [ann] });

    await run(changeApplication(world.administrator, id, { state: 'disabled' }));
    expect(await world.access('wiki')).toMatchObject({ held: new Map(), used: 0 });
    const bob = await world.user('bob');
    await world.members(group, { kind: 'add', ids: [bob] });
    expect((await world.access('wiki')).held.size).toBe(0);

    await run(changeApplication(world.administrator, id, { state: 'active' }));
    expect([...(await world.access('wiki')).held.keys()].sort()).toEqual([ann, bob].sort());
    expect((await world.access('wiki')).used).toBe(2);
  });

  it('is removed only when it is confirmed that people lose access', async () => {
    await licence({});
    await world.grant(await role('user'), group);
    await world.members(group, { kind: 'add', ids: [await world.user('ann')] });
    const administration = { change: world.change, actor: world.administrator };
    await expect(removeApplicationConfirmed(administration, { id, confirmation: undefined })).rejects.toMatchObject({
      code: 'application.in-use',
      message: expect.stringContaining('(ann wiki: user -> nothing)'),
    });
    await removeApplicationConfirmed(administration, { id, confirmation: 'any' });
    await expect(application()).rejects.toMatchObject({ code: 'application.not-found' });
    const left = await world.database.write(sql`
      SELECT 1 FROM entitlements WHERE site_id = ${world.administrator.siteId}
      UNION ALL SELECT 1 FROM grants WHERE site_id = ${world.administrator.siteId}
      UNION ALL SELECT 1 FROM waiting_places WHERE site_id = ${world.administrator.siteId}`);
    expect(left).toEqual([]);
  });

  it('has an owner who must be there', async () => {
    const ann = await world.user('ann');
    await run(changeApplication(world.administrator, id, { ownerUserId: ann }));
    expect((await application()).owner).toEqual({ id: ann, userName: 'ann' });
    const missing = changeApplication(world.administrator, id, { ownerUserId: id });
    await expect(run(missing)).rejects.toMatchObject({ code: 'application.no-owner' });
  });
});

describe('a role', () => {
  it('is added above another, moved and renamed; who has two gets the higher', async () => {
    await run(addRole(world.administrator, id, { key: 'lead', takesSeat: true }, 'user'));
    expect((await application()).roles.map(({ key }) => key)).toEqual(['admin', 'lead', 'user', 'viewer']);
    const ann = await world.user('ann');
    for (const key of ['lead', 'user']) {
      await run(addGrant(world.administrator, await role(key), { kind: 'user', id: ann }));
    }
    expect((await world.access('wiki')).held).toEqual(new Map([[ann, 'lead']]));

    await run(changeRole(world.administrator, id, 'lead', { above: null, name: 'Leader' }));
    expect((await application()).roles.map(({ key }) => key)).toEqual(['admin', 'user', 'viewer', 'lead']);
    expect((await world.access('wiki')).held).toEqual(new Map([[ann, 'user']]));
  });

  it('that begins to take a seat is lost to customers, and lies in no pool until a licence covers it', async () => {
    const cas = await world.user('cas');
    await world.database.write(sql`UPDATE users SET user_type = 'customer' WHERE id = ${cas}`);
    await run(addGrant(world.administrator, await role('viewer'), { kind: 'user', id: cas }));
    expect((await world.access('wiki')).held.size).toBe(1);
    await run(changeRole(world.administrator, id, 'viewer', { takesSeat: true }));
    expect((await world.access('wiki')).held.size).toBe(0);
  });

  it('cannot be given to a customer by name when it takes a seat', async () => {
    const cas = await world.user('cas');
    await world.database.write(sql`UPDATE users SET user_type = 'customer' WHERE id = ${cas}`);
    const grant = addGrant(world.administrator, await role('user'), { kind: 'user', id: cas });
    await expect(run(grant)).rejects.toMatchObject({ code: 'grant.customer-seat' });
  });

  it('is removed when confirmed, and people fall to the next that they have', async () => {
    await licence({});
    const ann = await world.user('ann');
    for (const key of ['admin', 'viewer']) {
      await run(addGrant(world.administrator, await role(key), { kind: 'user', id: ann }));
    }
    const administration = { change: world.change, actor: world.administrator };
    const remove = (confirmation?: string) => removeRoleConfirmed(administration, 'admin', { id, confirmation });
    await expect(remove()).rejects.toMatchObject({
      code: 'application.role-in-use',
      message: expect.stringContaining('ann wiki: admin -> viewer'),
    });
    await remove('any');
    expect(await world.access('wiki')).toMatchObject({ held: new Map([[ann, 'viewer']]), used: 0 });
    expect((await application()).licences).toMatchObject([{ roles: ['user'] }]);
    await expect(run(removeRole(world.administrator, id, 'user'))).rejects.toMatchObject({
      code: 'licence.no-role',
    });
  });

  it('keeps its key to itself', async () => {
    const again = () => run(addRole(world.administrator, id, { key: 'user', takesSeat: true }, undefined));
    await expect(again()).rejects.toMatchObject({ code: 'application.role-key-taken' });
  });
});

describe('a default group', () => {
  it('gets the role, once, and keeps it when it no longer is one', async () => {
    const ann = await world.user('ann');
    await world.members(group, { kind: 'add', ids: [ann] });
    const userRole = await role('user');
    await run(addDefaultGroup(world.administrator, userRole, group));
    expect((await application()).defaultGroups).toEqual([{ role: 'user', groupId: group, groupName: 'Staff' }]);
    expect((await world.access('wiki')).held).toEqual(new Map([[ann, 'user']]));
    await expect(run(addDefaultGroup(world.administrator, userRole, group))).rejects.toMatchObject({
      code: 'default-group.exists',
    });
    await run(removeDefaultGroup(world.administrator, userRole, group));
    expect((await application()).defaultGroups).toEqual([]);
    expect((await world.access('wiki')).held.size).toBe(1);
    await expect(run(removeDefaultGroup(world.administrator, userRole, group))).rejects.toMatchObject({
      code: 'default-group.not-found',
    });
  });

  it('cannot lie in a circle with another of the same application', async () => {
    const inner = await world.group('Inner', [group]);
    await world.members(group, { kind: 'add', ids: [inner] });
    await run(addDefaultGroup(world.administrator, await role('user'), group));
    await expect(run(addDefaultGroup(world.administrator, await role('admin'), inner))).rejects.toMatchObject({
      code: 'default-group.cycle',
    });
  });
});
