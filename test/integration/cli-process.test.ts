import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { urlOf } from '../support/cli.js';
import { createWorld, type World } from '../support/directory-world.js';

const START = join(import.meta.dirname, '../../src/start.mjs');

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

describe('the rollcall process', () => {
  let world: World;
  let url: string;
  beforeAll(async () => {
    world = await createWorld();
    url = await urlOf(world.database);
    // The first call compiles what is stale.
    await rollcall('--help');
  }, 60_000);
  afterAll(() => world.close());

  function rollcall(...argv: string[]): Promise<Ended> {
    return new Promise((resolve) => {
      const environment = { ...process.env, DATABASE_URL: url, NODE_OPTIONS: '', LOG_LEVEL: 'info' };
      const child = execFile(process.execPath, [START, ...argv], { env: environment }, (_, out, error) =>
        resolve({ code: child.exitCode ?? -1, out, error }),
      );
    });
  }

  it('writes one JSON document and nothing else, wired as it is for real', async () => {
    const made = await rollcall(
      'connection',
      'create',
      '--name',
      'okta',
      '--profile',
      'okta',
      '--site',
      'test',
      '--json',
    );
    expect(made).toMatchObject({ code: 0, error: '' });
    expect(JSON.parse(made.out)).toMatchObject({ name: 'okta', token: expect.stringMatching(/^rc_/) });
    const listed = await rollcall('connection', 'list', '--site', 'test', '--json');
    expect(JSON.parse(listed.out)).toMatchObject([{ name: 'okta', tokens: [{ state: 'valid' }] }]);
  });

  it('ends with 1 for a failure and 2 for a mistake', async () => {
    const failed = await rollcall('user', 'show', 'nobody', '--site', 'test', '--json');
    expect(failed).toEqual({ code: 1, out: '', error: expect.stringMatching(/^user\.not-found: [^\n]+\n$/) });
    const mistaken = await rollcall('user', 'shwo');
    expect(mistaken).toEqual({
      code: 2,
      out: '',
      error: expect.stringMatching(/^error: unknown command 'shwo' [^\n]+\n$/),
    });
  });

  it('a database that is away is one line', async () => {
    const there = url;
    url = 'postgres://nobody@127.0.0.1:1/nothing';
    try {
      expect(await rollcall('site', 'list')).toEqual({
        code: 1,
        out: '',
        error: expect.stringMatching(/^database\.unavailable: [^\n]+\n$/),
      });
    } finally {
      url = there;
    }
  });
});
