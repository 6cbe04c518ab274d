import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { addDomain, countObjects, verifyDomain } from '../../src/directory/index.js';
import { listLog } from '../../src/log/index.js';
import { createWorld, type World } from '../support/directory-world.js';
import { connectionOf, type Writer, writerFor } from '../support/writers.js';

let world: World;
/** Has `adopt`; `other` has not. */
let okta: Writer;
let other: Writer;
let administrator: Writer;

beforeEach(async () => {
  world = await createWorld();
  okta = connectionOf(world, 'okta', true);
  other = connectionOf(world, 'other', false);
  administrator = writerFor(world, world.administrator);
});

afterEach(async () => {
  await expectCounts();
  await world.close();
});

describe('the owner of an object', () => {
  it('is the connection that made it, or nobody when an administrator did', async () => {
    const [theirs, local] = [await okta.createUser('ann'), await administrator.createUser('bob')];
    const [group, localGroup] = [await okta.createGroup('a'), await administrator.createGroup('b')];
    expect(await ownerOf('users', theirs)).toBe(idOf(okta));
    expect(await ownerOf('users', local)).toBeNull();
    expect(await ownerOf('groups', group)).toBe(idOf(okta));
    expect(await ownerOf('groups', localGroup)).toBeNull();
  });

  it.each([false, true])('alone may write it, whether the other connection adopts or not (%s)', async (adopt) => {
    const stranger = connectionOf(world, 'stranger', adopt);
    const [user, group] = [await okta.createUser('ann'), await okta.createGroup('group')];
    await expectRefusal(stranger.updateUser(user, { title: 'x' }), 'ownership.other-owner');
    await expectRefusal(stranger.updateGroup(group, [{ kind: 'add', ids: [user] }]), 'ownership.other-owner');
    expect(await members(group)).toEqual([]);
    const log = await listLog(world.database, { siteId: world.actor.siteId, subjectId: user, limit: 10 });
    expect(log[0]).toMatchObject({
      outcome: 'failure',
      errorCode: 'ownership.other-owner',
      connectionId: idOf(stranger),
    });
  });

  it('does not keep an administrator out', async () => {
    const user = await okta.createUser('ann');
    await administrator.updateUser(user, { title: 'x' });
    expect(await ownerOf('users', user)).toBe(idOf(okta));
  });

  it('is no matter of the userName: a name in use is a conflict for everybody, and adopts nothing', async () => {
    const local = await administrator.createUser('ann@example.com');
    await expectRefusal(okta.createUser('Ann@Example.com'), 'user.user-name-taken');
    expect(await ownerOf('users', local)).toBeNull();
    const [entry] = await listLog(world.database, { siteId: world.actor.siteId, outcome: 'failure', limit: 1 });
    expect(entry?.personal?.details).toMatchObject({ conflictsWith: local });
  });
});

describe('adoption', () => {
  it('makes the first connection with `adopt` that writes an unowned object its owner', async () => {
    const [user, group] = [await administrator.createUser('ann'), await administrator.createGroup('group')];
    await okta.updateUser(user, { title: 'x', externalId: 'A1' });
    await okta.updateGroup(group, [{ kind: 'add', ids: [user] }]);
    expect([await ownerOf('users', user), await ownerOf('groups', group)]).toEqual([idOf(okta), idOf(okta)]);
    expect(await identities(user)).toEqual([{ connection_id: idOf(okta), external_id: 'A1' }]);
    const log = await listLog(world.database, { siteId: world.actor.siteId, action: 'user.update', limit: 1 });
    expect(log[0]?.personal?.changes).toContainEqual({ attribute: 'owner', new: 'okta' });
  });

  it('happens without a change as well, and leaves version and lastModified', async () => {
    const user = await administrator.createUser('ann');
    const before = await versionOf('users', user);
    expect(await okta.updateUser(user, {})).toMatchObject({ changed: false });
    expect(await ownerOf('users', user)).toBe(idOf(okta));
    expect(await versionOf('users', user)).toEqual(before);
  });

  it('is refused to a connection without `adopt`, and the object stays as it was', async () => {
    const [user, group] = [await administrator.createUser('ann'), await administrator.createGroup('group')];
    await expectRefusal(other.updateUser(user, { title: 'x' }), 'ownership.not-adopted');
    await expectRefusal(other.updateGroup(group, [], 'new name'), 'ownership.not-adopted');
    expect(await ownerOf('users', user)).toBeNull();
  });

  it('by address needs a domain that this site has verified', async () => {
    const user = await administrator.createUser('ann@Example.COM');
    const change = { userName: 'ann@Example.COM', title: 'x' };
    await expectRefusal(okta.updateUser(user, change), 'ownership.unverified-domain');
    await run(() => addDomain(world.administrator, 'example.com'));
    await expectRefusal(okta.updateUser(user, change), 'ownership.unverified-domain');
    await run(() => verifyDomain(world.administrator, 'example.com', 'operator'));
    await okta.updateUser(user, change);
    expect(await ownerOf('users', user)).toBe(idOf(okta));
  });

  it('by the first e-mail address needs it too, where the userName is none', async () => {
    const user = await administrator.createUser('ann', { emails: ['ann@example.com'] });
    await expectRefusal(okta.updateUser(user, { emails: ['ann@example.com'] }), 'ownership.unverified-domain');
  });

  it('of two at once succeeds for one', async () => {
    const user = await administrator.createUser('ann');
    const rivals = Array.from({ length: 8 }, (_, n) => connectionOf(world, `rival${n}`, true));
    const results = await Promise.allSettled(
      rivals.map((rival) => rival.updateUser(user, { title: rival.actor.source })),
    );
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    await expectCounts();
  });
});

describe('an identity', () => {
  it('is what one connection calls an object: others have their own, equal or not', async () => {
    const user = await administrator.createUser('ann');
    await okta.updateUser(user, { externalId: 'same' });
    const second = await okta.createUser('bob', { externalId: 'same' });
    expect(await identities(user)).toEqual([{ connection_id: idOf(okta), external_id: 'same' }]);
    expect(await identities(second)).toEqual([{ connection_id: idOf(okta), external_id: 'same' }]);
  });

  it('is all that goes when a connection deletes what it does not own', async () => {
    const [user, group] = [await okta.createUser('ann', { externalId: 'A' }), await okta.createGroup('group')];
    await linkTo(other, user, 'User');
    await linkTo(other, group, 'Group');
    await other.deleteUser(user);
    await other.deleteGroup(group);
    expect(await identities(user)).toEqual([{ connection_id: idOf(okta), external_id: 'A' }]);
    expect(await isVisible('users', user)).toBe(true);
    expect(await isVisible('groups', group)).toBe(true);
    await expectCounts();
  });
});

describe('rows of members', () => {
  let group: string;
  let [own, local, late] = ['', '', ''];

  beforeEach(async () => {
    group = await okta.createGroup('group');
    [own, local, late] = [await okta.createUser('own'), await okta.createUser('local'), await okta.createUser('late')];
    await okta.updateGroup(group, [{ kind: 'add', ids: [own] }]);
    await administrator.updateGroup(group, [{ kind: 'add', ids: [local] }]);
  });

  it('belong to who added them', async () => {
    expect(await rows(group)).toEqual(
      new Map([
        [own, idOf(okta)],
        [local, null],
      ]),
    );
  });

  it('are replaced by a connection only where they are its own', async () => {
    await okta.updateGroup(group, [{ kind: 'replaceAll', ids: [late] }]);
    expect(await rows(group)).toEqual(
      new Map([
        [local, null],
        [late, idOf(okta)],
      ]),
    );
    await okta.updateGroup(group, [{ kind: 'removeAll' }]);
    expect(await members(group)).toEqual([local]);
  });

  it('that are local become the connection’s when it names them, so that it can take them back', async () => {
    const before = await versionOf('groups', group);
    expect((await okta.updateGroup(group, [{ kind: 'replaceAll', ids: [own, local] }])).changed).toBe(false);
    expect(await versionOf('groups', group)).toEqual(before);
    expect(await rows(group)).toEqual(
      new Map([
        [own, idOf(okta)],
        [local, idOf(okta)],
      ]),
    );
    await okta.updateGroup(group, [{ kind: 'replaceAll', ids: [] }]);
    expect(await members(group)).toEqual([]);
  });

  it('of a connection stay its own when an administrator adds them once more', async () => {
    await administrator.updateGroup(group, [{ kind: 'add', ids: [own] }]);
    expect((await rows(group)).get(own)).toBe(idOf(okta));
  });

  it('all go when an administrator replaces them, or a connection names them', async () => {
    await okta.updateGroup(group, [{ kind: 'remove', ids: [local] }]);
    expect(await members(group)).toEqual([own]);
    await administrator.updateGroup(group, [{ kind: 'replaceAll', ids: [late] }]);
    expect(await members(group)).toEqual([late]);
  });
});

describe('a protected group', () => {
  it('refuses every connection, its owner too, and lets administrators in', async () => {
    const [owned, local] = [await okta.createGroup('owned'), await administrator.createGroup('local')];
    await world.database.write(sql`UPDATE groups SET protected = true`);
    for (const group of [owned, local]) {
      await expectRefusal(okta.updateGroup(group, [], 'new name'), 'ownership.protected-group');
    }
    await expectRefusal(okta.deleteGroup(owned), 'ownership.protected-group');
    await administrator.updateGroup(owned, [], 'new name');
  });
});

function idOf(writer: Writer): string {
  return writer.actor.connection?.id ?? '';
}

function run(source: () => ReturnType<typeof addDomain> | ReturnType<typeof verifyDomain>) {
  return world.change.run(world.administrator, { action: 'domain', objectType: 'Domain' }, source);
}

async function expectRefusal(work: Promise<unknown>, code: string): Promise<void> {
  await expect(work).rejects.toMatchObject({ code });
}

async function one<Row>(statement: Parameters<World['database']['write']>[0]): Promise<Row | undefined> {
  return (await world.database.write<Row>(statement))[0];
}

async function ownerOf(table: 'users' | 'groups', id: string): Promise<string | null | undefined> {
  const row = await one<{ owner: string | null }>(
    table === 'users'
      ? sql`SELECT owner_connection_id AS owner FROM users WHERE id = ${id}`
      : sql`SELECT owner_connection_id AS owner FROM groups WHERE id = ${id}`,
  );
  return row?.owner;
}

function versionOf(table: 'users' | 'groups', id: string) {
  return one<{ version: number; at: Date }>(
    table === 'users'
      ? sql`SELECT version, modified_at AS at FROM users WHERE id = ${id}`
      : sql`SELECT version, modified_at AS at FROM groups WHERE id = ${id}`,
  );
}

async function isVisible(table: 'users' | 'groups', id: string): Promise<boolean> {
  const row = await one(
    table === 'users'
      ? sql`SELECT 1 FROM users WHERE id = ${id} AND deleted_at IS NULL`
      : sql`SELECT 1 FROM groups WHERE id = ${id} AND deleted_at IS NULL`,
  );
  return row !== undefined;
}

function identities(id: string) {
  return world.database.write(sql`SELECT connection_id, external_id FROM identities WHERE object_id = ${id}`);
}

/** What a connection calls an object that it may not write, as left from a time when it might. */
async function linkTo(writer: Writer, id: string, type: 'User' | 'Group'): Promise<void> {
  await world.database.write(sql`
    INSERT INTO identities (site_id, connection_id, object_id, object_type, external_id)
    VALUES (${world.actor.siteId}, ${idOf(writer)}, ${id}, ${type}, 'theirs')`);
}

async function rows(group: string): Promise<Map<string, string | null>> {
  const found = await world.database.write<{ user_id: string; owner: string | null }>(sql`
    SELECT user_id, owner_connection_id AS owner FROM memberships WHERE group_id = ${group}`);
  return new Map(found.map((row) => [row.user_id, row.owner]));
}

async function members(group: string): Promise<string[]> {
  return [...(await rows(group)).keys()].sort();
}

/** The kept totals are those of the visible rows, by owner as well. */
async function expectCounts(): Promise<void> {
  const { siteId } = world.actor;
  for (const connection of [undefined, idOf(okta), idOf(other)]) {
    const counted = await one<{ users: number; groups: number }>(sql`
      SELECT
        (SELECT count(*) FROM users WHERE deleted_at IS NULL AND (${connection ?? null}::uuid IS NULL
          OR owner_connection_id IS NULL OR owner_connection_id = ${connection ?? null}::uuid)) AS users,
        (SELECT count(*) FROM groups WHERE deleted_at IS NULL AND (${connection ?? null}::uuid IS NULL
          OR owner_connection_id IS NULL OR owner_connection_id = ${connection ?? null}::uuid)) AS groups`);
    const reader = { siteId, connectionId: connection, sees: connection === undefined ? 'site' : 'own' } as const;
    expect({
      users: await countObjects(world.database, reader, 'User'),
      groups: await countObjects(world.database, reader, 'Group'),
    }).toEqual(counted);
  }
}
