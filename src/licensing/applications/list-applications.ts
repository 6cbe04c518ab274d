import { type Database, type Sql, sql } from '../../database/index.js';
import { RollcallError } from '../../errors/index.js';
import type { LicencePolicy } from './check-licence.js';

export interface Role {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly takesSeat: boolean;
}

export interface Licence {
  readonly id: string;
  readonly name: string;
  /** Null: no limit. */
  readonly seats: number | null;
  readonly policy: LicencePolicy;
  /** ISO 8601 in UTC; null: open. */
  readonly validFrom: string | null;
  readonly validUntil: string | null;
  /** `over`: more seats are taken than there are, or it has ended while people hold them. */
  readonly state: 'planned' | 'valid' | 'over' | 'ended';
  readonly used: number;
  /** Percentages of its seats at which the log warns. */
  readonly warnAt: readonly number[];
  /** The highest of them that was passed and not left again; null: none. */
  readonly warnedAt: number | null;
  readonly waiting: number;
  /** Keys of the roles that it covers, the highest first. */
  readonly roles: readonly string[];
}

export interface DefaultGroup {
  readonly role: string;
  readonly groupId: string;
  readonly groupName: string;
}

export interface Application {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly description: string | null;
  readonly state: 'active' | 'disabled';
  /** Who answers for it; null where nobody is named. */
  readonly owner: { readonly id: string; readonly userName: string } | null;
  /** The highest first. */
  readonly roles: readonly Role[];
  readonly licences: readonly Licence[];
  readonly defaultGroups: readonly DefaultGroup[];
}

/** All applications with roles, licences, seat use and default groups. */
export function listApplications(database: Pick<Database, 'read'>, siteId: number): Promise<Application[]> {
  return select(database, siteId, sql`TRUE`);
}

function select(database: Pick<Database, 'read'>, siteId: number, which: Sql): Promise<Application[]> {
  return database.read<Application>(sql`
    SELECT a.id, a.key, a.name, a.description, a.state,
      (
        SELECT jsonb_build_object('id', u.id, 'userName', u.user_name) FROM users u
        WHERE u.site_id = a.site_id AND u.id = a.owner_user_id AND u.deleted_at IS NULL
      ) AS owner,
      (
        SELECT coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'key', r.key, 'name', r.name, 'takesSeat', r.takes_seat)
          ORDER BY r.rank), '[]')
        FROM application_roles r WHERE r.site_id = a.site_id AND r.application_id = a.id
      ) AS roles,
      (
        SELECT coalesce(jsonb_agg(jsonb_build_object('id', l.id, 'name', l.name, 'seats', l.seats, 'policy', l.policy,
          'validFrom', to_char(l.valid_from AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
          'validUntil', to_char(l.valid_until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
          'state', CASE
            WHEN l.valid_from > now() THEN 'planned'
            WHEN l.valid_until <= now() AND taken.seats = 0 THEN 'ended'
            WHEN l.valid_until <= now() OR taken.seats > l.seats THEN 'over'
            ELSE 'valid' END,
          'used', taken.seats,
          'warnAt', l.warn_at,
          'warnedAt', l.warned_at,
          'waiting', (SELECT count(*) FROM waiting_places w WHERE w.site_id = l.site_id AND w.licence_id = l.id),
          'roles', (
            SELECT coalesce(jsonb_agg(r.key ORDER BY r.rank), '[]') FROM licence_roles p
            JOIN application_roles r ON r.site_id = p.site_id AND r.id = p.role_id
            WHERE p.site_id = l.site_id AND p.licence_id = l.id
          )) ORDER BY l.valid_from NULLS FIRST, l.name), '[]')
        FROM licences l
        CROSS JOIN LATERAL (
          SELECT count(*) AS seats FROM entitlements e WHERE e.site_id = l.site_id AND e.licence_id = l.id
        ) taken
        WHERE l.site_id = a.site_id AND l.application_id = a.id
      ) AS licences,
      (
        SELECT coalesce(jsonb_agg(jsonb_build_object('role', r.key, 'groupId', g.id, 'groupName', g.display_name)
          ORDER BY r.rank, g.display_name, g.id), '[]')
        FROM default_groups d
        JOIN application_roles r ON r.site_id = d.site_id AND r.id = d.role_id AND r.application_id = a.id
        JOIN groups g ON g.site_id = d.site_id AND g.id = d.group_id AND g.deleted_at IS NULL
        WHERE d.site_id = a.site_id
      ) AS "defaultGroups"
    FROM applications a WHERE a.site_id = ${siteId} AND ${which} ORDER BY a.key`);
}

/** @throws RollcallError `application.not-found` */
export async function findApplication(
  database: Pick<Database, 'read'>,
  siteId: number,
  key: string,
): Promise<Application> {
  const [application] = await select(database, siteId, sql`a.key = ${key}`);
  if (application === undefined) {
    throw new RollcallError('not-found', 'application.not-found', `There is no application "${key}".`);
  }
  return application;
}
