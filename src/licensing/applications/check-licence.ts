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

/** What a licence warns at unless it is said otherwise; percent of its seats. */
export const DEFAULT_WARN_AT: readonly number[] = [80, 100];

const MOST_WARNINGS = 10;
const HIGHEST_WARNING = 1000;

/** @throws RollcallError `licence.invalid-warning` */
export function checkWarnAt(warnAt: readonly number[]): void {
  const fits = (percent: number) => Number.isInteger(percent) && percent >= 1 && percent <= HIGHEST_WARNING;
  if (warnAt.length <= MOST_WARNINGS && warnAt.every(fits)) return;
  const message = `A licence warns at up to ${MOST_WARNINGS} percentages, whole numbers from 1 to ${HIGHEST_WARNING}.`;
  throw new RollcallError('invalid', 'licence.invalid-warning', message);
}

/** @throws RollcallError `licence.invalid-period` */
export function checkPeriod({ from, until }: Period): void {
  if (from === undefined || until === undefined || from < until) return;
  throw new RollcallError('invalid', 'licence.invalid-period', 'A licence must end after it begins.');
}
