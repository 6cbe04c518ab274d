import { z } from 'zod';
import type { Administration } from '../../administration/index.js';
import type { LockingCommand } from '../../directory/index.js';
import {
  createWebhook,
  disableWebhook,
  enableWebhook,
  findWebhook,
  listWebhooks,
  removeWebhook,
  rotateWebhookSecret,
} from '../../webhooks/index.js';
import { type PageLimits, pageOfAll, pageQuery, pageSchema } from '../paging.js';
import { type Route, route } from '../route.js';
import { NO_APPLICATION, nothing, problem } from '../shared/schemas.js';
import { webhook, webhookWithSecret } from './webhook-schemas.js';

const TAG = 'Webhooks';
const params = z.strictObject({ webhook: z.string().describe('The id of a webhook.') });
const NO_WEBHOOK = problem(404, 'webhook.not-found', 'There is no such webhook.');

/** Addresses of applications that are told who gets and loses access. */
export function webhookRoutes({ limits }: { readonly limits: PageLimits }): Route[] {
  return [
    route({
      method: 'GET',
      path: '/webhooks',
      id: 'listWebhooks',
      tag: TAG,
      summary: 'The webhooks of the site',
      description: 'By application.',
      permission: 'webhooks:read',
      log: null,
      params: nothing,
      query: z.strictObject(pageQuery(limits)),
      body: null,
      output: pageSchema(webhook),
      status: 200,
      problems: [],
      async run({ query }, { administration }) {
        const all = await listWebhooks(administration.database, administration.site.id);
        return pageOfAll(administration, { list: ['webhooks'], query }, all, (one) => `${one.application} ${one.id}`);
      },
    }),

    route({
      method: 'POST',
      path: '/webhooks',
      id: 'createWebhook',
      tag: TAG,
      summary: 'Tell an application from now on who gets, changes and loses access',
      description: 'The secret by which it verifies what it is told is in this answer alone.',
      permission: 'webhooks:write',
      log: 'webhook.create',
      params: nothing,
      query: nothing,
      body: z.strictObject({
        application: z.string().describe('A key.'),
        url: z.string().max(2000).describe('Where events are sent to, by https.'),
      }),
      output: webhookWithSecret,
      status: 201,
      problems: [
        NO_APPLICATION,
        problem(400, 'webhook.invalid-url', 'The URL is none that events can be sent to.'),
        problem(400, 'webhook.address-refused', 'The URL leads to an address that webhooks must not reach.'),
        problem(409, 'webhook.too-many', 'The application has WEBHOOKS_PER_APPLICATION webhooks already.'),
      ],
      async run({ body }, { administration }) {
        const { config, secrets, database, change, actor, site } = administration;
        const request = { action: 'webhook.create', objectType: 'Webhook' } as const;
        const { id, secret } = await change.run(actor, request, () =>
          createWebhook(actor, { secrets, settings: config.webhooks }, body),
        );
        return { ...(await findWebhook(database, site.id, id)), secret };
      },
    }),

    route({
      method: 'GET',
      path: '/webhooks/{webhook}',
      id: 'getWebhook',
      tag: TAG,
      summary: 'A webhook and how it does',
      description: 'Never its secret.',
      permission: 'webhooks:read',
      log: null,
      params,
      query: nothing,
      body: null,
      output: webhook,
      status: 200,
      problems: [NO_WEBHOOK],
      run: ({ params: { webhook: id } }, { administration: { database, site } }) => findWebhook(database, site.id, id),
    }),

    ...(
      [
        ['enable', 'Send events again, those that wait at once', ({ actor }, id) => enableWebhook(actor, id)],
        ['disable', 'Send nothing, and write nothing down', ({ actor }, id) => disableWebhook(actor, id, 'operator')],
      ] satisfies [string, string, (administration: Administration, id: string) => LockingCommand<void>][]
    ).map(([name, summary, command]) =>
      route({
        method: 'POST',
        path: `/webhooks/{webhook}/${name}`,
        id: `${name}Webhook`,
        tag: TAG,
        summary,
        description: 'A webhook also disables itself: `disabledReason` says why.',
        permission: 'webhooks:write',
        log: `webhook.${name}`,
        params,
        query: nothing,
        body: nothing,
        output: webhook,
        status: 200,
        problems: [NO_WEBHOOK],
        async run({ params: { webhook: id } }, { administration }) {
          const { database, change, actor, site } = administration;
          const request = { action: `webhook.${name}`, objectType: 'Webhook' } as const;
          await change.run(actor, request, () => command(administration, id));
          return findWebhook(database, site.id, id);
        },
      }),
    ),

    route({
      method: 'POST',
      path: '/webhooks/{webhook}/rotate-secret',
      id: 'rotateWebhookSecret',
      tag: TAG,
      summary: 'Make another secret',
      description: 'Events are signed with both for WEBHOOK_ROTATION_HOURS.',
      permission: 'webhooks:write',
      log: 'webhook.rotate-secret',
      params,
      query: nothing,
      body: nothing,
      output: webhookWithSecret,
      status: 200,
      problems: [NO_WEBHOOK],
      async run({ params: { webhook: wanted } }, { administration }) {
        const { config, secrets, database, change, actor, site } = administration;
        const request = { action: 'webhook.rotate-secret', objectType: 'Webhook' } as const;
        const { id, secret } = await change.run(actor, request, () =>
          rotateWebhookSecret(actor, { secrets, settings: config.webhooks }, wanted),
        );
        return { ...(await findWebhook(database, site.id, id)), secret };
      },
    }),

    route({
      method: 'DELETE',
      path: '/webhooks/{webhook}',
      id: 'removeWebhook',
      tag: TAG,
      summary: 'Remove a webhook with all that it was to be told',
      description: 'Nothing brings it back.',
      permission: 'webhooks:write',
      log: 'webhook.remove',
      params,
      query: nothing,
      body: null,
      output: null,
      status: 204,
      problems: [NO_WEBHOOK],
      async run({ params: { webhook: id } }, { administration: { change, actor } }) {
        const request = { action: 'webhook.remove', objectType: 'Webhook' } as const;
        await change.run(actor, request, () => removeWebhook(actor, id));
        return undefined;
      },
    }),
  ];
}
