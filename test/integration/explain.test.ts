import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { DEFAULT_SEAT_RULES, explain, verifyLicensing } from '../../src/licensing/index.js';
import { createCli, urlOf } from '../support/cli.js';
import { createWorld, type World } from '../support/directory-world.js';

const cli = createCli();
const SITE = ['--site', 'test'];
const url = process.env.DATABASE_URL;

let world: World;
let roles: Map<string, string>;
let ann: string;
let bob: string;
let cleo: string;
let team: string;
let staff: string;

/** Ann and Bob are in Team, which lies in Staff; Staff gives `user`, Team gives `admin`; two seats for all of it. */
beforeEach(async () => {
  world = await createWorld();
  process.env.DATABASE_URL = await urlOf(world.database);
  ({ roles } = await world.application({
    key: 'wiki',
    roles: [
      { key: 'admin', takesSeat: true },
      { key: 'user', takesSeat: true },
      { key: 'viewer', takesSeat: false },
    ],
    licence: { seats: 1, policy: 'wait' },
  }));
  [ann, bob, cleo] = [await world.user('ann'), await world.user('bob'), await world.user('cleo')];
  team = await world.group('Team', [ann, bob]);
  staff = await world.group('Staff', [team]);
  await world.grant(role('user'), staff);
  await world.grant(role('admin'), team);
  await cli.json('licence', 'set', '--application', 'wiki', '--name', 'Seats', ...SITE);
});
afterEach(async () => {
  if (url === undefined) delete process.env.DATABASE_URL;
  else process.env.DATABASE_URL = url;
  await world.close();
});

const role = (key: string) => roles.get(key) ?? '';
const siteId = () => world.administrator.siteId;
const why = (user: string) => explain(world.database, siteId(), user, 'wiki', DEFAULT_SEAT_RULES);
const verify = () => verifyLicensing(world.database, siteId(), DEFAULT_SEAT_RULES);
const entries = async () => {
  const [row] = await world.database.read<{ count: number }>(sql`SELECT count(*) FROM log_entries`);
  return row?.count;
};

describe('explain', () => {
  it('names every path with its groups from the user upwards, and what each comes to', async () => {
    expect(await why(ann)).toMatchObject({
      verdict: 'has-access',
      role: 'admin',
      licence: 'Seats',
      reason: 'ann has the role admin of wiki, with a seat of Seats.',
      paths: [
        { role: 'admin', effect: 'gives', through: [{ id: team, name: 'Team' }], memberBy: null },
        { role: 'user', effect: 'lower', through: [{ name: 'Team' }, { id: staff, name: 'Staff' }] },
      ],
    });
  });

  it('says who waits for what', async () => {
    expect(await why(bob)).toMatchObject({
      verdict: 'waits',
      role: null,
      paths: [{ effect: 'waits' }, { effect: 'waits' }],
    });
    expect((await why(bob)).reason).toBe(
      'bob waits for admin (Seats is full), user (Seats is full) and has no access to wiki yet.',
    );
    await world.grant(role('viewer'), team);
    expect(await why(bob)).toMatchObject({
      verdict: 'has-access',
      role: 'viewer',
      licence: null,
      paths: [
        { role: 'admin', effect: 'waits' },
        { role: 'user', effect: 'waits' },
        { role: 'viewer', effect: 'gives' },
      ],
    });
  });

  it('says why nothing gives access, or why what gives it is withheld', async () => {
    expect(await why(cleo)).toMatchObject({ verdict: 'no-path', paths: [] });
    await world.setActive(ann, false);
    expect(await why(ann)).toMatchObject({ verdict: 'not-active', role: null, paths: [{ effect: 'withheld' }, {}] });
    await world.database.write(sql`UPDATE users SET user_type = 'customer' WHERE id = ${bob}`);
    expect(await verify()).not.toEqual([]);
    await cli.run('application', 'disable', 'wiki', ...SITE);
    expect(await why(bob)).toMatchObject({ verdict: 'application-disabled' });
    await cli.run('application', 'enable', 'wiki', ...SITE);
    expect(await why(bob)).toMatchObject({ verdict: 'only-seats-for-a-customer' });
  });

  it('follows circles of groups once', async () => {
    await world.members(team, { kind: 'add', ids: [staff] });
    const { paths } = await why(ann);
    expect(paths.map(({ through }) => through.map(({ name }) => name))).toEqual([['Team'], ['Team', 'Staff']]);
  });

  it('answers in the command line', async () => {
    const { out } = await cli.run('access', 'explain', 'ANN', '--application', 'wiki', ...SITE);
    expect(out).toContain('ann has the role admin of wiki, with a seat of Seats.');
    expect(out).toMatch(/user +lower +seat +Team < Staff/);
    expect(await cli.run('access', 'explain', 'nobody', '--application', 'wiki', ...SITE)).toMatchObject({
      code: 1,
      error: expect.stringContaining('user.not-found'),
    });
    expect(await cli.run('access', 'explain', 'ann', '--application', 'nothing', ...SITE)).toMatchObject({
      code: 1,
      error: expect.stringContaining('application.not-found'),
    });
  });
});

describe('removal', () => {
  it('lists the groups that give access, and what else would be lost with them', async () => {
    const chat = await world.application({ key: 'chat', roles: [{ key: 'talker', takesSeat: false }] });
    await world.grant(chat.roles.get('talker') ?? '', team);
    await cli.run('grant', 'add', '--application', 'wiki', '--role', 'viewer', '--user', 'ann', ...SITE);
    const before = await entries();
    const found = await cli.json('access', 'removal', 'ann', '--application', 'wiki', ...SITE);
    expect(found).toMatchObject({
      groups: [{ id: team, name: 'Team' }],
      grants: ['viewer'],
      outlook: {
        access: [
          { userName: 'ann', application: 'chat', effect: 'loses' },
          { userName: 'ann', application: 'wiki', effect: 'loses', after: { role: null, licence: null, waitsFor: [] } },
          { userName: 'bob', application: 'wiki', effect: 'gains', after: { role: 'admin', licence: 'Seats' } },
        ],
      },
    });
    expect(await entries()).toBe(before);
    expect(await why(ann)).toMatchObject({ role: 'admin' });
  });
});

describe('simulate', () => {
  const simulate = async (...changes: object[]) => {
    const file = join(tmpdir(), `rollcall-changes-${process.pid}.json`);
    await writeFile(file, JSON.stringify(changes));
    return cli.run('access', 'simulate', file, '--json', ...SITE);
  };

  it('tells what several changes come to together, and keeps nothing', async () => {
    const before = await entries();
    const { out } = await simulate(
      { change: 'remove-member', group: 'Team', user: 'ann' },
      { change: 'add-member', group: 'Team', user: 'cleo' },
      { change: 'set-seats', application: 'wiki', licence: 'Seats', seats: 2 },
      { change: 'grant', application: 'wiki', role: 'viewer', user: 'ann' },
    );
    expect(JSON.parse(out)).toMatchObject({
      access: [
        { userName: 'ann', effect: 'changes', before: { role: 'admin', licence: 'Seats' }, after: { role: 'viewer' } },
        { userName: 'bob', effect: 'gains', after: { role: 'admin' } },
        { userName: 'cleo', effect: 'gains', after: { role: 'admin' } },
      ],
      pools: [{ licence: 'Seats', seats: 2, used: { before: 1, after: 2 }, waiting: { before: 2, after: 0 } }],
    });
    expect(await entries()).toBe(before);
    expect(await why(ann)).toMatchObject({ role: 'admin' });
    expect(await verify()).toEqual([]);
  });

  it('fails as the change would, and for what is no change at all', async () => {
    const twice = { change: 'grant', application: 'wiki', role: 'admin', group: 'Team' };
    expect(await simulate(twice)).toMatchObject({ code: 1, error: expect.stringContaining('grant.exists') });
    for (const wrong of [
      {},
      { change: 'explode' },
      { change: 'grant', application: 'wiki', role: 'admin' },
      { change: 'set-seats', application: 'wiki', licence: 'Seats', seats: -1 },
    ]) {
      expect(await simulate(wrong)).toMatchObject({ code: 2, out: '' });
    }
    expect(await simulate()).toMatchObject({ code: 2 });
    expect(await cli.run('access', 'simulate', '/nowhere.json', ...SITE)).toMatchObject({ code: 2 });
  });

  it('lets others change access meanwhile, before or after', async () => {
    const changes = Array.from({ length: 20 }, (_, index) =>
      index % 2 === 0
        ? world.members(team, { kind: index % 4 === 0 ? 'remove' : 'add', ids: [ann] })
        : simulate({ change: 'delete-group', group: 'Staff' }),
    );
    for (const result of await Promise.all(changes)) if (result !== undefined) expect(result.code).toBe(0);
    expect(await verify()).toEqual([]);
  });
});

describe('group delete', () => {
  it('asks where access is lost, names who loses what, and goes on with --yes', async () => {
    const asked = await cli.run('group', 'delete', 'Team', ...SITE);
    expect(asked).toMatchObject({ code: 1, out: '' });
    expect(asked.error).toContain('group.gives-access: Deleting "Team" takes access away (ann wiki: admin -> nothing;');
    expect(await why(ann)).toMatchObject({ role: 'admin' });
    expect(await cli.run('group', 'delete', 'Team', '--yes', ...SITE)).toMatchObject({ code: 0 });
    expect(await why(ann)).toMatchObject({ verdict: 'no-path' });
    await world.group('Empty');
    expect(await cli.run('group', 'delete', 'Empty', ...SITE)).toMatchObject({ code: 0 });
  });

  it('add and remove move members and leave the group as it is', async () => {
    const before = await cli.json<{ version: number }>('group', 'show', 'Team', ...SITE);
    expect(await cli.json('group', 'add', 'Team', '--user', 'cleo', ...SITE)).toMatchObject({ changed: true });
    expect(await cli.json('group', 'add', 'Team', '--user', 'cleo', ...SITE)).toMatchObject({ changed: false });
    const folded = await world.database.read(sql`SELECT folded, document FROM groups WHERE id = ${team}`);
    expect(folded[0]).toMatchObject({ folded: { displayName: 'team' } });
    expect(await cli.json('group', 'show', 'Team', ...SITE)).toMatchObject({ userCount: 3 });
    expect(await cli.json('group', 'remove', 'Team', '--user', 'cleo', '--user', 'bob', ...SITE)).toMatchObject({
      changed: true,
    });
    expect(await cli.json('group', 'show', 'Team', ...SITE)).toMatchObject({ userCount: 1, displayName: 'Team' });
    expect(before).toMatchObject({ userCount: 2 });
    expect(await cli.run('group', 'add', 'Team', ...SITE)).toMatchObject({ code: 2 });
  });
});

describe('verify', () => {
  const broken: [string, ReturnType<typeof sql>, object][] = [
    [
      'a role that nothing gives',
      sql`UPDATE entitlements SET licence_id = NULL`,
      { kind: 'access', subject: 'ann', kept: 'admin', expected: 'admin (Seats)' },
    ],
    [
      'a count that is wrong',
      sql`UPDATE licences SET seats_used = 7`,
      { kind: 'seats', subject: 'Seats', kept: '7', expected: '1' },
    ],
    [
      'a place that is missing',
      sql`DELETE FROM waiting_places`,
      { kind: 'place', subject: 'bob', kept: null, expected: 'admin (Seats)' },
    ],
    [
      'access that is missing',
      sql`DELETE FROM entitlements`,
      { kind: 'access', subject: 'bob', kept: null, expected: 'admin (Seats)' },
    ],
  ];
  for (const [what, damage, difference] of broken) {
    it(`names ${what}, and changes nothing`, async () => {
      expect(await cli.run('licensing', 'verify', ...SITE)).toMatchObject({
        code: 0,
        out: 'All access and seats are what they should be.\n',
      });
      await world.database.write(damage);
      const found = await verify();
      expect(found).toContainEqual(expect.objectContaining({ application: 'wiki', ...difference }));
      expect(await verify()).toEqual(found);
      const told = await cli.run('licensing', 'verify', '--json', ...SITE);
      expect([told.code, JSON.parse(told.out)]).toEqual([1, { differences: found }]);
    });
  }
});
