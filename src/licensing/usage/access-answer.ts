import { type Database, type Sql, sql } from '../../database/index.js';
import { comparisonKey, isLiving, isObjectId, type LivingState } from '../../directory/index.js';
import { RollcallError } from '../../errors/index.js';
import type { SeatRules } from '../settlement/pools.js';

/** Why somebody may use an application or may not. */
export type AnsweredReason =
  | 'active'
  | 'unknown-user'
  | 'application-disabled'
  | Exclude<LivingState, 'active'>
  | 'no-grant'
  | 'customer-without-free-role'
  | 'waiting-for-seat';

/** What a role is to a person. `lower`: they have a higher one; `withheld`: the reason says why they have none. */
export type RoleStanding = 'in-use' | 'waiting' | 'lower' | 'withheld';

/** A role that a person's groups and grants give them. */
export interface AnsweredRole {
  readonly key: string;
  readonly name: string;
  readonly standing: RoleStanding;
  /** The groups that have the role, which the person is in, directly or through other groups; by name. */
  readonly groups: readonly { readonly id: string; readonly name: string }[];
  /** Whether it was given to the person by name. */
  readonly granted: boolean;
}

export interface AccessAnswer {
  readonly access: boolean;
  readonly reason: AnsweredReason;
  /** One line for a person. */
  readonly detail: string;
  readonly application: { readonly key: string; readonly name: string };
  /** Null where there is no such user. */
  readonly user: { readonly id: string; readonly userName: string; readonly displayName: string | null } | null;
  /** The key of the role in use; null where there is no access. */
  readonly role: string | null;
  /** The key of the highest role that the person waits for; null where they wait for none. */
  readonly waitsFor: string | null;
  /** The highest first. */
  readonly roles: readonly AnsweredRole[];
}

interface Row {
  readonly key: string;
  readonly name: string;
  readonly state: 'active' | 'disabled';
  readonly user: {
    readonly id: string;
    readonly userName: string;
    readonly displayName: string | null;
    readonly state: LivingState;
    readonly type: 'standard' | 'customer' | 'service';
    readonly heldRoleId: string | null;
    readonly waitedRoleIds: readonly string[];
    readonly roles: readonly (Omit<AnsweredRole, 'standing'> & { readonly id: string; readonly takesSeat: boolean })[];
  } | null;
}

/**
 * Whether a person may use an application, with what and why: one statement of index lookups, however many users,
 * groups and applications there are.
 * @param userNameOrId an id first, for a userName may look like one
 * @throws RollcallError `application.not-found`
 */
export async function answerAccess(
  database: Database,
  application: { readonly siteId: number; readonly id: string },
  userNameOrId: string,
  rules: SeatRules,
): Promise<AccessAnswer> {
  const [row] = await database.read<Row>(accessQuestion(application, userNameOrId));
  if (row === undefined) {
    throw new RollcallError('not-found', 'application.not-found', 'There is no such application any more.');
  }
  const { key, name, user } = row;
  const reason = reasonOf(row, rules);
  const roles = user?.roles ?? [];
  const has = roles.find(({ id }) => id === user?.heldRoleId);
  const waits = roles.find(({ id }) => user?.waitedRoleIds.includes(id));
  return {
    access: reason === 'active',
    reason,
    detail: detailOf(reason, row, has?.key, waits?.key),
    application: { key, name },
    user: user === null ? null : { id: user.id, userName: user.userName, displayName: user.displayName },
    role: has?.key ?? null,
    waitsFor: waits?.key ?? null,
    roles: roles.map(({ id, takesSeat: _, ...role }) => ({ ...role, standing: standingOf(id, user) })),
  };
}

/** The statement of answerAccess; one row, or none where the application is gone. */
function accessQuestion({ siteId, id }: { readonly siteId: number; readonly id: string }, userNameOrId: string): Sql {
  const userId = isObjectId(userNameOrId) ? userNameOrId : null;
  const columns = sql`u.id, u.user_name, u.display_name, u.state, u.user_type`;
  // Everything starts at the one person: of their groups few give a role, and an application has few roles.
  return sql`
    WITH person AS MATERIALIZED (
      (SELECT ${columns}, 1 AS preference FROM users u
       WHERE u.site_id = ${siteId} AND u.id = ${userId}::uuid AND ${isLiving(sql`u`)})
      UNION ALL
      (SELECT ${columns}, 2 FROM users u
       WHERE u.site_id = ${siteId} AND u.user_name_key = ${comparisonKey(userNameOrId)} AND u.deleted_at IS NULL)
      ORDER BY preference LIMIT 1
    ), direct AS MATERIALIZED (
      SELECT m.group_id FROM person p JOIN memberships m ON m.site_id = ${siteId} AND m.user_id = p.id
    ), reached AS (
      SELECT group_id FROM direct
      UNION
      SELECT c.ancestor_id FROM direct d
      JOIN group_closure c ON c.site_id = ${siteId} AND c.descendant_id = d.group_id
    ), given AS (
      SELECT g.role_id, o.id AS group_id, o.display_name FROM reached
      JOIN grants g ON g.site_id = ${siteId} AND g.group_id = reached.group_id
      JOIN groups o ON o.site_id = ${siteId} AND o.id = g.group_id AND ${isLiving(sql`o`)}
      UNION ALL
      SELECT g.role_id, NULL, NULL FROM person p JOIN grants g ON g.site_id = ${siteId} AND g.user_id = p.id
    )
    SELECT a.key, a.name, a.state, (
      SELECT jsonb_build_object('id', p.id, 'userName', p.user_name, 'displayName', p.display_name, 'state', p.state,
        'type', p.user_type,
        'heldRoleId', (
          SELECT e.role_id FROM entitlements e
          WHERE e.site_id = ${siteId} AND e.user_id = p.id AND e.application_id = a.id),
        'waitedRoleIds', (
          SELECT coalesce(jsonb_agg(w.role_id), '[]') FROM waiting_places w
          WHERE w.site_id = ${siteId} AND w.user_id = p.id AND w.application_id = a.id),
        'roles', (
          SELECT coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'key', r.key, 'name', r.name,
            'takesSeat', r.takes_seat, 'granted', r.granted, 'groups', r.groups) ORDER BY r.rank), '[]')
          FROM (
            SELECT r.id, r.key, r.name, r.rank, r.takes_seat, bool_or(v.group_id IS NULL) AS granted,
              coalesce(jsonb_agg(jsonb_build_object('id', v.group_id, 'name', v.display_name)
                ORDER BY v.display_name, v.group_id) FILTER (WHERE v.group_id IS NOT NULL), '[]') AS groups
            FROM given v
            JOIN application_roles r ON r.site_id = ${siteId} AND r.id = v.role_id AND r.application_id = a.id
            GROUP BY r.id, r.key, r.name, r.rank, r.takes_seat
          ) r))
      FROM person p
    ) AS user
    FROM applications a WHERE a.site_id = ${siteId} AND a.id = ${id}`;
}

function reasonOf({ state, user }: Row, rules: SeatRules): AnsweredReason {
  if (user === null) return 'unknown-user';
  // What was worked out last and is kept decides; the rest says why it came out so.
  if (user.heldRoleId !== null) return 'active';
  if (state === 'disabled') return 'application-disabled';
  if (user.state !== 'active' && !(user.state === 'invited' && rules.invitedTakeSeats)) return user.state;
  if (user.roles.length === 0) return 'no-grant';
  if (user.type === 'customer' && user.roles.every(({ takesSeat }) => takesSeat)) return 'customer-without-free-role';
  return 'waiting-for-seat';
}

function standingOf(roleId: string, user: Row['user']): RoleStanding {
  if (roleId === user?.heldRoleId) return 'in-use';
  if (user?.waitedRoleIds.includes(roleId)) return 'waiting';
  return user?.heldRoleId === null ? 'withheld' : 'lower';
}

function detailOf(
  reason: AnsweredReason,
  { name, user }: Row,
  role: string | undefined,
  waitsFor: string | undefined,
): string {
  const who = user?.userName ?? '';
  switch (reason) {
    case 'active':
      return `${who} has the role ${role} of ${name}${waitsFor === undefined ? '' : `, and waits for ${waitsFor}`}.`;
    case 'unknown-user':
      return 'There is no such user.';
    case 'application-disabled':
      return `${name} is disabled: nobody has access.`;
    case 'suspended':
    case 'deactivated':
      return `${who} is ${reason}.`;
    case 'invited':
      return `${who} was invited and has not come yet.`;
    case 'no-grant':
      return `Neither a group of ${who} nor a grant gives a role of ${name}.`;
    case 'customer-without-free-role':
      return `${who} is a customer, and every role that they were given takes a seat.`;
    case 'waiting-for-seat':
      return `${who} waits for a seat of ${name}${waitsFor === undefined ? '' : ` in the role ${waitsFor}`}.`;
  }
}
