import { type Database, sql } from '../database/index.js';

/** What a person has in an application. */
export interface UserEntitlement {
  readonly application: string;
  readonly role: string;
  /** The pool whose seat it takes; null when it takes none. */
  readonly licence: string | null;
  readonly since: Date;
}

/** A role that a person gets once its pool has room. */
export interface UserWaitingPlace {
  readonly application: string;
  readonly role: string;
  readonly licence: string;
  readonly since: Date;
  /** 1 is next; people who are not active at the moment are counted and skipped. */
  readonly position: number;
}

/** Everything a user holds, by application. */
export function readEntitlements(database: Database, siteId: number, userId: string): Promise<UserEntitlement[]> {
  return database.read<UserEntitlement>(sql`
    SELECT a.key AS application, r.key AS role, l.name AS licence, e.since
    FROM entitlements e
    JOIN applications a ON a.site_id = e.site_id AND a.id = e.application_id
    JOIN application_roles r ON r.site_id = e.site_id AND r.id = e.role_id
    LEFT JOIN licences l ON l.site_id = e.site_id AND l.id = e.licence_id
    WHERE e.site_id = ${siteId} AND e.user_id = ${userId} ORDER BY a.key`);
}

/** Everything a user waits for, by application. */
export function readWaitingPlaces(database: Database, siteId: number, userId: string): Promise<UserWaitingPlace[]> {
  return database.read<UserWaitingPlace>(sql`
    SELECT a.key AS application, r.key AS role, l.name AS licence, w.since,
      (
        SELECT count(*) FROM waiting_places before
        WHERE before.site_id = w.site_id AND before.licence_id = w.licence_id
          AND (before.since, before.sequence) <= (w.since, w.sequence)
      ) AS position
    FROM waiting_places w
    JOIN applications a ON a.site_id = w.site_id AND a.id = w.application_id
    JOIN application_roles r ON r.site_id = w.site_id AND r.id = w.role_id
    JOIN licences l ON l.site_id = w.site_id AND l.id = w.licence_id
    WHERE w.site_id = ${siteId} AND w.user_id = ${userId} ORDER BY a.key, r.rank`);
}
