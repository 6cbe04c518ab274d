import { type Sql, sql, type Transaction } from '../../database/index.js';
import { RollcallError } from '../../errors/index.js';
import type { ActingConnection, Actor, RemovalLimit } from '../actor.js';

export type RemovalKind = 'user-deleted' | 'user-disabled' | 'group';

/** Something that a connection wants to take away. */
export interface Removal {
  readonly kind: RemovalKind;
  readonly objectId: string;
  /** How many people lose something: 1 for a user, and for a group everybody who loses access with it. */
  readonly people: number;
}

/** The first number of the advisory lock's key; the second names the connection. */
const REMOVALS = 7_365;

/** What a connection has removed until now. */
interface Window {
  /** Sums over all removals that there ever were: people who count, people who were allowed, users deleted. */
  readonly counted: number;
  readonly allowed: number;
  readonly deleted: number;
  /** People in the window who count. */
  readonly used: number;
  /** People since the limit was lifted; null while it is not. */
  readonly allowedSince: number | null;
  /** How many may be removed while it is lifted; null: any number. */
  readonly allowance: number | null;
  /** Users of the connection now, and those who were deleted in the window. */
  readonly base: number;
  /** Of the users that are asked about, those who were removed in the window before. */
  readonly seen: readonly string[];
}

/** A removal as it is noted, with the sums before it. */
interface Noted extends Removal {
  readonly isAllowed: boolean;
  readonly countedBefore: number;
  readonly allowedBefore: number;
  readonly deletedBefore: number;
}

/**
 * Holds back removals that go beyond the limit of the acting connection: all of them, or none. Removals of one
 * connection with a limit wait for each other here, last in the order of locks; nothing else does.
 * @returns the statement that notes the removals; none where there is no limit
 * @throws RollcallError `connection.removal-limit`
 */
export async function requireRemovable(
  transaction: Transaction,
  actor: Actor,
  removals: readonly Removal[],
): Promise<Sql[]> {
  const limit = limitOf(actor.connection);
  if (limit === undefined || actor.connection === undefined || removals.length === 0) return [];
  const { siteId, connection } = actor;
  const [, rows = []] = await transaction.runTogether([
    sql`SELECT pg_advisory_xact_lock(${REMOVALS}, hashtext(${connection.id}::text))`,
    windowQuery(siteId, connection.id, limit, removals),
  ]);
  // windowQuery names these columns.
  return [insertRemovals(siteId, connection.id, noteAll(connection, limit, rows[0] as Window, removals))];
}

/** One after the other, as if each had come alone. @throws RollcallError `connection.removal-limit` */
function noteAll(
  connection: ActingConnection,
  limit: RemovalLimit,
  window: Window,
  removals: readonly Removal[],
): Noted[] {
  const seen = new Set(window.seen);
  const most = window.allowance ?? Number.POSITIVE_INFINITY;
  let { counted, allowed, deleted, used, allowedSince } = window;
  return removals.map((removal) => {
    // Who is deactivated and then deleted is one person.
    const people = seen.has(removal.objectId) ? 0 : removal.people;
    if (removal.kind !== 'group') seen.add(removal.objectId);
    const isAllowed = allowedSince !== null && allowedSince + people <= most;
    if (!isAllowed) requireWithin(connection, limit, { used, base: window.base }, people);
    const sums = { countedBefore: counted, allowedBefore: allowed, deletedBefore: deleted };
    if (isAllowed) {
      allowed += people;
      allowedSince = (allowedSince ?? 0) + people;
    } else {
      counted += people;
      used += people;
    }
    if (removal.kind === 'user-deleted') deleted += 1;
    return { ...removal, ...sums, people, isAllowed };
  });
}

/** Each at a moment of its own and behind all that there are, for the last one has the sums until now. */
function insertRemovals(siteId: number, connectionId: string, noted: readonly Noted[]): Sql {
  const rows = noted.map((one, index) => ({
    n: index,
    object_id: one.objectId,
    kind: one.kind,
    people: one.people,
    allowed: one.isAllowed,
    counted_before: one.countedBefore,
    allowed_before: one.allowedBefore,
    deleted_before: one.deletedBefore,
  }));
  return sql`
    INSERT INTO connection_removals (site_id, connection_id, at, object_id, kind, people, allowed, counted_before,
      allowed_before, deleted_before)
    SELECT ${siteId}::integer, ${connectionId}::uuid, start.at + n * interval '1 microsecond', object_id, kind, people,
      allowed, counted_before, allowed_before, deleted_before
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS noted (n integer, object_id uuid, kind text,
      people integer, allowed boolean, counted_before bigint, allowed_before bigint, deleted_before bigint)
    CROSS JOIN (
      SELECT greatest(clock_timestamp(), max(at) + interval '1 microsecond') AS at FROM connection_removals
      WHERE site_id = ${siteId} AND connection_id = ${connectionId}
    ) start`;
}

function limitOf(connection: ActingConnection | undefined): RemovalLimit | undefined {
  const { removalLimitPercent = 0, removalLimitCount = 0 } = connection ?? {};
  if (removalLimitPercent === 0 && removalLimitCount === 0) return undefined;
  const { removalMinimumBase = 0, removalWindowHours = 24 } = connection ?? {};
  return { removalLimitPercent, removalLimitCount, removalMinimumBase, removalWindowHours };
}

/**
 * The last removal has the sums until now, the first in the window those until then: nothing in between is read,
 * however many were removed. Removals that were forgotten do not matter.
 */
function windowQuery(siteId: number, connectionId: string, limit: RemovalLimit, removals: readonly Removal[]): Sql {
  // Users who are being deleted are no longer among those who are there.
  const ownDeletions = removals.filter(({ kind }) => kind === 'user-deleted').length;
  const begins = sql`now() - make_interval(hours => ${limit.removalWindowHours})`;
  return sql`
    WITH mine AS NOT MATERIALIZED (
      SELECT at, object_id, kind, counted_before, allowed_before, deleted_before,
        counted_before + CASE WHEN allowed THEN 0 ELSE people END AS counted,
        allowed_before + CASE WHEN allowed THEN people ELSE 0 END AS allowed,
        deleted_before + CASE WHEN kind = 'user-deleted' THEN 1 ELSE 0 END AS deleted
      FROM connection_removals WHERE site_id = ${siteId} AND connection_id = ${connectionId}
    )
    SELECT coalesce(last.counted, 0) AS counted, coalesce(last.allowed, 0) AS allowed,
      coalesce(last.deleted, 0) AS deleted, coalesce(last.counted - first.counted_before, 0) AS used,
      a.people AS allowance,
      CASE WHEN a.until IS NOT NULL THEN coalesce(last.allowed - (
        SELECT m.allowed_before FROM mine m WHERE m.at >= a.since ORDER BY m.at LIMIT 1
      ), 0) END AS "allowedSince",
      coalesce(last.deleted - first.deleted_before, 0) + ${ownDeletions}::int8 + (
        SELECT coalesce(sum(difference), 0)::int8 FROM object_count_deltas
        WHERE site_id = ${siteId} AND object_type = 'User' AND owner_connection_id = ${connectionId}
      ) AS base,
      ARRAY(
        SELECT DISTINCT m.object_id::text FROM mine m
        WHERE m.object_id = ANY (${removals.map(({ objectId }) => objectId)}::uuid[]) AND m.kind <> 'group'
          AND m.at > ${begins}
      ) AS seen
    FROM (VALUES (1)) always
    LEFT JOIN LATERAL (SELECT * FROM mine m ORDER BY m.at DESC LIMIT 1) last ON true
    LEFT JOIN LATERAL (SELECT * FROM mine m WHERE m.at > ${begins} ORDER BY m.at LIMIT 1) first ON true
    LEFT JOIN removal_allowances a
      ON a.site_id = ${siteId} AND a.connection_id = ${connectionId} AND a.until > now()`;
}

function requireWithin(
  connection: ActingConnection,
  limit: RemovalLimit,
  { used, base }: Pick<Window, 'used' | 'base'>,
  people: number,
): void {
  const byShare = limit.removalLimitPercent > 0 && base >= limit.removalMinimumBase;
  const most = Math.min(
    limit.removalLimitCount > 0 ? limit.removalLimitCount : Number.POSITIVE_INFINITY,
    byShare ? Math.floor((base * limit.removalLimitPercent) / 100) : Number.POSITIVE_INFINITY,
  );
  if (used + people <= most) return;
  // The same text every time, so that clients and alerts can know it; the log has the figures.
  const message = `The removal is held: the connection has reached its limit for removals (removalLimitPercent, removalLimitCount). If they are meant, let an administrator allow them: rollcall connection allow-removals ${JSON.stringify(connection.name)} --for 1h.`;
  const details = { removed: used, asked: people, most, users: base, windowHours: limit.removalWindowHours };
  throw new RollcallError('forbidden', 'connection.removal-limit', message, details);
}
