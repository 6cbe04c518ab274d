import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { platform } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { EmbeddedPaths } from './paths.js';

const stateSchema = z.object({
  /** A folder (its socket) or an address. */
  host: z.string(),
  port: z.number(),
  password: z.string(),
  pid: z.number().optional(),
});

/** What postgres.json holds: how to reach the server, so that another process can adopt it. */
export type ServerState = z.infer<typeof stateSchema>;

/** Undefined when there is no such file or it is not ours. */
export async function readState(paths: EmbeddedPaths): Promise<ServerState | undefined> {
  const text = await readFile(paths.state, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** In one step: a reader sees the old or the new file, never a part. */
export async function writeState(paths: EmbeddedPaths, state: ServerState): Promise<void> {
  const draft = `${paths.state}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
  await rename(draft, paths.state);
}

export function newPassword(): string {
  return randomBytes(24).toString('base64url');
}

/** sizeof(sun_path) less its end: 108 on Linux, 104 on macOS. */
const LONGEST_SOCKET_PATH = platform() === 'darwin' ? 103 : 107;
const SOCKET_PORT = 5432;

/**
 * A socket in the data folder (measured a fifth faster than TCP, and it needs no free port); 127.0.0.1 and a free
 * port where its path would be too long, and on Windows.
 */
export async function chooseAddress(paths: EmbeddedPaths): Promise<{ host: string; port: number }> {
  const socketPath = join(paths.run, `.s.PGSQL.${SOCKET_PORT}`);
  if (platform() !== 'win32' && Buffer.byteLength(socketPath) <= LONGEST_SOCKET_PATH) {
    return { host: paths.run, port: SOCKET_PORT };
  }
  return { host: '127.0.0.1', port: await freePort() };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('The system gave no port'));
      });
    });
  });
}

export function serverUrl({ host, port, password }: ServerState, database: string): string {
  if (!host.startsWith('/')) return `postgres://rollcall:${password}@${host}:${port}/${database}`;
  return `postgres://rollcall:${password}@localhost/${database}?host=${encodeURIComponent(host)}&port=${port}`;
}
