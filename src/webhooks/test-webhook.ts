import { type Database, sql } from '../database/index.js';
import { type Actor, type LockingCommand, newObjectId } from '../directory/index.js';
import type { Secrets } from '../secrets/index.js';
import { createAddressGuard } from './delivery/address-guard.js';
import { attemptDelivery } from './delivery/attempt.js';
import { type Claimed, lease } from './delivery/claim.js';
import { leaseMilliseconds } from './delivery/create-deliverer.js';
import { createPoster } from './delivery/post.js';
import { recordAttempts } from './delivery/record.js';
import type { WebhookSettings } from './webhook.js';
import { onWebhook } from './webhook-commands.js';

/**
 * Writes a `webhook.test` down for a webhook, also a disabled one, leased to whoever asks: `sendTest` sends it.
 * @throws RollcallError `webhook.not-found`
 */
export function testWebhook(actor: Actor, id: string, settings: WebhookSettings): LockingCommand<Claimed> {
  return onWebhook(actor, 'webhook.test', id, async (_webhook, transaction) => {
    const deliveryId = newObjectId();
    await transaction.run(sql`
      INSERT INTO webhook_deliveries (site_id, webhook_id, id, type)
      VALUES (${actor.siteId}, ${id}, ${deliveryId}, 'webhook.test')`);
    const made = sql`(SELECT ${actor.siteId}::integer AS site_id, ${id}::uuid AS webhook_id, ${deliveryId}::uuid AS id)`;
    const [claimed] = await transaction.run<Claimed>(lease(made, leaseMilliseconds(settings)));
    if (claimed === undefined) throw new Error('The event that was just made must be there');
    return { result: claimed, changed: [{ attribute: 'test', old: undefined, new: deliveryId }], writes: [] };
  });
}

export interface TestResult {
  readonly id: string;
  readonly delivered: boolean;
  /** The HTTP status; undefined where there was no answer. */
  readonly status: number | undefined;
  readonly error: string | undefined;
}

/** Sends the event of `testWebhook` once and writes down what came of it. */
export async function sendTest(
  { database, secrets, settings }: { database: Database; secrets: Secrets; settings: WebhookSettings },
  claimed: Claimed,
): Promise<TestResult> {
  const poster = createPoster(createAddressGuard(settings), settings);
  try {
    const attempt = await attemptDelivery({ secrets, poster }, claimed, new AbortController().signal);
    await recordAttempts(database, [attempt], settings);
    const { outcome, status, error } = attempt;
    return { id: claimed.id, delivered: outcome === 'delivered', status, error };
  } finally {
    poster.close();
  }
}
