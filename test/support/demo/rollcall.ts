import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type Environment, processEnvironment, ROOT } from './environment.ts';

/** A run that waits for an approval ends its command with this code. */
const UNDECIDED = 3;

/** Runs a command and gives the JSON that it answered. @throws Error with what it said where it failed */
export type Rollcall = <Answer>(...args: readonly string[]) => Promise<Answer>;

export function createRollcall(environment: Environment): Rollcall {
  return async <Answer>(...args: readonly string[]) => {
    const child = spawn(process.execPath, [join(ROOT, 'src/start.mjs'), ...args, '--json'], {
      cwd: ROOT,
      env: processEnvironment(environment),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [answer, complaint, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ]);
    if (code !== 0 && code !== UNDECIDED) throw new Error(`rollcall ${args.join(' ')}: ${complaint || answer}`);
    return JSON.parse(answer) as Answer;
  };
}
