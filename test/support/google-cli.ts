import { type Cli, compose, createCli, urlOf } from './cli.js';
import type { GoogleSync } from './google-sync.js';

/** The settings by which a process of its own works on a world's database and Google. */
export async function googleEnvironment({ server, emulator }: GoogleSync): Promise<Record<string, string>> {
  return {
    DATABASE_URL: await urlOf(server.database),
    SECRET_KEY: server.secretKey.toString('base64'),
    GOOGLE_API_ROOT_URL: `${emulator.origin}/`,
    GOOGLE_ALLOWED_HOSTS: new URL(emulator.origin).host,
    GOOGLE_REQUESTS_PER_MINUTE: '600000',
    GOOGLE_RETRY_FIRST_MILLISECONDS: '1',
  };
}

/** The command line in this process, as it is for the operator of the world's server. */
export function createGoogleCli({ server: { secrets } }: GoogleSync): Cli {
  return createCli(compose({ secrets }));
}
