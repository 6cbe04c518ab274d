import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { query } from '../bench-database.ts';
import { runOnce } from '../child-processes.ts';
import { postgresCpu } from './postgres-cpu.ts';
import type { StatementTimes } from './statement-times.ts';
import type { SyncFigures, SyncOrder } from './sync-process.ts';
import { type Written, writtenBetween, writtenRows } from './written-rows.ts';

export interface Phase {
  readonly name: string;
  readonly seconds: number;
  readonly databaseSeconds: number;
}

/** What one run took and did. */
export interface SyncMeasured extends SyncFigures {
  readonly title: string;
  readonly phases: readonly Phase[];
  readonly written: Written;
  readonly logEntries: number;
  /** Seconds of CPU of PostgreSQL. */
  readonly databaseCpu: number | undefined;
}

export interface SyncWorld {
  readonly order: SyncOrder;
  readonly environment: Readonly<Record<string, string>>;
  readonly times: StatementTimes;
}

/** A run from beginning to end, by a process of its own. @throws Error where it does not complete */
export async function measureSync(title: string, { order, environment, times }: SyncWorld): Promise<SyncMeasured> {
  const { url } = order;
  const [rows, entries, cpu] = [await writtenRows(url), await logEntries(url), await postgresCpu(url)];
  await times.reset();
  let over = false;
  const work = runOnce(new URL('sync-process.ts', import.meta.url), {
    ...environment,
    BENCH_GOOGLE: JSON.stringify(order),
  }).finally(() => {
    over = true;
  });
  const [figures, phases] = await Promise.all([work, watchPhases(url, times, () => over)]);
  const measured: SyncMeasured = {
    title,
    ...(figures as SyncFigures),
    phases,
    written: writtenBetween(rows, await writtenRows(url)),
    logEntries: (await logEntries(url)) - entries,
    databaseCpu: cpu === undefined ? undefined : ((await postgresCpu(url)) ?? 0) - cpu,
  };
  const { state, error } = measured.run;
  if (state !== 'completed' && state !== 'awaiting-approval') {
    throw new Error(`The ${title} run ended ${state}: ${error?.text}`);
  }
  return measured;
}

const LOOK_MILLISECONDS = 50;

/** What the run says of itself; what happens between two looks belongs to the phase before. */
async function watchPhases(url: string, times: StatementTimes, isOver: () => boolean): Promise<Phase[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const phases: Phase[] = [];
  let current: { name: string; started: number; databaseSeconds: number } | undefined;
  try {
    for (;;) {
      const over = isOver();
      const { rows } = await client.query('SELECT state FROM google_runs ORDER BY id DESC LIMIT 1');
      const name: string = over ? 'over' : (rows[0]?.state ?? 'queued');
      const isNext = ['walking', 'planning', 'applying', 'over'].includes(name) && name !== current?.name;
      if (isNext) {
        const [now, databaseSeconds] = [performance.now(), await times.seconds()];
        if (current !== undefined) {
          phases.push({
            name: current.name,
            seconds: (now - current.started) / 1000,
            databaseSeconds: databaseSeconds - current.databaseSeconds,
          });
        }
        current = { name, started: now, databaseSeconds };
      }
      if (over) return phases;
      await wait(LOOK_MILLISECONDS);
    }
  } finally {
    await client.end();
  }
}

async function logEntries(url: string): Promise<number> {
  const [row] = await query<{ count: string }>(url, 'SELECT count(*) FROM log_entries');
  return Number(row?.count);
}
