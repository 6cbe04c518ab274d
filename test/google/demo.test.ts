import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const MAIN = fileURLToPath(new URL('../support/demo/main.ts', import.meta.url));
const ROOT = join(dirname(MAIN), '../../..');

/** It compiles what is stale, starts a database, and runs a dozen commands. */
const LONG = 300_000;

let demo: ChildProcess;
let printed = '';
let exited: Promise<unknown[]>;

beforeAll(async () => {
  demo = spawn(process.execPath, [MAIN], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  exited = once(demo, 'exit');
  await new Promise<void>((resolve) => {
    for (const stream of [demo.stdout, demo.stderr]) {
      stream?.on('data', (chunk) => {
        printed += chunk;
        if (printed.includes('Ctrl-C')) resolve();
      });
    }
    exited.then(() => resolve());
  });
}, LONG);
afterAll(async () => {
  demo.kill('SIGTERM');
  await exited;
}, LONG);

/** The commands, as they are printed. */
function commands(): string[] {
  return printed.split('\n').flatMap((line) => (/^ {2}(?:\. |rollcall |api |curl )/.test(line) ? [line.trim()] : []));
}

describe('npm run demo', () => {
  it(
    'prints commands that work as they stand',
    async () => {
      const [load = '', ...others] = commands();
      expect(others.length).toBeGreaterThan(15);
      // Each one says its own end, so that one shell can try them all.
      const script = [load, ...others.map((command) => `${command}\necho "ended $?"`)].join('\n');
      const shell = spawn('bash', ['-c', script], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
      const [answers] = await Promise.all([text(shell.stdout), text(shell.stderr), once(shell, 'close')]);
      const ends = [...answers.matchAll(/^ended (\d+)$/gm)].map(([, code]) => Number(code));
      const failed = others.filter((_, index) => ends[index] !== 0);
      // The one that Google answers without users.
      expect(failed).toEqual(['rollcall google sync workspace --wait']);
      expect(answers).toContain('google.no-users');
      expect(answers).not.toContain('"status"');
    },
    LONG,
  );

  it(
    'ends on Ctrl-C and leaves nothing behind',
    async () => {
      const folder = dirname(commands()[0]?.slice(2) ?? '');
      expect(existsSync(folder)).toBe(true);
      demo.kill('SIGINT');
      expect(await exited).toEqual([0, null]);
      expect(existsSync(folder)).toBe(false);
    },
    LONG,
  );
});
