import { Registry } from 'prom-client';
import type { LockingCommand } from '../../src/directory/index.js';
import {
  approveRun,
  cancelRun,
  type GoogleConnection,
  isOver,
  type Run,
  type RunKey,
  readRun,
  rejectRun,
  startRun,
} from '../../src/google/index.js';
import { type Jobs, startJobs } from '../../src/jobs/index.js';
import { urlOf } from './cli.js';
import type { GoogleSync } from './google-sync.js';

/** What administrators do with runs, and processes that work on them. */
export interface GoogleJobs {
  /** Another process, as far as the database can tell. */
  startProcess(registry?: Registry): Promise<Jobs>;
  ask(kind: 'sync' | 'plan', connection?: GoogleConnection): Promise<RunKey>;
  approve(run: Pick<Run, 'id' | 'planHash'>, hash?: string): Promise<RunKey>;
  reject(run: Pick<Run, 'id'>): Promise<RunKey>;
  cancel(run: Pick<Run, 'id'>): Promise<RunKey>;
  read(run: Pick<Run, 'id'>): Promise<Run>;
  /** When a run is over, or as `is` says. */
  until(run: Pick<Run, 'id'>, is?: (run: Run) => boolean): Promise<Run>;
  /** Stops what was started. */
  close(): Promise<void>;
}

export function createGoogleJobs({ server, services, connection }: GoogleSync): GoogleJobs {
  const { database, change, siteId } = server;
  const started: Jobs[] = [];
  const run = (action: string, command: () => LockingCommand<RunKey>) =>
    change.run(server.actor(), { action, objectType: 'Connection' }, command);
  const read = ({ id }: Pick<Run, 'id'>) => readRun(database, siteId, id);
  return {
    read,
    async startProcess(registry = new Registry()) {
      const logger = { info: () => undefined, warn: () => undefined };
      const config = { ...services.config, server: server.config.server };
      const jobs = await startJobs({ ...services, config, logger, registry, databaseUrl: await urlOf(database) });
      started.push(jobs);
      return jobs;
    },
    ask: (kind, { name } = connection) => run(`google.${kind}`, () => startRun(server.actor(), name, kind)),
    approve: ({ id, planHash }, hash = planHash ?? '') =>
      run('google.approve', () => approveRun(server.actor(), id, hash)),
    reject: ({ id }) => run('google.reject', () => rejectRun(server.actor(), id)),
    cancel: ({ id }) => run('google.cancel', () => cancelRun(server.actor(), id)),
    async until(of, is = ({ state }) => isOver(state)) {
      for (;;) {
        const now = await read(of);
        if (is(now)) return now;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    async close() {
      await Promise.all(started.map((jobs) => jobs.stop()));
    },
  };
}
