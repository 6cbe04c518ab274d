import { type Database, type Sql, sql } from '../database/index.js';
import type { WebhookSettings } from './webhook.js';

type TidySettings = Pick<WebhookSettings, 'retryHours' | 'retentionDays' | 'failedRetentionDays'>;

/** So many rows go at once: more would hold back what vacuum may take away. */
const AT_ONCE = 10_000;

/**
 * Gives up what nobody could send in its time (its webhook is disabled or paused), forgets what was kept long enough,
 * former secrets, and webhooks whose application is gone once they have been told of it. Any number of processes may
 * do this side by side.
 */
export async function tidyWebhooks(database: Database, settings: TidySettings): Promise<void> {
  await database.write(sql`
    UPDATE webhook_deliveries d SET state = 'failed', finished_at = now(), lease = NULL, leased_until = NULL,
      last_error = coalesce(last_error, 'its time was over before it could be sent')
    FROM webhooks w
    WHERE (w.state = 'disabled' OR w.failing_since IS NOT NULL) AND d.site_id = w.site_id AND d.webhook_id = w.id
      AND d.state = 'pending' AND d.trying_since < now() - make_interval(hours => ${settings.retryHours})
      -- the last attempt comes when the time is over: one that can be made is left to it
      AND (w.state = 'disabled' OR d.next_attempt_at < now() - interval '1 hour')
      AND (d.lease IS NULL OR d.leased_until < now())`);
  await forget(database, sql`d.state = 'delivered' AND ${olderThan(settings.retentionDays)}`);
  await forget(database, sql`d.state = 'failed' AND ${olderThan(settings.failedRetentionDays)}`);
  await database.write(sql`
    UPDATE webhooks SET previous_secret = NULL, previous_secret_until = NULL WHERE previous_secret_until <= now()`);
  await database.write(sql`
    WITH gone AS (
      DELETE FROM webhooks w
      WHERE NOT EXISTS (SELECT 1 FROM applications a WHERE a.site_id = w.site_id AND a.id = w.application_id)
        AND NOT EXISTS (
          SELECT 1 FROM webhook_deliveries d
          WHERE d.site_id = w.site_id AND d.webhook_id = w.id AND d.state <> 'delivered')
      RETURNING w.site_id, w.id
    )
    DELETE FROM webhook_deliveries d USING gone g WHERE d.site_id = g.site_id AND d.webhook_id = g.id`);
}

/** The names of people who are erased, in what webhooks were told of them or still are to be. */
export function forgetNames(siteId: number, userIds: readonly string[]): Sql {
  return sql`
    UPDATE webhook_deliveries SET user_name = NULL WHERE site_id = ${siteId} AND user_id = ANY (${userIds}::uuid[])`;
}

function olderThan(days: number): Sql {
  return sql`d.finished_at < now() - make_interval(days => ${days})`;
}

async function forget(database: Database, which: Sql): Promise<void> {
  for (;;) {
    const forgotten = await database.write(sql`
      WITH old AS (
        SELECT due.* FROM webhooks w CROSS JOIN LATERAL (
          SELECT d.site_id, d.webhook_id, d.id FROM webhook_deliveries d
          WHERE d.site_id = w.site_id AND d.webhook_id = w.id AND ${which} LIMIT ${AT_ONCE}
        ) due LIMIT ${AT_ONCE}
      )
      DELETE FROM webhook_deliveries d USING old
      WHERE d.site_id = old.site_id AND d.webhook_id = old.webhook_id AND d.id = old.id AND d.state <> 'pending'
      RETURNING 1`);
    if (forgotten.length < AT_ONCE) return;
  }
}
