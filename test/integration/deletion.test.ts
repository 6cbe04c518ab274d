import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { countObjects, foldObjectCounts, readGroup, readMembers, restoreGroup } from '../../src/directory/index.js';
import { createLifeCycle } from '../../src/life-cycle.js';
import { createWorld, type World } from '../support/directory-world.js';
import { type Writer, writerFor } from '../support/writers.js';

let world: World;
let client: Writer;

beforeEach(async () => {
  world = await createWorld();
  client = writerFor(world, world.actor);
});

afterEach(() => world.close());

describe('a deleted user', () => {
  it('is gone for every further command', async () => {
    const user = await client.createUser('ann');
    await client.deleteUser(user);
    await expect(client.deleteUser(user)).rejects.toMatchObject({ code: 'user.not-found' });
    await expect(client.updateUser(user, {})).rejects.toMatchObject({ code: 'user.not-found' });
    const group = await client.createGroup('group');
    const adding = client.updateGroup(group, [{ kind: 'add', ids: [user] }]);
    await expect(adding).rejects.toMatchObject({ code: 'group.unknown-member' });
  });

  it('leaves its name to a new user with a new id', async () => {
    const user = await client.createUser('Ann');
    await client.deleteUser(user);
    expect(await client.createUser('ann')).not.toBe(user);
  });

  it('is no member any more, and its groups have a new version and time', async () => {
    const user = await client.createUser('ann');
    const [inside, outside] = [await client.createGroup('in', [user]), await client.createGroup('out')];
    const before = [await group(inside), await group(outside)];
    await client.deleteUser(user);
    const after = [await group(inside), await group(outside)];
    expect((await readMembers(world.database, world.actor.siteId, [inside])).get(inside)).toEqual([]);
    expect(after[0]?.version).toBe((before[0]?.version ?? 0) + 1);
    expect(after[0]?.modifiedAt.getTime()).toBeGreaterThan(before[0]?.modifiedAt.getTime() ?? 0);
    expect(after[1]).toEqual(before[1]);
  });

  it('keeps what a restore needs: row, memberships, identity', async () => {
    const user = await client.createUser('ann', { externalId: 'A1' });
    const inside = await client.createGroup('group', [user]);
    await client.deleteUser(user);
    expect(await membershipsOf(user)).toEqual([inside]);
    expect(await world.database.write(sql`SELECT external_id FROM identities WHERE object_id = ${user}`)).toEqual([
      { external_id: 'A1' },
    ]);
  });

  it.each(['replaceAll', 'removeAll', 'remove'] as const)(
    'stays out when it is taken out meanwhile (%s), which is no change of what can be seen',
    async (kind) => {
      const [gone, stays] = [await client.createUser('gone'), await client.createUser('stays')];
      const inside = await client.createGroup('group', kind === 'removeAll' ? [gone] : [gone, stays]);
      await client.deleteUser(gone);
      const before = await group(inside);
      const change = kind === 'removeAll' ? { kind } : { kind, ids: kind === 'remove' ? [gone] : [stays] };
      expect(await client.updateGroup(inside, [change])).toMatchObject({ changed: false });
      expect(await group(inside)).toEqual(before);
      expect(await membershipsOf(gone)).toEqual([]);
    },
  );

  it('gives its seat to the next', async () => {
    const { roles } = await world.application({ key: 'wiki', licence: { seats: 1, policy: 'wait' } });
    const [ann, bob] = [await client.createUser('ann'), await client.createUser('bob')];
    const everybody = await client.createGroup('group', [ann]);
    await world.grant(roles.get('user') ?? '', everybody);
    await client.updateGroup(everybody, [{ kind: 'add', ids: [bob] }]);
    await client.deleteUser(ann);
    expect(await world.access('wiki')).toEqual({ held: new Map([[bob, 'user']]), waiting: new Map(), used: 1 });
  });
});

describe('a deleted group', () => {
  it('is gone, gives nothing, is no member, and its members stay for a restore', async () => {
    const { roles } = await world.application({ key: 'wiki' });
    const user = await client.createUser('ann');
    const child = await client.createGroup('child', [user]);
    const parent = await client.createGroup('parent', [child]);
    await world.grant(roles.get('user') ?? '', parent);
    const before = await group(parent);
    await client.deleteGroup(child);
    expect(await group(child)).toBeUndefined();
    expect((await world.access('wiki')).held.size).toBe(0);
    expect((await readMembers(world.database, world.actor.siteId, [parent])).get(parent)).toEqual([]);
    expect((await group(parent))?.version).toBe((before?.version ?? 0) + 1);
    expect(await membershipsOf(user)).toEqual([child]);
    expect(await world.database.write(sql`SELECT 1 FROM group_closure`)).toEqual([]);
  });

  it('does not count as a change when it is swept out of a group', async () => {
    const child = await client.createGroup('child');
    const parent = await client.createGroup('parent', [child]);
    await client.deleteGroup(child);
    const before = await group(parent);
    expect(await client.updateGroup(parent, [{ kind: 'replaceAll', ids: [] }])).toMatchObject({ changed: false });
    expect(await group(parent)).toEqual(before);
  });

  it('does not stand in the way of deleting its members', async () => {
    const user = await client.createUser('ann');
    await client.deleteGroup(await client.createGroup('group', [user]));
    await client.deleteUser(user);
  });
});

describe('a restored group', () => {
  const restore = (id: string) =>
    world.change.run(world.administrator, { action: 'group.restore', objectType: 'Group', objectId: id }, () =>
      restoreGroup(world.administrator, id),
    );

  it('has its members, lies where it lay, gives what it gave, and queues are served', async () => {
    const { roles } = await world.application({ key: 'wiki', licence: { seats: 1, policy: 'wait' } });
    const [ann, bob] = [await client.createUser('ann'), await client.createUser('bob')];
    const bottom = await client.createGroup('bottom', [ann]);
    const middle = await client.createGroup('middle', [bottom]);
    const top = await client.createGroup('top', [middle]);
    await world.grant(roles.get('user') ?? '', top);
    const other = await client.createGroup('other', [bob]);
    await world.grant(roles.get('user') ?? '', other);
    const closure = () => world.database.write(sql`SELECT ancestor_id, descendant_id FROM group_closure ORDER BY 1, 2`);
    const before = [await closure(), (await group(top))?.version];
    await client.deleteGroup(middle);
    expect([...(await world.access('wiki')).held.keys()]).toEqual([bob]);

    await restore(middle);

    expect(await closure()).toEqual(before[0]);
    expect((await group(middle))?.version).toBe(3);
    const members = await readMembers(world.database, world.actor.siteId, [top, middle]);
    expect([members.get(top), members.get(middle)].map((some) => some?.map(({ id }) => id))).toEqual([
      [middle],
      [bottom],
    ]);
    const access = await world.access('wiki');
    expect([[...access.held.keys()], [...access.waiting.keys()]]).toEqual([[bob], [ann]]);
    const reader = { siteId: world.actor.siteId, connectionId: undefined, sees: 'site' } as const;
    expect(await countObjects(world.database, reader, 'Group')).toBe(4);
    await expect(restore(middle)).rejects.toMatchObject({ code: 'group.not-deleted' });
  });

  it('is a tombstone when the grace period is over', async () => {
    const [user, inner] = [await client.createUser('ann'), await client.createGroup('Secret inner')];
    const gone = await client.createGroup('Secret project', [user, inner]);
    await client.deleteGroup(gone);
    await world.database.write(sql`UPDATE groups SET deleted_at = now() - interval '31 days' WHERE id = ${gone}`);
    const lives = [1, 2].map(() => createLifeCycle(world.database, world.change, 30));
    await Promise.all(lives.map((each) => each.eraseExpired()));
    expect(
      await world.database.write(sql`
      SELECT display_name AS name, document, erased_at IS NOT NULL AS erased FROM groups WHERE id = ${gone}`),
    ).toEqual([{ name: 'deleted group', document: {}, erased: true }]);
    expect(await membershipsOf(user)).toEqual([]);
    expect(await world.database.write(sql`SELECT 1 FROM nestings`)).toEqual([]);
    await expect(restore(gone)).rejects.toMatchObject({ code: 'group.erased' });
    expect(await group(inner)).toBeDefined();
  });
});

it('totals are exact after creates, deletes and folds in any mixture', async () => {
  const users = await Promise.all(Array.from({ length: 20 }, (_, n) => client.createUser(`user${n}`)));
  const groups = await Promise.all(Array.from({ length: 5 }, (_, n) => client.createGroup(`group${n}`)));
  const deleting = users.slice(0, 7).map((id) => client.deleteUser(id));
  await Promise.all([...deleting, client.deleteGroup(groups[0] ?? ''), ...fold(5)]);
  await Promise.all(fold(3));
  const reader = { siteId: world.actor.siteId, connectionId: undefined, sees: 'site' } as const;
  expect(await countObjects(world.database, reader, 'User')).toBe(13);
  expect(await countObjects(world.database, reader, 'Group')).toBe(4);
});

function fold(times: number): Promise<number>[] {
  return Array.from({ length: times }, () => foldObjectCounts(world.database));
}

/** Undefined when there is no such visible group. */
async function group(id: string): Promise<{ version: number; modifiedAt: Date } | undefined> {
  const reader = { siteId: world.actor.siteId, connectionId: undefined, sees: 'site' as const };
  if ((await readGroup(world.database, reader, id)) === undefined) return undefined;
  const rows = await world.database.write<{ version: number; modifiedAt: Date }>(sql`
    SELECT version, modified_at AS "modifiedAt" FROM groups WHERE id = ${id}`);
  return rows[0];
}

async function membershipsOf(user: string): Promise<string[]> {
  const rows = await world.database.write<{ group_id: string }>(sql`
    SELECT group_id FROM memberships WHERE user_id = ${user}`);
  return rows.map((row) => row.group_id);
}
