import { RollcallError } from '../../errors/index.js';
import type { Pool } from './person.js';

/** A full licence whose policy is `refuse`. */
export class OutOfSeats extends RollcallError {
  constructor(
    pool: Pool,
    /** Everybody who would have needed a seat of it, or of another such licence, in the order in which they asked. */
    readonly userIds: readonly string[],
  ) {
    const why =
      pool.ended === true
        ? 'has ended; extend it or add the next one'
        : `has no seat left (${pool.used} of ${pool.seats}); free one or raise its limit`;
    const details = { licence: pool.name, seats: pool.seats };
    super('out-of-seats', 'licence.out-of-seats', `The licence "${pool.name}" ${why}.`, details);
  }
}
