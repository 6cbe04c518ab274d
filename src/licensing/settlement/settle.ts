import { planForValues, type Sql, sql, type Transaction } from '../../database/index.js';
import { type Allocation, allocate, type Outcome } from './allocate.js';
import { type People, peopleOf, peopleQuery, poolsOfApplications, poolsOfUsers, readWaiting } from './people.js';
import type { Holding, Person } from './person.js';
import { lockPools, type SeatRules } from './pools.js';
import { settlementWrites } from './settlement-writes.js';
import { type LicenceWarning, type WatchedPool, warningsOf } from './warnings.js';

/** A person's access before and after, by role id. */
export interface AccessChange {
  readonly userId: string;
  readonly applicationId: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** The person waits for a higher role than the one they have now. */
  readonly waiting: boolean;
  readonly reason: AccessReason;
}

/**
 * Why access is as it is now: a group or grant gives the role; the person waited for a seat that came free; no group
 * or grant gives the former role any longer, or the application is switched off; the person may hold nothing
 * (suspended, deactivated, deleted).
 */
export type AccessReason = 'assigned' | 'seat-free' | 'unassigned' | 'inactive';

/** Whose access may differ after a change, and by which rules seats are given. */
export interface Affected {
  readonly siteId: number;
  readonly userIds: readonly string[];
  /** Applications whose licences changed, so that their queues may move. */
  readonly applicationIds: readonly string[];
  /** The applications to which alone their access may differ; all unless said otherwise. */
  readonly within?: readonly string[] | undefined;
  /** See Person. */
  readonly asksForSeat?: boolean;
  /** Seats go to the users in their order, and not in that of their ids. */
  readonly seatsInOrder?: boolean;
  readonly rules: SeatRules;
}

/** What became of people's access, and the statements that write it down, independent of each other. */
export interface Settlement {
  readonly access: readonly AccessChange[];
  readonly warnings: readonly LicenceWarning[];
  readonly writes: readonly Sql[];
}

/** Up to this many users, reading what they deserve twice costs less than another round trip. */
const FEW_USERS = 100;

/**
 * Works out anew what the given users may use and which seats they take, and moves on whoever waited for a seat
 * that came free. The caller holds the users' rows or the structure lock; rows of capped licences are locked here,
 * last in the order of design section 4, and people are read by a statement of its own once they are held.
 * @param before the change itself, which the settlement must see; sent in the same round trip
 * @throws RollcallError `licence.out-of-seats`
 */
export async function settle(
  transaction: Transaction,
  affected: Affected,
  before: readonly Sql[],
): Promise<Settlement> {
  const standing = await lockThenRead(transaction, affected, before);
  const { pools, queued } = standing;
  const asked = affected.asksForSeat === true ? asking(standing.touched) : standing.touched;
  const touched = affected.seatsInOrder === true ? inOrder(asked, affected.userIds) : asked;
  const allocation =
    pools.length > 0 && queued
      ? await allocateWithQueues(transaction, affected, touched, pools)
      : allocate(touched.people, [], pools);
  return {
    access: accessChanges(allocation.outcomes),
    warnings: warningsOf(pools, allocation.used),
    writes: settlementWrites(affected, allocation, pools),
  };
}

function asking(touched: People): People {
  return { ...touched, people: touched.people.map((person) => ({ ...person, asksForSeat: true })) };
}

function inOrder(touched: People, userIds: readonly string[]): People {
  const places = new Map(userIds.map((id, index) => [id, index]));
  const placeOf = ({ userId }: Person) => places.get(userId) ?? places.size;
  return { ...touched, people: [...touched.people].sort((left, right) => placeOf(left) - placeOf(right)) };
}

interface Standing {
  readonly touched: People;
  readonly pools: readonly WatchedPool[];
  /** Whether anybody else waits for a seat of these pools. */
  readonly queued: boolean;
}

/**
 * Finds which limits are at play, locks them, and reads what people deserve under the lock. For few users it is read
 * along with the search, and was enough where there is no limit. The lock comes by id alone: PostgreSQL evaluates a
 * locking statement anew for every version of the row that it waited for, and with the search in it that took 2 ms of
 * processor time a change.
 */
async function lockThenRead(
  transaction: Transaction,
  { siteId, userIds, applicationIds, within, rules }: Affected,
  before: readonly Sql[],
): Promise<Standing> {
  const people = peopleQuery(siteId, userIds, rules, within);
  const pools =
    within === undefined ? poolsOfUsers(siteId, userIds, applicationIds) : poolsOfApplications(siteId, within);
  const search = [...before, pools];
  const few = userIds.length <= FEW_USERS;
  const found = await transaction.runTogether(few ? [...search, people] : [planForValues(), ...search]);
  const limited = found[few ? before.length : before.length + 1] ?? [];
  if (limited.length === 0) {
    const rows = few ? (found[before.length + 1] ?? []) : await transaction.run(people);
    return { touched: peopleOf(rows), pools: [], queued: false };
  }
  // poolsOfUsers names the column.
  const ids = (limited as { id: string }[]).map((licence) => licence.id);
  // Each statement has a snapshot of its own, so that those behind the lock see what it waited for.
  const [locked = [], touched = [], others = []] = await transaction.runTogether([
    lockPools(siteId, ids),
    people,
    sql`
      SELECT 1 FROM waiting_places
      WHERE site_id = ${siteId} AND licence_id = ANY (${ids}::uuid[]) AND user_id <> ALL (${userIds}::uuid[]) LIMIT 1`,
  ]);
  // lockPools names these columns.
  return { touched: peopleOf(touched), pools: locked as WatchedPool[], queued: others.length > 0 };
}

/**
 * Reads the queues only as far as seats can come free: those free now and those that the touched people hold. Where
 * that was not enough (two places of one person; a seat that comes free again and again as people move between
 * pools), twice as far, and the allocation is made anew.
 */
async function allocateWithQueues(
  transaction: Transaction,
  { siteId, userIds, applicationIds, rules }: Affected,
  { people: touched, applicationIds: touchedApplications }: People,
  pools: readonly WatchedPool[],
): Promise<Allocation> {
  const applications = [...new Set([...touchedApplications, ...applicationIds])];
  const capped = new Set(pools.map((pool) => pool.licenceId));
  const held = touched.filter((person) => person.held?.licenceId !== undefined && capped.has(person.held.licenceId));
  const free = pools.reduce((sum, pool) => sum + Math.max(0, pool.seats - pool.used), 0);
  if (free + held.length === 0) return allocate(touched, [], pools);
  for (let limit = free + held.length; ; limit *= 2) {
    const { people, readUntil } = await readWaiting(transaction, siteId, applications, userIds, limit, rules);
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
      reason: reasonOf(person, holding),
    });
  }
  return changes;
}

function reasonOf(person: Person, holding: Holding | undefined): AccessReason {
  if (!person.eligible) return 'inactive';
  const { held, candidates, places } = person;
  const lost = held !== undefined && !candidates.some((candidate) => candidate.roleId === held.roleId);
  if (holding === undefined || (lost && held.roleId !== holding.roleId)) return 'unassigned';
  const waited = places.some(({ roleId, licenceId }) => roleId === holding.roleId || licenceId === holding.licenceId);
  return waited ? 'seat-free' : 'assigned';
}
