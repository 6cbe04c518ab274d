import { PgBoss } from 'pg-boss';
import type { Registry } from 'prom-client';
import type { Config } from '../config/index.js';
import { RollcallError } from '../errors/index.js';
import {
  executeRun,
  expireApprovals,
  findWaitingRuns,
  forgetOldRuns,
  hearOfChanges,
  type RunKey,
  type RunServices,
  requestDueRuns,
  requestRefreshes,
  watchStaleness,
} from '../google/index.js';
import { createRunMetrics } from './run-metrics.js';

export interface JobDependencies extends Omit<RunServices, 'logger' | 'config' | 'onRequests'> {
  readonly config: Pick<Config, 'google' | 'licensing' | 'server'>;
  /** Of the database that everything else is in. */
  readonly databaseUrl: string;
  readonly logger: Logger;
  /** Where figures about runs are put. */
  readonly registry: Registry;
}

interface Logger {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

export interface Jobs {
  /** Lets go of what is at work, for another process to go on with. */
  stop(): Promise<void>;
}

/** Seconds. */
const HOUR = 3600;
const DAY = 24 * HOUR;

/** Its tables lie beside ours and are no business of our migrations. */
const SCHEMA = 'rollcall_jobs';

/** One for LISTEN and a few for everything else: the work itself is done on the server's own pools. */
const POOL_SIZE = 4;

/** For jobs that end as soon as they hear of it: an executing run does within a heartbeat. */
const STOP_MILLISECONDS = 10_000;

/** How often runs that wait are looked for: those that another process asked for, or began and left. */
const LOOK_MILLISECONDS = 1000;

/** What fails is looked for again in our own tables. Jobs that are over are of interest to nobody for long. */
const ONCE = { notify: true, retryLimit: 0, deleteAfterSeconds: HOUR } as const;

const RUNS = 'google-run';
const STALENESS = 'google-staleness';

/**
 * Starts the jobs of this process, any number of processes side by side. What is to be done stands in our own tables; the
 * queues say who does it and when.
 * @throws RollcallError `jobs.cannot-start`
 */
export async function startJobs(dependencies: JobDependencies): Promise<Jobs> {
  const { databaseUrl, logger, config, database, registry } = dependencies;
  const metrics = createRunMetrics(registry, database, config.google);
  const boss = new PgBoss({
    connectionString: databaseUrl,
    application_name: 'rollcall jobs',
    schema: SCHEMA,
    max: POOL_SIZE,
    useListenNotify: true,
  });
  let failing = false;
  const complain = (error: unknown) => {
    // Once, until it works again: a database that is away for an hour would fill the log.
    if (!failing) logger.warn({ err: error }, 'jobs fail and are tried again');
    failing = true;
  };
  boss.on('error', complain);
  await start(boss);
  const stopping = new AbortController();

  // One that is queued is not queued again. One that is active may have lost its process, and is no hindrance.
  await boss.createQueue(RUNS, { policy: 'short', ...ONCE, expireInSeconds: DAY });
  for (let worker = 0; worker < config.google.runsAtOnce; worker++) {
    await boss.work<RunKey>(RUNS, async (jobs) => {
      for (const { data } of jobs) await execute(data).catch(complain);
    });
  }

  const regular = createRegular(boss, complain);
  await regular('google-schedule', '* * * * *', async () => {
    if ((await requestDueRuns(database, config.google)) > 0) await dispatch();
  });
  await regular('google-changes', '* * * * *', () => hearOfChanges(dependencies, stopping.signal));
  await regular('google-approvals', '* * * * *', () => expireApprovals(database));
  await regular('google-retention', '17 * * * *', () => forgetOldRuns(database, config.google));
  await regular(STALENESS, '* * * * *', async () => {
    for (const { name, isStale, failures, ageSeconds } of await watchStaleness(dependencies)) {
      const message = isStale ? 'a Google connection is stale' : 'a Google connection is well again';
      logger.warn({ connection: name, failures, ageSeconds }, message);
    }
  });

  let looking: Promise<void> | undefined;
  const timer = setInterval(() => {
    looking ??= dispatch()
      .then(() => {
        failing = false;
      })
      .catch(complain)
      .finally(() => {
        looking = undefined;
      });
  }, LOOK_MILLISECONDS);
  timer.unref();

  return {
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await looking;
      await boss.stop({ graceful: true, timeout: STOP_MILLISECONDS });
    },
  };

  async function dispatch(): Promise<void> {
    await requestRefreshes(database, config.google);
    for (const run of await findWaitingRuns(database)) {
      await boss.send(RUNS, run, { singletonKey: run.id });
    }
  }

  async function execute(key: RunKey): Promise<void> {
    if (stopping.signal.aborted) return;
    const { siteId, connectionId, id } = key;
    const run = await executeRun({ ...dependencies, onRequests: metrics.onRequests }, key, stopping.signal);
    if (run === undefined || stopping.signal.aborted) return;
    const { state, error } = run;
    metrics.onRun(run);
    logger[state === 'failed' ? 'warn' : 'info'](
      { siteId, connectionId, runId: id, state, error },
      'a Google run ended',
    );
    await boss.send(STALENESS);
  }
}

/** Work at fixed times, by one process at a time and never twice in a queue. */
function createRegular(boss: PgBoss, complain: (error: unknown) => void) {
  return async (queue: string, cron: string, work: () => Promise<unknown>): Promise<void> => {
    await boss.createQueue(queue, { policy: 'stately', ...ONCE, expireInSeconds: HOUR });
    await boss.work(queue, async () => void (await work().catch(complain)));
    await boss.schedule(queue, cron);
  };
}

async function start(boss: PgBoss): Promise<void> {
  try {
    await boss.start();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `The jobs cannot be started, which needs the schema ${SCHEMA} in the database: ${why}`;
    throw new RollcallError('misconfigured', 'jobs.cannot-start', message, {}, { cause: error });
  }
}
