import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { RollcallError } from '../../src/errors/index.js';
import type { FailureCause, LogEntry } from '../../src/log/index.js';
import { createCli, urlOf } from '../support/cli.js';
import { createWorld, type World } from '../support/directory-world.js';

let world: World;
const url = process.env.DATABASE_URL;
const cli = createCli();
const site = ['--site', 'test'];
let ada: string;

beforeAll(async () => {
  world = await createWorld();
  process.env.DATABASE_URL = await urlOf(world.database);
  ada = await world.user('ada@example.com');
  await world.user('=cmd@example.com');
  await world.setActive(ada, false);
  const { change, actor } = world;
  for (const [code, times] of [
    ['user.user-name-taken', 3],
    ['user.invalid', 1],
  ] as const) {
    for (let time = 1; time <= times; time++) {
      const error = new RollcallError('conflict', code, `advice ${time}`);
      await change.refuse(
        { ...actor, correlationId: `request-${code}` },
        { action: 'user.create', objectType: 'User' },
        error,
      );
    }
  }
  // Four hours ago; what came of the day before yesterday is not asked for.
  await world.database.write(
    sql`UPDATE log_entries SET at = at - interval '50 hours' WHERE error_code = 'user.invalid'`,
  );
});
afterAll(async () => {
  if (url === undefined) delete process.env.DATABASE_URL;
  else process.env.DATABASE_URL = url;
  await world.close();
});

const list = (...more: string[]) => cli.json<{ entries: LogEntry[] }>('log', 'list', ...site, ...more);

describe('filters', () => {
  it.each([
    [['--changed', 'active'], 3],
    [['--changed', 'nothing'], 0],
    [['--source', 'scim'], 7],
    [['--source', 'google'], 0],
    [['--correlation', 'request-user.invalid'], 1],
    [['--until', new Date(Date.now() - 86_400_000).toISOString()], 1],
    [['--since', new Date(Date.now() - 86_400_000).toISOString()], 6],
    [['--since', '2020-01-01', '--until', '2020-01-02'], 0],
  ])('%j lets %i entries through', async (options, amount) => {
    expect((await list(...options)).entries).toHaveLength(amount);
  });

  it('refuse what is no moment, in one line', async () => {
    const { code, error } = await cli.run('log', 'list', '--since', 'yesterday', ...site);
    expect(code).not.toBe(0);
    expect(error).toContain('2027-01-31T18:00:00Z');
  });
});

it('failures are grouped by cause, with the advice of the latest', async () => {
  const { causes } = await cli.json<{ causes: FailureCause[] }>('log', 'failures', ...site);
  expect(causes).toMatchObject([
    { errorCode: 'user.user-name-taken', action: 'user.create', count: 3, advice: 'advice 3' },
    { errorCode: 'user.invalid', count: 1 },
  ]);
  const since = new Date(Date.now() - 86_400_000).toISOString();
  expect(await cli.json('log', 'failures', '--since', since, ...site)).toMatchObject({ causes: [{ count: 3 }] });
  expect((await cli.run('log', 'failures', '--source', 'google', ...site)).out).toBe('Nothing failed.\n');
  expect((await cli.run('log', 'failures', ...site)).out).toMatch(
    /^3 +user\.user-name-taken +user\.create .*advice 3$/m,
  );
});

describe('export', () => {
  it('writes one JSON object a line, the oldest first, and says on standard error how many', async () => {
    const { out, error, code } = await cli.run('log', 'export', ...site);
    const entries = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as LogEntry);
    const { entries: listed } = await list('--limit', '100');
    expect(entries).toEqual(listed.toReversed());
    expect([code, error]).toEqual([0, '7 entries\n']);
  });

  it('writes a table in which nothing is a formula', async () => {
    const { out } = await cli.run(
      'log',
      'export',
      '--format',
      'csv',
      '--action',
      'user.create',
      '--outcome',
      'success',
      ...site,
    );
    const [headings, ...rows] = out.trimEnd().split('\r\n');
    expect(headings).toMatch(/^time,id,outcome,action,/);
    expect(rows).toHaveLength(2);
    expect(out).toContain(",'=cmd@example.com,");
  });

  it('holds what the filter lets through, and nothing where that is nothing', async () => {
    const { out } = await cli.run('log', 'export', '--subject', 'ada@example.com', ...site);
    expect(out.trimEnd().split('\n')).toHaveLength(2);
    expect((await cli.run('log', 'export', '--source', 'google', ...site)).out).toBe('');
  });
});

it('verify says that everything is as it was sealed, and ends with 1 where it is not', async () => {
  const { sealLog, verifyLog } = await import('../../src/log/index.js');
  // Transactions of other tests hold the horizon back as well.
  const { siteId } = world.actor;
  do await sealLog(world.database, siteId);
  while ((await verifyLog(world.database, siteId)).unsealed > 0);
  expect(await cli.run('log', 'verify', ...site)).toMatchObject({
    code: 0,
    out: expect.stringContaining('Everything is as it was sealed.'),
  });
  await world.database.write(sql`UPDATE log_entries SET outcome = 'skipped' WHERE error_code = 'user.invalid'`);
  const { code, out } = await cli.run('log', 'verify', ...site);
  expect(code).toBe(1);
  expect(out).toMatch(/1 fault:\n- Something in batch \d+ /);
});
