import type { Transaction } from '../database/index.js';
import { type PersonStanding, type PoolUse, readPoolUse, readStandings, type Standing } from '../licensing/index.js';

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

/** What is so at a moment in a transaction. */
export interface Snapshot {
  readonly userIds: readonly string[];
  readonly standings: readonly PersonStanding[];
  readonly pools: readonly PoolUse[];
}

export async function snapshot(
  transaction: Transaction,
  siteId: number,
  userIds: readonly string[],
): Promise<Snapshot> {
  const standings = await readStandings(transaction, siteId, userIds);
  return { userIds, standings, pools: await readPoolUse(transaction, siteId) };
}

function keyOf({ userId, applicationId }: PersonStanding): string {
  return `${userId} ${applicationId}`;
}

/** Those who stand otherwise after than before, in the order of applications and names. */
export function accessOutlook(before: readonly PersonStanding[], after: readonly PersonStanding[]): AccessOutlook[] {
  const now = new Map(before.map((standing) => [keyOf(standing), standing]));
  const then = new Map(after.map((standing) => [keyOf(standing), standing]));
  const people = [...before, ...after.filter((standing) => !now.has(keyOf(standing)))];
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

export function poolOutlook(before: Snapshot, after: Snapshot): PoolOutlook[] {
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
