import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Emulator } from '../google-emulator/index.ts';

export const ROOT = join(import.meta.dirname, '../../..');

export type Environment = Readonly<Record<string, string>>;

/** Settings of the demo's server, and of commands beside it. */
export function environmentOf(folder: string, emulator: Emulator, port: number): Environment {
  return {
    DATA_DIR: join(folder, 'data'),
    HOST: '127.0.0.1',
    PORT: String(port),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    ...emulator.environment,
  };
}

/** The environment of a process: that of this one, but for what would lead it to another database. */
export function processEnvironment(environment: Environment): NodeJS.ProcessEnv {
  const { DATABASE_URL: _url, DATABASE_READ_URL: _readUrl, ...others } = process.env;
  return { ...others, ...environment };
}

export function environmentFile(folder: string): string {
  return join(folder, 'environment');
}

/** A file that makes a shell one in which the printed commands work. */
export async function writeEnvironment(
  folder: string,
  environment: Environment,
  { url, token, emulator }: { readonly url: string; readonly token: string; readonly emulator: string },
): Promise<void> {
  const shown = { ...environment, API: `${url}/api/v1`, TOKEN: token, EMULATOR: emulator };
  const lines = [
    'unset DATABASE_URL DATABASE_READ_URL',
    ...Object.entries(shown).map(([name, value]) => `export ${name}=${quoted(value)}`),
    `rollcall() { npm --prefix ${quoted(ROOT)} run -s rollcall -- "$@"; }`,
    `api() { curl -s -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' "$@"; echo; }`,
  ];
  // It holds a token.
  await writeFile(environmentFile(folder), `${lines.join('\n')}\n`, { mode: 0o600 });
}

/** A text as one word of a shell. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
