import { type Database, planForValues, type Transaction, undone } from '../database/index.js';
import { type Actor, LocksOutdated, takeStructureLock, translateViolation } from '../directory/index.js';
import {
  type PersonStanding,
  type PoolUse,
  readPoolUse,
  readStandings,
  type SeatRules,
  type Standing,
} from '../licensing/index.js';
import { type CommandSource, MOST_ATTEMPTS, performLocked } from './perform.js';
import { together } from './together.js';

/** `waits`: only the places in queues differ. */
export type AccessEffect = 'gains' | 'loses' | 'changes' | 'waits';

/** What would become of somebody's access to an application. */
export interface AccessOutlook {
  readonly userId: string;
  readonly userName: string;
  readonly application: string;
  readonly effect: AccessEffect;
  readonly before: Standing;
  readonly after: Standing;
}

/** What it would cost a pool in seats. */
export interface PoolOutlook {
  readonly application: string;
  readonly licence: string;
  /** Of after the changes; null: unlimited. */
  readonly seats: number | null;
  readonly used: { readonly before: number; readonly after: number };
  readonly waiting: { readonly before: number; readonly after: number };
}

export interface Outlook {
  /** Those whose role, seat or places in queues would differ, in the order of applications and names. */
  readonly access: readonly AccessOutlook[];
  /** Those whose seats or queues would differ. */
  readonly pools: readonly PoolOutlook[];
}

const NOTHING: Standing = { role: null, licence: null, waitsFor: [] };

/** See Change.simulate. */
export async function simulate(
  database: Database,
  rules: SeatRules,
  actor: Actor,
  sources: readonly CommandSource<unknown>[],
): Promise<Outlook> {
  const outlook = undone(database.transaction, async (transaction) => {
    // Exclusive from the start: with it no two of the commands' locks can be taken in a wrong order.
    await transaction.runTogether([planForValues(), takeStructureLock(actor.siteId)]);
    const after = await undone(savepointOf(transaction), async () => {
      const users = new Set<string>();
      for (const source of sources) for (const id of await tried(transaction, rules, actor, source)) users.add(id);
      return snapshot(transaction, actor.siteId, [...users]);
    });
    const before = await snapshot(transaction, actor.siteId, after.userIds);
    return { access: accessOutlook(before, after), pools: poolOutlook(before, after) };
  });
  return outlook.catch((error: unknown) => {
    throw translateViolation(error);
  });
}

function savepointOf(transaction: Transaction) {
  return <Result>(work: (within: Transaction) => Promise<Result>) => transaction.savepoint(() => work(transaction));
}

/**
 * Runs a command, and has it made again where it finds that it needs other locks.
 * @returns whose access may differ
 */
async function tried(
  transaction: Transaction,
  rules: SeatRules,
  actor: Actor,
  source: CommandSource<unknown>,
): Promise<readonly string[]> {
  for (let attempt = 1; ; attempt++) {
    const command = await source();
    if ('standalone' in command) {
      await transaction.run(together(command.standalone().writes));
      return [];
    }
    try {
      const { effects, access, writes } = await performLocked(transaction, rules, actor, command, () => undefined);
      if (writes.length > 0) await transaction.run(together(writes));
      return [...effects.affectedUserIds, ...access.map(({ userId }) => userId)];
    } catch (error) {
      if (!(error instanceof LocksOutdated) || attempt === MOST_ATTEMPTS) throw error;
    }
  }
}

interface Snapshot {
  readonly userIds: readonly string[];
  readonly standings: readonly PersonStanding[];
  readonly pools: readonly PoolUse[];
}

async function snapshot(transaction: Transaction, siteId: number, userIds: readonly string[]): Promise<Snapshot> {
  const standings = await readStandings(transaction, siteId, userIds);
  return { userIds, standings, pools: await readPoolUse(transaction, siteId) };
}

function keyOf({ userId, applicationId }: PersonStanding): string {
  return `${userId} ${applicationId}`;
}

function accessOutlook(before: Snapshot, after: Snapshot): AccessOutlook[] {
  const now = new Map(before.standings.map((standing) => [keyOf(standing), standing]));
  const then = new Map(after.standings.map((standing) => [keyOf(standing), standing]));
  const people = [...before.standings, ...after.standings.filter((standing) => !now.has(keyOf(standing)))];
  people.sort(
    (left, right) => compared(left.application, right.application) || compared(left.userName, right.userName),
  );
  return people.flatMap((person) => {
    const [was, willBe] = [standingOf(now.get(keyOf(person))), standingOf(then.get(keyOf(person)))];
    if (isSame(was, willBe)) return [];
    const { userId, userName, application } = person;
    return [{ userId, userName, application, effect: effectOf(was, willBe), before: was, after: willBe }];
  });
}

function compared(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function standingOf(person: PersonStanding | undefined): Standing {
  return person === undefined ? NOTHING : { role: person.role, licence: person.licence, waitsFor: person.waitsFor };
}

function isSame(left: Standing, right: Standing): boolean {
  return left.role === right.role && left.licence === right.licence && left.waitsFor.join() === right.waitsFor.join();
}

function effectOf(before: Standing, after: Standing): AccessEffect {
  if (before.role === after.role && before.licence === after.licence) return 'waits';
  if (before.role === null) return 'gains';
  return after.role === null ? 'loses' : 'changes';
}

function poolOutlook(before: Snapshot, after: Snapshot): PoolOutlook[] {
  const now = new Map(before.pools.map((pool) => [pool.licenceId, pool]));
  return after.pools.flatMap(({ licenceId, application, licence, seats, used, waiting }) => {
    const was = now.get(licenceId) ?? { used: 0, waiting: 0 };
    if (was.used === used && was.waiting === waiting) return [];
    const [seatsUsed, queue] = [
      { before: was.used, after: used },
      { before: was.waiting, after: waiting },
    ];
    return [{ application, licence, seats, used: seatsUsed, waiting: queue }];
  });
}
