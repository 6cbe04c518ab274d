import { type Database, sql } from '../../database/index.js';
import { batchHash, entriesOf, NO_HASH } from './sealed-rows.js';

/** Something that is not as it was sealed. */
export interface SealFault {
  /** The batch, as `log_seals` numbers it; null where the fault is in no batch. */
  readonly sequence: string | null;
  readonly problem: 'edited' | 'missing' | 'inserted' | 'chain' | 'personal';
  readonly text: string;
}

export interface LogVerdict {
  readonly seals: number;
  /** Entries that were looked at, and those of them whose people were erased. */
  readonly entries: number;
  readonly erased: number;
  /** Entries that were dropped with their months: their seals are the checkpoints. */
  readonly dropped: number;
  /** Entries that are not sealed yet. */
  readonly unsealed: number;
  /** Of the last seal: who keeps it elsewhere can tell that nobody has sealed the whole log anew. */
  readonly lastHash: string | null;
  readonly faults: readonly SealFault[];
}

interface SealRow {
  readonly sequence: string;
  readonly month: string;
  readonly fromTransaction: string;
  readonly toTransaction: string;
  readonly entries: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
  readonly previousHash: Buffer;
  readonly hash: Buffer;
  readonly dropped: boolean;
}

/** Computes every seal of a site anew. Faults name the batch and the time in which its entries lie. */
export async function verifyLog(database: Database, siteId: number): Promise<LogVerdict> {
  const seals = await database.write<SealRow>(sql`
    SELECT sequence, to_char(month, 'YYYY-MM-DD') AS month, from_transaction::text AS "fromTransaction",
      to_transaction::text AS "toTransaction", entries, first_at AS "firstAt", last_at AS "lastAt",
      previous_hash AS "previousHash", hash, dropped_at IS NOT NULL AS dropped
    FROM log_seals WHERE site_id = ${siteId} ORDER BY sequence`);
  const faults: SealFault[] = [];
  let [entries, erased, dropped] = [0, 0, 0];
  let previous: SealRow | undefined;
  for (const seal of seals) {
    faults.push(...chainFaults(seal, previous));
    previous = seal;
    if (seal.dropped) {
      dropped += seal.entries;
      continue;
    }
    const found = await readBatch(database, siteId, seal);
    entries += found.entries;
    erased += found.erased;
    faults.push(...batchFaults(seal, found));
  }
  faults.push(...(await strayEntries(database, siteId, previous, entries)));
  const [open] = await database.write<{ count: number }>(sql`
    SELECT count(*)::integer AS count FROM log_entries e
    WHERE e.site_id = ${siteId} AND e.transaction_id >= ${previous?.toTransaction ?? '0'}::bigint`);
  const lastHash = previous === undefined ? null : previous.hash.toString('hex');
  return { seals: seals.length, entries, erased, dropped, unsealed: open?.count ?? 0, lastHash, faults };
}

interface Batch {
  readonly entries: number;
  readonly erased: number;
  readonly forged: number;
  readonly hash: Buffer;
}

async function readBatch(database: Database, siteId: number, seal: SealRow): Promise<Batch> {
  const [batch] = await database.write<Batch>(sql`
    SELECT count(*)::integer AS entries, count(*) FILTER (WHERE e.personal IS NULL)::integer AS erased,
      count(*) FILTER (WHERE e.personal IS NOT NULL
        AND e.personal_hash <> sha256(coalesce(e.salt, ''::bytea) || convert_to(e.personal::text, 'UTF8')))::integer AS forged,
      ${batchHash(sql`${seal.previousHash}::bytea`)} AS hash
    FROM log_entries e WHERE ${entriesOf(siteId, seal)}`);
  if (batch === undefined) throw new Error('An aggregate has one row');
  return batch;
}

function chainFaults(seal: SealRow, previous: SealRow | undefined): SealFault[] {
  const number = BigInt(seal.sequence) - BigInt(previous?.sequence ?? 0);
  const follows = number === 1n && seal.previousHash.equals(previous?.hash ?? NO_HASH);
  if (follows) return [];
  const text = `Seal ${seal.sequence} does not follow the one before: a seal is missing or was made anew.`;
  return [{ sequence: seal.sequence, problem: 'chain', text }];
}

function batchFaults(seal: SealRow, found: Batch): SealFault[] {
  const { sequence } = seal;
  const where = `batch ${sequence} (${seal.firstAt.toISOString()} to ${seal.lastAt.toISOString()})`;
  const faults: SealFault[] = [];
  const difference = found.entries - seal.entries;
  if (difference !== 0) {
    const problem = difference < 0 ? 'missing' : 'inserted';
    const text = `${Math.abs(difference)} of ${seal.entries} entries of ${where} ${problem === 'missing' ? 'are missing' : 'too many are there'}.`;
    faults.push({ sequence, problem, text });
  } else if (!found.hash.equals(seal.hash)) {
    faults.push({ sequence, problem: 'edited', text: `Something in ${where} is not what was sealed.` });
  }
  if (found.forged > 0) {
    const text = `The names or values of ${found.forged} entries of ${where} are not those that were logged.`;
    faults.push({ sequence, problem: 'personal', text });
  }
  return faults;
}

/** Entries that claim to be from sealed transactions and are in no batch: in a month that had none then. */
async function strayEntries(
  database: Database,
  siteId: number,
  last: SealRow | undefined,
  counted: number,
): Promise<SealFault[]> {
  if (last === undefined) return [];
  const [sealed] = await database.write<{ count: number }>(sql`
    SELECT count(*)::integer AS count FROM log_entries e
    WHERE e.site_id = ${siteId} AND e.transaction_id < ${last.toTransaction}::bigint`);
  const stray = (sealed?.count ?? 0) - counted;
  if (stray === 0) return [];
  return [{ sequence: null, problem: 'inserted', text: `${stray} entries are among sealed ones, and in no batch.` }];
}
