import { randomBytes } from 'node:crypto';
import { createChange } from '../../src/change/index.js';
import { type Composition, runCli } from '../../src/cli/index.js';
import { type Database, openDatabase, sql } from '../../src/database/index.js';
import { createSecrets, type Secrets } from '../../src/secrets/index.js';
import { SERVER_URL, withDatabase } from './server-url.ts';

export interface CliResult {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

export interface Cli {
  run(...argv: string[]): Promise<CliResult>;
  /** The answer of a command that has to succeed, by --json. */
  json<Answer>(...argv: string[]): Promise<Answer>;
}

const secrets = createSecrets(randomBytes(32));

/** @param given the secrets of another server on the same database */
export const compose = (given: { readonly secrets?: Secrets } = {}): Composition => ({
  async openServices(config) {
    const database = await openDatabase({ url: config.database.url ?? '', poolSize: 2, readPoolSize: 2, entities: [] });
    return {
      ...{ config, database, change: createChange(database), secrets: given.secrets ?? secrets },
      logger: { warn: (details, message) => console.warn(message, details) },
      close: () => database.close(),
    };
  },
  async serve() {
    throw new Error('a test starts no server');
  },
});

/** The URL of a test's database, for who opens it by the setting. */
export async function urlOf(database: Database): Promise<string> {
  const [row] = await database.read<{ name: string }>(sql`SELECT current_database() AS name`);
  return withDatabase(process.env[SERVER_URL] ?? '', row?.name ?? '');
}

/** The command line in this process, on the database that DATABASE_URL names by then. */
export function createCli(wired: Composition = compose()): Cli {
  async function run(...argv: string[]): Promise<CliResult> {
    const written = { out: '', error: '' };
    const code = await runCli(argv, wired, {
      out: (text) => {
        written.out += text;
      },
      error: (text) => {
        written.error += text;
      },
    });
    return { code, ...written };
  }
  return {
    run,
    async json<Answer>(...argv: string[]) {
      const { code, out, error } = await run(...argv, '--json');
      if (code !== 0) throw new Error(`rollcall ${argv.join(' ')} ended with ${code}: ${error}`);
      return JSON.parse(out) as Answer;
    },
  };
}
