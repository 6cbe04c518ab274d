import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { RollcallError } from '../../src/errors/index.js';
import {
  createImportStage,
  type Importer,
  type ImportStage,
  imported,
  importedGroup,
} from '../support/import/import-stage.js';
import { settleAll } from '../support/licensing/settle-all.js';

const ROUNDS = 12;
const EACH = 30;

let stage: ImportStage;

beforeEach(async () => {
  stage = await createImportStage();
});

// Looks at the invariants of the whole database as well.
afterEach(() => stage.close());

it('two imports, SCIM and administrators at once leave a directory that is whole, and seats within the limit', async () => {
  const sides = [await fill(stage.importer, 'a'), await fill(stage.connect('b'), 'b')];
  const [first] = sides;
  const { roles } = await stage.world.application({ key: 'wiki', licence: { seats: EACH, policy: 'wait' } });
  for (const { groups } of sides) await stage.world.grant(roles.get('user') ?? '', groups[0] ?? '');
  const people = [...sides.flatMap(({ users }) => users)];
  const rounds = async (work: (n: number) => Promise<unknown>) => {
    for (let n = 0; n < ROUNDS; n++) await unlessRefused(work(n));
  };
  await Promise.all([
    ...sides.map((side) => rounds((n) => importAll(side, people, n))),
    ...sides.map((side) => rounds((n) => importMembers(side, people, n))),
    rounds((n) => stage.administrator.replaceUser(one(people, n * 7), { userName: `admin ${n}`, active: n % 2 === 0 })),
    rounds((n) =>
      stage.administrator.changeMembers(one(first?.groups ?? [], n), { kind: 'add', ids: [one(people, n)] }),
    ),
    rounds((n) => first?.importer.deleteUser(one(first.users, n)) ?? Promise.resolve()),
    rounds((n) => stage.administrator.deleteGroup(one(sides[1]?.groups ?? [], n + 2))),
  ]);
  const { used, held } = await stage.world.access('wiki');
  expect(used).toBe(held.size);
  expect(used).toBeLessThanOrEqual(EACH);
  expect(await settleAll(stage.world, stage.world.administrator)).toEqual([]);
}, 60_000);

interface Side {
  readonly importer: Importer;
  readonly name: string;
  readonly users: readonly string[];
  readonly groups: readonly string[];
}

async function fill(importer: Importer, name: string): Promise<Side> {
  const users = Array.from({ length: EACH }, (_, n) => imported({ userName: `${name}${n}` }));
  const groups = Array.from({ length: EACH / 2 }, (_, n) => importedGroup({ displayName: `${name} ${n}` }));
  await importer.importUsers(...users);
  await importer.importGroups(...groups);
  return { importer, name, users: users.map(({ id }) => id), groups: groups.map(({ id }) => id) };
}

/** All users of the import in another order each time, with the names of each other, and a few of the other import. */
function importAll({ importer, name, users }: Side, people: readonly string[], round: number): Promise<unknown> {
  const renamed = users.map((id, n) =>
    imported({
      ...{ id, userName: `${name}${(n + round) % EACH}`, active: (n + round) % 5 !== 0 },
      attributes: { title: `${round}` },
    }),
  );
  const others = people.filter((id) => !users.includes(id)).slice(0, 5);
  const guests = others.map((id) => imported({ id, as: 'guest', attributes: { nickName: name } }));
  return importer.importUsers(...shuffled([...renamed, ...guests], round));
}

function importMembers({ importer, groups }: Side, people: readonly string[], round: number): Promise<unknown> {
  return importer.importMembers(
    ...shuffled(groups, round).map((groupId, n) => ({
      groupId,
      addUserIds: shuffled(people, n + round).slice(0, 10),
      removeUserIds: shuffled(people, n + round + 1).slice(0, 10),
      // Every third round is one of the structure.
      ...(round % 3 === 0 ? { addGroupIds: [one(groups, n + round)], removeGroupIds: [one(groups, n)] } : {}),
    })),
  );
}

/** The same for the same number. */
function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const keyed = items.map((item, n) => ({ item, key: ((n + 1) * (2 * seed + 7919)) % 104_729 }));
  return keyed.sort((left, right) => left.key - right.key).map(({ item }) => item);
}

function one(ids: readonly string[], n: number): string {
  return ids[n % ids.length] ?? '';
}

/** Somebody may be gone, or a name taken: then nothing has happened, which is as good. */
async function unlessRefused(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof RollcallError) || (error.kind === 'unavailable' && error.code !== 'change.busy'))
      throw error;
  }
}
