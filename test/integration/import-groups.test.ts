import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { countObjects, newObjectId, restoreGroup, restoreUser } from '../../src/directory/index.js';
import {
  createImportStage,
  type Importer,
  type ImportStage,
  importedGroup,
  logOf,
  readGroup,
  readUser,
} from '../support/import/import-stage.js';

let stage: ImportStage;
let importer: Importer;
let scim: Importer;

beforeEach(async () => {
  stage = await createImportStage();
  ({ importer } = stage);
  scim = stage.connect('scim');
});

// Looks at the invariants of the whole database as well.
afterEach(() => stage.close());

const read = (id: string) => readGroup(stage.world, id);
const idOf = ({ actor }: Importer) => actor.connection?.id ?? '';

describe('groups', () => {
  it('are made and changed together, with an entry of the log each', async () => {
    const old = await importer.createGroup({ displayName: 'Old' }, 'theirs');
    const [one, two] = [importedGroup({ displayName: 'One', externalId: '1' }), importedGroup({ displayName: 'One' })];
    const outcome = await importer.importGroups(one, importedGroup({ id: old, displayName: 'New' }), two);
    expect(outcome).toEqual({ changed: [one.id, old, two.id], unchanged: [], outdated: [], refused: [] });
    expect(await read(one.id)).toMatchObject({
      ...{ displayName: 'One', owner: idOf(importer), version: 1, identities: { [idOf(importer)]: '1' } },
      document: { displayName: 'One' },
    });
    expect(await read(old)).toMatchObject({ displayName: 'New', version: 2, document: { displayName: 'New' } });
    const [entry] = await logOf(stage.world, old);
    expect(entry).toMatchObject({ action: 'group.update', changed: ['displayName'], personal: { name: 'New' } });
    expect(await logOf(stage.world, two.id)).toMatchObject([{ action: 'group.create', source: 'google' }]);
    const reader = { siteId: importer.actor.siteId, connectionId: idOf(importer), sees: 'own' } as const;
    expect(await countObjects(stage.world.database, reader, 'Group')).toBe(3);
  });

  it('that are the same are not written, and those with another name raise the version of all', async () => {
    const id = await importer.createGroup({ displayName: 'Same' }, 'theirs');
    const [before, version] = [await read(id), await groupsVersion()];
    expect(await importer.importGroups(importedGroup({ id, displayName: 'Same' }))).toMatchObject({ unchanged: [id] });
    expect(await read(id)).toEqual(before);
    expect(await groupsVersion()).toBe(version);
    await importer.importGroups(importedGroup({ id, displayName: 'Other' }));
    expect(await groupsVersion()).toBe(version + 1);
  });

  it('keep what others wrote, and change owners as users do', async () => {
    const id = await stage.administrator.createGroup({ displayName: 'Local' });
    await importer.importGroups(importedGroup({ id, as: 'guest' }));
    expect(await read(id)).toMatchObject({ owner: null, version: 1, identities: { [idOf(importer)]: 'theirs' } });
    expect(await importer.importGroups(importedGroup({ id, as: 'own' }))).toMatchObject({ outdated: [id] });
    await importer.importGroups(importedGroup({ id, as: 'adopt', displayName: 'Theirs' }));
    expect(await read(id)).toMatchObject({ owner: idOf(importer), displayName: 'Theirs' });
    await scim.importGroups(importedGroup({ id, as: 'take-over', externalId: 'x' }));
    expect(await read(id)).toMatchObject({ owner: idOf(scim), displayName: 'Theirs', version: 3 });
  });

  it('that are protected refuse connections, and nobody else', async () => {
    const id = await importer.createGroup({ displayName: 'Kept' }, 'theirs');
    const user = await importer.createUser({ userName: 'ann' });
    await stage.world.database.write(sql`UPDATE groups SET protected = true WHERE id = ${id}`);
    const before = await read(id);
    const free = importedGroup({ displayName: 'Free' });
    expect(await importer.importGroups(importedGroup({ id, displayName: 'X' }), free)).toMatchObject({
      refused: [id],
      changed: [free.id],
    });
    expect(await importer.importMembers({ groupId: id, addUserIds: [user] })).toMatchObject({ refused: [id] });
    expect(await importer.removeGroups(id)).toMatchObject({ refused: [id] });
    expect(await read(id)).toEqual(before);
    const { administrator } = stage;
    expect(await administrator.importMembers({ groupId: id, addUserIds: [user] })).toMatchObject({ changed: [id] });
  });

  it('give up with their name that nobody else may have it', async () => {
    const id = await importer.createGroup({ displayName: 'Only' }, 'theirs');
    await stage.world.database.write(sql`UPDATE groups SET unique_name_key = display_name_key WHERE id = ${id}`);
    await importer.importGroups(importedGroup({ id, displayName: 'ONLY' }));
    expect(await read(id)).toMatchObject({ displayName: 'ONLY', uniqueNameKey: 'only' });
    await importer.importGroups(importedGroup({ id, displayName: 'Other' }));
    expect(await read(id)).toMatchObject({ displayName: 'Other', uniqueNameKey: null });
  });
});

describe('members', () => {
  it('come and go by what the connection owns; others stay', async () => {
    const [ann, bob, cid] = await users('ann', 'bob', 'cid');
    const id = await importer.createGroup({ displayName: 'Group' }, undefined, [ann]);
    await stage.administrator.changeMembers(id, { kind: 'add', ids: [bob] });
    const before = await read(id);
    const outcome = await importer.importMembers({ groupId: id, addUserIds: [bob, cid], removeUserIds: [ann] });
    expect(outcome).toMatchObject({ changed: [id], passedOver: [] });
    const after = await read(id);
    expect(after.members).toEqual({ [bob]: null, [cid]: idOf(importer) });
    expect(after.version).toBe(before.version + 1);
    expect(await importer.importMembers({ groupId: id, removeUserIds: [bob] })).toMatchObject({ unchanged: [id] });
    expect((await read(id)).version).toBe(after.version);
    const [entry] = await logOf(stage.world, id);
    expect(entry).toMatchObject({
      action: 'group.update',
      changed: ['members'],
      subjects: [
        { kind: 'User', id: cid, effect: 'member-added' },
        { kind: 'User', id: ann, effect: 'member-removed' },
      ],
      personal: { name: 'Group', changes: [{ old: { removed: 1 }, new: { added: 1 } }] },
    });
    expect((await logOf(stage.world, cid))[0]?.id).toBe(entry?.id);
  });

  it('who are not there are passed over and told', async () => {
    const [ann, gone] = await users('ann', 'gone');
    const [id, child] = [await group('Group'), await group('Child')];
    await importer.deleteUser(gone);
    await importer.deleteGroup(child);
    const nobody = newObjectId();
    const outcome = await importer.importMembers({
      groupId: id,
      addUserIds: [ann, gone, nobody],
      addGroupIds: [child],
      removeUserIds: [newObjectId()],
    });
    expect(outcome).toMatchObject({ changed: [id], passedOver: [{ groupId: id, memberIds: [gone, nobody, child] }] });
    expect((await read(id)).members).toEqual({ [ann]: idOf(importer) });
    expect((await logOf(stage.world, id))[0]?.personal?.details).toMatchObject({ unknownMemberCount: 3 });
  });

  it('of deleted users go for good', async () => {
    const [ann] = await users('ann');
    const id = await importer.createGroup({ displayName: 'Group' }, undefined, [ann]);
    await importer.deleteUser(ann);
    const before = await read(id);
    expect(await importer.importMembers({ groupId: id, removeUserIds: [ann] })).toMatchObject({ unchanged: [id] });
    expect(await read(id)).toEqual({ ...before, members: {} });
  });

  it('of groups of others, or of groups that are gone, are outdated', async () => {
    const [ann] = await users('ann');
    const [theirs, local, gone] = [await scim.createGroup({ displayName: 'A' }), newObjectId(), await group('B')];
    await importer.deleteGroup(gone);
    const change = { addUserIds: [ann] };
    const outcome = await importer.importMembers(...[theirs, local, gone].map((groupId) => ({ groupId, ...change })));
    expect(outcome).toMatchObject({ changed: [], outdated: [theirs, local, gone] });
  });

  it('stay where a change says both', async () => {
    const [ann, bob] = await users('ann', 'bob');
    const id = await importer.createGroup({ displayName: 'Group' }, undefined, [ann]);
    await importer.importMembers({ groupId: id, addUserIds: [ann, bob], removeUserIds: [ann, bob] });
    expect(Object.keys((await read(id)).members).sort()).toEqual([ann, bob].sort());
  });

  it('that are groups make one closure, through cycles as well', async () => {
    const [a, b, c, d] = [await group('A'), await group('B'), await group('C'), await group('D')];
    const version = await groupsVersion();
    await importer.importMembers(
      { groupId: a, addGroupIds: [b] },
      { groupId: b, addGroupIds: [c] },
      { groupId: c, addGroupIds: [a, d] },
    );
    // Everybody in the circle reaches the three others but not itself: nine pairs.
    expect(await closure()).toHaveLength(9);
    expect(await groupsVersion()).toBe(version + 1);
    await importer.importMembers({ groupId: c, removeGroupIds: [a] }, { groupId: b, addGroupIds: [d] });
    expect(await closure()).toEqual(
      [
        [a, b],
        [a, c],
        [a, d],
        [b, c],
        [b, d],
        [c, d],
      ]
        .map(String)
        .sort(),
    );
  });
});

describe('what is removed', () => {
  it('is scheduled for deletion as if each had been deleted alone, and can come back', async () => {
    const [ann, bob] = await users('ann', 'bob');
    const id = await importer.createGroup({ displayName: 'Group' }, undefined, [ann, bob]);
    const before = await read(id);
    expect(await importer.removeUsers(ann, bob)).toMatchObject({ changed: [ann, bob], outdated: [] });
    expect(await isDeleted(ann)).toBe(true);
    expect((await read(id)).version).toBe(before.version + 1);
    const [entry] = await logOf(stage.world, ann);
    expect(entry).toMatchObject({
      ...{ action: 'user.delete', objectId: ann, personal: { name: 'ann' } },
      subjects: [{ kind: 'Group', id, effect: 'member-removed' }],
      steps: expect.arrayContaining([{ step: 'decide', result: 'gone there' }]),
    });
    const { change, administrator, database } = stage.world;
    await change.run(administrator, { action: 'user.restore', objectType: 'User' }, () =>
      restoreUser(database, administrator, ann, undefined),
    );
    expect((await readUser(stage.world, ann)).userName).toBe('ann');
  });

  it('is only what the connection owns', async () => {
    const [ann] = await users('ann');
    const [theirs, nobody] = [await scim.createUser({ userName: 'bob' }), newObjectId()];
    expect(await importer.removeUsers(theirs, ann, nobody)).toMatchObject({
      changed: [ann],
      outdated: [theirs, nobody],
    });
    const [mine, other] = [await group('A'), await scim.createGroup({ displayName: 'B' })];
    expect(await importer.removeGroups(other, mine)).toMatchObject({ changed: [mine], outdated: [other] });
    expect((await read(other)).deleted).toBe(false);
  });

  it('takes the reach of groups with it, and touches those above', async () => {
    const [ann] = await users('ann');
    const [a, b, c] = [await group('A'), await group('B'), await group('C')];
    await importer.importMembers({ groupId: a, addGroupIds: [b] }, { groupId: b, addGroupIds: [c], addUserIds: [ann] });
    const above = await read(a);
    expect(await importer.removeGroups(b, c)).toMatchObject({ changed: [b, c] });
    expect(await closure()).toEqual([]);
    expect((await read(a)).version).toBe(above.version + 1);
    expect((await logOf(stage.world, b))[0]).toMatchObject({
      action: 'group.delete',
      subjects: [{ kind: 'User', id: ann, effect: 'member-removed' }],
    });
    const { change, administrator } = stage.world;
    await change.run(administrator, { action: 'group.restore', objectType: 'Group' }, () =>
      restoreGroup(administrator, b),
    );
    expect(await closure()).toEqual([String([a, b])]);
  });

  it('of links is only the link of the connection', async () => {
    const [ann] = await users('ann');
    const id = await scim.createGroup({ displayName: 'Group' }, 'x');
    await importer.importGroups(importedGroup({ id, as: 'guest' }));
    const [user, before] = [await readUser(stage.world, ann), await read(id)];
    const outcome = await importer.release(
      { id: ann, type: 'User' },
      { id, type: 'Group' },
      { id: newObjectId(), type: 'User' },
    );
    expect(outcome).toMatchObject({ changed: [ann, id], outdated: [expect.anything()] });
    expect(await readUser(stage.world, ann)).toEqual({ ...user, identities: {} });
    expect(await read(id)).toEqual({ ...before, identities: { [idOf(scim)]: 'x' } });
    expect(await importer.release({ id, type: 'Group' })).toMatchObject({ unchanged: [id] });
    expect((await logOf(stage.world, id))[0]).toMatchObject({ action: 'group.release', changed: ['externalId'] });
  });
});

async function users<Names extends readonly string[]>(...names: Names): Promise<{ [Name in keyof Names]: string }> {
  const ids = [];
  for (const userName of names) ids.push(await importer.createUser({ userName }, userName));
  return ids as { [Name in keyof Names]: string };
}

function group(displayName: string): Promise<string> {
  return importer.createGroup({ displayName });
}

async function groupsVersion(): Promise<number> {
  const [row] = await stage.world.database.write<{ version: number }>(sql`
    SELECT groups_version AS version FROM sites WHERE id = ${importer.actor.siteId}`);
  return row?.version ?? 0;
}

async function closure(): Promise<string[]> {
  const rows = await stage.world.database.write<{ pair: string }>(sql`
    SELECT ancestor_id || ',' || descendant_id AS pair FROM group_closure`);
  return rows.map(({ pair }) => pair).sort();
}

async function isDeleted(id: string): Promise<boolean> {
  const rows = await stage.world.database.write(sql`SELECT 1 FROM users WHERE id = ${id} AND deleted_at IS NOT NULL`);
  return rows.length === 1;
}
