import { type Sql, sql } from '../../database/index.js';

/** Who takes a seat, where the rules of design section 4 leave it to the operator. */
export interface SeatRules {
  /** People who have not accepted their invitation yet hold roles and take seats. */
  readonly invitedTakeSeats: boolean;
  /** Users of the type `service` take seats like everybody else. */
  readonly serviceUsersTakeSeats: boolean;
}

export const DEFAULT_SEAT_RULES: SeatRules = { invitedTakeSeats: true, serviceUsersTakeSeats: false };

/** Whether a licence of `licences l` has to be locked and counted: one without limit and end lets everybody in. */
export const isLimited: Sql = sql`(l.seats IS NOT NULL OR l.valid_until IS NOT NULL)`;

/** How many seats a column of no limit counts as. */
const NO_LIMIT = 2_147_483_647;

/**
 * Locks those of the licences that are limited, by id, so that two changes never wait for each other, and reads them as
 * WatchedPool has them. A licence that has ended has no seat to give, whatever it says.
 */
export function lockPools(siteId: number, licenceIds: readonly string[]): Sql {
  return sql`
    SELECT id AS "licenceId", name, policy, seats_used AS used, coalesce(valid_until <= now(), false) AS ended,
      l.seats AS "limit", warn_at AS "warnAt", warned_at AS "warnedAt",
      CASE WHEN valid_until <= now() THEN 0 ELSE coalesce(seats, ${NO_LIMIT}) END AS seats
    FROM licences l WHERE site_id = ${siteId} AND id = ANY (${licenceIds}::uuid[]) AND ${isLimited}
    ORDER BY id FOR UPDATE`;
}
