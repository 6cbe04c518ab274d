import { type Sql, sql, type Transaction } from '../../database/index.js';
import { heldSeats, lastUse } from '../usage/unused-seats.js';
import { type GivingGroup, givingGroups } from './giving-groups.js';

/** Why a seat cannot be taken back: something that gives it is not an administrator's to remove, or gives more. */
export type Obstacle =
  | {
      readonly code: 'group-of-connection' | 'member-of-connection';
      readonly group: string;
      readonly connection: string;
    }
  | { readonly code: 'grant-of-connection'; readonly role: string; readonly connection: string }
  | { readonly code: 'no-default-group'; readonly group: string }
  | { readonly code: 'gives-other-applications'; readonly group: string; readonly applications: readonly string[] };

/** A seat as somebody looks at it who is to decide about it. */
export interface ReviewedSeat {
  readonly role: string;
  readonly licence: string;
  /** ISO 8601 in UTC. */
  readonly since: string;
  /** Null: never reported. */
  readonly lastActiveAt: string | null;
  /** Direct grants of an administrator. */
  readonly grants: readonly { readonly id: string; readonly role: string }[];
  /** Default groups of the application in which the person is by an administrator. */
  readonly groups: readonly { readonly id: string; readonly name: string }[];
  readonly obstacles: readonly Obstacle[];
  /** Nothing is in the way. */
  readonly reclaimable: boolean;
}

interface Wanted {
  readonly siteId: number;
  readonly applicationId: string;
  /** Which of heldSeats. */
  readonly which: Sql;
  readonly limit: number;
}

interface SeatRow {
  readonly userId: string;
  readonly role: string;
  readonly licence: string;
  readonly since: Date;
  readonly lastActiveAt: Date | null;
  /** `connection`: whose row it is; null: an administrator's. */
  readonly members: readonly { readonly groupId: string; readonly connection: string | null }[] | null;
  readonly grants: readonly { readonly id: string; readonly role: string; readonly connection: string | null }[] | null;
}

/**
 * The seats unused longest, by user, with every way to a role that takes a seat: what can be removed, or an obstacle.
 * The same as long as all in it is.
 */
export async function reviewSeats(transaction: Transaction, wanted: Wanted): Promise<Map<string, ReviewedSeat>> {
  const giving = await givingGroups(transaction, wanted.siteId, wanted.applicationId);
  const rows = await transaction.run<SeatRow>(seatsWithWays(wanted, [...giving.keys()]));
  return new Map(rows.map((row) => [row.userId, review(row, giving)]));
}

/** The ways are looked up for each seat: statistics that are off could make a join of it that takes minutes. */
function seatsWithWays({ siteId, applicationId, which, limit }: Wanted, givingIds: readonly string[]): Sql {
  return sql`
    WITH seats AS MATERIALIZED (
      SELECT e.user_id, e.role_id, e.licence_id, e.since, a.last_active_at
      FROM ${heldSeats(siteId, applicationId)} WHERE ${which} ORDER BY ${lastUse}, e.user_id LIMIT ${limit}
    )
    SELECT s.user_id AS "userId", r.key AS role, l.name AS licence, s.since, s.last_active_at AS "lastActiveAt",
      (
        SELECT jsonb_agg(jsonb_build_object('groupId', m.group_id, 'connection',
          coalesce(c.name, m.owner_connection_id::text)) ORDER BY m.group_id)
        FROM memberships m
        LEFT JOIN connections c ON c.site_id = ${siteId} AND c.id = m.owner_connection_id
        WHERE m.site_id = ${siteId} AND m.user_id = s.user_id AND m.group_id = ANY (${givingIds}::uuid[])
      ) AS members,
      (
        SELECT jsonb_agg(jsonb_build_object('id', y.id, 'role', g.key, 'connection',
          coalesce(c.name, y.connection_id::text)) ORDER BY g.rank, y.id)
        FROM grants y
        JOIN application_roles g ON g.site_id = ${siteId} AND g.id = y.role_id
          AND g.application_id = ${applicationId} AND g.takes_seat
        LEFT JOIN connections c ON c.site_id = ${siteId} AND c.id = y.connection_id
        WHERE y.site_id = ${siteId} AND y.user_id = s.user_id
      ) AS grants
    FROM seats s
    JOIN application_roles r ON r.site_id = ${siteId} AND r.id = s.role_id
    JOIN licences l ON l.site_id = ${siteId} AND l.id = s.licence_id`;
}

function review({ role, licence, since, lastActiveAt, members, grants }: SeatRow, giving: Map<string, GivingGroup>) {
  const groups: { id: string; name: string }[] = [];
  const own: { id: string; role: string }[] = [];
  const obstacles: Obstacle[] = [];
  for (const { groupId, connection } of members ?? []) {
    const group = giving.get(groupId);
    if (group === undefined) continue;
    const obstacle = groupObstacle(group, connection);
    if (obstacle === undefined) groups.push({ id: groupId, name: group.name });
    else obstacles.push(obstacle);
  }
  for (const { id, role: granted, connection } of grants ?? []) {
    if (connection === null) own.push({ id, role: granted });
    else obstacles.push({ code: 'grant-of-connection', role: granted, connection });
  }
  return {
    role,
    licence,
    since: since.toISOString(),
    lastActiveAt: lastActiveAt?.toISOString() ?? null,
    grants: own,
    groups,
    obstacles,
    reclaimable: obstacles.length === 0 && groups.length + own.length > 0,
  } satisfies ReviewedSeat;
}

function groupObstacle(
  { name: group, connection: owner, isDefault, otherApplications: applications }: GivingGroup,
  memberBy: string | null,
): Obstacle | undefined {
  if (owner !== null) return { code: 'group-of-connection', group, connection: owner };
  if (memberBy !== null) return { code: 'member-of-connection', group, connection: memberBy };
  if (!isDefault) return { code: 'no-default-group', group };
  return applications === null ? undefined : { code: 'gives-other-applications', group, applications };
}
