import type { Candidate, Holding, Person } from './person.js';
import type { SeatCounter } from './seat-counter.js';

/** A person in the middle of an allocation. */
export interface Standing {
  readonly person: Person;
  /** Whether this change touched the person; the others are here because they wait. */
  readonly touched: boolean;
  /** This change took away the role that the person had. */
  fell: boolean;
  holding: Holding | undefined;
  rank: number;
  waitsFor: Candidate[];
}

const NO_ROLE = Number.POSITIVE_INFINITY;

export function standing(person: Person, touched: boolean): Standing {
  const held = person.held;
  const deserved = person.candidates.find((candidate) => candidate.roleId === held?.roleId);
  if (person.asksForSeat === true && held?.licenceId === undefined && deserved?.licenceId !== undefined) {
    return { person, touched, fell: false, holding: undefined, rank: NO_ROLE, waitsFor: [] };
  }
  return { person, touched, fell: false, holding: held, rank: deserved?.rank ?? NO_ROLE, waitsFor: [] };
}

/** Takes back what the person no longer deserves, and moves a seat whose role now lies in another pool. */
export function releaseUndeserved(one: Standing, seats: SeatCounter): void {
  if (one.holding === undefined) return;
  const roleId = one.holding.roleId;
  const deserved = one.person.candidates.find((candidate) => candidate.roleId === roleId);
  if (!one.person.eligible || deserved === undefined) {
    seats.leave(one.holding.licenceId);
    one.holding = undefined;
    one.rank = NO_ROLE;
    one.fell = true;
  } else if (deserved.licenceId !== one.holding.licenceId) {
    seats.leave(one.holding.licenceId);
    seats.enter(deserved.licenceId);
    one.holding = { roleId, licenceId: deserved.licenceId };
  }
}

/** Gives the person a higher role than the one they have, with the seat that it takes. */
export function assign(one: Standing, candidate: Candidate, seats: SeatCounter): void {
  seats.leave(one.holding?.licenceId);
  seats.enter(candidate.licenceId);
  one.holding = { roleId: candidate.roleId, licenceId: candidate.licenceId };
  one.rank = candidate.rank;
  one.waitsFor = one.waitsFor.filter((waited) => waited.rank < candidate.rank);
}
