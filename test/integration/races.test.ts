import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { createWorld, type World } from '../support/directory-world.js';

let world: World;

beforeEach(async () => {
  world = await createWorld();
});

afterEach(() => world.close());

/** Each test fails when the lock that it is about is taken out of change/locks.ts or licensing/settle.ts. */
describe('writers at the same time', () => {
  it('50 writers at a limit of 10 take 10 seats; the others wait', async () => {
    const { roles } = await world.application({ key: 'wiki', licence: { seats: 10, policy: 'wait' } });
    const users = await all(50, (n) => world.user(`user${n}`));
    const groups = await all(5, (n) => world.group(`group${n}`));
    for (const group of groups) await world.grant(roles.get('user') ?? '', group);

    await Promise.all(users.map((user, n) => world.members(groups[n % 5] ?? '', { kind: 'add', ids: [user] })));

    const { held, waiting, used } = await world.access('wiki');
    expect([held.size, waiting.size, used]).toEqual([10, 40, 10]);
  });

  it('50 writers at a limit of 10 that refuses: 10 come in, 40 are refused whole', async () => {
    const { roles } = await world.application({ key: 'wiki', licence: { seats: 10, policy: 'refuse' } });
    const users = await all(50, (n) => world.user(`user${n}`));
    const groups = await all(5, (n) => world.group(`group${n}`));
    for (const group of groups) await world.grant(roles.get('user') ?? '', group);

    const results = await Promise.allSettled(
      users.map((user, n) => world.members(groups[n % 5] ?? '', { kind: 'add', ids: [user] })),
    );

    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(40);
    expect(refused.every((result) => result.reason.code === 'licence.out-of-seats')).toBe(true);
    const { held, waiting } = await world.access('wiki');
    expect([held.size, waiting.size, await memberships()]).toEqual([10, 0, 10]);
  });

  it('a member added to a child group beside a grant to its parent has the access', async () => {
    for (let round = 0; round < 20; round++) {
      const { roles } = await world.application({ key: `app${round}` });
      const child = await world.group(`child${round}`);
      const parent = await world.group(`parent${round}`, [child]);
      const user = await world.user(`user${round}`);

      await Promise.all([
        world.members(child, { kind: 'add', ids: [user] }),
        world.grant(roles.get('user') ?? '', parent),
      ]);

      expect((await world.access(`app${round}`)).held.get(user)).toBe('user');
    }
  });

  it('two nesting edges made side by side are both in the closure, and carry access', async () => {
    for (let round = 0; round < 20; round++) {
      const { roles } = await world.application({ key: `app${round}` });
      const user = await world.user(`user${round}`);
      const [top, middle, bottom] = await all(3, (n) => world.group(`group${round}-${n}`));
      if (top === undefined || middle === undefined || bottom === undefined) throw new Error('three groups');
      await world.grant(roles.get('user') ?? '', top);
      await world.members(bottom, { kind: 'add', ids: [user] });

      await Promise.all([
        world.members(top, { kind: 'add', ids: [middle] }),
        world.members(middle, { kind: 'add', ids: [bottom] }),
      ]);

      expect((await world.access(`app${round}`)).held.get(user)).toBe('user');
    }
  });

  it('200 parallel member adds and removes: exactly those that were added and not removed are members', async () => {
    const group = await world.group('big');
    const users = await all(100, (n) => world.user(`user${n}`));
    await world.members(group, { kind: 'add', ids: users.slice(50) });
    const before = await version(group);

    await Promise.all([
      ...users.map((user, n) => world.members(group, { kind: n < 50 ? 'add' : 'remove', ids: [user] })),
      ...users.map((user, n) => world.members(group, { kind: n < 50 ? 'add' : 'remove', ids: [user] })),
    ]);

    const rows = await world.database.read<{ user_id: string }>(sql`
      SELECT user_id FROM memberships WHERE group_id = ${group} ORDER BY user_id`);
    expect(rows.map((row) => row.user_id)).toEqual(users.slice(0, 50).sort());
    // One version a change that changed something: repeats are no change.
    expect(await version(group)).toBe(before + 100);
  });

  it('20 equal creates: one user, 19 conflicts, all in the log', async () => {
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => world.user('Same.Name')));

    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(19);
    expect(refused.every((result) => result.reason.code === 'user.user-name-taken')).toBe(true);
    const log = await world.database.read(sql`
      SELECT outcome, count(*) AS entries FROM log_entries WHERE action = 'user.create' GROUP BY outcome ORDER BY outcome`);
    expect(log).toEqual([
      { outcome: 'failure', entries: 19 },
      { outcome: 'success', entries: 1 },
    ]);
  });

  it('a user deactivated while being added holds nothing, with a limit and without', async () => {
    for (const licence of [{ seats: 100, policy: 'wait' as const }, undefined]) {
      const key = licence === undefined ? 'open' : 'wiki';
      const { roles } = await world.application({ key, licence });
      const groups = await all(10, (n) => world.group(`${key}${n}`));
      for (const group of groups) await world.grant(roles.get('user') ?? '', group);
      const users = await all(40, (n) => world.user(`${key}${n}`));

      // One pair after the other, each in a group of its own: only the user's row can keep the two apart.
      for (const [n, user] of users.entries()) {
        await Promise.all([
          world.members(groups[n % 10] ?? '', { kind: 'add', ids: [user] }),
          world.setActive(user, false),
        ]);
      }

      const { held, used } = await world.access(key);
      expect([held.size, used]).toEqual([0, 0]);
    }
  });

  it('a user added to two groups at once has the higher of both roles', async () => {
    const roleKeys = [
      { key: 'admin', takesSeat: true },
      { key: 'user', takesSeat: true },
    ];
    const { roles } = await world.application({ key: 'wiki', roles: roleKeys });
    const admins = await world.group('admins');
    const members = await world.group('members');
    await world.grant(roles.get('admin') ?? '', admins);
    await world.grant(roles.get('user') ?? '', members);
    const users = await all(40, (n) => world.user(`user${n}`));

    for (const user of users) {
      await Promise.all([admins, members].map((group) => world.members(group, { kind: 'add', ids: [user] })));
    }

    const { held } = await world.access('wiki');
    expect([...held.values()].filter((role) => role !== 'admin')).toEqual([]);
    expect(held.size).toBe(40);
  });
});

async function all<T>(count: number, make: (n: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  for (let n = 0; n < count; n++) made.push(await make(n));
  return made;
}

async function memberships(): Promise<number> {
  const rows = await world.database.read<{ total: number }>(sql`SELECT count(*) AS total FROM memberships`);
  return rows[0]?.total ?? 0;
}

async function version(groupId: string): Promise<number> {
  const rows = await world.database.read<{ version: number }>(sql`SELECT version FROM groups WHERE id = ${groupId}`);
  return rows[0]?.version ?? 0;
}
