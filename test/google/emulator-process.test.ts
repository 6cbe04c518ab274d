import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { assertion, exchange, read } from '../support/google-requests.ts';

const MAIN = fileURLToPath(new URL('../support/google-emulator/main.ts', import.meta.url));

let folder: string;
let running: ChildProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-google-'));
});
afterEach(() => {
  if (running?.exitCode === null) running.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Starts it, and waits for `until` in what it prints or for its end. */
async function start(args: readonly string[], until: string) {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  running = child;
  let printed = '';
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const exited = once(child, 'close');
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk) => {
      printed += chunk;
      if (printed.includes(until)) resolve();
    });
    exited.then(() => resolve());
  });
  return { child, printed, errors: () => errors, exited };
}

describe('the emulator as a process', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('says how to use it, serves, and stops on %s', async (signal) => {
    const keyFile = join(folder, 'keys', 'google.json');
    const args = ['--port', '0', '--users', '20', '--groups', '2', '--memberships', '10', '--key-file', keyFile];
    const keyless = join(folder, 'workload.json');
    const { child, printed, exited } = await start([...args, '--keyless-file', keyless], 'Ctrl-C');
    const origin = /GOOGLE_API_ROOT_URL=(http:\/\/127\.0\.0\.1:\d+)$/m.exec(printed)?.[1] ?? '';
    expect(printed).toContain(`GOOGLE_ALLOWED_HOSTS=${new URL(origin).host}`);
    expect(printed).toContain('21 users and 2 groups');
    expect(statSync(keyFile).mode & 0o077).toBe(0);
    const key = JSON.parse(readFileSync(keyFile, 'utf8'));
    expect(printed).toContain(`GOOGLE_KEYLESS=emulator=${keyless}`);
    expect(JSON.parse(readFileSync(keyless, 'utf8'))).toMatchObject({
      type: 'external_account',
      token_url: `${origin}/v1/token`,
    });
    const sub = /subject +(\S+)/.exec(printed)?.[1];
    const scope = 'https://www.googleapis.com/auth/admin.directory.user.readonly';
    expect((await exchange(origin, assertion(key, { sub, scope }))).status).toBe(200);
    const curl = /curl -s -X POST (\S+) -d '(.+)'/.exec(printed) ?? [];
    const fault = await read(await fetch(curl[1] ?? '', { method: 'POST', body: curl[2] ?? '' }));
    expect(fault.body).toEqual({ name: 'empty-users-200', touched: {} });
    child.kill(signal);
    expect(await exited).toEqual([0, null]);
  });

  it('goes on with the key of an earlier time, and overwrites nothing else', async () => {
    const keyFile = join(folder, 'google.json');
    const first = await start(['--port', '0', '--key-file', keyFile], 'Ctrl-C');
    const before = JSON.parse(readFileSync(keyFile, 'utf8'));
    first.child.kill('SIGTERM');
    await first.exited;
    const second = await start(['--port', '0', '--key-file', keyFile], 'Ctrl-C');
    const { token_uri } = JSON.parse(readFileSync(keyFile, 'utf8'));
    const scope = 'https://www.googleapis.com/auth/admin.directory.user.readonly';
    const claims = { sub: 'admin@example.com', scope, aud: token_uri };
    expect((await exchange(new URL(token_uri).origin, assertion(before, claims))).status).toBe(200);
    second.child.kill('SIGTERM');
    await second.exited;
    const other = join(folder, 'other.json');
    writeFileSync(other, '{"project_id":"of-somebody"}');
    for (const option of ['--key-file', '--keyless-file']) {
      const refused = await start(['--port', '0', '--key-file', keyFile, option, other], 'Ctrl-C');
      const complaint = expect.stringContaining('was not written by this emulator');
      expect([(await refused.exited)[0], refused.errors()]).toEqual([1, complaint]);
    }
    expect(readFileSync(other, 'utf8')).toBe('{"project_id":"of-somebody"}');
  });

  it('refuses what it does not understand', async () => {
    const { errors, exited } = await start(['--users', 'many'], 'Ctrl-C');
    expect([await exited, errors().trim()]).toEqual([[1, null], '--users must be a whole number, not many']);
    const other = await start(['--people', '3'], 'Ctrl-C');
    expect([(await other.exited)[0], other.errors()]).toEqual([
      1,
      expect.stringContaining("Unknown option '--people'"),
    ]);
  });
});
