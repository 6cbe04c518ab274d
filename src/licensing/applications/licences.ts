import { sql, type Transaction } from '../../database/index.js';
import { type Actor, type AttributeChange, type LockingCommand, newObjectId } from '../../directory/index.js';
import { RollcallError } from '../../errors/index.js';
import { noteUnlimited } from '../history/record-days.js';
import { usersOfApplication } from '../settlement/people.js';
import {
  checkPeriod,
  checkSeats,
  checkWarnAt,
  DEFAULT_WARN_AT,
  type LicencePolicy,
  type Period,
} from './check-licence.js';
import { putInForce, recountSeats } from './licence-periods.js';
import { requireFree, requireSeatRoles } from './licence-roles.js';

export interface NewLicence {
  readonly name: string;
  /** Undefined: no limit. */
  readonly seats: number | undefined;
  readonly policy: LicencePolicy;
  readonly period: Period;
  /** Keys of the roles that it covers. */
  readonly roles: readonly string[];
  /** Percentages of its seats at which the log warns; 80 and 100 unless said otherwise, none where it is empty. */
  readonly warnAt?: readonly number[];
}

export type LicenceChange = Partial<NewLicence>;

interface Row {
  readonly id: string;
  readonly name: string;
  readonly seats: number | null;
  readonly policy: LicencePolicy;
  readonly valid_from: Date | null;
  readonly valid_until: Date | null;
  readonly application_id: string;
  readonly roles: readonly string[];
  readonly warn_at: readonly number[];
}

/**
 * Adds a pool of seats to an application. Those who hold a role that it covers take a seat of it, also beyond its
 * limit. Structural.
 * @throws RollcallError `application.not-found`, `application.role-not-found`, `licence.role-takes-no-seat`,
 *   `licence.overlaps`, `licence.name-taken`, `licence.invalid-seats`, `licence.invalid-period`, `licence.no-role`,
 *   `licence.invalid-warning`
 */
export function addLicence(actor: Actor, applicationId: string, wanted: NewLicence): LockingCommand<{ id: string }> {
  check(wanted);
  const id = newObjectId();
  return structural(actor, 'licence.add', id, async (transaction) => {
    const { siteId } = actor;
    const roleIds = await requireSeatRoles(transaction, siteId, applicationId, wanted.roles);
    await requireFree(transaction, siteId, id, roleIds, wanted.period);
    await transaction.run(sql`
      INSERT INTO licences (site_id, id, application_id, name, seats, policy, valid_from, valid_until, warn_at)
      VALUES (${siteId}, ${id}, ${applicationId}, ${wanted.name}, ${wanted.seats ?? null}, ${wanted.policy},
        ${wanted.period.from ?? null}, ${wanted.period.until ?? null}, ${wanted.warnAt ?? DEFAULT_WARN_AT}::integer[])`);
    await coverRoles(transaction, siteId, id, roleIds);
    return {
      result: { id },
      applicationId,
      name: wanted.name,
      changed: changes(undefined, wanted),
      everybody: true,
    };
  });
}

/**
 * Changes a licence. Fewer seats, or an earlier end, evict nobody; more of them move the queue on in this transaction.
 * Structural.
 * @throws RollcallError `licence.not-found`, and what `addLicence` throws
 */
export function changeLicence(actor: Actor, licenceId: string, change: LicenceChange): LockingCommand<void> {
  check(change);
  return structural(actor, 'licence.change', licenceId, async (transaction) => {
    const { siteId } = actor;
    const current = await requireLicence(transaction, siteId, licenceId);
    const wanted = merged(current, change);
    checkPeriod(wanted.period);
    const moves = change.roles !== undefined || change.period !== undefined;
    if (moves) {
      const roleIds = await requireSeatRoles(transaction, siteId, current.application_id, wanted.roles);
      await requireFree(transaction, siteId, licenceId, roleIds, wanted.period);
      await transaction.run(sql`
        DELETE FROM licence_roles
        WHERE site_id = ${siteId} AND licence_id = ${licenceId} AND role_id <> ALL (${roleIds}::uuid[])`);
      await coverRoles(transaction, siteId, licenceId, roleIds);
    }
    await transaction.run(sql`
      UPDATE licences SET name = ${wanted.name}, seats = ${wanted.seats ?? null}, policy = ${wanted.policy},
        valid_from = ${wanted.period.from ?? null}, valid_until = ${wanted.period.until ?? null},
        warn_at = ${wanted.warnAt ?? DEFAULT_WARN_AT}::integer[]
      WHERE site_id = ${siteId} AND id = ${licenceId}`);
    return {
      result: undefined,
      applicationId: current.application_id,
      name: wanted.name,
      changed: changes(merged(current, {}), wanted),
      // Without a limit, and where everybody may come in, there is no queue to serve: all are settled as if touched.
      everybody: moves || wanted.seats === undefined || (wanted.policy === 'allow' && current.policy !== 'allow'),
    };
  });
}

/** Takes a licence away; whoever held a seat of it keeps the role. Structural. @throws RollcallError `licence.not-found` */
export function removeLicence(actor: Actor, licenceId: string): LockingCommand<void> {
  return structural(actor, 'licence.remove', licenceId, async (transaction) => {
    const current = await requireLicence(transaction, actor.siteId, licenceId);
    await transaction.run(sql`DELETE FROM licences WHERE site_id = ${actor.siteId} AND id = ${licenceId}`);
    return {
      result: undefined,
      applicationId: current.application_id,
      name: current.name,
      changed: changes(merged(current, {}), undefined),
      everybody: true,
    };
  });
}

interface Done<Result> {
  readonly result: Result;
  readonly applicationId: string;
  readonly name: string;
  readonly changed: readonly AttributeChange[];
  /** Whether everybody in the application is settled, not only the queue. */
  readonly everybody: boolean;
}

function structural<Result>(
  actor: Actor,
  action: string,
  licenceId: string,
  work: (transaction: Transaction) => Promise<Done<Result>>,
): LockingCommand<Result> {
  const { siteId } = actor;
  return {
    action,
    objectType: 'Licence',
    objectId: licenceId,
    structure: 'exclusive',
    groupIds: [],
    userIds: [],
    async run(transaction) {
      const { result, applicationId, name, changed, everybody } = await work(transaction);
      await transaction.runTogether([
        ...putInForce(siteId, applicationId),
        recountSeats(siteId, applicationId),
        // The settlement writes down how those with a limit are used; one that has none any more goes on from here.
        noteUnlimited(siteId, new Date(), sql`l.application_id = ${applicationId}`),
      ]);
      return {
        result,
        objectId: licenceId,
        objectName: name,
        changed,
        subjects: [],
        affectedUserIds: everybody ? await usersOfApplication(transaction, siteId, applicationId) : [],
        affectedApplicationIds: [applicationId],
        withinApplicationId: applicationId,
        writes: [],
        unchanged: changed.length === 0,
      };
    },
  };
}

function check({ name, seats, period, roles, warnAt = [] }: LicenceChange): void {
  if (name !== undefined && name.trim() === '') {
    throw new RollcallError('invalid', 'licence.no-name', 'A licence needs a name.');
  }
  checkSeats(seats);
  checkWarnAt(warnAt);
  if (period !== undefined) checkPeriod(period);
  if (roles !== undefined && roles.length === 0) {
    throw new RollcallError('invalid', 'licence.no-role', 'A licence must cover at least one role.');
  }
}

async function requireLicence(transaction: Transaction, siteId: number, licenceId: string): Promise<Row> {
  const [licence] = await transaction.run<Row>(sql`
    SELECT id, name, seats, policy, valid_from, valid_until, warn_at, application_id, (
      SELECT coalesce(jsonb_agg(r.key ORDER BY r.rank), '[]') FROM licence_roles p
      JOIN application_roles r ON r.site_id = p.site_id AND r.id = p.role_id
      WHERE p.site_id = l.site_id AND p.licence_id = l.id
    ) AS roles
    FROM licences l WHERE site_id = ${siteId} AND id = ${licenceId}`);
  if (licence === undefined) throw new RollcallError('not-found', 'licence.not-found', 'There is no such licence.');
  return licence;
}

/** Not in force yet: `putInForce` decides that for all licences of the application at once. */
async function coverRoles(transaction: Transaction, siteId: number, licenceId: string, roleIds: readonly string[]) {
  await transaction.run(sql`
    INSERT INTO licence_roles (site_id, licence_id, role_id, in_force)
    SELECT ${siteId}, ${licenceId}::uuid, unnest(${roleIds}::uuid[]), false
    ON CONFLICT (site_id, licence_id, role_id) DO NOTHING`);
}

function merged(current: Row, change: LicenceChange): NewLicence {
  return {
    name: change.name ?? current.name,
    // `seats: undefined` in a change means "no limit", a change without it leaves the seats alone.
    seats: 'seats' in change ? change.seats : (current.seats ?? undefined),
    policy: change.policy ?? current.policy,
    period: change.period ?? { from: current.valid_from ?? undefined, until: current.valid_until ?? undefined },
    roles: change.roles ?? current.roles,
    warnAt: change.warnAt ?? current.warn_at,
  };
}

function changes(before: NewLicence | undefined, after: NewLicence | undefined): AttributeChange[] {
  const attributes = (licence: NewLicence | undefined): Record<string, unknown> => ({
    name: licence?.name,
    seats: licence?.seats,
    policy: licence?.policy,
    validFrom: licence?.period.from?.toISOString(),
    validUntil: licence?.period.until?.toISOString(),
    roles: licence?.roles,
    warnAt: licence === undefined ? undefined : (licence.warnAt ?? DEFAULT_WARN_AT),
  });
  const [old, wanted] = [attributes(before), attributes(after)];
  return Object.keys(old)
    .map((attribute) => ({ attribute, old: old[attribute], new: wanted[attribute] }))
    .filter((change) => JSON.stringify(change.old) !== JSON.stringify(change.new));
}
