import { type Database, type Sql, sql, type Transaction } from '../../database/index.js';
import { isObjectId } from '../../directory/index.js';
import { RollcallError } from '../../errors/index.js';
import type { ReviewedSeat } from './reviewed-seats.js';

/**
 * What became of a person when the batch was applied. `active-since`: the application reported them meanwhile;
 * `changed`: anything else is not what was reviewed; `seat-gone`: they have no seat any more.
 */
export type ReclaimOutcome = 'reclaimed' | 'active-since' | 'changed' | 'seat-gone' | 'not-reclaimable';

export interface ReclaimItem extends ReviewedSeat {
  readonly userId: string;
  readonly userName: string;
  /** Null until the batch is applied. */
  readonly outcome: ReclaimOutcome | null;
}

export interface ReclaimSummary {
  readonly id: string;
  readonly name: string;
  readonly application: string;
  readonly days: number;
  readonly state: 'open' | 'expired' | 'applied' | 'discarded';
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly decidedAt: Date | null;
  readonly people: number;
  readonly reclaimable: number;
  /** Those whose seat was taken back. */
  readonly reclaimed: number;
}

export interface ReclaimBatch extends ReclaimSummary {
  /** Of everything that was reviewed: what is applied is what has this hash. */
  readonly hash: string;
  /** Those unused longest first. */
  readonly items: readonly ReclaimItem[];
}

/** A batch under its row lock. */
export interface LockedBatch {
  readonly id: string;
  readonly applicationId: string;
  readonly application: string;
  readonly name: string;
  readonly hash: string;
}

const state = sql`CASE WHEN b.state = 'open' AND b.expires_at <= now() THEN 'expired' ELSE b.state END`;

/** Of a batch `b`: everything that is to be decided on, and which batch it is of. */
const hash = sql`(
  SELECT encode(sha256(convert_to(concat_ws(chr(10), b.id, b.application_id, b.days,
    string_agg(concat(i.user_id, ' ', i.reviewed), chr(10) ORDER BY i.user_id)), 'UTF8')), 'hex')
  FROM reclaim_items i WHERE i.site_id = b.site_id AND i.batch_id = b.id)`;

/** The batches of an application, the newest first. */
export function listReclaims(database: Database, siteId: number, applicationId: string): Promise<ReclaimSummary[]> {
  return database.read<ReclaimSummary>(sql`
    SELECT ${summary} FROM ${batches(siteId)} AND b.application_id = ${applicationId} ORDER BY b.created_at DESC`);
}

/** @throws RollcallError `reclaim.not-found` */
export async function readReclaim(database: Database, siteId: number, batchId: string): Promise<ReclaimBatch> {
  const id = requireBatchId(batchId);
  const [[batch], items] = await Promise.all([
    database.read<ReclaimSummary & { hash: string }>(sql`
      SELECT ${summary}, ${hash} AS hash FROM ${batches(siteId)} AND b.id = ${id}`),
    database.read<Omit<ReclaimItem, keyof ReviewedSeat> & { reviewed: ReviewedSeat }>(sql`
      SELECT i.user_id AS "userId", coalesce(u.user_name, i.user_id::text) AS "userName", i.reviewed, i.outcome
      FROM reclaim_items i LEFT JOIN users u ON u.site_id = i.site_id AND u.id = i.user_id
      WHERE i.site_id = ${siteId} AND i.batch_id = ${id}
      ORDER BY greatest(i.reviewed ->> 'lastActiveAt', i.reviewed ->> 'since'), i.user_id`),
  ]);
  if (batch === undefined) throw noBatch(batchId);
  return { ...batch, items: items.map(({ reviewed, ...item }) => ({ ...item, ...reviewed })) };
}

/**
 * Locks a batch that can still be decided on.
 * @param expiredToo whether it may be past its time
 * @throws RollcallError `reclaim.not-found`, `reclaim.decided`, `reclaim.expired`
 */
export async function lockBatch(
  transaction: Transaction,
  siteId: number,
  batchId: string,
  expiredToo: boolean,
): Promise<LockedBatch> {
  const [batch] = await transaction.run<LockedBatch & { state: ReclaimSummary['state'] }>(sql`
    SELECT b.id, b.name, b.application_id AS "applicationId", a.name AS application, ${state} AS state, ${hash} AS hash
    FROM reclaim_batches b JOIN applications a ON a.site_id = b.site_id AND a.id = b.application_id
    WHERE b.site_id = ${siteId} AND b.id = ${requireBatchId(batchId)} FOR UPDATE OF b`);
  if (batch === undefined) throw noBatch(batchId);
  const { state: found, ...locked } = batch;
  if (found === 'applied' || found === 'discarded') {
    throw new RollcallError('conflict', 'reclaim.decided', `The batch ${batchId} was ${found} already.`);
  }
  if (found === 'expired' && !expiredToo) {
    const message = `The batch ${batchId} is older than RECLAIM_BATCH_DAYS; make another one.`;
    throw new RollcallError('conflict', 'reclaim.expired', message);
  }
  return locked;
}

/** @throws RollcallError `reclaim.not-found`, for text that no id can be */
export function requireBatchId(text: string): string {
  if (!isObjectId(text)) throw noBatch(text);
  return text;
}

function noBatch(id: string): RollcallError {
  return new RollcallError('not-found', 'reclaim.not-found', `There is no batch ${id.slice(0, 64)}.`);
}

const summary = sql`
  b.id, b.name, a.key AS application, b.days, ${state} AS state, b.created_at AS "createdAt",
  b.expires_at AS "expiresAt", b.decided_at AS "decidedAt", counted.people, counted.reclaimable, counted.reclaimed`;

function batches(siteId: number): Sql {
  return sql`
    reclaim_batches b
    JOIN applications a ON a.site_id = b.site_id AND a.id = b.application_id
    CROSS JOIN LATERAL (
      SELECT count(*)::integer AS people, (count(*) FILTER (WHERE (i.reviewed -> 'reclaimable')::boolean))::integer AS reclaimable,
        (count(*) FILTER (WHERE i.outcome = 'reclaimed'))::integer AS reclaimed
      FROM reclaim_items i WHERE i.site_id = b.site_id AND i.batch_id = b.id
    ) counted
    WHERE b.site_id = ${siteId}`;
}
