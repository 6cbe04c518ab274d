import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Environment, processEnvironment, ROOT } from './environment.ts';

const LONGEST_START_MILLISECONDS = 120_000;

/** The server as a process of its own, which writes into FOLDER/server.log. @throws Error where it does not come up */
export async function startServer(
  folder: string,
  environment: Environment,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const url = environment.PUBLIC_URL ?? '';
  const logFile = join(folder, 'server.log');
  const log = await open(logFile, 'w');
  const child = spawn(process.execPath, [join(ROOT, 'src/start.mjs'), 'serve'], {
    cwd: ROOT,
    env: processEnvironment(environment),
    stdio: ['ignore', log.fd, log.fd],
    // Ctrl-C reaches the demo alone, which stops the server once: a second signal would cut it short.
    detached: true,
  });
  await log.close();
  const exited = once(child, 'exit');
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await exited;
    }
  };
  for (const latest = Date.now() + LONGEST_START_MILLISECONDS; ; await wait(100)) {
    const ready = await fetch(`${url}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return { url, stop };
    if (child.exitCode !== null || Date.now() > latest) {
      await stop();
      throw new Error(`The server did not come up: see ${logFile}`);
    }
  }
}
