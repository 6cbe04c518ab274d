import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../support/free-port.ts';

export interface RunningServer {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const ROOT = join(import.meta.dirname, '../..');
const LONGEST_START_MILLISECONDS = 30_000;

/** The ceiling as a process of its own. */
export async function startCeiling(url: string, siteId: number): Promise<RunningServer> {
  const child = fork(new URL('ceiling.ts', import.meta.url), {
    env: environment({ BENCH_CEILING: JSON.stringify({ url, siteId }) }),
  });
  const [{ port }] = (await Promise.race([once(child, 'message'), failed(child, 'The ceiling')])) as [{ port: number }];
  return { url: `http://127.0.0.1:${port}`, pid: child.pid ?? 0, stop: () => end(child) };
}

/** Runs a file that sends one message and ends. @returns the message */
export async function runOnce(file: URL, settings: Record<string, string>): Promise<unknown> {
  const { child, message } = await startWorker(file, settings);
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return message;
}

/** Starts a file that says in a message that it is ready, or what it has found. */
export async function startWorker(
  file: URL,
  settings: Record<string, string>,
): Promise<{ readonly child: ChildProcess; readonly message: unknown }> {
  const child = fork(file, { env: environment(settings) });
  const [message] = (await Promise.race([once(child, 'message'), failed(child, file.pathname)])) as [unknown];
  return { child, message };
}

export interface ServerOptions {
  readonly databaseUrl: string;
  /** Takes what the server writes. */
  readonly logFile: string;
  /** Where a CPU profile is to be written, when the server stops. */
  readonly profileFolder: string | undefined;
}

/** `node dist/main.js serve` with its own default settings, as in production. */
export async function startServer({ databaseUrl, logFile, profileFolder }: ServerOptions): Promise<RunningServer> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const log = await open(logFile, 'w');
  const profiling = profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
  const child = spawn(process.execPath, [...profiling, join(ROOT, 'dist/main.js'), 'serve'], {
    cwd: ROOT,
    env: environment({ DATABASE_URL: databaseUrl, PORT: String(port), HOST: '127.0.0.1', PUBLIC_URL: url }),
    stdio: ['ignore', log.fd, log.fd],
  });
  // Also when the bench is interrupted.
  process.once('exit', () => child.kill('SIGKILL'));
  await log.close();
  const exited = failed(child, 'The server');
  for (const latest = Date.now() + LONGEST_START_MILLISECONDS; ; await wait(50)) {
    const ready = await Promise.race([isReady(url), exited]);
    if (ready) return { url, pid: child.pid ?? 0, stop: () => end(child) };
    if (Date.now() > latest) {
      await end(child);
      throw new Error(`The server is not ready after ${LONGEST_START_MILLISECONDS} ms: see ${logFile}`);
    }
  }
}

async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/readyz`).then(
    async (response) => {
      await response.arrayBuffer();
      return response.ok;
    },
    () => false,
  );
}

/** Settings of this shell must not become settings of what is measured. */
function environment(more: Record<string, string>): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), NODE_ENV: 'production', ...more };
}

async function failed(child: ChildProcess, what: string): Promise<never> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  throw new Error(`${what} ended with ${code ?? signal}`);
}

export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  await exited;
  clearTimeout(timer);
}
