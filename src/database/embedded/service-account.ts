import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { RollcallError } from '../../errors/index.js';

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** An account of a system package first, then our own. */
const NAMES = ['postgres', 'rollcall'];

/**
 * The account that the server runs as: undefined means our own. PostgreSQL refuses to run as root, so root gives it
 * `postgres` or `rollcall`, and makes `rollcall` when there is neither. Throws `database.no-service-account`.
 */
export async function serviceAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const existing = await findAccount();
  if (existing !== undefined) return existing;
  try {
    await promisify(execFile)('useradd', ['--system', '--user-group', '--shell', '/usr/sbin/nologin', 'rollcall']);
  } catch (error) {
    throw noAccount(error);
  }
  const made = await findAccount();
  if (made === undefined) throw noAccount(undefined);
  return made;
}

function noAccount(cause: unknown): RollcallError {
  return new RollcallError(
    'misconfigured',
    'database.no-service-account',
    'PostgreSQL refuses to run as root and no account `rollcall` could be made: start Rollcall as an ordinary user, ' +
      'make that account, or set DATABASE_URL.',
    {},
    { cause },
  );
}

async function findAccount(): Promise<Account | undefined> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const wanted of NAMES) {
    const line = lines.find(([name]) => name === wanted);
    if (line !== undefined) return { name: wanted, uid: Number(line[2]), gid: Number(line[3]) };
  }
  return undefined;
}

/**
 * Names the first folder on the way to `path` that the account may not enter; otherwise initdb would fail with
 * "permission denied" for a folder that is not the one at fault. Throws `database.folder-out-of-reach`.
 */
export async function requireReach(account: Account, path: string, what: string): Promise<void> {
  const folders: string[] = [];
  for (let folder = path; ; folder = dirname(folder)) {
    folders.unshift(folder);
    if (folder === dirname(folder)) break;
  }
  for (const folder of folders) {
    const { mode, uid, gid } = await stat(folder);
    const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
    if (((mode >> shift) & 1) === 1) continue;
    throw new RollcallError(
      'misconfigured',
      'database.folder-out-of-reach',
      `The account ${account.name}, which PostgreSQL runs as, may not enter ${folder} (${what}): ` +
        `run chmod o+x ${folder}, choose another place, or start Rollcall as an ordinary user.`,
      { folder, account: account.name },
    );
  }
}
