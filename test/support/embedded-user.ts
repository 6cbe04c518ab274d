import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { COMPILED_DATABASE } from './compiled-database.ts';

const PROGRAM = `
  const { startEmbedded } = await import(${JSON.stringify(pathToFileURL(COMPILED_DATABASE).href)});
  const embedded = await startEmbedded({ dataDir: process.argv[1], log: () => undefined, durable: false });
  console.log(embedded.url);
  process.stdin.once('end', () => embedded.stop().then(() => process.exit(0))).resume();
`;

/** A process of its own that uses the embedded server. */
export interface EmbeddedUser {
  readonly url: string;
  /** Ends it as its operator would. */
  stop(): Promise<void>;
  /** kill -9 */
  kill(): Promise<void>;
}

export async function startEmbeddedUser(dataDir: string): Promise<EmbeddedUser> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM, dataDir], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  const [url] = (await Promise.race([
    once(createInterface(child.stdout), 'line'),
    exit.then(([code]) => Promise.reject(new Error(`The process ended with ${code}`))),
  ])) as [string];
  return {
    url,
    async stop() {
      child.stdin.end();
      await exit;
    },
    async kill() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}
