import { type Database, sql } from '../../database/index.js';
import type { WebhookSettings } from '../webhook.js';
import type { Attempt } from './attempt.js';
import { backOff } from './back-off.js';

type RecordSettings = Pick<
  WebhookSettings,
  'retryFirstMilliseconds' | 'retryLongestSeconds' | 'retryHours' | 'disableAfterDays'
>;

/** A webhook to which nothing came through for so long that it is to be disabled. */
export interface FailingWebhook {
  readonly siteId: number;
  readonly webhookId: string;
}

/** Even one that has been away for a day is asked this often, since one request costs little. */
const LONGEST_PAUSE = 600_000;

/**
 * Writes down what became of attempts, all in one statement. An attempt whose lease has passed to another process
 * changes nothing: what that one finds out counts. Repeated after a deadlock, for two processes may meet at the row
 * of a webhook.
 */
export function recordAttempts(
  database: Database,
  attempts: readonly Attempt[],
  settings: RecordSettings,
  random: () => number = Math.random,
): Promise<FailingWebhook[]> {
  const waits = attempts.map(({ claimed, retryAfter = 0 }) =>
    Math.max(retryAfter, backOff(settings, claimed.attempts, random())),
  );
  const pauses = attempts.map(({ claimed }) =>
    Math.min(LONGEST_PAUSE, backOff(settings, claimed.failures + 1, random())),
  );
  const statement = sql`
    WITH attempt AS (
      SELECT * FROM unnest(${attempts.map(({ claimed }) => claimed.siteId)}::integer[],
        ${attempts.map(({ claimed }) => claimed.webhookId)}::uuid[], ${attempts.map(({ claimed }) => claimed.id)}::uuid[],
        ${attempts.map(({ claimed }) => claimed.lease)}::uuid[], ${attempts.map(({ outcome }) => outcome)}::text[],
        ${attempts.map(({ status }) => status ?? null)}::integer[], ${attempts.map(({ error }) => error ?? null)}::text[],
        ${waits.map(seconds)}::float8[], ${pauses.map(seconds)}::float8[],
        ${attempts.map((one) => (one.retryAfter === undefined ? null : seconds(one.retryAfter)))}::float8[])
        AS attempt (site_id, webhook_id, id, lease, outcome, status, error, wait, pause, retry_after)
    ),
    recorded AS (
      UPDATE webhook_deliveries d SET lease = NULL, leased_until = NULL, last_status = a.status, last_error = a.error,
        state = ended.state, finished_at = CASE WHEN ended.state <> 'pending' THEN now() END,
        next_attempt_at = CASE
          WHEN a.outcome = 'interrupted' THEN now()
          -- The last attempt comes when the time is over, not before.
          ELSE least(now() + make_interval(secs => a.wait), greatest(now(), ended.gives_up_at)) END
      FROM attempt a
      JOIN webhook_deliveries e ON e.site_id = a.site_id AND e.webhook_id = a.webhook_id AND e.id = a.id
      CROSS JOIN LATERAL (SELECT e.trying_since + make_interval(hours => ${settings.retryHours}) AS gives_up_at) time
      CROSS JOIN LATERAL (
        SELECT time.gives_up_at, CASE
          WHEN a.outcome = 'delivered' THEN 'delivered'
          WHEN a.outcome = 'gone' OR (a.outcome = 'refused' AND time.gives_up_at <= now()) THEN 'failed'
          -- A test is for whoever waits for its answer, and is not sent again.
          WHEN e.type = 'webhook.test' THEN 'failed'
          ELSE 'pending' END AS state
      ) ended
      WHERE d.site_id = a.site_id AND d.webhook_id = a.webhook_id AND d.id = a.id AND d.lease = a.lease
      RETURNING a.site_id, a.webhook_id, a.outcome, a.pause, a.retry_after, d.type
    ),
    summary AS (
      SELECT site_id, webhook_id, bool_or(outcome = 'delivered') AS delivered, max(retry_after) AS retry_after,
        max(pause) AS pause, count(*) FILTER (WHERE outcome = 'refused' AND type <> 'webhook.test') AS refused
      FROM recorded GROUP BY site_id, webhook_id
    )
    UPDATE webhooks w SET
      failures = CASE WHEN s.delivered THEN 0 ELSE w.failures + 1 END,
      failing_since = CASE WHEN NOT s.delivered THEN coalesce(w.failing_since, now()) END,
      paused_until = CASE
        WHEN NOT s.delivered THEN now() + make_interval(secs => greatest(s.pause, s.retry_after))
        WHEN s.retry_after IS NOT NULL THEN now() + make_interval(secs => s.retry_after) END
    FROM summary s
    WHERE w.site_id = s.site_id AND w.id = s.webhook_id
      AND (s.refused > 0 OR (s.delivered AND w.failures > 0))
    RETURNING w.site_id AS "siteId", w.id AS "webhookId",
      w.state = 'enabled' AND coalesce(w.failing_since <= now() - make_interval(days => ${settings.disableAfterDays}),
        false) AS "isOverdue"`;
  return database.transaction(async (transaction) => {
    const webhooks = await transaction.run<FailingWebhook & { isOverdue: boolean }>(statement);
    return webhooks.filter(({ isOverdue }) => isOverdue).map(({ siteId, webhookId }) => ({ siteId, webhookId }));
  });
}

function seconds(milliseconds: number): number {
  return milliseconds / 1000;
}
