import { type Database, sql, type Transaction } from '../../database/index.js';
import { batchHash, entriesOf, NO_HASH, type SealRange } from './sealed-rows.js';

/** Entries in one batch at most, but for those of one transaction, which stay together. */
const BATCH_ENTRIES = 10_000;

/** "seal" in ASCII; the second key of the lock is the site. */
const LOCK = 0x7365616c;

/**
 * Seals what was logged by transactions that are all over. Entries of others come into a later batch, however early
 * they began.
 * @returns how many entries were sealed; fewer than there are when another process seals
 */
export async function sealLog(database: Database, siteId: number): Promise<number> {
  let sealed = 0;
  for (let more = true; more; ) {
    const batch = await database.transaction((transaction) => sealBatch(transaction, siteId));
    sealed += batch ?? 0;
    more = batch === BATCH_ENTRIES;
  }
  return sealed;
}

/** @returns undefined where there is nothing to be sealed */
async function sealBatch(transaction: Transaction, siteId: number): Promise<number | undefined> {
  const [lock] = await transaction.run<{ mine: boolean }>(
    sql`SELECT pg_try_advisory_xact_lock(${LOCK}, ${siteId}) AS mine`,
  );
  if (lock?.mine !== true) return undefined;
  const [last] = await transaction.run<{ sequence: string; to: string; hash: Buffer }>(sql`
    SELECT sequence, to_transaction AS to, hash FROM log_seals WHERE site_id = ${siteId} ORDER BY sequence DESC LIMIT 1`);
  // A statement of its own: what follows sees everything that was committed below it.
  const [horizon] = await transaction.run<{ xmin: string }>(sql`
    SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xmin`);
  const from = last?.to ?? '0';
  const [end] = await transaction.run<{ to: string | null; count: number }>(sql`
    SELECT (max(transaction_id) + 1)::text AS to, count(*)::integer AS count FROM (
      SELECT e.transaction_id FROM log_entries e
      WHERE e.site_id = ${siteId} AND e.transaction_id >= ${from}::bigint AND e.transaction_id < ${horizon?.xmin}::bigint
      ORDER BY e.transaction_id LIMIT ${BATCH_ENTRIES}
    ) AS open`);
  if (end === undefined || end.to === null) return undefined;
  const months = await transaction.run<{ month: string }>(sql`
    SELECT DISTINCT to_char(date_trunc('month', e.at AT TIME ZONE 'UTC'), 'YYYY-MM-DD') AS month FROM log_entries e
    WHERE e.site_id = ${siteId} AND e.transaction_id >= ${from}::bigint AND e.transaction_id < ${end.to}::bigint
    ORDER BY month`);
  let hash = last?.hash ?? NO_HASH;
  let sequence = BigInt(last?.sequence ?? 0);
  for (const { month } of months) {
    sequence += 1n;
    hash = await writeSeal(transaction, siteId, sequence, hash, {
      month,
      fromTransaction: from,
      toTransaction: end.to,
    });
  }
  return end.count;
}

async function writeSeal(
  transaction: Transaction,
  siteId: number,
  sequence: bigint,
  previous: Buffer,
  range: SealRange,
): Promise<Buffer> {
  const [seal] = await transaction.run<{ hash: Buffer }>(sql`
    INSERT INTO log_seals (site_id, sequence, month, from_transaction, to_transaction, entries, first_at, last_at,
      previous_hash, hash)
    SELECT ${siteId}, ${String(sequence)}::bigint, ${range.month}::date, ${range.fromTransaction}::bigint,
      ${range.toTransaction}::bigint, count(*), min(e.at), max(e.at), ${previous}::bytea,
      ${batchHash(sql`${previous}::bytea`)}
    FROM log_entries e WHERE ${entriesOf(siteId, range)}
    RETURNING hash`);
  if (seal === undefined) throw new Error('INSERT returns what it inserts');
  return seal.hash;
}
