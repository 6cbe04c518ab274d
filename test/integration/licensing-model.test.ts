import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sql } from '../../src/database/index.js';
import { RollcallError } from '../../src/errors/index.js';
import { DEFAULT_SEAT_RULES, type Standing, verifyLicensing } from '../../src/licensing/index.js';
import { expected } from '../support/licensing/expected.js';
import {
  type Change,
  copyOf,
  type NaiveCommand,
  NaiveModel,
  type NaivePool,
  ROLES,
  type Role,
  type UserType,
} from '../support/licensing/naive-model.js';
import { createStage, type Deed, type Snapshot, type Stage } from '../support/licensing/stage.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** Numbers stand for objects that exist by then: the n-th, counted round. */
type Step =
  | { readonly kind: 'createUser' }
  | { readonly kind: 'setActive'; readonly user: number; readonly active: boolean }
  | { readonly kind: 'suspend' | 'reactivate' | 'deleteUser' | 'restoreUser'; readonly user: number }
  | { readonly kind: 'setType'; readonly user: number; readonly type: UserType }
  | { readonly kind: 'createGroup'; readonly users: readonly number[]; readonly groups: readonly number[] }
  | { readonly kind: 'members'; readonly group: number; readonly changes: readonly StepChange[] }
  | { readonly kind: 'deleteGroup' | 'restoreGroup'; readonly group: number }
  | { readonly kind: 'grant' | 'ungrant'; readonly role: Role; readonly toUser: boolean; readonly holder: number }
  | { readonly kind: 'setSeats'; readonly pool: string; readonly seats: number | undefined };

interface StepChange {
  readonly kind: Change['kind'];
  readonly users: readonly number[];
  readonly groups: readonly number[];
}

const index = fc.nat(11);
const some = fc.array(index, { maxLength: 3 });
const role = fc.constantFrom(...ROLES);
const pool = fc.constantFrom('A', 'B');
const seats = fc.option(fc.nat(3), { nil: undefined, freq: 4 });
const fixed = <const T>(value: T) => fc.constant(value);

const change: fc.Arbitrary<StepChange> = fc.record({
  kind: fc.constantFrom('add', 'add', 'remove', 'replaceAll', 'removeAll'),
  users: some,
  groups: fc.array(index, { maxLength: 1 }),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ kind: fixed('createUser') }) },
  { weight: 3, arbitrary: fc.record({ kind: fixed('setActive'), user: index, active: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('suspend', 'reactivate', 'deleteUser', 'restoreUser'),
      user: index,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fixed('setType'),
      user: index,
      type: fc.constantFrom<UserType>('standard', 'standard', 'customer', 'service'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fixed('createGroup'), users: some, groups: fc.array(index, { maxLength: 2 }) }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      kind: fixed('members'),
      group: index,
      changes: fc.array(change, { minLength: 1, maxLength: 2 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('deleteGroup', 'restoreGroup'), group: index }) },
  { weight: 6, arbitrary: fc.record({ kind: fixed('grant'), role, toUser: fc.boolean(), holder: index }) },
  { weight: 2, arbitrary: fc.record({ kind: fixed('ungrant'), role, toUser: fc.boolean(), holder: index }) },
  { weight: 3, arbitrary: fc.record({ kind: fixed('setSeats'), pool, seats }) },
);

const poolPlan = fc.record({
  seats,
  policy: fc.constantFrom('wait', 'wait', 'wait', 'refuse', 'allow'),
}) as fc.Arbitrary<NaivePool>;

const plan = fc.record({
  pools: fc.tuple(poolPlan, poolPlan).map(([a, b]) => new Map([['A', a] as const, ['B', b] as const])),
  poolOf: fc
    .tuple(
      ...ROLES.filter((key) => key !== 'guest').map((key) =>
        fc.option(pool, { freq: 8 }).map((of) => [key, of] as const),
      ),
    )
    .map((pairs) => new Map(pairs.flatMap(([key, of]) => (of === null ? [] : [[key, of] as const])))),
});

/** Enough to meet one another, before the random steps begin. */
const START: readonly Step[] = [
  ...Array.from({ length: 4 }, () => ({ kind: 'createUser' as const })),
  ...[[0], [1, 2], []].map((users) => ({ kind: 'createGroup' as const, users, groups: [] })),
  ...(['lead', 'admin', 'user'] as const).map((key, n) => ({
    kind: 'grant' as const,
    role: key,
    toUser: false,
    holder: n,
  })),
];

let shared: TestDatabase;

beforeAll(async () => {
  shared = await createTestDatabase();
});

afterAll(() => shared.drop());

const RUNS = 60;
/** A slow machine does fewer runs rather than none. */
const MOST_MILLISECONDS = 55_000;

it('whatever is done in whatever order, everybody has what a recalculation from scratch gives them', async () => {
  await fc.assert(
    fc.asyncProperty(plan, fc.array(step, { minLength: 20, maxLength: 30 }), async (pools, steps) => {
      const stage = await createStage(pools, shared.database);
      let model = new NaiveModel(structuredClone(pools.pools), pools.poolOf);
      for (const next of [...START, ...steps]) model = await perform(stage, model, next);
      const { database, administrator } = stage.world;
      expect(await verifyLicensing(database, administrator.siteId, DEFAULT_SEAT_RULES)).toEqual([]);
      expect(await stage.settleAll()).toEqual([]);
      expect(await stage.snapshot()).toEqual(expected(model));
    }),
    { numRuns: RUNS, interruptAfterTimeLimit: MOST_MILLISECONDS, markInterruptAsFailure: false },
  );
}, 300_000);

it('a queue is read on where its first places belong to one person', async () => {
  const plan = { pools: new Map([['A', { seats: 0, policy: 'wait' as const }]]), poolOf: new Map(IN_A) };
  const stage = await createStage(plan, shared.database);
  const [ann, bob] = [await stage.world.user('ann'), await stage.world.user('bob')];
  const grant = (role: Role, holder: string) => stage.perform({ kind: 'grant', role, to: 'user', holder });
  for (const key of ['user', 'admin', 'lead'] as const) await grant(key, ann);
  await grant('user', bob);

  await stage.perform({ kind: 'setSeats', pool: 'A', seats: 2 });

  const { held, queues, used } = await stage.snapshot();
  expect({ held, queues, used }).toEqual({ held: [`${ann} lead A`, `${bob} user A`], queues: {}, used: { A: 2 } });
});

const IN_A = ROLES.slice(0, 3).map((key) => [key, 'A'] as const);

/** Does a step in both worlds and compares what came of it. */
async function perform(stage: Stage, model: NaiveModel, step: Step): Promise<NaiveModel> {
  const command = resolve(model, step);
  if (command === undefined) return model;
  const before = await newestEntry(stage);
  const deed = deedOf(model, command);
  const foreseen = deed === undefined ? undefined : await foresee(stage, deed);
  const earlier = await stage.snapshot();
  const outcome = await execute(stage, command, deed);
  const next = copyOf(model);
  const failure = caught(() => next.apply('id' in command ? { ...command, id: outcome.id ?? '' } : command));
  const after = failure === undefined ? next : model;
  expect(outcome.failure).toBe(failure);
  const later = await stage.snapshot();
  expect(later).toEqual(expected(after));
  if (foreseen !== undefined) {
    expect(foreseen.failure).toBe(failure);
    expect(foreseen.held).toEqual(heldDifferences(earlier, later));
    expect(foreseen.used).toEqual(usedDifferences(earlier, later));
  }
  const logged = { count: (before?.count ?? 0) + 1, action: ACTIONS[command.kind], failed: failure !== undefined };
  expect(await newestEntry(stage)).toEqual(logged);
  expect(await wrongDays(stage)).toEqual([]);
  return after;
}

const ACTIONS: Readonly<Record<Step['kind'], string>> = {
  setType: 'user.set-type',
  createUser: 'user.create',
  setActive: 'user.update',
  suspend: 'user.suspend',
  reactivate: 'user.reactivate',
  deleteUser: 'user.delete',
  restoreUser: 'user.restore',
  createGroup: 'group.create',
  members: 'group.update',
  deleteGroup: 'group.delete',
  restoreGroup: 'group.restore',
  grant: 'grant.add',
  ungrant: 'grant.remove',
  setSeats: 'licence.change',
};

function resolve(model: NaiveModel, step: Step): NaiveCommand | undefined {
  const [users, groups] = [model.livingUsers(), model.livingGroups()];
  const pick = (ids: readonly string[], n: number): string[] => ids.slice(n % ids.length).slice(0, 1);
  const picks = (of: { users: readonly number[]; groups: readonly number[] }) => [
    ...of.users.flatMap((n) => pick(users, n)),
    ...of.groups.flatMap((n) => pick(groups, n)),
  ];
  switch (step.kind) {
    case 'createUser':
      return { kind: 'createUser', id: '' };
    case 'createGroup':
      return { kind: 'createGroup', id: '', members: picks(step) };
    case 'setActive':
    case 'setType':
    case 'suspend':
    case 'reactivate':
    case 'deleteUser':
    case 'restoreUser': {
      const [user] = pick(step.kind === 'restoreUser' ? model.deletedUsers() : users, step.user);
      return user === undefined ? undefined : { ...step, user };
    }
    case 'members': {
      const [group] = pick(groups, step.group);
      const changes = step.changes.map((one) => ({ kind: one.kind, ids: one.kind === 'removeAll' ? [] : picks(one) }));
      return group === undefined ? undefined : { kind: 'members', group, changes };
    }
    case 'deleteGroup':
    case 'restoreGroup': {
      const [group] = pick(step.kind === 'restoreGroup' ? model.deletedGroups() : groups, step.group);
      return group === undefined ? undefined : { kind: step.kind, group };
    }
    case 'setSeats':
      return step;
    default: {
      const [holder] = pick(step.toUser ? users : groups, step.holder);
      return holder === undefined ? undefined : { kind: step.kind, role: step.role, holder };
    }
  }
}

/** Commands that can be simulated; the others make something, which nobody can lose. */
function deedOf(model: NaiveModel, command: NaiveCommand): Deed | undefined {
  switch (command.kind) {
    case 'createUser':
    case 'createGroup':
    case 'setActive':
      return undefined;
    case 'grant':
    case 'ungrant': {
      const { kind, role: key, holder } = command;
      return { kind, role: key, to: model.users.has(holder) ? 'user' : 'group', holder };
    }
    default:
      return command;
  }
}

async function execute(
  stage: Stage,
  command: NaiveCommand,
  deed: Deed | undefined,
): Promise<{ id?: string; failure?: string }> {
  try {
    if (deed !== undefined) await stage.perform(deed);
    else if (command.kind === 'createUser') return { id: await stage.world.user(newName('user')) };
    else if (command.kind === 'createGroup') return { id: await stage.world.group(newName('group'), command.members) };
    else if (command.kind === 'setActive') await stage.world.setActive(command.user, command.active);
    return {};
  } catch (error) {
    if (error instanceof RollcallError) return { failure: error.code };
    throw error;
  }
}

let made = 0;
const newName = (word: string) => `${word}${made++}`;

/** Whose role or seat a simulation says will differ, and how full pools will be; nothing may have changed by it. */
async function foresee(
  stage: Stage,
  deed: Deed,
): Promise<{ held: readonly string[]; used: Readonly<Record<string, number>>; failure?: string }> {
  const [before, entries] = [await stage.snapshot(), await newestEntry(stage)];
  try {
    const { access, pools } = await stage.simulate(deed);
    const text = (userId: string, { role: key, licence }: Standing) =>
      key === null ? [] : [[userId, key, ...(licence === null ? [] : [licence])].join(' ')];
    const held = access
      .filter(({ effect }) => effect !== 'waits')
      .flatMap(({ userId, before: was, after }) => [
        ...text(userId, was).map((row) => `- ${row}`),
        ...text(userId, after).map((row) => `+ ${row}`),
      ]);
    const filled = pools.filter(({ seats: limit, used }) => limit !== null && used.before !== used.after);
    return { held: held.sort(), used: Object.fromEntries(filled.map(({ licence, used }) => [licence, used.after])) };
  } catch (error) {
    if (error instanceof RollcallError) return { held: [], used: {}, failure: error.code };
    throw error;
  } finally {
    expect(await stage.snapshot()).toEqual(before);
    expect(await newestEntry(stage)).toEqual(entries);
  }
}

function heldDifferences(before: Snapshot, after: Snapshot): string[] {
  const gone = before.held.filter((row) => !after.held.includes(row)).map((row) => `- ${row}`);
  const come = after.held.filter((row) => !before.held.includes(row)).map((row) => `+ ${row}`);
  return [...gone, ...come].sort();
}

/** Of pools with a limit after all: of others nobody keeps count. */
function usedDifferences(before: Snapshot, after: Snapshot): Record<string, number> {
  const seatsIn = ({ held }: Snapshot, pool: string) => held.filter((row) => row.split(' ')[2] === pool).length;
  return Object.fromEntries(
    Object.entries(after.used).filter(([pool]) => seatsIn(before, pool) !== seatsIn(after, pool)),
  );
}

/** The newest entry, and how many there are; that a licence is nearly used up stands beside those of commands. */
async function newestEntry(stage: Stage): Promise<{ count: number; action: string; failed: boolean } | undefined> {
  const rows = await stage.world.database.write<{ count: number; action: string; failed: boolean }>(sql`
    SELECT count(*) OVER () AS count, action, outcome = 'failure' AS failed FROM log_entries
    WHERE site_id = ${stage.world.administrator.siteId} AND action <> 'licence.warning'
    ORDER BY at DESC, id DESC LIMIT 1`);
  return rows[0];
}

/** Limited licences whose last day does not say what is taken of them. */
async function wrongDays(stage: Stage): Promise<unknown[]> {
  return stage.world.database.write(sql`
    SELECT l.name, l.seats, l.seats_used, d.seats AS noted_seats, d.used, d.highest, d.over FROM licences l
    CROSS JOIN LATERAL (
      SELECT * FROM licence_days d WHERE d.site_id = l.site_id AND d.licence_id = l.id ORDER BY day DESC LIMIT 1
    ) d
    WHERE l.site_id = ${stage.world.administrator.siteId} AND l.seats IS NOT NULL
      AND (d.used <> l.seats_used OR d.seats <> l.seats OR d.highest < d.used OR d.over < d.used - d.seats)`);
}

function caught(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
