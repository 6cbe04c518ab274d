import { sql } from '../database/index.js';
import type { Actor, LockingCommand } from '../directory/index.js';
import { RollcallError } from '../errors/index.js';
import { usersOfApplication } from './people.js';

/**
 * Changes how many seats a licence has (undefined: no limit). Structural. Fewer seats evict nobody; more of them
 * move the queue on in this transaction.
 * @throws RollcallError `licence.not-found`, `licence.invalid-seats`
 */
export function setSeats(actor: Actor, licenceId: string, seats: number | undefined): LockingCommand<void> {
  if (seats !== undefined && (!Number.isInteger(seats) || seats < 0)) {
    throw new RollcallError('invalid', 'licence.invalid-seats', 'Seats are a whole number, 0 or more.');
  }
  return {
    action: 'licence.set-seats',
    objectType: 'Licence',
    objectId: licenceId,
    structure: 'exclusive',
    groupIds: [],
    userIds: [],
    async run(transaction) {
      const rows = await transaction.run<{ name: string; seats: number | null; application_id: string }>(sql`
        SELECT name, seats, application_id FROM licences WHERE site_id = ${actor.siteId} AND id = ${licenceId}`);
      const licence = rows[0];
      if (licence === undefined) throw new RollcallError('not-found', 'licence.not-found', 'There is no such licence.');
      // The count is kept only while there is a limit, so it is taken anew here.
      const write = sql`
        UPDATE licences SET seats = ${seats ?? null}, seats_used = (
          SELECT count(*) FROM entitlements e WHERE e.site_id = ${actor.siteId} AND e.licence_id = ${licenceId}
        ) WHERE site_id = ${actor.siteId} AND id = ${licenceId}`;
      const lifted = seats === undefined && licence.seats !== null;
      return {
        result: undefined,
        objectId: licenceId,
        objectName: licence.name,
        changed: [{ attribute: 'seats', old: licence.seats ?? undefined, new: seats }],
        subjects: [],
        // Without a limit there is no queue to serve: everybody who waits is settled as if touched.
        affectedUserIds: lifted ? await usersOfApplication(transaction, actor.siteId, licence.application_id) : [],
        affectedApplicationIds: [licence.application_id],
        writes: [write],
      };
    },
  };
}
