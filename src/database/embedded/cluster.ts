import { execFile, spawn } from 'node:child_process';
import { chmod, chown, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify, types } from 'node:util';
import { RollcallError } from '../../errors/index.js';
import { binaryFolder, type EmbeddedPaths } from './paths.js';
import type { Account } from './service-account.js';

/** Ends a start that neither succeeds nor fails; recovery after a crash may take a minute. */
const LONGEST_STOP_MILLIS = 60_000;

function identity(account: Account | undefined): { uid?: number; gid?: number } {
  return account === undefined ? {} : { uid: account.uid, gid: account.gid };
}

/** No LANG of ours: messages stay English, and no locale of the machine gets into the cluster. */
function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
}

/** Makes the folder if need be, for the server's account alone. */
export async function makeServerFolder(folder: string, account: Account | undefined): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (account !== undefined) await chown(folder, account.uid, account.gid);
  await chmod(folder, 0o700);
}

export function clusterExists(paths: EmbeddedPaths): Promise<boolean> {
  return stat(join(paths.cluster, 'PG_VERSION')).then(
    () => true,
    () => false,
  );
}

/**
 * initdb into a folder beside, renamed when it is whole: an interrupted one leaves no half cluster. The builtin
 * C.UTF-8 locale sorts the same on every machine and never changes with a system library.
 */
export async function initialiseCluster(paths: EmbeddedPaths, password: string, account: Account | undefined) {
  const draft = `${paths.cluster}.new`;
  const passwordFile = join(paths.run, 'password');
  await rm(draft, { recursive: true, force: true });
  await makeServerFolder(draft, account);
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (account !== undefined) await chown(passwordFile, account.uid, account.gid);
  try {
    await promisify(execFile)(
      join(binaryFolder(), 'initdb'),
      [
        `--pgdata=${draft}`,
        '--encoding=UTF8',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--username=rollcall',
        '--auth=scram-sha-256',
        `--pwfile=${passwordFile}`,
      ],
      { ...identity(account), env: environment(), cwd: draft },
    );
  } catch (error) {
    const reason = types.isNativeError(error) && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw startFailed(`initdb failed: ${reason}`);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(draft, paths.cluster);
}

export interface ServerProcess {
  readonly pid: number;
  /** The exit code, or undefined while it runs. */
  exited(): boolean;
}

/** Starts postgres in a process group of its own, so that Ctrl-C reaches us alone and we can drain first. */
export async function spawnServer(
  paths: EmbeddedPaths,
  settings: Record<string, string>,
  account: Account | undefined,
): Promise<ServerProcess> {
  const output = await open(paths.startLog, 'w', 0o600);
  try {
    const child = spawn(
      join(binaryFolder(), 'postgres'),
      ['-D', paths.cluster, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      {
        ...identity(account),
        env: environment(),
        cwd: paths.cluster,
        detached: true,
        stdio: ['ignore', output.fd, output.fd],
      },
    );
    let exited = false;
    child.once('exit', () => {
      exited = true;
    });
    const pid = await new Promise<number>((resolve, reject) => {
      child.once('error', (error) => reject(startFailed(error.message)));
      child.once('spawn', () => resolve(child.pid ?? 0));
    });
    child.unref();
    return { pid, exited: () => exited };
  } finally {
    await output.close();
  }
}

/** Says what the server itself said last. */
export async function serverFailed(paths: EmbeddedPaths): Promise<RollcallError> {
  const said = await readFile(paths.startLog, 'utf8').catch(() => '');
  const fatal = said.split('\n').filter((line) => /FATAL|PANIC|HINT|postgres:/.test(line));
  return startFailed(fatal.join(' ') || `see ${paths.startLog} and ${join(paths.cluster, 'log')}`);
}

export function startFailed(reason: string): RollcallError {
  return new RollcallError(
    'misconfigured',
    'database.start-failed',
    `The embedded PostgreSQL did not start: ${reason}`,
  );
}

/** The pid of the running server as the server itself wrote it; undefined when it is not running. */
export async function serverPid(paths: EmbeddedPaths): Promise<number | undefined> {
  const text = await readFile(join(paths.cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number(text.split('\n')[0]);
  return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
}

/**
 * A fast shutdown: open transactions are rolled back, a checkpoint is written. Done when postmaster.pid is gone; the
 * process itself may linger as a zombie of another parent.
 */
export async function stopServer(paths: EmbeddedPaths): Promise<void> {
  const pid = await serverPid(paths);
  if (pid === undefined) return;
  process.kill(pid, 'SIGINT');
  for (const end = Date.now() + LONGEST_STOP_MILLIS; Date.now() < end; await wait(20)) {
    if ((await serverPid(paths)) === undefined) return;
  }
  throw new RollcallError('unavailable', 'database.stop-failed', `The embedded PostgreSQL (${pid}) did not stop.`);
}
