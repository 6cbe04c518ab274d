import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
}

interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  /** Microseconds of the monotonic clock, which is the same in every process. */
  readonly startTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const HOTTEST = 25;

/** The functions that took the most time themselves between two moments, with their share of it. */
export async function hottestFunctions(folder: string, from: number, to: number): Promise<string> {
  const [file] = (await readdir(folder)).filter((name) => name.endsWith('.cpuprofile'));
  if (file === undefined) throw new Error(`The server wrote no CPU profile into ${folder}`);
  const profile = JSON.parse(await readFile(join(folder, file), 'utf8')) as CpuProfile;
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const times = new Map<string, number>();
  let now = profile.startTime;
  let total = 0;
  for (const [index, id] of profile.samples.entries()) {
    const delta = profile.timeDeltas[index] ?? 0;
    now += delta;
    const node = nodes.get(id);
    if (now < from || now > to || node === undefined) continue;
    total += delta;
    const name = label(node);
    times.set(name, (times.get(name) ?? 0) + delta);
  }
  const hottest = [...times].sort(([, left], [, right]) => right - left).slice(0, HOTTEST);
  return hottest.map(([name, time]) => `${((time / total) * 100).toFixed(1).padStart(5)} %  ${name}`).join('\n');
}

function label({ callFrame: { functionName, url, lineNumber } }: ProfileNode): string {
  const path = url.replace(/^.*\/(?=(?:dist|node_modules)\/)/, '');
  return `${functionName === '' ? '(anonymous)' : functionName}${path === '' ? '' : `  ${path}:${lineNumber + 1}`}`;
}
