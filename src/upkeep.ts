import { analyzeGrown } from './database/index.js';
import { foldObjectCounts } from './directory/index.js';
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
  clientTraits,
  logger,
}: Pick<Services, 'database' | 'clientTraits' | 'logger'>): Upkeep {
  const tasks = [
    repeat('folding the counts of objects', SECOND, () => foldObjectCounts(database)),
    repeat('taking statistics of grown tables', 2 * SECOND, () => analyzeGrown(database)),
    repeat('writing down what clients were seen to do', 10 * SECOND, () => clientTraits.flush()),
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
