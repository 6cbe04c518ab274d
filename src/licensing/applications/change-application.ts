import { sql, type Transaction } from '../../database/index.js';
import type { Actor, AttributeChange, LockingCommand } from '../../directory/index.js';
import { RollcallError } from '../../errors/index.js';
import { usersOfApplication, usersWithGrants } from '../settlement/people.js';

export interface ApplicationChange {
  readonly name?: string;
  /** Undefined takes it away. */
  readonly description?: string | undefined;
  /** The id of a user of the site; undefined: nobody. */
  readonly ownerUserId?: string | undefined;
  /** `disabled`: nobody has access and no seat is taken, and all grants and places stay for the day it comes back. */
  readonly state?: 'active' | 'disabled';
}

interface Row {
  readonly name: string;
  readonly description: string | null;
  readonly owner_user_id: string | null;
  readonly state: 'active' | 'disabled';
}

/**
 * Changes what is said of an application, or switches it off and on. Structural.
 * @throws RollcallError `application.not-found`, `application.no-owner`, `licence.out-of-seats`
 */
export function changeApplication(
  actor: Actor,
  applicationId: string,
  change: ApplicationChange,
): LockingCommand<void> {
  const { siteId } = actor;
  return {
    ...structural('application.change', applicationId),
    async run(transaction) {
      const current = await requireApplication(transaction, siteId, applicationId);
      const before = {
        name: current.name,
        description: current.description ?? undefined,
        ownerUserId: current.owner_user_id ?? undefined,
        state: current.state,
      };
      const after = { ...before, ...change };
      if (after.ownerUserId !== undefined && after.ownerUserId !== before.ownerUserId) {
        await requireUser(transaction, siteId, after.ownerUserId);
      }
      const changed = differences(before, after);
      await transaction.run(sql`
        UPDATE applications SET name = ${after.name}, description = ${after.description ?? null},
          owner_user_id = ${after.ownerUserId ?? null}, state = ${after.state}
        WHERE site_id = ${siteId} AND id = ${applicationId}`);
      return {
        result: undefined,
        objectId: applicationId,
        objectName: after.name,
        changed,
        subjects: [],
        affectedUserIds: before.state === after.state ? [] : await everybodyIn(transaction, siteId, applicationId),
        withinApplicationId: applicationId,
        writes: [],
        unchanged: changed.length === 0,
      };
    },
  };
}

/**
 * Takes an application away with its roles, licences, grants and default groups. Structural.
 * @throws RollcallError `application.not-found`
 */
export function removeApplication(actor: Actor, applicationId: string): LockingCommand<void> {
  const { siteId } = actor;
  return {
    ...structural('application.remove', applicationId),
    async run(transaction) {
      const { name } = await requireApplication(transaction, siteId, applicationId);
      const affectedUserIds = await usersOfApplication(transaction, siteId, applicationId);
      return {
        result: undefined,
        objectId: applicationId,
        objectName: name,
        changed: [{ attribute: 'name', old: name, new: undefined }],
        subjects: [],
        affectedUserIds,
        withinApplicationId: applicationId,
        // People lose their access by the settlement, which the log shows; the roles have to stand until then.
        writes: [
          sql`
            DELETE FROM grants WHERE site_id = ${siteId} AND role_id IN (
              SELECT id FROM application_roles WHERE site_id = ${siteId} AND application_id = ${applicationId})`,
        ],
        afterSettlement: [
          sql`DELETE FROM waiting_places WHERE site_id = ${siteId} AND application_id = ${applicationId}`,
          sql`DELETE FROM applications WHERE site_id = ${siteId} AND id = ${applicationId}`,
        ],
      };
    },
  };
}

/** Those who have something in the application now, and those who would when it is switched on. */
export async function everybodyIn(transaction: Transaction, siteId: number, applicationId: string): Promise<string[]> {
  const holders = await usersOfApplication(transaction, siteId, applicationId);
  return [...new Set([...holders, ...(await usersWithGrants(transaction, siteId, applicationId))])];
}

function structural(action: string, objectId: string) {
  return {
    action,
    objectType: 'Application',
    objectId,
    structure: 'exclusive',
    groupIds: [],
    userIds: [],
  } as const;
}

async function requireApplication(transaction: Transaction, siteId: number, applicationId: string): Promise<Row> {
  const [application] = await transaction.run<Row>(sql`
    SELECT name, description, owner_user_id, state FROM applications
    WHERE site_id = ${siteId} AND id = ${applicationId}`);
  if (application !== undefined) return application;
  throw new RollcallError('not-found', 'application.not-found', 'There is no such application.');
}

async function requireUser(transaction: Transaction, siteId: number, userId: string): Promise<void> {
  const found = await transaction.run(sql`
    SELECT 1 FROM users WHERE site_id = ${siteId} AND id = ${userId} AND deleted_at IS NULL`);
  if (found.length > 0) return;
  throw new RollcallError('not-found', 'application.no-owner', `There is no user ${userId} who could be its owner.`);
}

function differences(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>) {
  return Object.keys(after)
    .map((attribute): AttributeChange => ({ attribute, old: before[attribute], new: after[attribute] }))
    .filter((change) => change.old !== change.new);
}
