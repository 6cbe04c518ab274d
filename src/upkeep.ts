import { randomUUID } from 'node:crypto';
import type { Change } from './change/index.js';
import { analyzeGrown, type Database } from './database/index.js';
import { foldObjectCounts } from './directory/index.js';
import { changeOver, dueApplications } from './licensing/index.js';
import { ensureLogPartitions } from './log/index.js';
import type { Services } from './services.js';

const SECOND = 1000;
const DAY = 86_400_000;

export interface Upkeep {
  /** Ends after what runs has ended. */
  stop(): Promise<void>;
}

/** What has to be done now and then, by any number of processes side by side. */
export function startUpkeep({
  database,
  change,
  clientTraits,
  logger,
}: Pick<Services, 'database' | 'change' | 'clientTraits' | 'logger'>): Upkeep {
  const tasks = [
    repeat('folding the counts of objects', SECOND, () => foldObjectCounts(database)),
    repeat('taking statistics of grown tables', 2 * SECOND, () => analyzeGrown(database)),
    repeat('writing down what clients were seen to do', 10 * SECOND, () => clientTraits.flush()),
    repeat('changing licences over', 5 * SECOND, () => changeLicencesOver(database, change)),
    repeat("making the log's partitions", DAY, () => ensureLogPartitions(database)),
  ];
  return {
    async stop() {
      await Promise.all(tasks.map((stop) => stop()));
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
    const actor = { siteId, source: 'system', connection: undefined, correlationId: randomUUID() } as const;
    const request = { action: 'licence.change-over', objectType: 'Application', objectId: applicationId } as const;
    await change.run(actor, request, () => changeOver(actor, applicationId));
  }
}
