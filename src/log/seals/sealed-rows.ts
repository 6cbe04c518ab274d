import { type Sql, sql } from '../../database/index.js';

/** The first seal's predecessor. */
export const NO_HASH = Buffer.alloc(32);

/** Which entries of a site a seal covers. */
export interface SealRange {
  /** The first day of the month, UTC, as `2026-11-01`. */
  readonly month: string;
  readonly fromTransaction: string;
  readonly toTransaction: string;
}

/** `log_entries e` of a seal's batch. By the time as well, so that only one month is looked at. */
export function entriesOf(siteId: number, { month, fromTransaction, toTransaction }: SealRange): Sql {
  return sql`e.site_id = ${siteId} AND e.transaction_id >= ${fromTransaction}::bigint
    AND e.transaction_id < ${toTransaction}::bigint
    AND e.at >= ${month}::date::timestamp AT TIME ZONE 'UTC'
    AND e.at < (${month}::date + interval '1 month') AT TIME ZONE 'UTC'`;
}

/**
 * What a seal says of its batch, computed anew: the hash goes over the hash of the seal before, the number of entries,
 * and the hash of every entry in the order of time and id. Of personal values it covers the salted hash alone, so that
 * people can be erased.
 */
export function batchHash(previousHash: Sql): Sql {
  return sql`sha256(${previousHash} || int8send(count(*)) || coalesce(string_agg(${entryHash}, ''::bytea ORDER BY e.at, e.id), ''::bytea))`;
}

/** A row's text quotes what could be taken for its commas. Times as numbers: their text depends on the session. */
const entryHash = sql`sha256(convert_to(ROW((extract(epoch FROM e.at) * 1000000)::bigint, e.id, e.source, e.connection_id,
  e.api_token_id, e.action, e.object_type, e.object_id, e.outcome, e.error_code, e.steps, e.changed,
  encode(e.personal_hash, 'hex'), e.subjects, e.subject_count, e.correlation_id, e.duration_microseconds,
  e.transaction_id)::text, 'UTF8'))`;
