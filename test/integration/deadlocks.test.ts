import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sql } from '../../src/database/index.js';
import { RollcallError } from '../../src/errors/index.js';
import { copyOf, NaiveModel, ROLES, type Role } from '../support/licensing/naive-model.js';
import { createStage, type Stage } from '../support/licensing/stage.js';

/** DEADLOCK_PAIRS=10000 runs as many, however long it takes. */
const ASKED = process.env.DEADLOCK_PAIRS;
const PAIRS = Number(ASKED ?? 1_000);
/** One pair alone, started at the same time, seldom truly overlaps; this many fill the pool of 8 connections. */
const AT_ONCE = 4;
/** A slow machine does fewer pairs rather than none. */
const MOST_MILLISECONDS = ASKED === undefined ? 45_000 : 3_600_000;
/** Few, so that any two commands meet in some of them. */
const USERS = 6;
const GROUPS = 5;

/** Refusals that the rules ask for; anything else is a fault, `database.busy` and `change.busy` above all. */
const EXPECTED = new Set([
  'user.not-found',
  'user.wrong-state',
  'group.not-deleted',
  'group.not-found',
  'group.unknown-member',
  'grant.exists',
  'grant.not-found',
  'grant.no-holder',
  'licence.out-of-seats',
]);

const command = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom('add', 'add', 'remove', 'replaceAll', 'removeAll'),
      group: fc.nat(GROUPS - 1),
      users: fc.uniqueArray(fc.nat(USERS - 1), { maxLength: USERS }),
      groups: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(fc.nat(GROUPS - 1), { maxLength: 2 })),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('activate', 'deactivate'), user: fc.nat(USERS - 1) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('suspend', 'reactivate', 'deleteUser', 'restoreUser'),
      user: fc.nat(USERS - 1),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('deleteGroup', 'restoreGroup'), group: fc.nat(GROUPS - 1) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('grant', 'ungrant'),
      role: fc.constantFrom(...ROLES),
      toUser: fc.boolean(),
      holder: fc.nat(USERS - 1),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('setSeats'),
      pool: fc.constantFrom('A', 'B'),
      seats: fc.option(fc.nat(4), { nil: undefined }),
    }),
  },
) as fc.Arbitrary<Command>;

type Command =
  | {
      readonly kind: 'add' | 'remove' | 'replaceAll' | 'removeAll';
      readonly group: number;
      readonly users: readonly number[];
      readonly groups: readonly number[];
    }
  | {
      readonly kind: 'activate' | 'deactivate' | 'suspend' | 'reactivate' | 'deleteUser' | 'restoreUser';
      readonly user: number;
    }
  | { readonly kind: 'deleteGroup' | 'restoreGroup'; readonly group: number }
  | { readonly kind: 'grant' | 'ungrant'; readonly role: Role; readonly toUser: boolean; readonly holder: number }
  | { readonly kind: 'setSeats'; readonly pool: 'A' | 'B'; readonly seats: number | undefined };

const POOLS = new Map([
  ['A', { seats: 2, policy: 'wait' as const }],
  ['B', { seats: 2, policy: 'wait' as const }],
]);
const POOL_OF = new Map<Role, string>([
  ['lead', 'A'],
  ['admin', 'B'],
  ['user', 'A'],
]);

let stage: Stage;
const users: string[] = [];
const groups: string[] = [];
let made = 0;

beforeAll(async () => {
  stage = await createStage({ pools: POOLS, poolOf: POOL_OF });
});

afterAll(() => stage.world.close());

it(
  `${PAIRS} pairs of commands over the same few objects, side by side: none is told to wait, and all adds up`,
  async () => {
    const failures: string[] = [];
    const started = Date.now();
    const seed = Math.trunc(Math.random() * 2 ** 31);
    const pairs = fc.sample(fc.tuple(command, command), { numRuns: PAIRS, seed });
    for (let n = 0; n < PAIRS && Date.now() - started < MOST_MILLISECONDS; n += AT_ONCE) {
      await refill();
      const commands = pairs.slice(n, n + AT_ONCE).flat();
      const results = await Promise.allSettled(commands.map(execute));
      for (const result of results) {
        if (result.status === 'fulfilled') continue;
        const code = result.reason instanceof RollcallError ? result.reason.code : String(result.reason);
        if (!EXPECTED.has(code)) failures.push(`seed ${seed}, pair ${n}: ${code} ${JSON.stringify(commands)}`);
      }
      if (n % (10 * AT_ONCE) === 0) await expectConsistency(`seed ${seed}, pair ${n}`);
    }
    await expectConsistency(`seed ${seed}`);
    expect(failures).toEqual([]);
    expect(await deadlocks()).toBe(0);
  },
  MOST_MILLISECONDS + 15_000,
);

/** Replaces what the last pair deleted. */
async function refill(): Promise<void> {
  const alive = await stage.world.database.write<{ id: string }>(sql`
    SELECT id FROM users WHERE deleted_at IS NULL UNION ALL SELECT id FROM groups WHERE deleted_at IS NULL`);
  const living = new Set(alive.map((row) => row.id));
  for (let n = 0; n < USERS; n++) if (!living.has(users[n] ?? '')) users[n] = await stage.world.user(`user${made++}`);
  for (let n = 0; n < GROUPS; n++)
    if (!living.has(groups[n] ?? '')) groups[n] = await stage.world.group(`group${made++}`);
}

function execute(one: Command): Promise<void> {
  const user = (n: number) => users[n] ?? '';
  const group = (n: number) => groups[n % GROUPS] ?? '';
  switch (one.kind) {
    case 'activate':
    case 'deactivate':
      return stage.world.setActive(user(one.user), one.kind === 'activate');
    case 'suspend':
    case 'reactivate':
    case 'deleteUser':
    case 'restoreUser':
      return stage.perform({ kind: one.kind, user: user(one.user) });
    case 'deleteGroup':
    case 'restoreGroup':
      return stage.perform({ kind: one.kind, group: group(one.group) });
    case 'grant':
    case 'ungrant':
      return stage.perform({
        kind: one.kind,
        role: one.role,
        to: one.toUser ? 'user' : 'group',
        holder: one.toUser ? user(one.holder) : group(one.holder),
      });
    case 'setSeats':
      return stage.perform(one);
    default: {
      const ids = one.kind === 'removeAll' ? [] : [...one.users.map(user), ...one.groups.map(group)];
      return stage.perform({ kind: 'members', group: group(one.group), changes: [{ kind: one.kind, ids }] });
    }
  }
}

/** Working everything out anew gives what is kept; the closure and the counts are those of the rows. */
async function expectConsistency(when: string): Promise<void> {
  const kept = await stage.snapshot();
  expect({ when, changes: await stage.settleAll() }).toEqual({ when, changes: [] });
  expect({ when, ...(await stage.snapshot()) }).toEqual({ when, ...kept });
  const model = copyOf(new NaiveModel(new Map(), POOL_OF));
  const rows = await stage.world.database.write<{ id: string }>(sql`SELECT id FROM groups WHERE deleted_at IS NULL`);
  for (const { id } of rows) {
    const members = kept.members.filter((row) => row.startsWith(`${id} `)).map((row) => row.slice(id.length + 1));
    model.groups.set(id, { deleted: false, members: new Set(members) });
  }
  expect({ when, closure: kept.closure }).toEqual({ when, closure: model.closure().sort() });
  for (const [pool, used] of Object.entries(kept.used)) {
    const holders = kept.held.filter((row) => row.endsWith(` ${pool}`)).length;
    expect({ when, pool, used }).toEqual({ when, pool, used: holders });
  }
}

/** Those that PostgreSQL had to break, repeated or not. */
async function deadlocks(): Promise<number> {
  // Backends report at most once a second.
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const rows = await stage.world.database.write<{ deadlocks: number }>(sql`
    SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`);
  return rows[0]?.deadlocks ?? 0;
}
