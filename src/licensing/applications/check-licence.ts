import { RollcallError } from '../../errors/index.js';

/** What happens when all seats are taken: the person waits, the change is refused, or the seat is counted beyond. */
export type LicencePolicy = 'wait' | 'refuse' | 'allow';

/** A time that is half open; an end that is undefined is none. */
export interface Period {
  readonly from: Date | undefined;
  readonly until: Date | undefined;
}

/** What the column holds. */
const MOST_SEATS = 1_000_000_000;

/** @throws RollcallError `licence.invalid-seats` */
export function checkSeats(seats: number | undefined): void {
  if (seats === undefined || (Number.isInteger(seats) && seats >= 0 && seats <= MOST_SEATS)) return;
  throw new RollcallError('invalid', 'licence.invalid-seats', 'Seats are a whole number, 0 or more.');
}

/** @throws RollcallError `licence.invalid-period` */
export function checkPeriod({ from, until }: Period): void {
  if (from === undefined || until === undefined || from < until) return;
  throw new RollcallError('invalid', 'licence.invalid-period', 'A licence must end after it begins.');
}
