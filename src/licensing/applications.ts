import { type Database, sql } from '../database/index.js';
import { type Actor, newObjectId, type StandaloneCommand } from '../directory/index.js';
import { RollcallError } from '../errors/index.js';

export interface NewRole {
  readonly key: string;
  readonly name?: string;
  readonly takesSeat: boolean;
}

/** Roles stand in their order, the highest first. */
export interface NewApplication {
  readonly key: string;
  readonly name: string;
  readonly description: string | undefined;
  readonly roles: readonly NewRole[];
  /** A pool of seats that covers every role that takes one; absent: no licence, no limit. */
  readonly licence: { readonly seats: number | undefined; readonly policy: 'wait' | 'refuse' | 'allow' } | undefined;
}

export interface Application {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly description: string | null;
  readonly roles: readonly {
    readonly id: string;
    readonly key: string;
    readonly name: string;
    readonly takesSeat: boolean;
  }[];
  readonly licences: readonly {
    readonly id: string;
    readonly name: string;
    readonly seats: number | null;
    readonly policy: string;
    readonly used: number;
    readonly waiting: number;
    readonly roles: readonly string[];
  }[];
}

const KEY = /^[a-z][a-z0-9-]{0,62}$/;

/**
 * Creates an application with its roles and, where seats are counted, its first licence.
 * @throws RollcallError `application.invalid`, `application.key-taken`
 */
export function createApplication(actor: Actor, application: NewApplication): StandaloneCommand<{ id: string }> {
  check(application);
  const id = newObjectId();
  const roles = application.roles.map((role, index) => ({ ...role, id: newObjectId(), rank: index + 1 }));
  return {
    action: 'application.create',
    objectType: 'Application',
    objectId: id,
    standalone: () => ({
      result: { id },
      objectId: id,
      objectName: application.name,
      changed: [
        { attribute: 'key', old: undefined, new: application.key },
        { attribute: 'roles', old: undefined, new: application.roles },
        { attribute: 'licence', old: undefined, new: application.licence },
      ],
      subjects: [],
      affectedUserIds: [],
      writes: [
        sql`
          INSERT INTO applications (site_id, id, key, name, description)
          VALUES (${actor.siteId}, ${id}, ${application.key}, ${application.name}, ${application.description ?? null})`,
        sql`
          INSERT INTO application_roles (site_id, application_id, id, key, name, rank, takes_seat)
          SELECT ${actor.siteId}, ${id}::uuid, * FROM unnest(${roles.map((role) => role.id)}::uuid[],
            ${roles.map((role) => role.key)}::text[], ${roles.map((role) => role.name ?? role.key)}::text[],
            ${roles.map((role) => role.rank)}::integer[], ${roles.map((role) => role.takesSeat)}::boolean[])`,
        ...licenceWrites(
          actor,
          id,
          application,
          roles.filter((role) => role.takesSeat).map((role) => role.id),
        ),
      ],
    }),
  };
}

function licenceWrites(actor: Actor, applicationId: string, application: NewApplication, roleIds: readonly string[]) {
  if (application.licence === undefined) return [];
  const licenceId = newObjectId();
  return [
    sql`
      INSERT INTO licences (site_id, id, application_id, name, seats, policy)
      VALUES (${actor.siteId}, ${licenceId}, ${applicationId}, ${application.name},
        ${application.licence.seats ?? null}, ${application.licence.policy})`,
    sql`
      INSERT INTO licence_roles (site_id, role_id, licence_id)
      SELECT ${actor.siteId}, unnest(${roleIds}::uuid[]), ${licenceId}::uuid`,
  ];
}

function check(application: NewApplication): void {
  const wrong = (message: string) => new RollcallError('invalid', 'application.invalid', message);
  if (!KEY.test(application.key))
    throw wrong('An application key is a lower-case letter followed by letters, digits or hyphens.');
  if (application.roles.length === 0) throw wrong('An application needs at least one role.');
  const keys = application.roles.map((role) => role.key);
  for (const key of keys) if (!KEY.test(key)) throw wrong(`The role key "${key}" is not a lower-case word.`);
  if (new Set(keys).size !== keys.length) throw wrong('Two roles have the same key.');
  const seats = application.licence?.seats;
  if (seats !== undefined && (!Number.isInteger(seats) || seats < 0))
    throw wrong('Seats are a whole number, 0 or more.');
  if (application.licence !== undefined && !application.roles.some((role) => role.takesSeat)) {
    throw wrong('A licence needs a role that takes a seat.');
  }
}

/** All applications with roles, licences and seat use. */
export function listApplications(database: Database, siteId: number): Promise<Application[]> {
  return database.read<Application>(sql`
    SELECT a.id, a.key, a.name, a.description,
      (
        SELECT coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'key', r.key, 'name', r.name, 'takesSeat', r.takes_seat)
          ORDER BY r.rank), '[]')
        FROM application_roles r WHERE r.site_id = a.site_id AND r.application_id = a.id
      ) AS roles,
      (
        SELECT coalesce(jsonb_agg(jsonb_build_object('id', l.id, 'name', l.name, 'seats', l.seats, 'policy', l.policy,
          'used', (SELECT count(*) FROM entitlements e WHERE e.site_id = l.site_id AND e.licence_id = l.id),
          'waiting', (SELECT count(*) FROM waiting_places w WHERE w.site_id = l.site_id AND w.licence_id = l.id),
          'roles', (
            SELECT coalesce(jsonb_agg(r.key ORDER BY r.rank), '[]') FROM licence_roles p
            JOIN application_roles r ON r.site_id = p.site_id AND r.id = p.role_id
            WHERE p.site_id = l.site_id AND p.licence_id = l.id
          )) ORDER BY l.name), '[]')
        FROM licences l WHERE l.site_id = a.site_id AND l.application_id = a.id
      ) AS licences
    FROM applications a WHERE a.site_id = ${siteId} ORDER BY a.key`);
}

/** @throws RollcallError `application.not-found` */
export async function findApplication(database: Database, siteId: number, key: string): Promise<Application> {
  const application = (await listApplications(database, siteId)).find((candidate) => candidate.key === key);
  if (application === undefined) {
    throw new RollcallError('not-found', 'application.not-found', `There is no application "${key}".`);
  }
  return application;
}
