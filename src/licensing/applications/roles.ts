import { type Sql, sql, type Transaction } from '../../database/index.js';
import { type Actor, type AttributeChange, type LockingCommand, newObjectId } from '../../directory/index.js';
import { RollcallError } from '../../errors/index.js';
import { everybodyIn } from './change-application.js';
import type { NewRole } from './create-application.js';
import { isKey } from './key.js';
import { putInForce, recountSeats } from './licence-periods.js';

interface Row {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly rank: number;
  readonly takes_seat: boolean;
}

export interface RoleChange {
  readonly name?: string;
  readonly takesSeat?: boolean;
  /** The key of the role that it shall stand above; null: below all. */
  readonly above?: string | null;
}

/**
 * Adds a role to an application, above the one named or below all. Nobody has it yet. Structural.
 * @throws RollcallError `application.not-found`, `application.role-not-found`, `application.role-key-taken`,
 *   `application.invalid`
 */
export function addRole(
  actor: Actor,
  applicationId: string,
  role: NewRole,
  above: string | undefined,
): LockingCommand<{ id: string }> {
  if (!isKey(role.key)) {
    throw new RollcallError('invalid', 'application.invalid', `The role key "${role.key}" is not a lower-case word.`);
  }
  const id = newObjectId();
  const { siteId } = actor;
  return structural(actor, 'role.add', applicationId, async (transaction, roles) => {
    if (roles.some((other) => other.key === role.key)) {
      const message = `The application has a role "${role.key}" already; choose another key.`;
      throw new RollcallError('conflict', 'application.role-key-taken', message);
    }
    const rank = above === undefined ? roles.length + 1 : requireRole(roles, above).rank;
    await transaction.run(sql`
      UPDATE application_roles SET rank = rank + 1
      WHERE site_id = ${siteId} AND application_id = ${applicationId} AND rank >= ${rank}`);
    await transaction.run(sql`
      INSERT INTO application_roles (site_id, application_id, id, key, name, rank, takes_seat)
      VALUES (${siteId}, ${applicationId}, ${id}, ${role.key}, ${role.name ?? role.key}, ${rank}, ${role.takesSeat})`);
    return { result: { id }, changed: [{ attribute: `roles.${role.key}`, old: undefined, new: role }], settles: false };
  });
}

/**
 * Renames a role, moves it, or says whether it takes a seat. Structural.
 * @throws RollcallError `application.not-found`, `application.role-not-found`, `licence.no-role`
 */
export function changeRole(actor: Actor, applicationId: string, key: string, change: RoleChange): LockingCommand<void> {
  const { siteId } = actor;
  return structural(actor, 'role.change', applicationId, async (transaction, roles) => {
    const role = requireRole(roles, key);
    const takesSeat = change.takesSeat ?? role.takes_seat;
    const order = change.above === undefined ? roles : moved(roles, role, change.above);
    const rank = order.indexOf(role) + 1;
    await transaction.run(sql`
      UPDATE application_roles SET name = ${change.name ?? role.name}, takes_seat = ${takesSeat}
      WHERE site_id = ${siteId} AND id = ${role.id}`);
    await transaction.run(sql`
      UPDATE application_roles r SET rank = wanted.rank
      FROM unnest(${order.map((each) => each.id)}::uuid[]) WITH ORDINALITY AS wanted (id, rank)
      WHERE r.site_id = ${siteId} AND r.id = wanted.id AND r.rank <> wanted.rank`);
    if (!takesSeat && role.takes_seat) await uncover(transaction, siteId, role);
    const changed: AttributeChange[] = [
      { attribute: 'name', old: role.name, new: change.name ?? role.name },
      { attribute: 'takesSeat', old: role.takes_seat, new: takesSeat },
      { attribute: 'rank', old: role.rank, new: rank },
    ];
    return {
      result: undefined,
      changed: changed
        .filter((one) => one.old !== one.new)
        .map((one) => ({ ...one, attribute: `roles.${key}.${one.attribute}` })),
      settles: takesSeat !== role.takes_seat || rank !== role.rank,
    };
  });
}

/**
 * Takes a role away with its grants and default groups. Structural.
 * @throws RollcallError `application.not-found`, `application.role-not-found`, `application.last-role`,
 *   `licence.no-role`
 */
export function removeRole(actor: Actor, applicationId: string, key: string): LockingCommand<void> {
  const { siteId } = actor;
  return structural(actor, 'role.remove', applicationId, async (transaction, roles) => {
    const role = requireRole(roles, key);
    if (roles.length === 1) {
      const message = `"${key}" is the only role of the application: remove the application instead.`;
      throw new RollcallError('conflict', 'application.last-role', message);
    }
    if (role.takes_seat) await uncover(transaction, siteId, role);
    await transaction.run(sql`DELETE FROM grants WHERE site_id = ${siteId} AND role_id = ${role.id}`);
    return {
      result: undefined,
      changed: [{ attribute: `roles.${key}`, old: { name: role.name, takesSeat: role.takes_seat }, new: undefined }],
      settles: true,
      // The settlement takes it from people, which the log shows; the role has to stand until then.
      afterSettlement: [
        sql`DELETE FROM waiting_places WHERE site_id = ${siteId} AND role_id = ${role.id}`,
        sql`DELETE FROM application_roles WHERE site_id = ${siteId} AND id = ${role.id}`,
      ],
    };
  });
}

interface Done<Result> {
  readonly result: Result;
  readonly changed: readonly AttributeChange[];
  readonly settles: boolean;
  readonly afterSettlement?: readonly Sql[];
}

function structural<Result>(
  actor: Actor,
  action: string,
  applicationId: string,
  work: (transaction: Transaction, roles: readonly Row[]) => Promise<Done<Result>>,
): LockingCommand<Result> {
  const { siteId } = actor;
  return {
    action,
    objectType: 'Application',
    objectId: applicationId,
    structure: 'exclusive',
    groupIds: [],
    userIds: [],
    async run(transaction) {
      const [applications = [], roles = []] = await transaction.runTogether([
        sql`SELECT name FROM applications WHERE site_id = ${siteId} AND id = ${applicationId}`,
        sql`
          SELECT id, key, name, rank, takes_seat FROM application_roles
          WHERE site_id = ${siteId} AND application_id = ${applicationId} ORDER BY rank`,
      ]);
      const [application] = applications as { name: string }[];
      if (application === undefined) {
        throw new RollcallError('not-found', 'application.not-found', 'There is no such application.');
      }
      // Both statements name their columns.
      const before = await everybodyIn(transaction, siteId, applicationId);
      const { settles, ...done } = await work(transaction, roles as Row[]);
      if (settles) {
        await transaction.runTogether([...putInForce(siteId, applicationId), recountSeats(siteId, applicationId)]);
      }
      return {
        ...done,
        objectId: applicationId,
        objectName: application.name,
        subjects: [],
        affectedUserIds: settles ? before : [],
        withinApplicationId: applicationId,
        writes: [],
        unchanged: done.changed.length === 0,
      };
    },
  };
}

function requireRole(roles: readonly Row[], key: string): Row {
  const role = roles.find((candidate) => candidate.key === key);
  if (role !== undefined) return role;
  const message = `The application has no role "${key}"; it has: ${roles.map((other) => other.key).join(', ')}`;
  throw new RollcallError('not-found', 'application.role-not-found', message);
}

function moved(roles: readonly Row[], role: Row, above: string | null): readonly Row[] {
  if (above === role.key) return roles;
  const others = roles.filter((other) => other !== role);
  const at = above === null ? others.length : others.indexOf(requireRole(others, above));
  return [...others.slice(0, at), role, ...others.slice(at)];
}

/** A role without a seat lies in no pool; a pool that would cover nothing has to go first. */
async function uncover(transaction: Transaction, siteId: number, role: Row): Promise<void> {
  const emptied = await transaction.run<{ name: string }>(sql`
    SELECT l.name FROM licences l JOIN licence_roles p ON p.site_id = l.site_id AND p.licence_id = l.id
    WHERE l.site_id = ${siteId} GROUP BY l.id, l.name
    HAVING count(*) = 1 AND bool_or(p.role_id = ${role.id})`);
  if (emptied[0] !== undefined) {
    const message = `The licence "${emptied[0].name}" covers only the role "${role.key}": change or remove that licence first.`;
    throw new RollcallError('conflict', 'licence.no-role', message);
  }
  await transaction.run(sql`DELETE FROM licence_roles WHERE site_id = ${siteId} AND role_id = ${role.id}`);
}
