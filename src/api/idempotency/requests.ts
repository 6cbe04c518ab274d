import { type Database, type Sql, sql } from '../../database/index.js';

/** A request under a key of its client. */
export interface KeyedRequest {
  readonly siteId: number;
  readonly tokenId: string;
  readonly key: string;
  /** Which of several tries it is. */
  readonly attempt: string;
  readonly hash: Buffer;
}

/** What is known of a request that came before under the same key. */
export interface FormerRequest {
  readonly hash: Buffer;
  /** Somebody may still be at it. */
  readonly underWay: boolean;
  /** Sealed; null while it is under way, and where it was lost. */
  readonly answer: Buffer | null;
}

/** After so long nobody can be at it any more: a statement is cut off long before. */
const LONGEST_ATTEMPT_SECONDS = 120;

const isRecent = sql`r.started_at >= now() - make_interval(secs => ${LONGEST_ATTEMPT_SECONDS})`;

/** Takes a key for an attempt, also from one that died before it changed anything. @returns what is in the way */
export async function takeKey(database: Database, request: KeyedRequest): Promise<FormerRequest | undefined> {
  const { siteId, tokenId, key, attempt, hash } = request;
  const taken = await database.write(sql`
    INSERT INTO api_requests AS r (site_id, token_id, key, attempt, request_hash)
    VALUES (${siteId}, ${tokenId}, ${key}, ${attempt}, ${hash})
    ON CONFLICT (site_id, token_id, key) DO UPDATE SET attempt = excluded.attempt, started_at = now()
      WHERE NOT r.done AND r.answer IS NULL AND r.request_hash = excluded.request_hash
        AND NOT ${isRecent}
    RETURNING 1`);
  if (taken.length > 0) return undefined;
  const [former] = await database.write<FormerRequest>(sql`
    SELECT request_hash AS hash, answer, ${isRecent} AS "underWay" FROM api_requests r
    WHERE site_id = ${siteId} AND token_id = ${tokenId} AND key = ${key}`);
  // It was given up between the two statements.
  return former ?? takeKey(database, request);
}

/** Rides in the transaction of the change. */
export function receiptOf(request: KeyedRequest): Sql {
  return sql`UPDATE api_requests SET done = true WHERE ${isOf(request)}`;
}

/** @param answer sealed */
export async function keepAnswer(database: Database, request: KeyedRequest, answer: Buffer): Promise<void> {
  await database.write(sql`UPDATE api_requests SET done = true, answer = ${answer} WHERE ${isOf(request)}`);
}

/** Nothing was changed: the key can be used again. */
export async function giveUp(database: Database, request: KeyedRequest): Promise<void> {
  await database.write(sql`DELETE FROM api_requests WHERE ${isOf(request)} AND NOT done`);
}

/** Forgets requests that are older than a client comes again. */
export async function forgetOldRequests(database: Database, hours: number): Promise<void> {
  await database.write(sql`DELETE FROM api_requests WHERE started_at < now() - make_interval(hours => ${hours})`);
}

function isOf({ siteId, tokenId, key, attempt }: KeyedRequest): Sql {
  return sql`site_id = ${siteId} AND token_id = ${tokenId} AND key = ${key} AND attempt = ${attempt}`;
}
