import { OutOfSeats } from './out-of-seats.js';
import type { Candidate, Holding, Person, Pool } from './person.js';
import { Queues } from './queues.js';
import { SeatCounter } from './seat-counter.js';
import { assign, releaseUndeserved, type Standing, standing } from './standing.js';

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
  /** More of a queue has to be read (`Pool.readUntil`) before this allocation can be trusted. */
  readonly tooShort: boolean;
}

/**
 * Gives out seats (design section 4). A person takes one seat an application, in the pool of the highest role with
 * room, and waits for the higher ones. Seats that come free go to the queue first, then to newcomers. Nobody who
 * holds a role that they still deserve loses it, whatever the limit says now.
 * @param touched people whose groups, grants or state changed
 * @param waiting other people in the queues of the same pools
 * @throws OutOfSeats where a full pool has the policy `refuse`
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
  const refusals: Refusal[] = [];
  for (const one of standings) {
    if (!one.touched || !one.person.eligible) continue;
    const pool = choose(one, seats, queues);
    if (pool !== undefined) refusals.push({ userId: one.person.userId, pool });
    queues.serve();
  }
  const [refusal] = refusals;
  if (refusal !== undefined) throw new OutOfSeats(refusal.pool, [...new Set(refusals.map(({ userId }) => userId))]);
  return { outcomes: standings.map(outcome), used: seats.used, tooShort: queues.tooShort };
}

interface Refusal {
  readonly userId: string;
  readonly pool: Pool;
}

/** @returns the full pool that refuses the person, whose access then is not what it should be */
function choose(one: Standing, seats: SeatCounter, queues: Queues): Pool | undefined {
  for (const candidate of one.person.candidates) {
    if (candidate.rank >= one.rank) return undefined;
    if (seats.hasRoom(candidate.licenceId) || candidate.licenceId === one.holding?.licenceId) {
      assign(one, candidate, seats);
      return undefined;
    }
    const waitsAlready = one.person.places.some((place) => place.roleId === candidate.roleId);
    const pool = seats.pool(candidate.licenceId);
    // Taking a role away must not fail for want of another seat: whoever falls waits.
    if (pool?.policy === 'refuse' && !waitsAlready && !one.fell) return pool;
    one.waitsFor.push(candidate);
    if (!waitsAlready) queues.join(one, candidate);
  }
  return undefined;
}

function outcome(one: Standing): Outcome {
  if (one.touched && one.person.eligible) return { person: one.person, holding: one.holding, waitsFor: one.waitsFor };
  // Others keep the places that they still deserve: suspension does not cost a place.
  const places = new Set(one.person.places.map((place) => place.roleId));
  const kept = one.person.candidates.filter(
    (candidate) => places.has(candidate.roleId) && candidate.rank < one.rank && candidate.licenceId !== undefined,
  );
  return { person: one.person, holding: one.holding, waitsFor: kept };
}
