// npm run bench:google: see docs/benchmarks.md.
import { availableParallelism, loadavg } from 'node:os';
import { type BenchDatabase, query, startBenchDatabase } from '../bench-database.ts';
import { runOnce } from '../child-processes.ts';
import { createDirectory } from '../directory.ts';
import type { ImportFigures } from '../import.ts';
import { writeResults } from '../report.ts';
import { parseFlags } from './flags.ts';
import { measureSync, type SyncMeasured, type SyncWorld } from './measure-sync.ts';
import { connectWorkspace, giveRole } from './prepare.ts';
import type { ReadFigures } from './read-process.ts';
import { FIRST, growthReport, type SizeMeasured, sizeReport, UNCHANGED } from './report.ts';
import { openStatementTimes } from './statement-times.ts';
import { sizeOf, startWorkspace, type Workspace, type WorkspaceSize } from './workspace.ts';

const DATABASE = 'rollcall_bench';
/** Of the objects of the Workspace. */
const CHANGED = 0.01;
/** Groups that give a seat of an application with a limit, once the first run has made them. */
const GIVING = 0.02;

const flags = parseFlags(process.argv.slice(2));
const database = await startBenchDatabase(true);
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    database.stop().finally(() => process.exit(130));
  });
}
try {
  const measured: SizeMeasured[] = [];
  for (const users of flags.sizes) {
    const one = await measureSize(database, sizeOf(users));
    measured.push(one);
    console.log(`\n${sizeReport(one, flags.rate)}\n`);
  }
  for (const line of growthReport(measured, flags.rate)) console.log(`* ${line}`);
  const [load = 0] = loadavg();
  const machine = { cores: availableParallelism(), node: process.version, date: new Date().toISOString(), load };
  console.log(`\n${machine.cores} cores, load ${load.toFixed(1)}, Node ${machine.node}, ${machine.date}`);
  console.log(`written to ${await writeResults({ machine, flags, measured })}`);
} finally {
  await database.stop();
}

async function measureSize(server: BenchDatabase, size: WorkspaceSize): Promise<SizeMeasured> {
  const bareInserts = await measureBareInserts(server, size);
  const workspace = await startWorkspace(size);
  try {
    return { size, bareInserts, ...(await measureRuns(server, workspace, size)) };
  } finally {
    await workspace.stop();
    await server.drop(DATABASE);
  }
}

async function measureRuns(
  server: BenchDatabase,
  workspace: Workspace,
  size: WorkspaceSize,
): Promise<Pick<SizeMeasured, 'read' | 'runs'>> {
  const url = await server.create(DATABASE);
  const { siteId, applicationKey, close } = await createDirectory(url);
  await close();
  const connection = await connectWorkspace(url, siteId, workspace);
  const order = { url, siteId, connectionId: connection.id };
  const environment = { ...workspace.environment, GOOGLE_REQUESTS_PER_MINUTE: String(flags.rate) };
  const read = (await runOnce(new URL('read-process.ts', import.meta.url), {
    ...environment,
    BENCH_GOOGLE: JSON.stringify(order),
  })) as ReadFigures;
  const times = await openStatementTimes(server.url, DATABASE);
  const world: SyncWorld = { order, environment, times };
  const runs: SyncMeasured[] = [];
  const run = async (title: string) => {
    const measured = await measureSync(title, world);
    const seconds = measured.phases.map((phase) => `${phase.name} ${phase.seconds.toFixed(1)} s`).join(', ');
    console.error(`${size.users} users, ${title} run: ${seconds}`);
    if (flags.statements) console.error(await times.costliest(20));
    runs.push(measured);
  };
  try {
    await run(FIRST);
    await requireAll(url, connection.id, size);
    await run(UNCHANGED);
    const given = await query<{ id: string }>(
      url,
      `SELECT i.object_id AS id FROM identities i
       WHERE i.connection_id = '${connection.id}' AND i.object_type = 'Group' ORDER BY hashtext(i.external_id)
       LIMIT ${Math.ceil(size.groups * GIVING)}`,
    );
    await giveRole(
      url,
      siteId,
      applicationKey,
      given.map(({ id }) => id),
    );
    await workspace.change(CHANGED);
    await run(`${CHANGED * 100} % changed`);
    // Members who left are taken out when a second walk has not found them either.
    await run('the next');
    await run('the one after');
    return { read, runs };
  } finally {
    await times.close();
  }
}

/** A bench of something that does not work says nothing. */
async function requireAll(url: string, connectionId: string, { users, memberships }: WorkspaceSize): Promise<void> {
  const [row] = await query<{ users: string; members: string }>(
    url,
    `SELECT (SELECT count(*) FROM users WHERE owner_connection_id = '${connectionId}') AS users,
      (SELECT count(*) FROM memberships WHERE owner_connection_id = '${connectionId}')
        + (SELECT count(*) FROM nestings WHERE owner_connection_id = '${connectionId}') AS members`,
  );
  // The administrator is one more.
  if (Number(row?.users) === users + 1 && Number(row?.members) === memberships) return;
  throw new Error(`${row?.users} users and ${row?.members} members came of ${users + 1} and ${memberships}`);
}

async function measureBareInserts(server: BenchDatabase, { users }: WorkspaceSize): Promise<number> {
  const url = await server.create(DATABASE);
  const settings = { BENCH_IMPORT: JSON.stringify({ url, users, giving: 0 }) };
  const file = new URL('../import-ceiling.ts', import.meta.url);
  const figures = (await runOnce(file, settings)) as ImportFigures;
  await server.drop(DATABASE);
  return (figures.users + figures.groups + figures.members) / 1000;
}
