import { sql, type Transaction } from '../database/index.js';
import { type Allocation, allocate, type Outcome } from './allocate.js';
import { type People, readPeople, readWaiting } from './people.js';
import type { Person, Pool } from './person.js';

/** A person's access before and after, by role id. */
export interface AccessChange {
  readonly userId: string;
  readonly applicationId: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** The person waits for a higher role than the one they have now. */
  readonly waiting: boolean;
}

/**
 * Works out anew what the given users may use and which seats they take, and moves on whoever waited for a seat
 * that came free. The caller holds the users' rows or the structure lock; rows of capped licences are locked here,
 * last in the order of design section 4, and read again by a statement of its own once they are held.
 * @param applicationIds applications whose licences changed, so that their queues may move
 * @throws RollcallError `licence.out-of-seats`
 */
export async function settle(
  transaction: Transaction,
  siteId: number,
  userIds: readonly string[],
  applicationIds: readonly string[] = [],
): Promise<readonly AccessChange[]> {
  let touched: People = await readPeople(transaction, siteId, userIds);
  if (touched.people.length === 0 && applicationIds.length === 0) return [];
  const applications = [...new Set([...touched.applicationIds, ...applicationIds])];
  if (!touched.capped && applicationIds.length === 0)
    return write(transaction, siteId, allocate(touched.people, [], []), []);
  const pools = await lockPools(transaction, siteId, applications);
  if (userIds.length > 0) touched = await readPeople(transaction, siteId, userIds);
  const allocation = await allocateWithQueues(transaction, siteId, applications, userIds, touched.people, pools);
  return write(transaction, siteId, allocation, pools);
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

async function write(
  transaction: Transaction,
  siteId: number,
  allocation: Allocation,
  pools: readonly Pool[],
): Promise<readonly AccessChange[]> {
  const moved = allocation.outcomes.filter((one) => !sameHolding(one));
  const places = placeChanges(allocation.outcomes);
  const counts = pools.filter((pool) => allocation.used.get(pool.licenceId) !== pool.used);
  const gained = moved.filter((one) => one.holding !== undefined);
  const lost = moved.filter((one) => one.holding === undefined);
  if (moved.length + places.joined.length + places.left.length + counts.length > 0) {
    await transaction.run(sql`
      WITH lost AS (
        DELETE FROM entitlements e
        USING unnest(${lost.map((one) => one.person.userId)}::uuid[], ${lost.map((one) => one.person.applicationId)}::uuid[])
          AS gone (user_id, application_id)
        WHERE e.site_id = ${siteId} AND e.user_id = gone.user_id AND e.application_id = gone.application_id
      ), gained AS (
        INSERT INTO entitlements (site_id, user_id, application_id, role_id, licence_id)
        SELECT ${siteId}, * FROM unnest(${gained.map((one) => one.person.userId)}::uuid[],
          ${gained.map((one) => one.person.applicationId)}::uuid[], ${gained.map((one) => one.holding?.roleId)}::uuid[],
          ${gained.map((one) => one.holding?.licenceId ?? null)}::uuid[])
        ON CONFLICT (site_id, user_id, application_id)
          DO UPDATE SET role_id = excluded.role_id, licence_id = excluded.licence_id, since = now()
      ), left_queue AS (
        DELETE FROM waiting_places w
        USING unnest(${places.left.map((one) => one.userId)}::uuid[], ${places.left.map((one) => one.roleId)}::uuid[])
          AS gone (user_id, role_id)
        WHERE w.site_id = ${siteId} AND w.user_id = gone.user_id AND w.role_id = gone.role_id
      ), joined_queue AS (
        INSERT INTO waiting_places (site_id, licence_id, user_id, application_id, role_id, since)
        SELECT ${siteId}, *, clock_timestamp() FROM unnest(${places.joined.map((one) => one.licenceId)}::uuid[],
          ${places.joined.map((one) => one.userId)}::uuid[], ${places.joined.map((one) => one.applicationId)}::uuid[],
          ${places.joined.map((one) => one.roleId)}::uuid[])
        ON CONFLICT (site_id, user_id, role_id) DO UPDATE SET licence_id = excluded.licence_id
      )
      UPDATE licences l SET seats_used = counted.used
      FROM unnest(${counts.map((pool) => pool.licenceId)}::uuid[],
        ${counts.map((pool) => allocation.used.get(pool.licenceId))}::integer[]) AS counted (id, used)
      WHERE l.site_id = ${siteId} AND l.id = counted.id`);
  }
  return accessChanges(allocation.outcomes);
}

function sameHolding({ person, holding }: Outcome): boolean {
  return person.held?.roleId === holding?.roleId && person.held?.licenceId === holding?.licenceId;
}

interface PlaceChange {
  readonly userId: string;
  readonly applicationId: string;
  readonly roleId: string;
  readonly licenceId: string | undefined;
}

function placeChanges(outcomes: readonly Outcome[]): { joined: PlaceChange[]; left: PlaceChange[] } {
  const joined: PlaceChange[] = [];
  const left: PlaceChange[] = [];
  for (const { person, waitsFor } of outcomes) {
    const { userId, applicationId } = person;
    const wanted = new Map(waitsFor.map((candidate) => [candidate.roleId, candidate.licenceId]));
    const held = new Map(person.places.map((place) => [place.roleId, place.licenceId]));
    for (const [roleId, licenceId] of wanted) {
      if (held.get(roleId) !== licenceId) joined.push({ userId, applicationId, roleId, licenceId });
    }
    for (const [roleId, licenceId] of held) {
      if (!wanted.has(roleId)) left.push({ userId, applicationId, roleId, licenceId });
    }
  }
  return { joined, left };
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
