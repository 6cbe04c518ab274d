import { randomUUID } from 'node:crypto';
import { forgetOldRequests } from './api/index.js';
import type { Change } from './change/index.js';
import { analyzeGrown, type Database } from './database/index.js';
import { type Actor, foldObjectCounts, listSites } from './directory/index.js';
import { changeOver, dueApplications, forgetLicenceDays, recordLicenceDays } from './licensing/index.js';
import { createLifeCycle } from './life-cycle.js';
import { dropOldMonths, ensureLogPartitions, sealLog } from './log/index.js';
import { createMailer, forgetOldMails } from './mail/index.js';
import type { Services } from './services.js';
import { forgetOldSignUps } from './sign-ups/index.js';
import { createDeliverer, disableWebhook, tidyWebhooks } from './webhooks/index.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 86_400_000;

export interface Upkeep {
  /** Ends after what runs has ended. */
  stop(): Promise<void>;
}

/** What has to be done now and then, by any number of processes side by side. */
export function startUpkeep({
  config,
  database,
  change,
  clientTraits,
  secrets,
  logger,
}: Pick<Services, 'config' | 'database' | 'change' | 'clientTraits' | 'secrets' | 'logger'>): Upkeep {
  const deliverer = createDeliverer({
    database,
    secrets,
    settings: config.webhooks,
    async disable({ siteId, webhookId }, reason) {
      const actor = systemActor(siteId);
      const request = { action: 'webhook.disable', objectType: 'Webhook', objectId: webhookId } as const;
      await change.run(actor, request, () => disableWebhook(actor, webhookId, reason));
      logger.warn({ siteId, webhookId, reason }, 'a webhook is disabled');
    },
  });
  const mailer = createMailer({ database, secrets, settings: config.mail });
  const lifeCycle = createLifeCycle(database, change, config.directory.deletionGraceDays);
  const tasks = [
    repeat('folding the counts of objects', SECOND, () => foldObjectCounts(database)),
    repeat('taking statistics of grown tables', 2 * SECOND, () => analyzeGrown(database)),
    repeat('writing down what clients were seen to do', 10 * SECOND, () => clientTraits.flush()),
    repeat('changing licences over', 5 * SECOND, () => changeLicencesOver(database, change)),
    repeat('looking how licences are used', 10 * MINUTE, () => noteLicenceDays(database, config.licensing.historyDays)),
    repeat('delivering webhooks', SECOND, () => deliverer.tick()),
    repeat('tidying up after webhooks', 5 * MINUTE, () => tidyWebhooks(database, config.webhooks)),
    ...(mailer === undefined ? [] : [repeat('sending mails', SECOND, () => mailer.tick())]),
    repeat('forgetting old mails', 10 * MINUTE, () => forgetOldMails(database, config.mail.retentionDays)),
    repeat('forgetting old sign-ups', 10 * MINUTE, () => forgetOldSignUps(database, config.mail.retentionDays)),
    repeat('ending invitations', MINUTE, () => lifeCycle.endInvitations()),
    repeat('forgetting answers to programs', 10 * MINUTE, () =>
      forgetOldRequests(database, config.api.idempotencyHours),
    ),
    repeat('ending suspensions', MINUTE, () => lifeCycle.endSuspensions()),
    repeat('erasing what was deleted', 10 * MINUTE, () => lifeCycle.eraseExpired()),
    repeat('sealing the log', 10 * SECOND, () => sealLogs(database)),
    repeat("making the log's partitions", DAY, () => ensureLogPartitions(database)),
    repeat('dropping old months of the log', DAY, () =>
      dropOldMonths(database, config.log.retentionMonths, new Date()),
    ),
  ];
  return {
    async stop() {
      const mails = mailer?.stop();
      await Promise.all(tasks.map((stop) => stop()));
      await mails;
      // What is under way now is sent once more where it cannot be written down.
      await deliverer.stop().catch((error: unknown) => {
        logger.warn({ err: error }, 'what became of webhooks could not be written down');
      });
      // What was seen since the last time.
      await clientTraits.flush().catch((error: unknown) => {
        logger.warn({ err: error }, 'what clients were seen to do could not be written down');
      });
    },
  };

  function repeat(name: string, milliseconds: number, work: () => Promise<unknown>): () => Promise<void> {
    let running: Promise<void> | undefined;
    let failing = false;
    const run = async (): Promise<void> => {
      try {
        await work();
        if (failing) logger.info(`${name} works again`);
        failing = false;
      } catch (error) {
        // Once, until it works again: a database that is away for an hour would fill the log.
        if (!failing) logger.warn({ err: error }, `${name} failed and is tried again`);
        failing = true;
      }
    };
    const timer = setInterval(() => {
      running ??= run().finally(() => {
        running = undefined;
      });
    }, milliseconds);
    timer.unref();
    return async () => {
      clearInterval(timer);
      await running;
    };
  }
}

/** Puts the licences in force whose time has come, and moves on from those whose time is over. */
async function changeLicencesOver(database: Database, change: Change): Promise<void> {
  for (const { siteId, applicationId } of await dueApplications(database)) {
    const actor = systemActor(siteId);
    const request = { action: 'licence.change-over', objectType: 'Application', objectId: applicationId } as const;
    await change.run(actor, request, () => changeOver(actor, applicationId));
  }
}

async function sealLogs(database: Database): Promise<void> {
  for (const { id } of await listSites(database)) await sealLog(database, id);
}

async function noteLicenceDays(database: Database, historyDays: number): Promise<void> {
  const now = Date.now();
  for (const { id } of await listSites(database)) {
    await recordLicenceDays(database, id, new Date(now));
    await forgetLicenceDays(database, id, new Date(now - historyDays * DAY));
  }
}

function systemActor(siteId: number): Actor {
  return { siteId, source: 'system', connection: undefined, correlationId: randomUUID() };
}
