import { type Database, sql } from '../database/index.js';
import { isObjectId } from '../directory/index.js';
import { RollcallError } from '../errors/index.js';
import type { DeliveryState, Webhook } from './webhook.js';

/**
 * The webhooks of a site by application; `failed` counts what is kept of those that were given up. Not from a replica:
 * one that lags would not know the webhook whose secret is to be shown this once.
 */
export function listWebhooks(database: Database, siteId: number): Promise<Webhook[]> {
  return database.write<Webhook>(sql`
    SELECT w.id, w.application_key AS application, w.url, w.state, w.disabled_reason AS "disabledReason",
      CASE WHEN w.previous_secret_until > now() THEN w.previous_secret_until END AS "previousSecretUntil",
      w.failing_since AS "failingSince", CASE WHEN w.paused_until > now() THEN w.paused_until END AS "pausedUntil",
      w.created_at AS "createdAt", ${number('pending')} AS pending, ${number('failed')} AS failed
    FROM webhooks w WHERE w.site_id = ${siteId} ORDER BY w.application_key, w.id`);
}

/** @throws RollcallError `webhook.not-found` */
export async function findWebhook(database: Database, siteId: number, id: string): Promise<Webhook> {
  const webhook = (await listWebhooks(database, siteId)).find((candidate) => candidate.id === id);
  if (webhook === undefined) throw webhookNotFound(id);
  return webhook;
}

export function webhookNotFound(id: string): RollcallError {
  return new RollcallError('not-found', 'webhook.not-found', `There is no webhook "${id}"; see: rollcall webhook list`);
}

function number(state: DeliveryState) {
  return sql`(
    SELECT count(*) FROM webhook_deliveries d
    WHERE d.site_id = w.site_id AND d.webhook_id = w.id AND d.state = ${state})`;
}

/** An event for a webhook, and what became of it. */
export interface Delivery {
  readonly id: string;
  readonly sequence: number;
  readonly type: string;
  readonly occurredAt: Date;
  readonly userId: string | null;
  readonly userName: string | null;
  readonly roleBefore: string | null;
  readonly roleAfter: string | null;
  readonly reason: string | null;
  readonly action: string | null;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly lastAttemptAt: Date | null;
  /** The HTTP status of the last answer; null where there was none. */
  readonly lastStatus: number | null;
  readonly lastError: string | null;
  /** Null once it is delivered or given up. */
  readonly nextAttemptAt: Date | null;
  readonly finishedAt: Date | null;
}

export interface DeliveryFilter {
  readonly webhookId: string;
  readonly state?: DeliveryState | undefined;
  /** Continue below this one. */
  readonly before?: string | undefined;
  readonly limit: number;
}

/** Events of a webhook, the newest first, page by page by key. @throws RollcallError `webhook.not-found` */
export async function listDeliveries(
  database: Database,
  siteId: number,
  { webhookId, state, before, limit }: DeliveryFilter,
): Promise<Delivery[]> {
  const { id } = await findWebhook(database, siteId, webhookId);
  const ofState = state === undefined ? sql`TRUE` : sql`state = ${state}`;
  const below = before !== undefined && isObjectId(before) ? sql`id < ${before}::uuid` : sql`TRUE`;
  return database.write<Delivery>(sql`
    SELECT id, sequence, type, occurred_at AS "occurredAt", user_id AS "userId", user_name AS "userName",
      role_before AS "roleBefore", role_after AS "roleAfter", reason, action, state, attempts,
      last_attempt_at AS "lastAttemptAt", last_status AS "lastStatus", last_error AS "lastError",
      CASE WHEN state = 'pending' THEN next_attempt_at END AS "nextAttemptAt", finished_at AS "finishedAt"
    FROM webhook_deliveries
    WHERE site_id = ${siteId} AND webhook_id = ${id} AND ${ofState} AND ${below}
    ORDER BY id DESC LIMIT ${limit}`);
}
