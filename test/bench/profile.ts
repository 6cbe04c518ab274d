import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type BenchDatabase, query } from './bench-database.ts';
import { startServer } from './child-processes.ts';
import { hottestFunctions } from './cpu-profile.ts';
import type { NewWorld } from './create-world.ts';
import { startLoad } from './load-client.ts';
import type { Operation } from './operations.ts';

interface StatementRow extends Record<string, unknown> {
  readonly calls: string;
  readonly total: number;
  readonly mean: number;
  readonly query: string;
}

const WARM_SECONDS = 2;
const COSTLIEST = 12;

/** Runs one operation on the server alone and prints where its time went: functions, then statements. */
export async function profileOperation(
  database: BenchDatabase,
  databaseUrl: string,
  world: NewWorld,
  operation: Operation,
  options: { readonly folder: string; readonly seconds: number; readonly connections: number },
): Promise<void> {
  await mkdir(options.folder, { recursive: true });
  const profileFolder = await mkdtemp(join(options.folder, 'cpu-'));
  const server = await startServer({ databaseUrl, logFile: join(options.folder, 'server.log'), profileFolder });
  const serverUrl = `${server.url}/scim/v2/${world.connectionKey}`;
  const apiUrl = `${server.url}/api/v1/applications/${world.applicationKey}`;
  const load = startLoad({ ...world, serverUrl, apiUrl, ceilingUrl: '' });
  try {
    if (database.countsStatements) {
      await query(databaseUrl, 'CREATE EXTENSION IF NOT EXISTS pg_stat_statements; SELECT pg_stat_statements_reset()');
    }
    const connections = operation.connections ?? options.connections;
    const order = { operation: operation.name, side: 'server', connections, seconds: options.seconds } as const;
    const { times, from, to } = await load.run({ ...order, warmSeconds: WARM_SECONDS });
    const statements = database.countsStatements ? await costliestStatements(databaseUrl) : '(no pg_stat_statements)';
    await load.stop();
    await server.stop();
    console.log(`\n${operation.name}, ${world.size} users:`, times);
    console.log(`\nHottest functions by self time:\n${await hottestFunctions(profileFolder, from, to)}`);
    console.log(`\nStatements by total time (calls, total ms, mean ms; warm-up included):\n${statements}`);
  } finally {
    await load.stop();
    await server.stop();
    await rm(profileFolder, { recursive: true, force: true });
  }
}

async function costliestStatements(url: string): Promise<string> {
  const rows = await query<StatementRow>(
    url,
    `SELECT calls, total_exec_time AS total, mean_exec_time AS mean, query FROM pg_stat_statements
     WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
     ORDER BY total_exec_time DESC LIMIT ${COSTLIEST}`,
  );
  return rows
    .map(({ calls, total, mean, query: text }) => {
      const short = text.replace(/\s+/g, ' ').slice(0, 160);
      return `${String(calls).padStart(8)} ${total.toFixed(0).padStart(8)} ${mean.toFixed(3).padStart(9)}  ${short}`;
    })
    .join('\n');
}
