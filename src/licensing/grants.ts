import { type Database, join, type Sql, sql, type Transaction } from '../database/index.js';
import { type Actor, type LockingCommand, newObjectId, usersWithin } from '../directory/index.js';
import { RollcallError } from '../errors/index.js';

export type GrantHolder = { readonly kind: 'group' | 'user'; readonly id: string };

export interface Grant {
  readonly id: string;
  readonly application: string;
  readonly role: string;
  /** Of the role: 1 is the highest. */
  readonly rank: number;
  readonly holder: GrantHolder;
  readonly holderName: string;
  /** The connection that gave it; null when an administrator did. */
  readonly connectionId: string | null;
}

/**
 * Gives a role of an application to a group or a user. Structural: everybody in the group and below it may gain.
 * @throws RollcallError `grant.exists`, `grant.no-holder`, `grant.no-role`, `grant.customer-seat`, `licence.out-of-seats`
 */
export function addGrant(actor: Actor, roleId: string, holder: GrantHolder): LockingCommand<{ id: string }> {
  const id = newObjectId();
  return {
    ...structural('grant.add', holder),
    objectId: id,
    async run(transaction) {
      const names = await namesOf(transaction, actor.siteId, roleId, holder);
      requireFitting(names);
      return {
        result: { id },
        objectId: id,
        objectName: names.holder,
        changed: [{ attribute: 'role', old: undefined, new: names.role }],
        subjects: [{ kind: holder.kind === 'group' ? 'Group' : 'User', id: holder.id, effect: 'grant-added' }],
        affectedUserIds: await usersOfHolder(transaction, actor.siteId, holder),
        withinApplicationId: names.applicationId,
        writes: [insertGrant(actor, id, roleId, holder)],
      };
    },
  };
}

/**
 * Takes a role back from a group or a user, whoever gave it to them; they keep it where another group gives it.
 * @throws RollcallError `grant.not-found`
 */
export function removeGrant(actor: Actor, roleId: string, holder: GrantHolder): LockingCommand<void> {
  const column = holder.kind === 'group' ? sql`group_id` : sql`user_id`;
  return {
    ...structural('grant.remove', holder),
    async run(transaction) {
      const names = await namesOf(transaction, actor.siteId, roleId, holder);
      const removed = await transaction.run<{ id: string }>(sql`
        DELETE FROM grants WHERE site_id = ${actor.siteId} AND role_id = ${roleId} AND ${column} = ${holder.id}
        RETURNING id`);
      const grant = removed[0];
      if (grant === undefined) {
        throw new RollcallError('not-found', 'grant.not-found', `The ${holder.kind} does not have this role.`);
      }
      return {
        result: undefined,
        objectId: grant.id,
        objectName: names.holder,
        changed: [{ attribute: 'role', old: names.role, new: undefined }],
        subjects: [{ kind: holder.kind === 'group' ? 'Group' : 'User', id: holder.id, effect: 'grant-removed' }],
        affectedUserIds: await usersOfHolder(transaction, actor.siteId, holder),
        withinApplicationId: names.applicationId,
        writes: [],
      };
    },
  };
}

/** The statement that gives a role where the holder does not have it; its row says that it was given. */
export function newGrant(actor: Actor, roleId: string, holder: GrantHolder): Sql {
  return sql`${insertGrant(actor, newObjectId(), roleId, holder)} ON CONFLICT DO NOTHING RETURNING id`;
}

function insertGrant(actor: Actor, id: string, roleId: string, { kind, id: holderId }: GrantHolder): Sql {
  return sql`
    INSERT INTO grants (site_id, id, role_id, group_id, user_id, connection_id)
    VALUES (${actor.siteId}, ${id}, ${roleId}, ${kind === 'group' ? holderId : null},
      ${kind === 'user' ? holderId : null}, ${actor.connection?.id ?? null})`;
}

/** Which grants are listed; what is undefined is not asked for. */
export interface GrantFilter {
  readonly id?: string | undefined;
  /** A key. */
  readonly application?: string | undefined;
  /** Ids. */
  readonly userId?: string | undefined;
  readonly groupId?: string | undefined;
  /** Continue behind this grant. */
  readonly after?: GrantPosition | undefined;
  /** Undefined: all. */
  readonly limit?: number | undefined;
}

export type GrantPosition = Pick<Grant, 'application' | 'rank' | 'id'>;

/** Grants by application and role, the highest first. */
export function listGrants(
  database: Database,
  siteId: number,
  { id, application, userId, groupId, after, limit }: GrantFilter = {},
): Promise<Grant[]> {
  const conditions = [sql`g.site_id = ${siteId}`];
  if (id !== undefined) conditions.push(sql`g.id = ${id}::uuid`);
  if (application !== undefined) conditions.push(sql`a.key = ${application}`);
  if (userId !== undefined) conditions.push(sql`g.user_id = ${userId}::uuid`);
  if (groupId !== undefined) conditions.push(sql`g.group_id = ${groupId}::uuid`);
  if (after !== undefined) {
    conditions.push(sql`(a.key, r.rank, g.id) > (${after.application}, ${after.rank}, ${after.id}::uuid)`);
  }
  return database.read<Grant>(sql`
    SELECT g.id, a.key AS application, r.key AS role, r.rank,
      jsonb_build_object('kind', CASE WHEN g.group_id IS NULL THEN 'user' ELSE 'group' END,
        'id', coalesce(g.group_id, g.user_id)) AS holder,
      coalesce(o.display_name, u.user_name) AS "holderName", g.connection_id AS "connectionId"
    FROM grants g
    JOIN application_roles r ON r.site_id = g.site_id AND r.id = g.role_id
    JOIN applications a ON a.site_id = r.site_id AND a.id = r.application_id
    LEFT JOIN groups o ON o.site_id = g.site_id AND o.id = g.group_id
    LEFT JOIN users u ON u.site_id = g.site_id AND u.id = g.user_id
    WHERE ${join(conditions, ' AND ')} ORDER BY a.key, r.rank, g.id LIMIT ${limit ?? null}`);
}

/** The structure lock keeps every other writer of access out, so no user row needs a lock of its own. */
function structural(action: string, holder: GrantHolder) {
  return {
    action,
    objectType: 'Grant',
    structure: 'exclusive',
    groupIds: holder.kind === 'group' ? [holder.id] : [],
    userIds: [],
  } as const;
}

/** A role and who shall have it. */
interface Fitting {
  readonly holder: string;
  /** `wiki/user`, or as the transport calls it. */
  readonly role: string;
  readonly takesSeat: boolean;
  /** The holder is a user of the type `customer`. */
  readonly isCustomer: boolean;
}

interface Names extends Fitting {
  readonly applicationId: string;
}

/** Through a group a customer simply does not get it; by name it would be a mistake. @throws RollcallError `grant.customer-seat` */
export function requireFitting({ holder, role, takesSeat, isCustomer }: Fitting): void {
  if (!isCustomer || !takesSeat) return;
  const message = `${holder} is a customer and can hold only roles without a seat; ${role} takes one.`;
  throw new RollcallError('invalid', 'grant.customer-seat', message);
}

/** How the log calls the two sides of a grant. @throws RollcallError `grant.no-holder`, `grant.no-role` */
async function namesOf(
  transaction: Transaction,
  siteId: number,
  roleId: string,
  { kind, id }: GrantHolder,
): Promise<Names> {
  const [holders = [], roles = []] = await transaction.runTogether([
    kind === 'group'
      ? sql`
          SELECT display_name AS name, false AS customer FROM groups
          WHERE site_id = ${siteId} AND id = ${id} AND deleted_at IS NULL`
      : sql`
          SELECT user_name AS name, user_type = 'customer' AS customer FROM users
          WHERE site_id = ${siteId} AND id = ${id} AND deleted_at IS NULL`,
    sql`
      SELECT a.key || '/' || r.key AS name, a.id AS "applicationId", r.takes_seat AS "takesSeat"
      FROM application_roles r
      JOIN applications a ON a.site_id = r.site_id AND a.id = r.application_id
      WHERE r.site_id = ${siteId} AND r.id = ${roleId}`,
  ]);
  // The statements name these columns.
  const holder = holders[0] as { name: string; customer: boolean } | undefined;
  const role = roles[0] as { name: string; applicationId: string; takesSeat: boolean } | undefined;
  if (holder === undefined) throw new RollcallError('not-found', 'grant.no-holder', `There is no ${kind} ${id}.`);
  if (role === undefined) throw new RollcallError('not-found', 'grant.no-role', 'There is no such role.');
  const { name, ...rest } = role;
  return { holder: holder.name, role: name, ...rest, isCustomer: holder.customer };
}

async function usersOfHolder(transaction: Transaction, siteId: number, holder: GrantHolder): Promise<string[]> {
  return holder.kind === 'group' ? usersWithin(transaction, siteId, [holder.id]) : [holder.id];
}
