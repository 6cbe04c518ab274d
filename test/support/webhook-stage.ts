import { loadConfig } from '../../src/config/index.js';
import { type Database, sql } from '../../src/database/index.js';
import type { Command } from '../../src/directory/index.js';
import {
  type CreatedWebhook,
  createDeliverer,
  createWebhook,
  type Deliverer,
  disableWebhook,
  type WebhookSettings,
} from '../../src/webhooks/index.js';
import type { ScimServer } from './scim-server.js';

export interface WebhookStage {
  readonly settings: WebhookSettings;
  run<Result>(command: Command<Result>): Promise<Result>;
  webhook(application: string, url: string): Promise<CreatedWebhook>;
  /** A process that delivers. */
  deliverer(different?: Partial<WebhookSettings>): Deliverer;
  /** Lets all that waits be due, as if time had gone by. */
  goBy(): Promise<void>;
  /** Ends the pauses of webhooks alone. */
  unpause(): Promise<void>;
}

type Wired = Pick<ScimServer, 'database' | 'change' | 'secrets' | 'actor'>;

/** Webhooks on a test's server, with retries that wait for nothing but `goBy`. */
export function createWebhookStage({ database, change, secrets, actor }: Wired): WebhookStage {
  const settings: WebhookSettings = { ...loadConfig().webhooks, allowHttpLoopback: true };
  const run: WebhookStage['run'] = (command) =>
    change.run(actor(), { action: command.action, objectType: command.objectType }, () => command);
  const unpause = async () => {
    await database.write(sql`UPDATE webhooks SET paused_until = NULL`);
  };
  return {
    settings,
    run,
    webhook: (application, url) => run(createWebhook(actor(), { secrets, settings }, { application, url })),
    deliverer: (different = {}) =>
      createDeliverer({
        database,
        secrets,
        settings: { ...settings, ...different },
        disable: ({ webhookId }, reason) => run(disableWebhook(actor(), webhookId, reason)),
      }),
    async goBy() {
      await database.write(sql`UPDATE webhook_deliveries SET next_attempt_at = now() WHERE state = 'pending'`);
      await unpause();
    },
    unpause,
  };
}

/** `type userName before -> after: reason by action` of what was written down, in the order in which it happened. */
export async function eventsOf(database: Database): Promise<string[]> {
  const rows = await database.write<{ event: string }>(sql`
    SELECT format('%s %s %s -> %s: %s by %s', type, user_name, coalesce(role_before, 'none'),
      coalesce(role_after, 'none'), reason, action) AS event
    FROM webhook_deliveries ORDER BY sequence`);
  return rows.map(({ event }) => event);
}
