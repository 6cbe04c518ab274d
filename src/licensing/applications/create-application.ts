import { sql } from '../../database/index.js';
import { type Actor, newObjectId, type StandaloneCommand } from '../../directory/index.js';
import { RollcallError } from '../../errors/index.js';
import { checkSeats, type LicencePolicy } from './check-licence.js';
import { isKey } from './key.js';

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
  readonly licence: { readonly seats: number | undefined; readonly policy: LicencePolicy } | undefined;
}

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
  if (!isKey(application.key))
    throw wrong('An application key is a lower-case letter followed by letters, digits or hyphens.');
  if (application.roles.length === 0) throw wrong('An application needs at least one role.');
  const keys = application.roles.map((role) => role.key);
  for (const key of keys) if (!isKey(key)) throw wrong(`The role key "${key}" is not a lower-case word.`);
  if (new Set(keys).size !== keys.length) throw wrong('Two roles have the same key.');
  if (application.licence === undefined) return;
  checkSeats(application.licence.seats);
  if (!application.roles.some((role) => role.takesSeat)) throw wrong('A licence needs a role that takes a seat.');
}
