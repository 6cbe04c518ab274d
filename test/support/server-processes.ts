import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const START = fileURLToPath(new URL('../../src/start.mjs', import.meta.url));

/** Whole servers of a test, each a process of its own, which can be killed. */
export interface ServerProcesses {
  serve(environment: Readonly<Record<string, string>>): ChildProcess;
  /** Kills those that are left. */
  killAll(): void;
}

export function createServerProcesses(): ServerProcesses {
  const children: ChildProcess[] = [];
  return {
    serve(environment) {
      const child = spawn(process.execPath, [START, 'serve'], {
        stdio: 'ignore',
        env: { ...process.env, NODE_OPTIONS: '', ...environment },
      });
      children.push(child);
      return child;
    },
    killAll() {
      for (const child of children) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    },
  };
}
