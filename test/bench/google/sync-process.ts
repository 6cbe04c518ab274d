// One run of the sync as a process of its own, so that its memory is that of the run, and so that the database has the
// figures of its sessions when it ends.
import {
  analyzeGrown,
  CORE_TYPES,
  createChange,
  createDirectoryDocuments,
  createSecrets,
  entities,
  executeRun,
  loadConfig,
  openDatabase,
  type Run,
  requestRun,
} from '../product.ts';
import { createPeak } from './peak.ts';
import { BENCH_SECRET } from './prepare.ts';

export interface SyncOrder {
  readonly url: string;
  readonly siteId: number;
  readonly connectionId: string;
}

export interface SyncFigures {
  readonly run: Pick<Run, 'state' | 'summary' | 'progress' | 'error' | 'warnings'>;
  readonly megabytes: number;
  /** Of this process, in seconds. */
  readonly cpu: number;
}

const { url, siteId, connectionId } = JSON.parse(process.env.BENCH_GOOGLE ?? '{}') as SyncOrder;
const config = loadConfig();
const { poolSize, readPoolSize } = config.database;
const database = await openDatabase({ url, poolSize, readPoolSize, entities });
const services = {
  config,
  database,
  change: createChange(database, config.licensing),
  secrets: createSecrets(BENCH_SECRET, undefined),
  documents: createDirectoryDocuments(CORE_TYPES, config.limits),
  logger: { warn: (details: object, message: string) => console.error(message, details) },
};
// As the server does beside everything else.
const upkeep = setInterval(() => void analyzeGrown(database), 2000);
const peak = createPeak();
const run = await executeRun(
  services,
  await requestRun(database, siteId, connectionId, 'sync', 'operator'),
  new AbortController().signal,
);
if (run === undefined) throw new Error('Another run is at work');
clearInterval(upkeep);
const { user, system } = process.cpuUsage();
const { state, summary, progress, error, warnings } = run;
const figures: SyncFigures = {
  run: { state, summary, progress, error, warnings },
  megabytes: peak.stop(),
  cpu: (user + system) / 1_000_000,
};
await database.close();
process.send?.(figures);
process.disconnect?.();
