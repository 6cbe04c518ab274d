import { sql } from '../../database/index.js';
import { type Actor, type LockingCommand, newObjectId } from '../../directory/index.js';
import { RollcallError } from '../../errors/index.js';
import { heldSeats, unusedFor } from '../usage/unused-seats.js';
import { reviewSeats } from './reviewed-seats.js';

export interface NewReclaim {
  readonly applicationId: string;
  /** Unused for as many. */
  readonly days: number;
  /** Made of the application and the days where it is undefined. */
  readonly name: string | undefined;
  readonly expiresAt: Date;
  /** Those unused longest; the others are for another batch. */
  readonly mostPeople: number;
}

export interface CreatedReclaim {
  readonly id: string;
  /** How many unused seats did not go into it. */
  readonly left: number;
}

/**
 * Writes down whose seats are unused and what would have to be removed to free them, for somebody to look through.
 * Takes nothing from anybody.
 * @throws RollcallError `application.not-found`, `reclaim.nothing-unused`
 */
export function createReclaim(actor: Actor, wanted: NewReclaim): LockingCommand<CreatedReclaim> {
  const { siteId } = actor;
  const { applicationId, days, expiresAt, mostPeople } = wanted;
  const id = newObjectId();
  return {
    action: 'reclaim.create',
    objectType: 'Application',
    objectId: applicationId,
    structure: 'none',
    groupIds: [],
    userIds: [],
    async run(transaction) {
      const [application] = await transaction.run<{ name: string }>(sql`
        SELECT name FROM applications WHERE site_id = ${siteId} AND id = ${applicationId} FOR KEY SHARE`);
      if (application === undefined) {
        throw new RollcallError('not-found', 'application.not-found', 'There is no such application.');
      }
      const name = wanted.name ?? `${application.name}, unused for ${days} days`;
      await transaction.run(sql`
        INSERT INTO reclaim_batches (site_id, id, application_id, name, days, expires_at)
        VALUES (${siteId}, ${id}, ${applicationId}, ${name}, ${days}, ${expiresAt})`);
      const wantedSeats = { siteId, applicationId, which: unusedFor(days), limit: mostPeople };
      const seats = await reviewSeats(transaction, wantedSeats);
      if (seats.size === 0) {
        const message = `No seat of ${application.name} is unused for ${days} days.`;
        throw new RollcallError('not-found', 'reclaim.nothing-unused', message);
      }
      const reviewed = [...seats.values()].map((seat) => JSON.stringify(seat));
      await transaction.run(sql`
        INSERT INTO reclaim_items (site_id, batch_id, user_id, reviewed)
        SELECT ${siteId}, ${id}::uuid, seat.user_id, seat.reviewed::jsonb
        FROM unnest(${[...seats.keys()]}::uuid[], ${reviewed}::text[]) AS seat (user_id, reviewed)`);
      const [all] = await transaction.run<{ count: number }>(sql`
        SELECT count(*)::integer AS count FROM ${heldSeats(siteId, applicationId)} WHERE ${unusedFor(days)}`);
      return {
        result: { id, left: Math.max(0, (all?.count ?? 0) - seats.size) },
        objectId: applicationId,
        objectName: application.name,
        changed: [{ attribute: 'reclaim', old: undefined, new: { batch: id, name, days, people: seats.size } }],
        subjects: [],
        affectedUserIds: [],
        writes: [],
      };
    },
  };
}
