import { type Database, type Sql, sql } from '../database/index.js';
import type { MailSettings } from './mail-settings.js';

/** A mail that this process is to send now, and nobody else until its lease ends. */
export interface ClaimedMail {
  readonly siteId: number;
  readonly id: string;
  readonly lease: string;
  readonly recipient: string;
  readonly content: Buffer;
}

/** What became of one attempt. `refused`: the recipient's server wants it from nobody, however often it comes. */
export interface MailAttempt {
  readonly claimed: ClaimedMail;
  readonly outcome: 'sent' | 'refused' | 'failed';
  /** In a few words; undefined where it was sent. */
  readonly error: string | undefined;
}

/** Claims mails whose time has come, the longest due first. */
export function claimMails(database: Database, most: number, leaseMilliseconds: number): Promise<ClaimedMail[]> {
  return database.write<ClaimedMail>(sql`
    WITH due AS MATERIALIZED (
      SELECT site_id, id FROM mails
      WHERE state = 'pending' AND next_attempt_at <= now() AND (lease IS NULL OR leased_until <= now())
      ORDER BY next_attempt_at LIMIT ${most} FOR UPDATE SKIP LOCKED
    )
    UPDATE mails m SET lease = gen_random_uuid(), attempts = m.attempts + 1,
      leased_until = now() + make_interval(secs => ${leaseMilliseconds / 1000})
    FROM due WHERE m.site_id = due.site_id AND m.id = due.id
    RETURNING m.site_id AS "siteId", m.id, m.lease, m.recipient, m.content`);
}

/**
 * Writes down what became of attempts. Waits grow twice as long each time, and up to a quarter less by chance, so that
 * what failed together does not come back together. Where the lease has passed to another process, that one's word
 * counts.
 */
export async function recordMails(
  database: Database,
  attempts: readonly MailAttempt[],
  { retryFirstMilliseconds, retryLongestSeconds, retryHours }: MailSettings,
): Promise<void> {
  if (attempts.length === 0) return;
  await database.write(sql`
    UPDATE mails m SET lease = NULL, leased_until = NULL, last_error = a.error, state = ended.state,
      finished_at = CASE WHEN ended.state <> 'pending' THEN now() END,
      content = CASE WHEN ended.state = 'pending' THEN m.content END,
      next_attempt_at = now() + make_interval(secs =>
        least(${retryFirstMilliseconds / 1000}::float8 * 2 ^ least(m.attempts - 1, 40), ${retryLongestSeconds}::float8)
        * (1 - random() / 4))
    FROM unnest(${attempts.map(({ claimed }) => claimed.siteId)}::integer[],
      ${attempts.map(({ claimed }) => claimed.id)}::uuid[], ${attempts.map(({ claimed }) => claimed.lease)}::uuid[],
      ${attempts.map(({ outcome }) => outcome)}::text[], ${attempts.map(({ error }) => error ?? null)}::text[])
      AS a (site_id, id, lease, outcome, error)
    JOIN mails e ON e.site_id = a.site_id AND e.id = a.id
    CROSS JOIN LATERAL (
      SELECT CASE
        WHEN a.outcome = 'sent' THEN 'sent'
        WHEN a.outcome = 'refused' OR e.created_at + make_interval(hours => ${retryHours}) <= now() THEN 'failed'
        ELSE 'pending' END AS state
    ) ended
    WHERE m.site_id = a.site_id AND m.id = a.id AND m.lease = a.lease`);
}

/** So many rows go at once: more would hold back what vacuum may take away. */
const AT_ONCE = 10_000;

/** Forgets mails that were sent, or given up, long enough ago. */
export async function forgetOldMails(database: Database, retentionDays: number): Promise<void> {
  for (;;) {
    const forgotten = await database.write(sql`
      WITH old AS (
        SELECT site_id, id FROM mails
        WHERE state <> 'pending' AND finished_at < now() - make_interval(days => ${retentionDays}) LIMIT ${AT_ONCE}
      )
      DELETE FROM mails m USING old WHERE m.site_id = old.site_id AND m.id = old.id RETURNING 1`);
    if (forgotten.length < AT_ONCE) return;
  }
}

/** What became of the last mail about somebody or something, as jsonb; NULL where there was none. */
export function lastMail(siteId: Sql, subjectId: Sql): Sql {
  return sql`(
    SELECT jsonb_build_object('state', m.state, 'attempts', m.attempts, 'error', m.last_error) FROM mails m
    WHERE m.site_id = ${siteId} AND m.subject_id = ${subjectId} ORDER BY m.created_at DESC LIMIT 1)`;
}
