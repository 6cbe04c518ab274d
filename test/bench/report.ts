import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { comparisons } from './comparisons.ts';
import type { Measured } from './measure.ts';
import type { Timing } from './timing.ts';

const HEAD = ['operation', 'users', 'server/s', 'ceiling/s', 'ratio', 'budget', 'verdict', 'p50 ms', 'p95 ms'];

/** The whole run as a Markdown table. */
export function reportTable(measured: readonly Measured[], timings: readonly Timing[]): string {
  const rows = [...measured.map(measuredRow), ...timings.map(timingRow), ...comparisons(measured).map(comparisonRow)];
  return [HEAD, HEAD.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** test/bench/results/<date>.json @returns its path */
export async function writeResults(results: object): Promise<string> {
  const folder = join(import.meta.dirname, 'results');
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${new Date().toISOString().replace(/[:.]/g, '-')}.json`);
  await writeFile(path, `${JSON.stringify(results, null, 2)}\n`);
  return path;
}

function measuredRow({ line, size, server, ceilingPerSecond, ratio }: Measured): string[] {
  const { budget } = line;
  const rate = server.perSecond.toFixed(server.perSecond < 100 ? 1 : 0);
  const times = [server.p50.toFixed(2), server.p95.toFixed(2)];
  const ceiling = [ceilingPerSecond?.toFixed(0) ?? '', ratio?.toFixed(2) ?? ''];
  if (budget === undefined) return [line.title, String(size), rate, ...ceiling, '', '', ...times];
  const text = budget.kind === 'ratio' ? `≥ ${budget.least}` : `p95 < ${budget.below} ms`;
  const met = budget.kind === 'ratio' ? (ratio ?? 0) >= budget.least : server.p95 < budget.below;
  return [line.title, String(size), rate, ...ceiling, text, verdict(met), ...times];
}

function timingRow({ title, size, p50, p95, below }: Timing): string[] {
  const budget = below === undefined ? ['', ''] : [`p95 < ${below} ms`, verdict(p95 < below)];
  return [title, String(size), '', '', '', ...budget, p50.toFixed(1), p95.toFixed(1)];
}

function comparisonRow({ title, sizes, value, most }: ReturnType<typeof comparisons>[number]): string[] {
  return [title, sizes, '', '', value.toFixed(2), `≤ ${most}`, verdict(value <= most), '', ''];
}

function verdict(met: boolean): string {
  return met ? 'met' : '**missed**';
}
