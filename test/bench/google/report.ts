import type { SyncMeasured } from './measure-sync.ts';
import type { ReadFigures } from './read-process.ts';
import type { WorkspaceSize } from './workspace.ts';

/** Everything that was measured with one Workspace. */
export interface SizeMeasured {
  readonly size: WorkspaceSize;
  readonly read: ReadFigures;
  /** Seconds of bare inserts of as many users, groups and memberships. */
  readonly bareInserts: number;
  readonly runs: readonly SyncMeasured[];
}

/** What the design allows at full size; the first run beyond what the rate alone takes. */
const BUDGETS = { firstRunSeconds: 120, unchangedDatabaseSeconds: 5, megabytes: 500, growth: 2.5 };

export const UNCHANGED = 'unchanged';
export const FIRST = 'first';

/** The report of one Workspace, in Markdown. @param rate requests in 60 seconds */
export function sizeReport({ size, read, bareInserts, runs }: SizeMeasured, rate: number): string {
  const { users, groups, memberships } = size;
  const rows = runs.map((run) => {
    const { requests, floor, beyond } = beyondFloor(run, rate);
    const [walk, plan, apply] = ['walking', 'planning', 'applying'].map((name) => phaseOf(run, name));
    return [
      run.title,
      ...[walk, plan, apply].map((phase) => phase?.seconds.toFixed(1) ?? ''),
      String(requests),
      floor.toFixed(1),
      beyond.toFixed(1),
      databaseSeconds(run).toFixed(1),
      run.databaseCpu?.toFixed(1) ?? '',
      run.cpu.toFixed(1),
      String(run.megabytes),
      String(run.written.directory),
      String(run.written.memory),
      String(run.logEntries),
    ];
  });
  const head = [
    ...['run', 'walk s', 'plan s', 'apply s', 'requests', 'floor s', 'beyond s', 'statements s', 'database CPU s'],
    ...['own CPU s', 'RSS MB', 'directory rows', 'memory rows', 'log entries'],
  ];
  const ceiling =
    `reading alone: ${read.seconds.toFixed(1)} s for ${read.requests} requests, ${read.cpu.toFixed(1)} s CPU, ` +
    `${read.megabytes} MB; bare inserts of as many rows: ${bareInserts.toFixed(1)} s`;
  return [
    `${users} users, ${groups} groups, ${memberships} memberships, ${rate} requests a minute; ${ceiling}`,
    '',
    ...[head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`),
    '',
    ...verdicts(runs, rate),
  ].join('\n');
}

/** The report over all sizes: how the time of a run grows where everything is twice as much. */
export function growthReport(measured: readonly SizeMeasured[], rate: number): string[] {
  return measured.slice(1).flatMap((larger, index) => {
    const smaller = measured[index];
    if (smaller === undefined) return [];
    const factor = larger.size.users / smaller.size.users;
    return larger.runs.flatMap((run, position) => {
      const other = smaller.runs[position];
      if (other === undefined) return [];
      const ratios = [
        ['beyond the floor', beyondFloor(run, rate).beyond / beyondFloor(other, rate).beyond],
        ['CPU', cpuOf(run) / cpuOf(other)],
      ] as const;
      const shown = ratios.map(([name, ratio]) => `${name} × ${ratio.toFixed(2)}`).join(', ');
      const most = BUDGETS.growth * (factor / 2);
      const met = ratios.every(([, ratio]) => ratio < most) ? 'met' : '**missed**';
      return [`${run.title}: ${factor} × as much takes ${shown} (< ${most}: ${met})`];
    });
  });
}

function verdicts(runs: readonly SyncMeasured[], rate: number): string[] {
  const first = runs.find(({ title }) => title === FIRST);
  const unchanged = runs.find(({ title }) => title === UNCHANGED);
  if (first === undefined || unchanged === undefined) return [];
  const { beyond } = beyondFloor(first, rate);
  const { directory, tables } = unchanged.written;
  const megabytes = Math.max(...runs.map((run) => run.megabytes));
  const written = directory === 0 ? '' : ` (${[...tables].map(([name, rows]) => `${name} ${rows}`).join(', ')})`;
  const told = (text: string, met: boolean) => `* ${text}: ${met ? 'met' : '**missed**'}`;
  return [
    told(
      `first run ${beyond.toFixed(1)} s beyond the floor, < ${BUDGETS.firstRunSeconds}`,
      beyond < BUDGETS.firstRunSeconds,
    ),
    told(`unchanged run writes ${directory} rows${written}, 0`, directory + unchanged.logEntries === 0),
    told(
      `unchanged run ${databaseSeconds(unchanged).toFixed(1)} s of statements, < ${BUDGETS.unchangedDatabaseSeconds}`,
      databaseSeconds(unchanged) < BUDGETS.unchangedDatabaseSeconds,
    ),
    told(`RSS ${megabytes} MB at most, < ${BUDGETS.megabytes}`, megabytes < BUDGETS.megabytes),
  ];
}

function beyondFloor({ run, phases }: SyncMeasured, rate: number) {
  const requests = run.progress.requests ?? 0;
  const floor = (requests / rate) * 60;
  return { requests, floor, beyond: phases.reduce((sum, { seconds }) => sum + seconds, 0) - floor };
}

function databaseSeconds({ phases }: SyncMeasured): number {
  return phases.reduce((sum, phase) => sum + phase.databaseSeconds, 0);
}

function cpuOf({ cpu, databaseCpu = 0 }: SyncMeasured): number {
  return cpu + databaseCpu;
}

function phaseOf({ phases }: SyncMeasured, name: string) {
  return phases.find((phase) => phase.name === name);
}
