// npm run bench: see docs/benchmarks.md.
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BenchDatabase, startBenchDatabase } from './bench-database.ts';
import { measureBulkMembers } from './bulk-members.ts';
import { startCeiling, startServer } from './child-processes.ts';
import { cleanUp } from './clean-up.ts';
import { createWorld } from './create-world.ts';
import { type Flags, parseFlags } from './flags.ts';
import { measureImport } from './import.ts';
import { measureLicensing } from './licensing.ts';
import { startLoad } from './load-client.ts';
import { type Measured, measure } from './measure.ts';
import { operationNamed, operations } from './operations.ts';
import { profileOperation } from './profile.ts';
import { reportTable, writeResults } from './report.ts';
import type { Timing } from './timing.ts';

const DATABASE = 'rollcall_bench';

interface SizeResults {
  readonly measured: readonly Measured[];
  readonly timings: readonly Timing[];
}

const flags = parseFlags(process.argv.slice(2));
const folder = await mkdtemp(join(tmpdir(), 'rollcall-bench-run-'));
const database = await startBenchDatabase(flags.profile !== undefined);
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    const stopped = Promise.allSettled([database.stop(), rm(folder, { recursive: true, force: true })]);
    stopped.then(() => process.exit(130));
  });
}
try {
  if (flags.only !== undefined && !['licensing', 'import'].includes(flags.only)) operationNamed(flags.only);
  if (flags.profile === undefined) await report(database, flags);
  else await profile(database, flags, flags.profile);
} finally {
  await database.stop();
  await rm(folder, { recursive: true, force: true });
}

async function profile(server: BenchDatabase, { sizes, seconds, connections }: Flags, name: string): Promise<void> {
  const operation = operationNamed(name);
  for (const size of sizes) {
    const url = await server.create(DATABASE);
    const world = await timed(`${size} users made`, () => createWorld(url, size));
    await profileOperation(server, url, world, operation, { folder, seconds, connections });
    await server.drop(DATABASE);
  }
}

async function report(server: BenchDatabase, options: Flags): Promise<void> {
  const measured: Measured[] = [];
  const timings: Timing[] = [];
  for (const size of options.sizes) {
    if (options.only !== 'import') {
      const results = await measureSize(server, size, options);
      measured.push(...results.measured);
      timings.push(...results.timings);
    }
    if ((options.only ?? 'import') === 'import') {
      timings.push(...(await timed('import', () => measureImport(server, size))));
    }
  }
  const machine = { cores: availableParallelism(), node: process.version, date: new Date().toISOString() };
  console.log(`\n${reportTable(measured, timings)}\n`);
  console.log(`${machine.cores} cores, Node ${machine.node}, ${machine.date}`);
  console.log(`written to ${await writeResults({ machine, flags: options, measured, timings })}`);
}

async function measureSize(database: BenchDatabase, size: number, options: Flags): Promise<SizeResults> {
  const url = await database.create(DATABASE);
  const made = await timed(`${size} users made`, () => createWorld(url, size));
  const ceiling = await startCeiling(url, made.siteId);
  const server = await startServer({ databaseUrl: url, logFile: join(folder, 'server.log'), profileFolder: undefined });
  const serverUrl = `${server.url}/scim/v2/${made.connectionKey}`;
  const apiUrl = `${server.url}/api/v1/applications/${made.applicationKey}`;
  const world = { ...made, serverUrl, apiUrl, ceilingUrl: ceiling.url };
  const load = startLoad(world);
  try {
    const measured: Measured[] = [];
    const wanted = operations.filter(({ name, lines }) => lines.length > 0 && name === (options.only ?? name));
    for (const operation of wanted) {
      const results = await timed(operation.name, () => measure(load, operation, { ...options, size }));
      measured.push(...results);
      if (operation.name.startsWith('post') || operation.name.startsWith('patch')) await cleanUp(url);
    }
    const timings: Timing[] = [];
    const wants = (name: string) => options.only === undefined || options.only === name;
    if (wants('bulk-members')) timings.push(await timed('bulk-members', () => measureBulkMembers(world, server.pid)));
    // Last, for it leaves 200 applications behind.
    if (wants('licensing'))
      timings.push(...(await timed('licensing', () => measureLicensing(url, made.siteId, world))));
    return { measured, timings };
  } finally {
    await load.stop();
    await Promise.all([server.stop(), ceiling.stop()]);
    await database.drop(DATABASE);
  }
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await work();
  console.error(`${what}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return result;
}
