import { type Sql, sql, type Transaction } from '../database/index.js';
import { type Allocation, allocate, type Outcome } from './allocate.js';
import { lockPoolsOfUsers, type People, peopleOf, peopleQuery, readPeople, readWaiting } from './people.js';
import type { Person, Pool } from './person.js';
import { settlementWrites } from './settlement-writes.js';

/** A person's access before and after, by role id. */
export interface AccessChange {
  readonly userId: string;
  readonly applicationId: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** The person waits for a higher role than the one they have now. */
  readonly waiting: boolean;
}

/** What became of people's access, and the statements that write it down, independent of each other. */
export interface Settlement {
  readonly access: readonly AccessChange[];
  readonly writes: readonly Sql[];
}

/** Up to this many users, finding their applications twice costs less than another round trip under the lock. */
const FEW_USERS = 100;

/**
 * Works out anew what the given users may use and which seats they take, and moves on whoever waited for a seat
 * that came free. The caller holds the users' rows or the structure lock; rows of capped licences are locked here,
 * last in the order of design section 4, and people are read by a statement of its own once they are held.
 * @param before the change itself, which the settlement must see; sent in the same round trip
 * @param applicationIds applications whose licences changed, so that their queues may move
 * @throws RollcallError `licence.out-of-seats`
 */
export async function settle(
  transaction: Transaction,
  siteId: number,
  before: readonly Sql[],
  userIds: readonly string[],
  applicationIds: readonly string[] = [],
): Promise<Settlement> {
  const standing =
    userIds.length <= FEW_USERS
      ? await lockThenRead(transaction, siteId, before, userIds, applicationIds)
      : await readThenLock(transaction, siteId, before, userIds, applicationIds);
  const { touched, pools, queued } = standing;
  const applications = [...new Set([...touched.applicationIds, ...applicationIds])];
  const allocation =
    pools.length > 0 && queued
      ? await allocateWithQueues(transaction, siteId, applications, userIds, touched.people, pools)
      : allocate(touched.people, [], pools);
  return { access: accessChanges(allocation.outcomes), writes: settlementWrites(siteId, allocation, pools) };
}

interface Standing {
  readonly touched: People;
  readonly pools: readonly Pool[];
  /** Whether anybody else waits in the site. */
  readonly queued: boolean;
}

/** The usual case, in one round trip: every statement has a snapshot of its own, also behind the lock. */
async function lockThenRead(
  transaction: Transaction,
  siteId: number,
  before: readonly Sql[],
  userIds: readonly string[],
  applicationIds: readonly string[],
): Promise<Standing> {
  const found = await transaction.runTogether([
    ...before,
    lockPoolsOfUsers(siteId, userIds, applicationIds),
    peopleQuery(siteId, userIds),
    sql`SELECT 1 FROM waiting_places WHERE site_id = ${siteId} AND user_id <> ALL (${userIds}::uuid[]) LIMIT 1`,
  ]);
  const [pools = [], people = [], others = []] = found.slice(before.length);
  // lockPoolsOfUsers names these columns.
  return { touched: peopleOf(people), pools: pools as Pool[], queued: others.length > 0 };
}

/** Many users: what they deserve is read once where no limit is at play, and once more under the lock where one is. */
async function readThenLock(
  transaction: Transaction,
  siteId: number,
  before: readonly Sql[],
  userIds: readonly string[],
  applicationIds: readonly string[],
): Promise<Standing> {
  const found = await transaction.runTogether([...before, peopleQuery(siteId, userIds)]);
  const touched = peopleOf(found[before.length] ?? []);
  if (!touched.capped && applicationIds.length === 0) return { touched, pools: [], queued: false };
  const pools = await lockPools(transaction, siteId, [...touched.applicationIds, ...applicationIds]);
  return { touched: await readPeople(transaction, siteId, userIds), pools, queued: true };
}

async function lockPools(transaction: Transaction, siteId: number, applicationIds: readonly string[]): Promise<Pool[]> {
  return transaction.run<Pool>(sql`
    SELECT id AS "licenceId", name, seats, seats_used AS used, policy FROM licences
    WHERE site_id = ${siteId} AND application_id = ANY (${applicationIds}::uuid[]) AND seats IS NOT NULL
    ORDER BY id FOR UPDATE`);
}

/**
 * Reads the queues only as far as seats can come free: those free now and those that the touched people hold. Where
 * that was not enough (two places of one person; a seat that comes free again and again as people move between
 * pools), twice as far, and the allocation is made anew.
 */
async function allocateWithQueues(
  transaction: Transaction,
  siteId: number,
  applicationIds: readonly string[],
  userIds: readonly string[],
  touched: readonly Person[],
  pools: readonly Pool[],
): Promise<Allocation> {
  const capped = new Set(pools.map((pool) => pool.licenceId));
  const held = touched.filter((person) => person.held?.licenceId !== undefined && capped.has(person.held.licenceId));
  const free = pools.reduce((sum, pool) => sum + Math.max(0, pool.seats - pool.used), 0);
  if (free + held.length === 0) return allocate(touched, [], pools);
  for (let limit = free + held.length; ; limit *= 2) {
    const { people, readUntil } = await readWaiting(transaction, siteId, applicationIds, userIds, limit);
    const queued = pools.map((pool) => ({ ...pool, readUntil: readUntil.get(pool.licenceId) }));
    const allocation = allocate(touched, people, queued);
    if (!allocation.tooShort) return allocation;
  }
}

function accessChanges(outcomes: readonly Outcome[]): AccessChange[] {
  const changes: AccessChange[] = [];
  for (const { person, holding, waitsFor } of outcomes) {
    const known = new Set(person.places.map((place) => place.roleId));
    const newlyWaits = waitsFor.some((candidate) => !known.has(candidate.roleId));
    if (person.held?.roleId === holding?.roleId && !newlyWaits) continue;
    changes.push({
      userId: person.userId,
      applicationId: person.applicationId,
      before: person.held?.roleId,
      after: holding?.roleId,
      waiting: waitsFor.length > 0,
    });
  }
  return changes;
}
