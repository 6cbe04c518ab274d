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

/** A role that somebody has by one group, or by name where there is none. */
type Given = readonly [
  roleId: string,
  rank: number,
  key: string,
  name: string,
  takesSeat: boolean,
  groupId: string | null,
  groupName: string | null,
];

interface Row {
  readonly key: string;
  readonly name: string;
  readonly state: 'active' | 'disabled';
  readonly userId: string | null;
  readonly userName: string;
  readonly displayName: string | null;
  readonly userState: LivingState;
  readonly userType: 'standard' | 'customer' | 'service';
  readonly heldRoleId: string | null;
  readonly waitedRoleIds: readonly string[];
  readonly given: readonly Given[] | null;
}

/** An AnsweredRole before it is known what it is to the person. */
interface GivenRole extends Omit<AnsweredRole, 'standing'> {
  readonly id: string;
  readonly rank: number;
  readonly takesSeat: boolean;
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
  const roles = rolesOf(row.given ?? []);
  const reason = reasonOf(row, roles, rules);
  const has = roles.find(({ id }) => id === row.heldRoleId);
  const waits = roles.find(({ id }) => row.waitedRoleIds.includes(id));
  const { key, name, userId: id, userName, displayName } = row;
  return {
    access: reason === 'active',
    reason,
    detail: detailOf(reason, row, has?.key, waits?.key),
    application: { key, name },
    user: id === null ? null : { id, userName, displayName },
    role: has?.key ?? null,
    waitsFor: waits?.key ?? null,
    roles: roles.map((role) => ({
      key: role.key,
      name: role.name,
      standing: standingOf(role, row),
      groups: role.groups,
      granted: role.granted,
    })),
  };
}

/**
 * The statement of answerAccess; one row, or none where the application is gone. It puts nothing in order and makes
 * nothing distinct: for a handful of rows that costs more in the plan than here.
 */
function accessQuestion({ siteId, id }: { readonly siteId: number; readonly id: string }, userNameOrId: string): Sql {
  const role = sql`r.id, r.rank, r.key, r.name, r.takes_seat`;
  return sql`
    SELECT a.key, a.name, a.state, p.id AS "userId", p.user_name AS "userName", p.display_name AS "displayName",
      p.state AS "userState", p.user_type AS "userType",
      (
        SELECT e.role_id FROM entitlements e
        WHERE e.site_id = ${siteId} AND e.user_id = p.id AND e.application_id = a.id
      ) AS "heldRoleId",
      ARRAY(
        SELECT w.role_id FROM waiting_places w
        WHERE w.site_id = ${siteId} AND w.user_id = p.id AND w.application_id = a.id
      ) AS "waitedRoleIds",
      (
        SELECT json_agg(json_build_array(${role}, given.group_id, o.display_name))
        FROM (
          SELECT g.role_id, g.group_id FROM memberships m
          CROSS JOIN LATERAL (
            SELECT m.group_id AS id
            UNION ALL
            SELECT c.ancestor_id FROM group_closure c WHERE c.site_id = ${siteId} AND c.descendant_id = m.group_id
          ) reached
          JOIN grants g ON g.site_id = ${siteId} AND g.group_id = reached.id
          WHERE m.site_id = ${siteId} AND m.user_id = p.id
          UNION ALL
          SELECT g.role_id, NULL FROM grants g WHERE g.site_id = ${siteId} AND g.user_id = p.id
        ) given
        JOIN application_roles r ON r.site_id = ${siteId} AND r.id = given.role_id AND r.application_id = a.id
        LEFT JOIN groups o ON o.site_id = ${siteId} AND o.id = given.group_id AND ${isLiving(sql`o`)}
        WHERE given.group_id IS NULL OR o.id IS NOT NULL
      ) AS given
    FROM applications a LEFT JOIN LATERAL (${personQuery(siteId, userNameOrId)}) p ON TRUE
    WHERE a.site_id = ${siteId} AND a.id = ${id}`;
}

/** What is no id is looked up in one index, which is nearly always. */
function personQuery(siteId: number, userNameOrId: string): Sql {
  const columns = sql`u.id, u.user_name, u.display_name, u.state, u.user_type`;
  const byName = sql`u.site_id = ${siteId} AND u.user_name_key = ${comparisonKey(userNameOrId)} AND u.deleted_at IS NULL`;
  if (!isObjectId(userNameOrId)) return sql`SELECT ${columns} FROM users u WHERE ${byName}`;
  return sql`
    SELECT ${columns}, 1 AS preference FROM users u
    WHERE u.site_id = ${siteId} AND u.id = ${userNameOrId} AND ${isLiving(sql`u`)}
    UNION ALL
    SELECT ${columns}, 2 FROM users u WHERE ${byName}
    ORDER BY preference LIMIT 1`;
}

/** The roles in their order, each with its groups by name, every group once. */
function rolesOf(given: readonly Given[]): GivenRole[] {
  const roles = new Map<string, GivenRole & { readonly byId: Map<string, string> }>();
  for (const [id, rank, key, name, takesSeat, groupId, groupName] of given) {
    const known = roles.get(id) ?? { id, rank, key, name, takesSeat, groups: [], granted: false, byId: new Map() };
    if (groupId !== null) known.byId.set(groupId, groupName ?? '');
    roles.set(id, groupId === null ? { ...known, granted: true } : known);
  }
  return [...roles.values()]
    .sort((left, right) => left.rank - right.rank)
    .map(({ byId, ...role }) => ({ ...role, groups: [...byId].map(([id, name]) => ({ id, name })).sort(byGroupName) }));
}

type AnsweredGroup = AnsweredRole['groups'][number];

function byGroupName(left: AnsweredGroup, right: AnsweredGroup): number {
  const [a, b] = [`${left.name}\0${left.id}`, `${right.name}\0${right.id}`];
  return a < b ? -1 : 1;
}

function reasonOf(row: Row, roles: readonly GivenRole[], rules: SeatRules): AnsweredReason {
  if (row.userId === null) return 'unknown-user';
  // What was worked out last and is kept decides; the rest says why it came out so.
  if (row.heldRoleId !== null) return 'active';
  if (row.state === 'disabled') return 'application-disabled';
  const { userState } = row;
  if (userState !== 'active' && !(userState === 'invited' && rules.invitedTakeSeats)) return userState;
  if (roles.length === 0) return 'no-grant';
  if (row.userType === 'customer' && roles.every(({ takesSeat }) => takesSeat)) return 'customer-without-free-role';
  return 'waiting-for-seat';
}

function standingOf({ id }: GivenRole, { heldRoleId, waitedRoleIds }: Row): RoleStanding {
  if (id === heldRoleId) return 'in-use';
  if (waitedRoleIds.includes(id)) return 'waiting';
  return heldRoleId === null ? 'withheld' : 'lower';
}

function detailOf(
  reason: AnsweredReason,
  { name, userName: who }: Row,
  role: string | undefined,
  waitsFor: string | undefined,
): string {
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
