import { type Database, sql } from '../database/index.js';
import type { Actor, LockingCommand } from '../directory/index.js';
import { onConnection } from './on-connection.js';

/** The limit of a connection is lifted until a moment. */
export interface RemovalAllowance {
  readonly until: Date;
  /** Null: any number of people. */
  readonly people: number | null;
}

/**
 * Lifts the limit for removals of a connection until a moment; what is removed meanwhile does not count afterwards.
 * Said again, it counts from the beginning.
 * @throws RollcallError `connection.not-found`
 */
export function allowRemovals(
  actor: Actor,
  name: string,
  { until, people }: RemovalAllowance,
): LockingCommand<RemovalAllowance> {
  return onConnection(actor, 'connection.allow-removals', name, async ({ siteId, id }) => ({
    result: { until, people },
    changed: [{ attribute: 'removalsAllowed', old: undefined, new: { until: until.toISOString(), people } }],
    writes: [
      sql`
        INSERT INTO removal_allowances (site_id, connection_id, since, until, people)
        VALUES (${siteId}, ${id}, clock_timestamp(), ${until}, ${people})
        ON CONFLICT (site_id, connection_id)
          DO UPDATE SET since = excluded.since, until = excluded.until, people = excluded.people`,
    ],
  }));
}

/** How a connection stands to its limit. */
export interface Removals {
  /** People in the window who count. */
  readonly counted: number;
  /** Null while the limit is not lifted. */
  readonly allowance: RemovalAllowance | null;
}

export async function readRemovals(
  database: Database,
  connection: { readonly siteId: number; readonly id: string; readonly removalWindowHours: number },
): Promise<Removals> {
  const { siteId, id, removalWindowHours } = connection;
  const [counts] = await database.read<{ counted: number }>(sql`
    SELECT coalesce(sum(people), 0)::int8 AS counted FROM connection_removals
    WHERE site_id = ${siteId} AND connection_id = ${id} AND NOT allowed
      AND at > now() - make_interval(hours => ${removalWindowHours}::integer)`);
  const [allowance] = await database.read<RemovalAllowance>(sql`
    SELECT until, people FROM removal_allowances
    WHERE site_id = ${siteId} AND connection_id = ${id} AND until > now()`);
  return { counted: counts?.counted ?? 0, allowance: allowance ?? null };
}

/** Removals are kept as long as they count: in the window, or since the limit was lifted. */
export async function forgetOldRemovals(database: Database): Promise<void> {
  await database.write(sql`
    DELETE FROM connection_removals r USING connections c
    WHERE c.site_id = r.site_id AND c.id = r.connection_id
      AND r.at < now() - make_interval(hours => c.removal_window_hours)
      AND NOT EXISTS (
        SELECT 1 FROM removal_allowances a
        WHERE a.site_id = r.site_id AND a.connection_id = r.connection_id AND a.until > now() AND r.at >= a.since)`);
}
