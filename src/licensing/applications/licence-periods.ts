import { type Database, type Sql, sql } from '../../database/index.js';
import type { Actor, LockingCommand } from '../../directory/index.js';
import { usersOfApplication } from '../settlement/people.js';

/**
 * For each role of the given applications and each licence that covers it, whether that licence should be in force:
 * the one that is valid now; after the last one has ended, that one, so that what was taken stays counted; none before
 * the first begins.
 */
function inForce(which: Sql): Sql {
  return sql`
    SELECT p.site_id, l.application_id, p.licence_id, p.role_id, p.in_force AS before,
      coalesce(l.valid_from <= now(), true) AND row_number() OVER (
        PARTITION BY p.site_id, p.role_id, coalesce(l.valid_from <= now(), true)
        ORDER BY coalesce(l.valid_until > now(), true) DESC, l.valid_until DESC NULLS FIRST, l.id
      ) = 1 AS after
    FROM licence_roles p JOIN licences l ON l.site_id = p.site_id AND l.id = p.licence_id
    WHERE ${which}`;
}

/**
 * Statements, to be run one after the other, that mark the licences of an application that are in force now. One
 * statement could not: the index that keeps a role in one pool looks at every row as it changes.
 */
export function putInForce(siteId: number, applicationId: string): Sql[] {
  const ofApplication = sql`p.site_id = ${siteId} AND l.application_id = ${applicationId}`;
  return [false, true].map(
    (marked) => sql`
      UPDATE licence_roles p SET in_force = wanted.after FROM (${inForce(ofApplication)}) wanted
      WHERE p.site_id = wanted.site_id AND p.licence_id = wanted.licence_id AND p.role_id = wanted.role_id
        AND wanted.before <> wanted.after AND wanted.after = ${marked}`,
  );
}

/**
 * The statement that counts a licence's seats anew: while it had neither limit nor end, nobody counted. Without a limit
 * there is nothing to be warned of.
 */
export function recountSeats(siteId: number, applicationId: string): Sql {
  return sql`
    UPDATE licences l SET seats_used = (
      SELECT count(*) FROM entitlements e WHERE e.site_id = l.site_id AND e.licence_id = l.id
    ), warned_at = CASE WHEN l.seats IS NOT NULL THEN l.warned_at END WHERE l.site_id = ${siteId} AND l.application_id = ${applicationId}`;
}

/** An application one of whose licences has begun or ended since anybody looked. */
export interface DueApplication {
  readonly siteId: number;
  readonly applicationId: string;
}

/** Applications whose licences have to be changed over, of all sites; asked every few seconds. */
export function dueApplications(database: Database): Promise<DueApplication[]> {
  const dated = sql`EXISTS (
    SELECT 1 FROM licences d WHERE d.site_id = l.site_id AND d.application_id = l.application_id
      AND (d.valid_from IS NOT NULL OR d.valid_until IS NOT NULL))`;
  return database.write<DueApplication>(sql`
    SELECT DISTINCT site_id AS "siteId", application_id AS "applicationId" FROM (${inForce(dated)}) wanted
    WHERE before <> after`);
}

/**
 * Puts the licences in force that are valid now and moves everybody's seat into them. Nobody loses a seat, also where
 * the next licence has fewer. Structural.
 */
export function changeOver(actor: Actor, applicationId: string): LockingCommand<void> {
  return {
    action: 'licence.change-over',
    objectType: 'Application',
    objectId: applicationId,
    structure: 'exclusive',
    groupIds: [],
    userIds: [],
    async run(transaction) {
      const { siteId } = actor;
      const [rows = []] = await transaction.runTogether([
        sql`SELECT name FROM applications WHERE site_id = ${siteId} AND id = ${applicationId}`,
        ...putInForce(siteId, applicationId),
        recountSeats(siteId, applicationId),
      ]);
      // The statement names the column; the application may be gone by now.
      const [application] = rows as { name: string }[];
      return {
        result: undefined,
        objectId: applicationId,
        objectName: application?.name ?? applicationId,
        changed: [],
        subjects: [],
        affectedUserIds: await usersOfApplication(transaction, siteId, applicationId),
        affectedApplicationIds: [applicationId],
        withinApplicationId: applicationId,
        writes: [],
      };
    },
  };
}
