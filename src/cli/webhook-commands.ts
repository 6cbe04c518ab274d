import { Option } from 'commander';
import type { Command } from '../directory/index.js';
import {
  type CreatedWebhook,
  createWebhook,
  type DeliveryState,
  disableWebhook,
  enableWebhook,
  findWebhook,
  listDeliveries,
  listWebhooks,
  removeWebhook,
  replayDeliveries,
  rotateWebhookSecret,
  sendTest,
  testWebhook,
} from '../webhooks/index.js';
import { count } from './output.js';
import { parseMoment } from './parse-moment.js';
import { parseCount } from './parse-number.js';
import { type Register, type Session, type SiteOptions, type SiteServices, siteCommand } from './session.js';
import { UsageError } from './usage-error.js';
import { deliveryTable, secretText, webhookFields, webhookTable } from './webhook-text.js';

interface DeliveryOptions extends SiteOptions {
  readonly state?: DeliveryState;
  readonly before?: string;
  readonly limit: number;
}

interface ReplayOptions extends SiteOptions {
  readonly delivery?: string;
  readonly failedSince?: Date | null;
}

/** `rollcall webhook create | list | show | enable | disable | rotate-secret | remove | test | deliveries | replay` */
export const webhookCommands: Register = (group, session) => {
  siteCommand(group, 'create', 'tell an application from now on who gets, changes and loses access')
    .argument('<application>', 'its key')
    .requiredOption('--url <url>', 'where events are sent to, by https')
    .action((application: string, options: SiteOptions & { url: string }) =>
      withSecret(session, 'webhook.create', options, ({ actor, secrets, config }) =>
        createWebhook(actor, { secrets, settings: config.webhooks }, { application, url: options.url }),
      ),
    );

  siteCommand(group, 'rotate-secret', 'make another secret; events are signed with both for a while')
    .argument('<webhook>', 'its id')
    .action((id: string, options: SiteOptions) =>
      withSecret(session, 'webhook.rotate-secret', options, ({ actor, secrets, config }) =>
        rotateWebhookSecret(actor, { secrets, settings: config.webhooks }, id),
      ),
    );

  siteCommand(group, 'list', 'list the webhooks of the site').action((options: SiteOptions) =>
    session.answerInSite(options, async ({ database, site }) => {
      const webhooks = await listWebhooks(database, site.id);
      return { json: webhooks, text: () => webhookTable(webhooks) };
    }),
  );

  siteCommand(group, 'show', 'show a webhook')
    .argument('<webhook>', 'its id')
    .action((id: string, options: SiteOptions) =>
      session.answerInSite(options, async (services) => answerWith(services, id)),
    );

  siteCommand(group, 'disable', 'send nothing to a webhook and write nothing down for it')
    .argument('<webhook>', 'its id')
    .action((id: string, options: SiteOptions) =>
      session.answerInSite(options, async (services) => {
        const { actor } = services;
        await run(services, 'webhook.disable', () => disableWebhook(actor, id, 'operator'));
        return answerWith(services, id);
      }),
    );

  siteCommand(group, 'enable', 'send events to a webhook again, those that wait at once')
    .argument('<webhook>', 'its id')
    .action((id: string, options: SiteOptions) =>
      session.answerInSite(options, async (services) => {
        await run(services, 'webhook.enable', () => enableWebhook(services.actor, id));
        return answerWith(services, id);
      }),
    );

  siteCommand(group, 'remove', 'remove a webhook with all that it was to be told')
    .argument('<webhook>', 'its id')
    .action((id: string, options: SiteOptions) =>
      session.answerInSite(options, async (services) => {
        await run(services, 'webhook.remove', () => removeWebhook(services.actor, id));
        return { json: { id, removed: true }, text: () => `Removed the webhook ${id}.` };
      }),
    );

  siteCommand(group, 'test', 'send a webhook.test once, now and from here')
    .argument('<webhook>', 'its id')
    .action((id: string, options: SiteOptions) => test(session, id, options));

  siteCommand(group, 'deliveries', 'list what a webhook was told or is to be told, the newest first')
    .argument('<webhook>', 'its id')
    .addOption(new Option('--state <state>', 'only these').choices(['pending', 'delivered', 'failed']))
    .option('--limit <number>', 'how many at most', parseCount(10_000), 50)
    .option('--before <id>', 'continue below this event: `next` of the answer before')
    .action((id: string, options: DeliveryOptions) => deliveries(session, id, options));

  siteCommand(group, 'replay', 'send events once more, under their ids')
    .argument('<webhook>', 'its id')
    .option('--delivery <id>', 'this one, delivered or failed')
    .option(
      '--failed-since <time>',
      'all that failed of what happened since 2027-01-31 or a time with zone',
      parseMoment,
    )
    .action((id: string, options: ReplayOptions) => replay(session, id, options));
};

function run<Result>({ change, actor }: SiteServices, action: string, command: () => Command<Result>): Promise<Result> {
  return change.run(actor, { action, objectType: 'Webhook' }, command);
}

async function answerWith({ database, site }: SiteServices, id: string) {
  const webhook = await findWebhook(database, site.id, id);
  return { json: webhook, text: () => webhookFields(webhook) };
}

function withSecret(
  session: Session,
  action: string,
  options: SiteOptions,
  command: (services: SiteServices) => Command<CreatedWebhook>,
): Promise<void> {
  return session.answerInSite(options, async (services) => {
    const { id, secret } = await run(services, action, () => command(services));
    const webhook = await findWebhook(services.database, services.site.id, id);
    return { json: { ...webhook, secret }, text: () => secretText(webhook, secret) };
  });
}

function test(session: Session, id: string, options: SiteOptions): Promise<void> {
  return session.answerInSite(options, async (services) => {
    const { database, secrets, config, actor } = services;
    const settings = config.webhooks;
    const claimed = await run(services, 'webhook.test', () => testWebhook(actor, id, settings));
    const result = await sendTest({ database, secrets, settings }, claimed);
    const text = result.delivered ? `Delivered: it answered ${result.status}.` : `Not delivered: ${result.error}.`;
    return { json: result, text: () => text };
  });
}

function deliveries(session: Session, webhookId: string, options: DeliveryOptions): Promise<void> {
  return session.answerInSite(options, async ({ database, site }) => {
    const { state, before, limit } = options;
    const found = await listDeliveries(database, site.id, { webhookId, state, before, limit: limit + 1 });
    const shown = found.slice(0, limit);
    const next = found.length > limit ? (shown.at(-1)?.id ?? null) : null;
    return { json: { deliveries: shown, next }, text: () => deliveryTable(shown, next) };
  });
}

async function replay(session: Session, id: string, options: ReplayOptions): Promise<void> {
  const { delivery, failedSince } = options;
  if ((delivery === undefined) === (failedSince === undefined || failedSince === null)) {
    throw new UsageError('say which events: --delivery <id>, or --failed-since <time>');
  }
  await session.answerInSite(options, async (services) => {
    const wanted = delivery === undefined ? { failedSince: failedSince as Date } : { deliveryId: delivery };
    const result = await run(services, 'webhook.replay', () => replayDeliveries(services.actor, id, wanted));
    return { json: result, text: () => `${count(result.replayed, 'event')} will be sent once more.` };
  });
}
