import { type Database, type Sql, sql } from '../../database/index.js';
import type { Event } from './payload.js';

/** An event that this process is to send now, and nobody else until its lease ends. */
export interface Claimed extends Event {
  readonly siteId: number;
  readonly webhookId: string;
  readonly id: string;
  readonly lease: string;
  /** This one included, since it happened or was asked for again. */
  readonly attempts: number;
  readonly url: string;
  readonly secret: Buffer;
  /** Null once it no longer signs. */
  readonly previousSecret: Buffer | null;
  /** Attempts of the webhook that failed since one came through. */
  readonly failures: number;
}

export interface ClaimLimits {
  /** How many at most. */
  readonly most: number;
  /** How many of one webhook may be on their way at once, from all processes. */
  readonly ofOneWebhook: number;
  readonly leaseMilliseconds: number;
}

/**
 * Claims events whose time has come: of a webhook that fails one at a time, of a person never a later one before the
 * earlier is through. Which webhook comes first is left to chance, so that none can keep the others waiting.
 */
export function claimDue(
  database: Database,
  { most, ofOneWebhook, leaseMilliseconds }: ClaimLimits,
): Promise<Claimed[]> {
  const free = sql`(lease IS NULL OR leased_until <= now())`;
  return database.write<Claimed>(sql`
    WITH due AS MATERIALIZED (
      SELECT first.* FROM (
        SELECT site_id, id, failures FROM webhooks
        WHERE state = 'enabled' AND (paused_until IS NULL OR paused_until <= now()) ORDER BY random()
      ) w
      CROSS JOIN LATERAL (
        SELECT count(*) AS number FROM webhook_deliveries l
        WHERE l.site_id = w.site_id AND l.webhook_id = w.id AND l.lease IS NOT NULL AND l.leased_until > now()
      ) sending
      CROSS JOIN LATERAL (
        SELECT d.site_id, d.webhook_id, d.id FROM webhook_deliveries d
        WHERE d.site_id = w.site_id AND d.webhook_id = w.id AND d.state = 'pending' AND d.next_attempt_at <= now()
          AND ${free} AND NOT EXISTS (
            SELECT 1 FROM webhook_deliveries earlier
            WHERE earlier.site_id = d.site_id AND earlier.webhook_id = d.webhook_id AND earlier.user_id = d.user_id
              AND earlier.state = 'pending' AND earlier.sequence < d.sequence
          )
        ORDER BY d.next_attempt_at, d.sequence
        LIMIT greatest(0, CASE WHEN w.failures > 0 THEN 1 ELSE ${ofOneWebhook}::bigint END - sending.number)
        FOR UPDATE SKIP LOCKED
      ) first
      LIMIT ${most}
    )
    ${lease(sql`due`, leaseMilliseconds)}`);
}

/**
 * The statement that leases the deliveries of a table with site_id, webhook_id and id, and gives what is to be sent.
 * Its rows are those of Claimed.
 */
export function lease(chosen: Sql, leaseMilliseconds: number): Sql {
  return sql`
    UPDATE webhook_deliveries d SET lease = gen_random_uuid(), attempts = d.attempts + 1, last_attempt_at = now(),
      leased_until = now() + make_interval(secs => ${leaseMilliseconds / 1000})
    FROM ${chosen} chosen JOIN webhooks w ON w.site_id = chosen.site_id AND w.id = chosen.webhook_id
    WHERE d.site_id = chosen.site_id AND d.webhook_id = chosen.webhook_id AND d.id = chosen.id
    RETURNING d.site_id AS "siteId", d.webhook_id AS "webhookId", d.id, d.lease, d.attempts, d.type, d.sequence,
      d.occurred_at AS "occurredAt", w.application_key AS application, d.user_id AS "userId",
      d.user_name AS "userName", d.role_before AS "roleBefore", d.role_after AS "roleAfter", d.reason, d.action,
      w.url, w.secret, CASE WHEN w.previous_secret_until > now() THEN w.previous_secret END AS "previousSecret",
      w.failures`;
}
