import { type Sql, sql, type Transaction } from '../database/index.js';
import { type Actor, type AttributeChange, isObjectId, type LockingCommand, newObjectId } from '../directory/index.js';
import { RollcallError } from '../errors/index.js';
import type { Secrets } from '../secrets/index.js';
import { createAddressGuard } from './delivery/address-guard.js';
import { webhookNotFound } from './read-webhooks.js';
import { newWebhookSecret } from './secret.js';
import type { DisabledReason, WebhookSettings } from './webhook.js';

export interface CreatedWebhook {
  readonly id: string;
  /** `whsec_…`; shown this once. */
  readonly secret: string;
}

export interface NewWebhook {
  /** The key of the application. */
  readonly application: string;
  readonly url: string;
}

/**
 * Tells an application of access from now on. Structural: whatever is running ends first, so that who reads all
 * access after this misses nothing.
 * @throws RollcallError `application.not-found`, `webhook.invalid-url`, `webhook.address-refused`, `webhook.too-many`
 */
export function createWebhook(
  actor: Actor,
  { secrets, settings }: { readonly secrets: Secrets; readonly settings: WebhookSettings },
  { application: key, url: text }: NewWebhook,
): LockingCommand<CreatedWebhook> {
  const { siteId } = actor;
  const url = createAddressGuard(settings).checkUrl(text).href;
  const id = newObjectId();
  return {
    action: 'webhook.create',
    objectType: 'Webhook',
    objectId: id,
    structure: 'exclusive',
    groupIds: [],
    userIds: [],
    async run(transaction) {
      const [application] = await transaction.run<{ id: string; webhooks: number }>(sql`
        SELECT a.id, (SELECT count(*) FROM webhooks w WHERE w.site_id = a.site_id AND w.application_id = a.id) AS webhooks
        FROM applications a WHERE a.site_id = ${siteId} AND a.key = ${key}`);
      if (application === undefined) {
        throw new RollcallError('not-found', 'application.not-found', `There is no application "${key}".`);
      }
      if (application.webhooks >= settings.perApplication) {
        const message = `"${key}" has ${application.webhooks} webhooks already (WEBHOOKS_PER_APPLICATION); remove one.`;
        throw new RollcallError('conflict', 'webhook.too-many', message);
      }
      const secret = newWebhookSecret(secrets, id);
      return {
        ...untouched(id, url),
        result: { id, secret: secret.text },
        changed: [
          { attribute: 'application', old: undefined, new: key },
          { attribute: 'url', old: undefined, new: url },
        ],
        writes: [
          sql`
            INSERT INTO webhooks (site_id, id, application_id, application_key, url, secret)
            VALUES (${siteId}, ${id}, ${application.id}, ${key}, ${url}, ${secret.sealed})`,
        ],
      };
    },
  };
}

/** Switches a webhook off: nothing is written down for it any more. @throws RollcallError `webhook.not-found` */
export function disableWebhook(actor: Actor, id: string, reason: DisabledReason): LockingCommand<void> {
  return onWebhook(actor, 'webhook.disable', id, async (webhook) => ({
    result: undefined,
    changed:
      webhook.state === 'disabled' ? [] : [{ attribute: 'state', old: webhook.state, new: `disabled: ${reason}` }],
    writes: [
      sql`
        UPDATE webhooks SET state = 'disabled', disabled_reason = ${reason}
        WHERE site_id = ${actor.siteId} AND id = ${id} AND state = 'enabled'`,
    ],
  }));
}

/**
 * Switches a webhook on, at once and with a clean slate. Structural, as `createWebhook` is.
 * @throws RollcallError `webhook.not-found`
 */
export function enableWebhook(actor: Actor, id: string): LockingCommand<void> {
  return {
    ...onWebhook(actor, 'webhook.enable', id, async (webhook) => ({
      result: undefined,
      changed: webhook.state === 'enabled' ? [] : [{ attribute: 'state', old: webhook.state, new: 'enabled' }],
      writes: [
        sql`
          UPDATE webhooks SET state = 'enabled', disabled_reason = NULL, failures = 0, failing_since = NULL,
            paused_until = NULL
          WHERE site_id = ${actor.siteId} AND id = ${id}`,
      ],
    })),
    structure: 'exclusive',
  };
}

/** Gives a webhook another secret; events are signed with both for a while. @throws RollcallError `webhook.not-found` */
export function rotateWebhookSecret(
  actor: Actor,
  { secrets, settings }: { readonly secrets: Secrets; readonly settings: Pick<WebhookSettings, 'rotationHours'> },
  id: string,
): LockingCommand<CreatedWebhook> {
  return onWebhook(actor, 'webhook.rotate-secret', id, async () => {
    const secret = newWebhookSecret(secrets, id);
    return {
      result: { id, secret: secret.text },
      changed: [{ attribute: 'secret', old: undefined, new: '(changed)' }],
      writes: [
        sql`
          UPDATE webhooks SET secret = ${secret.sealed}, previous_secret = secret,
            previous_secret_until = now() + make_interval(hours => ${settings.rotationHours})
          WHERE site_id = ${actor.siteId} AND id = ${id}`,
      ],
    };
  });
}

/** Removes a webhook with all that it was to be told. @throws RollcallError `webhook.not-found` */
export function removeWebhook(actor: Actor, id: string): LockingCommand<void> {
  return onWebhook(actor, 'webhook.remove', id, async ({ url }) => ({
    result: undefined,
    changed: [{ attribute: 'url', old: url, new: undefined }],
    writes: [
      sql`DELETE FROM webhooks WHERE site_id = ${actor.siteId} AND id = ${id}`,
      sql`DELETE FROM webhook_deliveries WHERE site_id = ${actor.siteId} AND webhook_id = ${id}`,
    ],
  }));
}

interface Row {
  readonly url: string;
  readonly state: 'enabled' | 'disabled';
}

interface WebhookChange<Result> {
  readonly result: Result;
  readonly changed: readonly AttributeChange[];
  readonly writes: readonly Sql[];
}

/** A command about one webhook, whose row it holds. */
export function onWebhook<Result>(
  actor: Actor,
  action: string,
  id: string,
  work: (webhook: Row, transaction: Transaction) => Promise<WebhookChange<Result>>,
): LockingCommand<Result> {
  if (!isObjectId(id)) throw webhookNotFound(id);
  return {
    action,
    objectType: 'Webhook',
    objectId: id,
    structure: 'none',
    groupIds: [],
    userIds: [],
    async run(transaction) {
      const [webhook] = await transaction.run<Row>(sql`
        SELECT url, state FROM webhooks WHERE site_id = ${actor.siteId} AND id = ${id} FOR UPDATE`);
      if (webhook === undefined) throw webhookNotFound(id);
      const change = await work(webhook, transaction);
      return { ...untouched(id, webhook.url), ...change, unchanged: change.changed.length === 0 };
    },
  };
}

function untouched(id: string, url: string) {
  return { objectId: id, objectName: url, subjects: [], affectedUserIds: [] };
}
