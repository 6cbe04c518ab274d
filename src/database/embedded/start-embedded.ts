import { mkdir } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { lock } from 'proper-lockfile';
import { RollcallError } from '../../errors/index.js';
import { toDatabaseError } from '../database-errors.js';
import {
  clusterExists,
  initialiseCluster,
  makeServerFolder,
  serverFailed,
  serverPid,
  spawnServer,
  startFailed,
  stopServer,
} from './cluster.js';
import { binaryFolder, type EmbeddedPaths, embeddedPaths } from './paths.js';
import { serverSettings } from './server-settings.js';
import { chooseAddress, newPassword, readState, type ServerState, serverUrl, writeState } from './server-state.js';
import { requireReach, serviceAccount } from './service-account.js';

export interface EmbeddedOptions {
  readonly dataDir: string;
  readonly log: (message: string) => void;
  /** False lets a crash of the machine lose data: for tests alone. */
  readonly durable?: boolean;
}

export interface EmbeddedDatabase {
  readonly url: string;
  /** Gives the server up; the last process that uses it stops it. */
  stop(): Promise<void>;
}

/** Held shared by everybody who uses the server, on a connection that the system closes when a process is killed. */
const USERS_LOCK = 7_654_000;

const LONGEST_START_MILLIS = 120_000;

/**
 * The embedded server of `dataDir`: adopts a running one, also an orphan of a killed process, else starts it, and
 * initialises it the first time. Throws RollcallError `misconfigured` with what to mend.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const paths = embeddedPaths(options.dataDir);
  await mkdir(paths.dataDir, { recursive: true });
  const { state, user } = await locked(paths, async () => {
    const adopted = await adopt(paths);
    const started = adopted ?? (await start(paths, options));
    options.log(`PostgreSQL ${adopted === undefined ? 'started' : 'adopted'}: process ${started.state.pid}`);
    await started.user.query('SELECT pg_advisory_lock_shared($1)', [USERS_LOCK]);
    await createDatabase(started.user);
    return started;
  });
  user.on('error', (error) => options.log(`The embedded PostgreSQL has gone away: ${error.message}`));

  let stopped: Promise<void> | undefined;
  return {
    url: serverUrl(state, 'rollcall'),
    stop: () => {
      stopped ??= locked(paths, () => leave(paths, user, options.log));
      return stopped;
    },
  };
}

/** One process at a time starts or stops the server; the lock of a killed one is free after 15 seconds. */
async function locked<T>(paths: EmbeddedPaths, work: () => Promise<T>): Promise<T> {
  const release = await lock(paths.dataDir, {
    lockfilePath: paths.lock,
    stale: 15_000,
    retries: { retries: 1_500, factor: 1, minTimeout: 100, maxTimeout: 100 },
  });
  try {
    return await work();
  } finally {
    await release();
  }
}

interface Server {
  readonly state: ServerState;
  readonly user: pg.Client;
}

async function adopt(paths: EmbeddedPaths): Promise<Server | undefined> {
  const state = await readState(paths);
  if (state === undefined || (await serverPid(paths)) === undefined) return undefined;
  const user = await connectWhenReady(state, () => false);
  return user === undefined ? undefined : { state: { ...state, pid: (await serverPid(paths)) ?? 0 }, user };
}

async function start(paths: EmbeddedPaths, { log, durable = true }: EmbeddedOptions): Promise<Server> {
  const account = await serviceAccount();
  if (account !== undefined) {
    await requireReach(account, paths.dataDir, 'DATA_DIR');
    await requireReach(account, binaryFolder(), 'the PostgreSQL programs');
    log(`PostgreSQL runs as the account ${account.name}, because it refuses to run as root`);
  }
  await makeServerFolder(paths.run, account);
  let password = (await readState(paths))?.password;
  if (!(await clusterExists(paths))) {
    password = newPassword();
    log(`Initialising PostgreSQL in ${paths.cluster}`);
    await writeState(paths, { ...(await chooseAddress(paths)), password });
    await initialiseCluster(paths, password, account);
  } else if (account !== undefined) {
    await makeServerFolder(paths.cluster, account);
  }
  if (password === undefined) throw startFailed(`${paths.state} is missing or damaged: restore it from a backup.`);

  const address = await chooseAddress(paths);
  const server = await spawnServer(paths, serverSettings(address, durable), account);
  const state = { ...address, password, pid: server.pid };
  await writeState(paths, state);
  const user = await connectWhenReady(state, server.exited, true);
  if (user === undefined) throw await serverFailed(paths);
  return { state, user };
}

/**
 * Connects, waiting while the server starts, recovers or shuts down. Undefined when nobody listens or it has exited.
 */
async function connectWhenReady(state: ServerState, exited: () => boolean, expected = false) {
  for (const end = Date.now() + LONGEST_START_MILLIS; Date.now() < end; await wait(25)) {
    const user = new pg.Client({
      connectionString: serverUrl(state, 'postgres'),
      application_name: 'rollcall embedded',
    });
    try {
      return await user.connect();
    } catch (error) {
      const failure = toDatabaseError(error);
      if (!(failure instanceof RollcallError)) throw failure;
      if (exited()) return undefined;
      if (!expected && failure.details.cause !== '57P03') return undefined;
    }
  }
  return undefined;
}

async function createDatabase(user: pg.Client): Promise<void> {
  const { rowCount } = await user.query("SELECT 1 FROM pg_database WHERE datname = 'rollcall'");
  if (rowCount === 0) await user.query('CREATE DATABASE rollcall');
}

async function leave(paths: EmbeddedPaths, user: pg.Client, log: (message: string) => void): Promise<void> {
  user.removeAllListeners('error');
  user.on('error', () => undefined);
  const last = (await isLast(user)) ?? (await wasLast(paths));
  await user.end();
  if (!last) return;
  await stopServer(paths);
  log('PostgreSQL stopped');
}

/** Undefined when our connection is lost and says nothing. */
async function isLast(user: pg.Client): Promise<boolean | undefined> {
  try {
    await user.query('SELECT pg_advisory_unlock_shared($1)', [USERS_LOCK]);
    const { rows } = await user.query<{ last: boolean }>('SELECT pg_try_advisory_lock($1) AS last', [USERS_LOCK]);
    return rows[0]?.last === true;
  } catch {
    return undefined;
  }
}

/** After a crash and recovery of the server, which every user's lock is lost with; false when it is down. */
async function wasLast(paths: EmbeddedPaths): Promise<boolean> {
  const server = await adopt(paths);
  const last = server !== undefined && (await isLast(server.user)) === true;
  await server?.user.end();
  return last;
}
