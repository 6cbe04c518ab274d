import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { memberName, type Split } from '../../src/change/index.js';
import { sql } from '../../src/database/index.js';
import {
  type ImportedMembers,
  type ImportedUser,
  type ImportOutcome,
  importMembers,
  importUsers,
  type MembersOutcome,
} from '../../src/directory/index.js';
import type { LicencePolicy } from '../../src/licensing/index.js';
import {
  createImportStage,
  type Importer,
  type ImportStage,
  imported,
  logOf,
  membersWanted,
} from '../support/import/import-stage.js';
import { settleAll } from '../support/licensing/settle-all.js';

let stage: ImportStage;
let importer: Importer;

beforeEach(async () => {
  stage = await createImportStage();
  ({ importer } = stage);
});

afterEach(async () => {
  expect(await settleAll(stage.world, stage.world.administrator)).toEqual([]);
  await stage.close();
});

/** An application of which a group gives a role with a seat. */
async function application(
  groupId: string,
  seats: number,
  policy: LicencePolicy = 'wait',
  key = 'wiki',
): Promise<void> {
  const { roles } = await stage.world.application({ key, licence: { seats, policy } });
  await stage.world.grant(roles.get('user') ?? '', groupId);
}

const has = async (key = 'wiki') => {
  const { held, waiting } = await stage.world.access(key);
  return { held: [...held.keys()].sort(), waiting: [...waiting.keys()] };
};

describe('access', () => {
  it('comes with memberships, and stands in the entry of the group that gives it', async () => {
    const [ann, bob] = await users('ann', 'bob');
    const [gives, plain] = [await group('gives'), await group('plain')];
    await application(gives, 10);
    await importer.importMembers({ groupId: plain, addUserIds: [ann] }, { groupId: gives, addUserIds: [bob] });
    expect(await has()).toEqual({ held: [bob], waiting: [] });
    expect(await effects(gives)).toEqual([`member-added ${bob}`, `access-granted ${bob}`]);
    expect(await effects(plain)).toEqual([`member-added ${ann}`]);
  });

  it('comes and goes with nestings, and stands with the group in which another came or went', async () => {
    const [ann, bob] = await users('ann', 'bob');
    const [top, a, b, leaf] = [await group('top'), await group('a'), await group('b'), await group('leaf')];
    await importer.importMembers({ groupId: a, addUserIds: [ann] }, { groupId: leaf, addUserIds: [bob] });
    await application(top, 10);
    await importer.importMembers(
      { groupId: b, addGroupIds: [leaf] },
      { groupId: top, addGroupIds: [a] },
      { groupId: a, addGroupIds: [b] },
    );
    expect(await has()).toEqual({ held: [ann, bob].sort(), waiting: [] });
    expect(await effects(b)).toEqual([`member-added ${leaf}`, `access-granted ${bob}`]);
    expect(await effects(top)).toEqual([`member-added ${a}`, `access-granted ${ann}`]);
    await importer.importMembers({ groupId: top, removeGroupIds: [a] }, { groupId: b, removeGroupIds: [leaf] });
    expect(await has()).toEqual({ held: [], waiting: [] });
    expect((await effects(b)).slice(0, 2)).toEqual([`member-removed ${leaf}`, `access-removed ${bob}`]);
    expect((await effects(top)).slice(0, 2)).toEqual([`member-removed ${a}`, `access-removed ${ann}`]);
  });

  it('goes with a membership whose way to it goes in the same import', async () => {
    const [ann, bob] = await users('ann', 'bob');
    const [top, leaf, other] = [await group('top'), await group('leaf'), await group('other')];
    await importer.importMembers({ groupId: top, addGroupIds: [leaf] }, { groupId: leaf, addUserIds: [ann] });
    await application(top, 10);
    await importer.importMembers(
      { groupId: top, removeGroupIds: [leaf], addGroupIds: [other] },
      { groupId: leaf, removeUserIds: [ann] },
      { groupId: other, addUserIds: [bob] },
    );
    expect(await has()).toEqual({ held: [bob], waiting: [] });
    expect((await effects(leaf)).slice(0, 2)).toEqual([`member-removed ${ann}`, `access-removed ${ann}`]);
  });

  it('goes with groups, and stands in the entry of each', async () => {
    const [ann, bob] = await users('ann', 'bob');
    const [a, b, leaf] = [await group('a'), await group('b'), await group('leaf')];
    await importer.importMembers(
      { groupId: a, addUserIds: [ann] },
      { groupId: leaf, addUserIds: [bob] },
      { groupId: b, addGroupIds: [leaf] },
    );
    await application(a, 10);
    await application(b, 10, 'wait', 'mail');
    await importer.removeGroups(a, b);
    expect([await has(), await has('mail')]).toEqual([
      { held: [], waiting: [] },
      { held: [], waiting: [] },
    ]);
    expect((await effects(a)).slice(0, 2)).toEqual([`member-removed ${ann}`, `access-removed ${ann}`]);
    expect((await effects(b))[0]).toBe(`access-removed ${bob}`);
  });

  it('goes with users, and those who waited move on in the entry of somebody who left', async () => {
    const [ann, bob, cid] = await users('ann', 'bob', 'cid');
    const id = await group('gives');
    await application(id, 1);
    await importer.importMembers({ groupId: id, addUserIds: [bob, ann, cid] });
    expect(await has()).toEqual({ held: [bob], waiting: [ann, cid] });
    const plain = await importer.createUser({ userName: 'dan' });
    await importer.removeUsers(plain, bob);
    expect(await has()).toEqual({ held: [ann], waiting: [cid] });
    expect((await effects(bob)).slice(0, 3)).toEqual([
      `member-removed ${id}`,
      `access-removed ${bob}`,
      `access-granted ${ann}`,
    ]);
    expect(await effects(plain)).toEqual([]);
  });

  it('goes to users in the order in which the import names them, whoever is older', async () => {
    const ids = await users('ann', 'bob', 'cid', 'dan');
    const id = await group('gives');
    await importer.importUsers(...ids.map((one) => imported({ id: one, active: false })));
    await importer.importMembers({ groupId: id, addUserIds: ids });
    await application(id, 2);
    const [ann, bob, cid, dan] = ids;
    await importer.importUsers(...[dan, bob, ann, cid].map((one) => imported({ id: one, active: true })));
    expect(await has()).toEqual({ held: [bob, dan].sort(), waiting: [ann, cid] });
    expect((await logOf(stage.world, ann))[0]).toMatchObject({ action: 'user.update', outcome: 'waiting' });
    expect((await logOf(stage.world, dan))[0]).toMatchObject({ action: 'user.update', outcome: 'success' });
  });

  it('is told to webhooks with the action of each object', async () => {
    const [ann] = await users('ann');
    const id = await group('gives');
    await application(id, 10);
    await stage.world.database.write(sql`
      INSERT INTO webhooks (site_id, id, application_id, application_key, url, secret)
      SELECT site_id, id, id, key, 'https://example.com', '' FROM applications`);
    await importer.importMembers({ groupId: id, addUserIds: [ann] });
    await importer.importUsers(imported({ id: ann, active: false }));
    const events = await stage.world.database.write<{ told: string }>(sql`
      SELECT type || ' ' || action AS told FROM webhook_deliveries ORDER BY id`);
    expect(events.map(({ told }) => told)).toEqual(['access.granted group.update', 'access.removed user.update']);
  });
});

describe('an import of which some is refused', () => {
  it('costs one transaction when nothing is', async () => {
    const wanted = ['ann', 'bob', 'cid'].map((userName) => imported({ userName }));
    const [outcome, runs] = await split(wanted);
    expect(outcome).toEqual({ results: [expect.objectContaining({ changed: ids(wanted) })], refused: [] });
    expect(runs).toBe(1);
  });

  it('leaves out those who are named, at once, with an entry of the log each', async () => {
    await stage.administrator.createUser({ userName: 'bob' });
    await stage.administrator.createUser({ userName: 'dan' });
    const wanted = ['ann', 'bob', 'cid', 'dan', 'eve'].map((userName) => imported({ userName }));
    const [outcome, runs] = await split(wanted);
    expect(runs).toBe(2);
    expect(outcome.refused.map(({ item }) => item.userName)).toEqual(['bob', 'dan']);
    expect(outcome.results.flatMap(({ changed }) => changed)).toHaveLength(3);
    const bob = outcome.refused[0]?.item.id ?? '';
    expect(await logOf(stage.world, bob)).toMatchObject([
      { action: 'user.import', outcome: 'failure', errorCode: 'user.user-name-taken', objectId: bob },
    ]);
  });

  it('leaves out those whom a full licence refuses, the last of the order', async () => {
    const all = await users('ann', 'bob', 'cid', 'dan', 'eve');
    const id = await group('gives');
    await importer.importUsers(...all.map((one) => imported({ id: one, active: false })));
    await importer.importMembers({ groupId: id, addUserIds: all });
    await application(id, 2, 'refuse');
    const order = [4, 2, 0, 1, 3].map((n) => all[n] ?? '');
    const [outcome, runs] = await split(order.map((one) => imported({ id: one, active: true })));
    expect(runs).toBe(2);
    expect(outcome.refused.map(({ item }) => item.id)).toEqual(order.slice(2));
    expect(outcome.refused[0]?.error).toMatchObject({ code: 'licence.out-of-seats' });
    expect((await has()).held).toEqual(order.slice(0, 2).sort());
  });

  it('tells memberships that take a seat from those that do not', async () => {
    const all = await users('ann', 'bob', 'cid');
    const [gives, mail, plain] = [await group('gives'), await group('mail'), await group('plain')];
    await application(gives, 1, 'refuse');
    await application(mail, 10, 'refuse', 'mail');
    const wanted = all.flatMap((userId) => [gives, mail, plain].map((groupId) => ({ groupId, userId })));
    const [outcome] = await splitMembers(wanted);
    const refused = outcome.refused.map(({ item }) => item);
    expect(refused).toEqual(all.slice(1).map((userId) => ({ groupId: gives, userId })));
    expect((await has()).held).toEqual(all.slice(0, 1));
    expect((await has('mail')).held).toEqual([...all].sort());
  });

  it('finds by halving what no error names', async () => {
    const wanted = [...'abcdefghijklmnop'].map((userName) => imported({ userName }));
    const poison = wanted[11];
    if (poison === undefined) throw new Error('There are sixteen');
    // PostgreSQL refuses this in jsonb.
    const document = { ...poison.document, title: 'a\0b' };
    wanted[11] = { ...poison, document };
    const [outcome, runs] = await split(wanted);
    expect(ids(outcome.refused.map(({ item }) => item))).toEqual([poison.id]);
    expect(outcome.results.flatMap(({ changed }) => changed)).toHaveLength(15);
    expect(runs).toBe(9);
    expect((await logOf(stage.world, poison.id))[0]).toMatchObject({ outcome: 'failure' });
  });

  it('is over where the fault is not in what is asked for', async () => {
    const failing = split([imported({ userName: 'ann' })], () => {
      throw new TypeError('a fault of the program');
    });
    await expect(failing).rejects.toThrow('a fault of the program');
  });
});

async function split(users: readonly ImportedUser[], before: () => void = () => undefined) {
  let runs = 0;
  const wanted: Split<ImportedUser, ImportOutcome> = {
    items: users,
    command: (some) => {
      before();
      runs += 1;
      return importUsers(importer.actor, some);
    },
    nameOf: ({ id }) => id,
    requestOf: ({ id }) => ({ action: 'user.import', objectType: 'User', objectId: id }),
  };
  const outcome = await stage.world.change.runSplit(importer.actor, wanted);
  return [outcome, runs] as const;
}

interface Member {
  readonly groupId: string;
  readonly userId: string;
}

async function splitMembers(members: readonly Member[]) {
  let runs = 0;
  const wanted: Split<Member, MembersOutcome> = {
    items: members,
    command: (some) => {
      runs += 1;
      return importMembers(importer.actor, gathered(some));
    },
    nameOf: ({ groupId, userId }) => memberName(groupId, userId),
    requestOf: ({ groupId }) => ({ action: 'group.update', objectType: 'Group', objectId: groupId }),
  };
  return [await stage.world.change.runSplit(importer.actor, wanted), runs] as const;
}

function gathered(members: readonly Member[]): ImportedMembers[] {
  const groups = [...new Set(members.map(({ groupId }) => groupId))];
  return groups.map((groupId) => {
    const addUserIds = members.filter((member) => member.groupId === groupId).map(({ userId }) => userId);
    return membersWanted({ groupId, addUserIds });
  });
}

function ids(objects: readonly { readonly id: string }[]): string[] {
  return objects.map(({ id }) => id);
}

async function effects(objectId: string): Promise<string[]> {
  const entries = (await logOf(stage.world, objectId)).filter((entry) => entry.objectId === objectId);
  return entries.flatMap(({ subjects }) => subjects.map(({ id, effect }) => `${effect.split(':')[0]} ${id}`));
}

async function users<Names extends readonly string[]>(...names: Names): Promise<{ [Name in keyof Names]: string }> {
  const made = [];
  for (const userName of names) made.push(await importer.createUser({ userName }, 'theirs'));
  return made as { [Name in keyof Names]: string };
}

function group(displayName: string): Promise<string> {
  return importer.createGroup({ displayName });
}
