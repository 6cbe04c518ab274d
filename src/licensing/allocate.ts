import { RollcallError } from '../errors/index.js';
import type { Candidate, Holding, Person, Place, Pool } from './person.js';

/** What a person has after the allocation. */
export interface Outcome {
  readonly person: Person;
  readonly holding: Holding | undefined;
  /** Candidates that were full: the person waits for each of them. */
  readonly waitsFor: readonly Candidate[];
}

export interface Allocation {
  readonly outcomes: readonly Outcome[];
  /** Seats in use by licence id, for the pools that were given. */
  readonly used: ReadonlyMap<string, number>;
}

interface Standing {
  readonly person: Person;
  /** Whether this change touched the person; the others are here because they wait. */
  readonly touched: boolean;
  holding: Holding | undefined;
  rank: number;
  waitsFor: Candidate[];
}

const NO_ROLE = Number.POSITIVE_INFINITY;

/**
 * Gives out seats (design section 4). A person takes one seat an application, in the pool of the highest role with
 * room, and waits for the higher ones. Seats that come free go to the queue first, then to newcomers. Nobody who
 * holds a role that they still deserve loses it, whatever the limit says now.
 * @param touched people whose groups, grants or state changed
 * @param waiting other people in the queues of the same pools
 * @throws RollcallError `licence.out-of-seats` where a full pool has the policy `refuse`
 */
export function allocate(touched: readonly Person[], waiting: readonly Person[], pools: readonly Pool[]): Allocation {
  const seats = new SeatCounter(pools);
  const standings = [
    ...touched.map((person) => standing(person, true)),
    ...waiting.map((person) => standing(person, false)),
  ];
  for (const one of standings) releaseUndeserved(one, seats);
  const queues = new Queues(standings, seats);
  queues.serve();
  for (const one of standings) {
    if (!one.touched || !one.person.eligible) continue;
    choose(one, seats);
    queues.serve();
  }
  return { outcomes: standings.map(outcome), used: seats.used };
}

function standing(person: Person, touched: boolean): Standing {
  const held = person.held;
  const rank = person.candidates.find((candidate) => candidate.roleId === held?.roleId)?.rank ?? NO_ROLE;
  return { person, touched, holding: held, rank, waitsFor: [] };
}

/** Takes back what the person no longer deserves, and moves a seat whose role now lies in another pool. */
function releaseUndeserved(one: Standing, seats: SeatCounter): void {
  if (one.holding === undefined) return;
  const roleId = one.holding.roleId;
  const deserved = one.person.candidates.find((candidate) => candidate.roleId === roleId);
  if (!one.person.eligible || deserved === undefined) {
    seats.leave(one.holding.licenceId);
    one.holding = undefined;
    one.rank = NO_ROLE;
  } else if (deserved.licenceId !== one.holding.licenceId) {
    seats.leave(one.holding.licenceId);
    seats.enter(deserved.licenceId);
    one.holding = { roleId, licenceId: deserved.licenceId };
  }
}

function choose(one: Standing, seats: SeatCounter): void {
  one.waitsFor = [];
  for (const candidate of one.person.candidates) {
    if (candidate.rank >= one.rank) return;
    const room = seats.hasRoom(candidate.licenceId) || candidate.licenceId === one.holding?.licenceId;
    if (room || seats.policy(candidate.licenceId) === 'allow') {
      assign(one, candidate, seats);
      return;
    }
    const waitsAlready = one.person.places.some((place) => place.roleId === candidate.roleId);
    if (seats.policy(candidate.licenceId) === 'refuse' && !waitsAlready) throw seats.outOfSeats(candidate.licenceId);
    one.waitsFor.push(candidate);
  }
}

function assign(one: Standing, candidate: Candidate, seats: SeatCounter): void {
  seats.leave(one.holding?.licenceId);
  seats.enter(candidate.licenceId);
  one.holding = { roleId: candidate.roleId, licenceId: candidate.licenceId };
  one.rank = candidate.rank;
  one.waitsFor = one.waitsFor.filter((waited) => waited.rank < candidate.rank);
}

function outcome(one: Standing): Outcome {
  if (one.touched && one.person.eligible) return { person: one.person, holding: one.holding, waitsFor: one.waitsFor };
  // Others keep the places that they still deserve: suspension does not cost a place.
  const places = new Set(one.person.places.map((place) => place.roleId));
  const kept = one.person.candidates.filter((candidate) => places.has(candidate.roleId) && candidate.rank < one.rank);
  return { person: one.person, holding: one.holding, waitsFor: kept };
}

/** Seats in use while they are given out. A licence that is not among the pools has no limit. */
class SeatCounter {
  readonly used = new Map<string, number>();
  private readonly pools: ReadonlyMap<string, Pool>;

  constructor(pools: readonly Pool[]) {
    this.pools = new Map(pools.map((pool) => [pool.licenceId, pool]));
    for (const pool of pools) this.used.set(pool.licenceId, pool.used);
  }

  hasRoom(licenceId: string | undefined): boolean {
    const pool = licenceId === undefined ? undefined : this.pools.get(licenceId);
    return pool === undefined || (this.used.get(pool.licenceId) ?? 0) < pool.seats;
  }

  policy(licenceId: string | undefined): Pool['policy'] | undefined {
    return licenceId === undefined ? undefined : this.pools.get(licenceId)?.policy;
  }

  enter(licenceId: string | undefined): void {
    this.add(licenceId, 1);
  }

  leave(licenceId: string | undefined): void {
    this.add(licenceId, -1);
  }

  outOfSeats(licenceId: string | undefined): RollcallError {
    const pool = licenceId === undefined ? undefined : this.pools.get(licenceId);
    return new RollcallError(
      'out-of-seats',
      'licence.out-of-seats',
      `The licence "${pool?.name}" has no seat left (${pool?.seats} of ${pool?.seats}); free one or raise its limit.`,
      { licence: pool?.name ?? '', seats: pool?.seats ?? 0 },
    );
  }

  private add(licenceId: string | undefined, difference: number): void {
    if (licenceId === undefined || !this.pools.has(licenceId)) return;
    this.used.set(licenceId, (this.used.get(licenceId) ?? 0) + difference);
  }
}

interface Waiting {
  readonly one: Standing;
  readonly place: Place;
  readonly candidate: Candidate;
}

/** The queues of the pools, first come first served. */
class Queues {
  private readonly queues = new Map<string, { entries: Waiting[]; next: number }>();

  constructor(
    standings: readonly Standing[],
    private readonly seats: SeatCounter,
  ) {
    for (const one of standings) {
      if (!one.person.eligible) continue;
      for (const place of one.person.places) this.join(one, place);
    }
    for (const queue of this.queues.values()) queue.entries.sort(firstComeFirst);
  }

  /** Moves people on as long as a seat is free that somebody waits for; moving one up may free another seat. */
  serve(): void {
    let moved = true;
    while (moved) {
      moved = false;
      for (const [licenceId, queue] of this.queues) {
        while (queue.next < queue.entries.length && this.seats.hasRoom(licenceId)) {
          const entry = queue.entries[queue.next++];
          if (entry === undefined || entry.candidate.rank >= entry.one.rank) continue;
          assign(entry.one, entry.candidate, this.seats);
          moved = true;
        }
      }
    }
  }

  private join(one: Standing, place: Place): void {
    const candidate = one.person.candidates.find((deserved) => deserved.roleId === place.roleId);
    if (candidate?.licenceId === undefined) return;
    const queue = this.queues.get(candidate.licenceId) ?? { entries: [], next: 0 };
    queue.entries.push({ one, place, candidate });
    this.queues.set(candidate.licenceId, queue);
  }
}

function firstComeFirst(left: Waiting, right: Waiting): number {
  return left.place.since - right.place.since || left.place.sequence - right.place.sequence;
}
