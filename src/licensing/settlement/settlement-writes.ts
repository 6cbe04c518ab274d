import { type Sql, sql } from '../../database/index.js';
import { noteDays } from '../history/note-days.js';
import type { Allocation, Outcome } from './allocate.js';
import { type WatchedPool, warnedNow } from './warnings.js';

/** What differs after an allocation, as statements that do not depend on each other; none where nothing differs. */
export function settlementWrites(
  { siteId, applicationIds }: { readonly siteId: number; readonly applicationIds: readonly string[] },
  allocation: Allocation,
  pools: readonly WatchedPool[],
): Sql[] {
  const moved = allocation.outcomes.filter((one) => !sameHolding(one));
  const places = placeChanges(allocation.outcomes);
  return [
    ...removeEntitlements(
      siteId,
      moved.filter((one) => one.holding === undefined),
    ),
    ...putEntitlements(
      siteId,
      moved.filter((one) => one.holding !== undefined),
    ),
    ...leaveQueues(siteId, places.left),
    ...joinQueues(siteId, places.joined),
    ...countSeats(siteId, allocation, pools),
    ...noteDays(
      siteId,
      // Where licences changed, their seats may differ although nobody came or went.
      pools.filter(({ licenceId, used }) => applicationIds.length > 0 || allocation.used.get(licenceId) !== used),
      allocation.used,
    ),
  ];
}

function removeEntitlements(siteId: number, lost: readonly Outcome[]): Sql[] {
  if (lost.length === 0) return [];
  const users = lost.map((one) => one.person.userId);
  const applications = lost.map((one) => one.person.applicationId);
  return [
    sql`
      DELETE FROM entitlements e
      USING unnest(${users}::uuid[], ${applications}::uuid[]) AS gone (user_id, application_id)
      WHERE e.site_id = ${siteId} AND e.user_id = gone.user_id AND e.application_id = gone.application_id`,
  ];
}

function putEntitlements(siteId: number, gained: readonly Outcome[]): Sql[] {
  if (gained.length === 0) return [];
  return [
    sql`
      INSERT INTO entitlements (site_id, user_id, application_id, role_id, licence_id)
      SELECT ${siteId}, * FROM unnest(${gained.map((one) => one.person.userId)}::uuid[],
        ${gained.map((one) => one.person.applicationId)}::uuid[], ${gained.map((one) => one.holding?.roleId)}::uuid[],
        ${gained.map((one) => one.holding?.licenceId ?? null)}::uuid[])
      ON CONFLICT (site_id, user_id, application_id)
        DO UPDATE SET role_id = excluded.role_id, licence_id = excluded.licence_id, since = now()`,
  ];
}

function leaveQueues(siteId: number, left: readonly PlaceChange[]): Sql[] {
  if (left.length === 0) return [];
  return [
    sql`
      DELETE FROM waiting_places w
      USING unnest(${left.map((one) => one.userId)}::uuid[], ${left.map((one) => one.roleId)}::uuid[])
        AS gone (user_id, role_id)
      WHERE w.site_id = ${siteId} AND w.user_id = gone.user_id AND w.role_id = gone.role_id`,
  ];
}

function joinQueues(siteId: number, joined: readonly PlaceChange[]): Sql[] {
  if (joined.length === 0) return [];
  return [
    sql`
      INSERT INTO waiting_places (site_id, licence_id, user_id, application_id, role_id, since)
      SELECT ${siteId}, *, clock_timestamp() FROM unnest(${joined.map((one) => one.licenceId)}::uuid[],
        ${joined.map((one) => one.userId)}::uuid[], ${joined.map((one) => one.applicationId)}::uuid[],
        ${joined.map((one) => one.roleId)}::uuid[])
      ON CONFLICT (site_id, user_id, role_id) DO UPDATE SET licence_id = excluded.licence_id`,
  ];
}

function countSeats(siteId: number, allocation: Allocation, pools: readonly WatchedPool[]): Sql[] {
  const counts = pools
    .map((pool) => ({ pool, used: allocation.used.get(pool.licenceId) ?? pool.used }))
    .map(({ pool, used }) => ({ pool, used, warned: warnedNow(pool, used) }))
    .filter(({ pool, used, warned }) => used !== pool.used || warned !== pool.warnedAt);
  if (counts.length === 0) return [];
  return [
    sql`
      UPDATE licences l SET seats_used = counted.used, warned_at = counted.warned
      FROM unnest(${counts.map(({ pool }) => pool.licenceId)}::uuid[], ${counts.map(({ used }) => used)}::integer[],
        ${counts.map(({ warned }) => warned)}::integer[]) AS counted (id, used, warned)
      WHERE l.site_id = ${siteId} AND l.id = counted.id`,
  ];
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
