import { type Sql, sql, type Transaction } from '../../database/index.js';
import type { Candidate, Holding, Person, Place, QueuePosition } from './person.js';
import { isLimited, type SeatRules } from './pools.js';

interface PersonRow {
  kind: 'candidate' | 'held' | 'place';
  user_id: string;
  application_id: string;
  role_id: string;
  rank: number;
  licence_id: string | null;
  eligible: boolean;
  since: Date | null;
  sequence: number | null;
}

/** People with what they deserve, hold and wait for. */
export interface People {
  readonly people: readonly Person[];
  readonly applicationIds: readonly string[];
}

/**
 * Reads what the given users deserve through all direct and indirect groups and direct grants, beside what they have.
 * Customers deserve only roles without a seat. One statement, whatever the number of users; see peopleOf.
 * @param within the applications that are looked at; all unless said otherwise
 */
export function peopleQuery(
  siteId: number,
  userIds: readonly string[],
  rules: SeatRules,
  within?: readonly string[],
): Sql {
  const takesSeat = rules.serviceUsersTakeSeats ? sql`a.takes_seat` : sql`a.takes_seat AND u.user_type <> 'service'`;
  const inside = (application: Sql) =>
    within === undefined ? sql`` : sql` AND ${application} = ANY (${within}::uuid[])`;
  return sql`
    WITH ${deserved(siteId, userIds, within)},
    people AS MATERIALIZED (
      SELECT u.id, u.user_type, u.deleted_at IS NULL AND ${holdsRoles(rules)} AS eligible
      FROM touched t JOIN users u ON u.site_id = ${siteId} AND u.id = t.user_id
    ),
    facts AS MATERIALIZED (
      SELECT 'candidate' AS kind, d.user_id, a.application_id, d.role_id, NULL::uuid AS licence_id,
        NULL::timestamptz AS since, NULL::bigint AS sequence
      FROM deserved d JOIN application_roles a ON a.site_id = ${siteId} AND a.id = d.role_id
      JOIN applications o ON o.site_id = ${siteId} AND o.id = a.application_id AND o.state = 'active'
      UNION ALL
      SELECT 'held', e.user_id, e.application_id, e.role_id, e.licence_id, NULL, NULL
      FROM touched t
      JOIN entitlements e ON e.site_id = ${siteId} AND e.user_id = t.user_id${inside(sql`e.application_id`)}
      UNION ALL
      SELECT 'place', w.user_id, w.application_id, w.role_id, w.licence_id, w.since, w.sequence
      FROM touched t
      JOIN waiting_places w ON w.site_id = ${siteId} AND w.user_id = t.user_id${inside(sql`w.application_id`)}
    )
    SELECT f.kind, f.user_id, f.application_id, f.role_id, a.rank, f.since, f.sequence,
      CASE WHEN f.kind = 'candidate' THEN CASE WHEN ${takesSeat} THEN p.licence_id END ELSE f.licence_id END AS licence_id,
      u.eligible
    FROM facts f
    JOIN people u ON u.id = f.user_id
    JOIN application_roles a ON a.site_id = ${siteId} AND a.id = f.role_id
    LEFT JOIN licence_roles p ON p.site_id = ${siteId} AND p.role_id = f.role_id AND p.in_force
    WHERE f.kind <> 'candidate' OR u.user_type <> 'customer' OR NOT a.takes_seat`;
}

/** The rows of peopleQuery, put together. */
export function peopleOf(rows: readonly unknown[]): People {
  // peopleQuery names these columns.
  return assemble(rows as readonly PersonRow[]);
}

/** The limited licences of some applications. */
export function poolsOfApplications(siteId: number, applicationIds: readonly string[]): Sql {
  return sql`
    SELECT id FROM licences l
    WHERE site_id = ${siteId} AND ${isLimited} AND application_id = ANY (${applicationIds}::uuid[])`;
}

/**
 * The limited licences of every application in which the users deserve, hold or wait for something. All that decides
 * which these are is held already: the users' rows and the structure of the site.
 */
export function poolsOfUsers(siteId: number, userIds: readonly string[], applicationIds: readonly string[]): Sql {
  return sql`
    WITH ${deserved(siteId, userIds)}
    SELECT id FROM licences l
    WHERE site_id = ${siteId} AND ${isLimited} AND application_id IN (
      SELECT a.application_id FROM deserved d JOIN application_roles a ON a.site_id = ${siteId} AND a.id = d.role_id
      UNION ALL
      SELECT e.application_id FROM touched t JOIN entitlements e ON e.site_id = ${siteId} AND e.user_id = t.user_id
      UNION ALL
      SELECT w.application_id FROM touched t JOIN waiting_places w ON w.site_id = ${siteId} AND w.user_id = t.user_id
      UNION ALL
      SELECT unnest(${applicationIds}::uuid[])
    )`;
}

/**
 * The tables `touched` and `deserved`. Grants are joined before anything is made distinct, so that the few groups
 * that give something decide how much is read (measured: 1.3 s for 100,000 users in 10 groups each; 10 s with all
 * groups of everybody listed first). Worked out once, whatever the planner thinks of tables that have just grown: with
 * 200 new applications it was worked out again for every role, which took 40 to 100 ms a person.
 */
function deserved(siteId: number, userIds: readonly string[], within?: readonly string[]): Sql {
  const grants =
    within === undefined
      ? sql`grants`
      : sql`(
          SELECT g.* FROM grants g JOIN application_roles r ON r.site_id = g.site_id AND r.id = g.role_id
          WHERE g.site_id = ${siteId} AND r.application_id = ANY (${within}::uuid[])
        )`;
  return sql`
    touched (user_id) AS MATERIALIZED (SELECT unnest(${userIds}::uuid[])),
    deserved AS MATERIALIZED (
      SELECT m.user_id, g.role_id FROM touched t
      JOIN memberships m ON m.site_id = ${siteId} AND m.user_id = t.user_id
      JOIN ${grants} g ON g.site_id = ${siteId} AND g.group_id = m.group_id
      JOIN groups living ON living.site_id = ${siteId} AND living.id = g.group_id AND living.deleted_at IS NULL
      UNION
      SELECT m.user_id, g.role_id FROM touched t
      JOIN memberships m ON m.site_id = ${siteId} AND m.user_id = t.user_id
      JOIN group_closure c ON c.site_id = ${siteId} AND c.descendant_id = m.group_id
      JOIN ${grants} g ON g.site_id = ${siteId} AND g.group_id = c.ancestor_id
      UNION
      SELECT t.user_id, g.role_id FROM touched t JOIN ${grants} g ON g.site_id = ${siteId} AND g.user_id = t.user_id
    )`;
}

/** Those who hold or deserve anything in an application. */
export async function usersOfApplication(
  transaction: Transaction,
  siteId: number,
  applicationId: string,
): Promise<string[]> {
  const rows = await transaction.run<{ user_id: string }>(sql`
    SELECT user_id FROM entitlements WHERE site_id = ${siteId} AND application_id = ${applicationId}
    UNION
    SELECT user_id FROM waiting_places WHERE site_id = ${siteId} AND application_id = ${applicationId}`);
  return rows.map((row) => row.user_id);
}

/** Those who would have a role of an application if it were switched on and had room. */
export async function usersWithGrants(
  transaction: Transaction,
  siteId: number,
  applicationId: string,
): Promise<string[]> {
  const rows = await transaction.run<{ user_id: string }>(sql`
    WITH given AS (
      SELECT g.group_id, g.user_id FROM grants g
      JOIN application_roles r ON r.site_id = g.site_id AND r.id = g.role_id
      WHERE g.site_id = ${siteId} AND r.application_id = ${applicationId}
    )
    SELECT user_id FROM given WHERE user_id IS NOT NULL
    UNION
    SELECT m.user_id FROM memberships m WHERE m.site_id = ${siteId} AND m.group_id IN (
      SELECT g.group_id FROM given g
      JOIN groups living ON living.site_id = ${siteId} AND living.id = g.group_id AND living.deleted_at IS NULL
      UNION
      SELECT c.descendant_id FROM given g
      JOIN group_closure c ON c.site_id = ${siteId} AND c.ancestor_id = g.group_id
    )`);
  return rows.map((row) => row.user_id);
}

/** Whether somebody in `users u` may hold anything; others keep their places in the queues. */
function holdsRoles(rules: SeatRules): Sql {
  return rules.invitedTakeSeats ? sql`u.state IN ('invited', 'active')` : sql`u.state = 'active'`;
}

/** The beginnings of the queues of some applications. */
export interface QueueHeads {
  /** Those in them, with all their places. */
  readonly people: readonly Person[];
  /** The last place that was read of a queue that goes on behind it. */
  readonly readUntil: ReadonlyMap<string, QueuePosition>;
}

interface QueueRow {
  user_id: string;
  licence_id: string;
  since: Date;
  sequence: number;
}

/**
 * People in the queues of the applications whom a free seat could move on: the first `limit` places of each pool.
 * Suspended and deleted people are passed over and keep their place.
 */
export async function readWaiting(
  transaction: Transaction,
  siteId: number,
  applicationIds: readonly string[],
  touched: readonly string[],
  limit: number,
  rules: SeatRules,
): Promise<QueueHeads> {
  const rows = await transaction.run<QueueRow>(sql`
    SELECT queued.* FROM licences l CROSS JOIN LATERAL (
      SELECT w.user_id, w.licence_id, w.since, w.sequence FROM waiting_places w
      JOIN users u ON u.site_id = w.site_id AND u.id = w.user_id
        AND u.deleted_at IS NULL AND ${holdsRoles(rules)}
      WHERE w.site_id = l.site_id AND w.licence_id = l.id AND w.user_id <> ALL (${touched}::uuid[])
      ORDER BY w.since, w.sequence LIMIT ${limit}
    ) queued
    WHERE l.site_id = ${siteId} AND l.application_id = ANY (${applicationIds}::uuid[]) AND ${isLimited}
    ORDER BY queued.since, queued.sequence`);
  if (rows.length === 0) return { people: [], readUntil: new Map() };
  const userIds = [...new Set(rows.map((row) => row.user_id))];
  const { people } = peopleOf(await transaction.run(peopleQuery(siteId, userIds, rules, applicationIds)));
  return { people, readUntil: endsOf(rows, limit) };
}

/** As many rows of a pool as were asked for: there may be more. */
function endsOf(rows: readonly QueueRow[], limit: number): Map<string, QueuePosition> {
  const counts = new Map<string, number>();
  const ends = new Map<string, QueuePosition>();
  for (const row of rows) {
    const count = (counts.get(row.licence_id) ?? 0) + 1;
    counts.set(row.licence_id, count);
    if (count === limit) ends.set(row.licence_id, { since: row.since.getTime(), sequence: row.sequence });
  }
  return ends;
}

function assemble(rows: readonly PersonRow[]): People {
  const people = new Map<string, PersonRow[]>();
  for (const row of rows) {
    const key = `${row.user_id} ${row.application_id}`;
    const facts = people.get(key);
    if (facts === undefined) people.set(key, [row]);
    else facts.push(row);
  }
  return {
    people: [...people.values()].map(person).sort((left, right) => (left.userId < right.userId ? -1 : 1)),
    applicationIds: [...new Set(rows.map((row) => row.application_id))],
  };
}

function person(facts: readonly PersonRow[]): Person {
  const candidates: Candidate[] = [];
  const places: Place[] = [];
  let held: Holding | undefined;
  for (const fact of facts) {
    const licenceId = fact.licence_id ?? undefined;
    if (fact.kind === 'candidate') candidates.push({ roleId: fact.role_id, rank: fact.rank, licenceId });
    else if (fact.kind === 'held') held = { roleId: fact.role_id, licenceId };
    else if (licenceId !== undefined) places.push(place(fact, licenceId));
  }
  candidates.sort((left, right) => left.rank - right.rank);
  const { user_id: userId = '', application_id: applicationId = '', eligible = false } = facts[0] ?? {};
  return { userId, applicationId, eligible, candidates, held, places };
}

function place(fact: PersonRow, licenceId: string): Place {
  return { roleId: fact.role_id, licenceId, since: fact.since?.getTime() ?? 0, sequence: fact.sequence ?? 0 };
}
