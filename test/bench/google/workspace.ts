import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { end, startWorker } from '../child-processes.ts';

/** What an emulated Workspace holds. */
export interface WorkspaceSize {
  readonly users: number;
  readonly groups: number;
  /** Direct ones, of people and of groups. */
  readonly memberships: number;
}

export function sizeOf(users: number): WorkspaceSize {
  return { users, groups: users / 20, memberships: users * 10 };
}

/** Where the emulator is, and what proves that somebody may ask it. */
export interface WorkspaceAccess {
  /** Settings that point a process at it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly adminEmail: string;
  /** The file of a service account's key. */
  readonly key: string;
}

export interface Workspace extends WorkspaceAccess {
  /** Gives that part of the users another name, moves that part of the memberships, renames that part of the groups. */
  change(part: number): Promise<void>;
  stop(): Promise<void>;
}

/** An emulated Google Workspace without delay and without a quota, as a process of its own. */
export async function startWorkspace(size: WorkspaceSize): Promise<Workspace> {
  const settings = { BENCH_WORKSPACE: JSON.stringify(size) };
  const { child, message } = await startWorker(new URL('workspace-process.ts', import.meta.url), settings);
  return {
    ...(message as WorkspaceAccess),
    async change(part) {
      child.send({ part });
      await answer(child);
    },
    stop: () => end(child),
  };
}

async function answer(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit').then(() => {
    throw new Error('The emulator ended');
  });
  await Promise.race([once(child, 'message'), ended]);
}
