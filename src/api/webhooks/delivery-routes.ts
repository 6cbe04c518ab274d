import { z } from 'zod';
import { either } from '../../administration/index.js';
import { listDeliveries, replayDeliveries, sendTest, testWebhook } from '../../webhooks/index.js';
import { type PageLimits, pageOf, pageQuery, pageSchema } from '../paging.js';
import { type Route, route } from '../route.js';
import { moment, nothing, problem } from '../shared/schemas.js';
import { delivery, deliveryState } from './webhook-schemas.js';

const TAG = 'Webhooks';
const params = z.strictObject({ webhook: z.string().describe('The id of a webhook.') });
const NO_WEBHOOK = problem(404, 'webhook.not-found', 'There is no such webhook.');

/** What webhooks were told. */
export function deliveryRoutes({ limits }: { readonly limits: PageLimits }): Route[] {
  return [
    route({
      method: 'GET',
      path: '/webhooks/{webhook}/deliveries',
      id: 'listDeliveries',
      tag: TAG,
      summary: 'What a webhook was told or is to be told',
      description: 'The newest first.',
      permission: 'webhooks:read',
      log: null,
      params,
      query: z.strictObject({ state: deliveryState.optional(), ...pageQuery(limits) }),
      body: null,
      output: pageSchema(delivery),
      status: 200,
      problems: [NO_WEBHOOK],
      run({ params: { webhook: webhookId }, query }, { administration }) {
        const { database, site } = administration;
        return pageOf(
          administration,
          { list: ['deliveries', webhookId], query, position: z.uuid() },
          (before, limit) => listDeliveries(database, site.id, { webhookId, state: query.state, before, limit }),
          ({ id }) => id,
        );
      },
    }),

    route({
      method: 'POST',
      path: '/webhooks/{webhook}/replay',
      id: 'replayDeliveries',
      tag: TAG,
      summary: 'Send events once more, under their ids',
      description: 'One event, delivered or failed; or all that failed of what happened since a time.',
      permission: 'webhooks:write',
      log: 'webhook.replay',
      params,
      query: nothing,
      body: z
        .strictObject({ delivery: z.string().optional(), failedSince: moment.optional() })
        .refine((body) => either(body.delivery, body.failedSince), {
          error: 'names a delivery, or the time since which, and not both',
        }),
      output: z.strictObject({ replayed: z.int().describe('How many events.') }),
      status: 200,
      problems: [
        NO_WEBHOOK,
        problem(404, 'webhook.no-delivery', 'The webhook has no such event that is delivered or failed.'),
        problem(409, 'webhook.disabled', 'The webhook is disabled.'),
      ],
      run({ params: { webhook: id }, body }, { administration: { change, actor } }) {
        const { delivery: deliveryId = '', failedSince } = body;
        const wanted = failedSince === undefined ? { deliveryId } : { failedSince: new Date(failedSince) };
        const request = { action: 'webhook.replay', objectType: 'Webhook' } as const;
        return change.run(actor, request, () => replayDeliveries(actor, id, wanted));
      },
    }),

    route({
      method: 'POST',
      path: '/webhooks/{webhook}/test',
      id: 'testWebhook',
      tag: TAG,
      summary: 'Send a `webhook.test` once, now',
      description: 'Also to one that is disabled. 200 also where it did not arrive: `delivered` says so.',
      permission: 'webhooks:write',
      log: 'webhook.test',
      params,
      query: nothing,
      body: nothing,
      output: z.strictObject({
        id: z.uuid(),
        delivered: z.boolean(),
        status: z.int().nullable().describe('Of its answer; null: there was none.'),
        error: z.string().nullable(),
      }),
      status: 200,
      problems: [NO_WEBHOOK],
      async run({ params: { webhook: id } }, { administration }) {
        const { config, database, secrets, change, actor } = administration;
        const settings = config.webhooks;
        const request = { action: 'webhook.test', objectType: 'Webhook' } as const;
        const claimed = await change.run(actor, request, () => testWebhook(actor, id, settings));
        const { status, error, ...result } = await sendTest({ database, secrets, settings }, claimed);
        return { ...result, status: status ?? null, error: error ?? null };
      },
    }),
  ];
}
