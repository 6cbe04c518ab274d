import { sql } from '../database/index.js';
import { type Actor, isObjectId, type LockingCommand } from '../directory/index.js';
import { RollcallError } from '../errors/index.js';
import { onWebhook } from './webhook-commands.js';

/** One event, delivered or given up; or all that were given up of what happened since a time. */
export type ReplayWanted = { readonly deliveryId: string } | { readonly failedSince: Date };

/**
 * Sends events once more, under the same ids and in the order in which they happened. What is pending is left alone.
 * @returns how many
 * @throws RollcallError `webhook.not-found`, `webhook.disabled` (conflict), `webhook.no-delivery`
 */
export function replayDeliveries(
  actor: Actor,
  webhookId: string,
  wanted: ReplayWanted,
): LockingCommand<{ replayed: number }> {
  return onWebhook(actor, 'webhook.replay', webhookId, async ({ state }, transaction) => {
    if (state === 'disabled') {
      throw new RollcallError('conflict', 'webhook.disabled', 'The webhook is disabled; enable it before a replay.');
    }
    const which =
      'failedSince' in wanted
        ? sql`state = 'failed' AND type <> 'webhook.test' AND occurred_at >= ${wanted.failedSince}`
        : sql`state <> 'pending' AND id = ${isObjectId(wanted.deliveryId) ? wanted.deliveryId : null}::uuid`;
    const [counted] = await transaction.run<{ replayed: number }>(sql`
      WITH replayed AS (
        UPDATE webhook_deliveries SET state = 'pending', attempts = 0, next_attempt_at = now(), trying_since = now(),
          finished_at = NULL
        WHERE site_id = ${actor.siteId} AND webhook_id = ${webhookId} AND ${which} RETURNING 1
      )
      SELECT count(*) AS replayed FROM replayed`);
    const replayed = counted?.replayed ?? 0;
    if (replayed === 0 && 'deliveryId' in wanted) {
      const message = `The webhook has no delivered or failed event "${wanted.deliveryId}".`;
      throw new RollcallError('not-found', 'webhook.no-delivery', message);
    }
    const what = 'failedSince' in wanted ? wanted.failedSince : wanted.deliveryId;
    return {
      result: { replayed },
      changed: replayed === 0 ? [] : [{ attribute: 'replayed', old: undefined, new: { what, number: replayed } }],
      writes: [],
    };
  });
}
