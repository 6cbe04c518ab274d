import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbedded } from './product.ts';

export interface BenchDatabase {
  readonly url: string;
  /** True when pg_stat_statements counts. */
  readonly countsStatements: boolean;
  /** Makes an empty database and gives its URL. */
  create(name: string): Promise<string>;
  drop(name: string): Promise<void>;
  stop(): Promise<void>;
}

/** BENCH_DATABASE_URL, or an embedded server as in production (fsync on) in a folder that goes away again. */
export async function startBenchDatabase(countStatements: boolean): Promise<BenchDatabase> {
  const given = process.env.BENCH_DATABASE_URL;
  if (given !== undefined && given !== '') {
    return { ...databases(given), url: given, countsStatements: false, stop: async () => undefined };
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
  // PostgreSQL runs as another account when the bench is started by root.
  await chmod(dataDir, 0o711);
  const start = () => startEmbedded({ dataDir, log: () => undefined, durable: true });
  let server = await start();
  if (countStatements) {
    await query(server.url, "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'");
    await server.stop();
    server = await start();
  }
  return {
    ...databases(server.url),
    url: server.url,
    countsStatements: countStatements,
    async stop() {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function databases(serverUrl: string): Pick<BenchDatabase, 'create' | 'drop'> {
  return {
    async create(name) {
      await query(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await query(serverUrl, `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`);
      const url = new URL(serverUrl);
      url.pathname = `/${name}`;
      return url.href;
    },
    async drop(name) {
      await query(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

/** One statement on a connection of its own. */
export async function query<Row extends pg.QueryResultRow>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}
