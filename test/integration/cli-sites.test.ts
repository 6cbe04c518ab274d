import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createCli, urlOf } from '../support/cli.js';
import { nameServer } from '../support/name-server.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const cli = createCli();

interface ClaimedDomain {
  readonly name: string;
  readonly record: string;
  readonly verifiedBy: string | null;
}

describe('rollcall migrate, site and domain', () => {
  let test: TestDatabase;
  const { DATABASE_URL, DNS_RESOLVERS } = process.env;
  beforeAll(async () => {
    test = await createTestDatabase({ blank: true });
    process.env.DATABASE_URL = await urlOf(test.database);
  });
  afterAll(async () => {
    restore('DATABASE_URL', DATABASE_URL);
    restore('DNS_RESOLVERS', DNS_RESOLVERS);
    await test.drop();
  });

  it('an unmigrated database is one line that says what to do', async () => {
    for (const argv of [
      ['site', 'list', '--json'],
      ['user', 'list'],
    ]) {
      const answer = await cli.run(...argv);
      expect(answer).toMatchObject({ code: 1, out: '' });
      expect(answer.error).toMatch(/^database\.not-migrated: [^\n]*`rollcall migrate`[^\n]*\n$/);
    }
  });

  it('migrate makes the tables and the default site, and takes the last step back', async () => {
    const { migrated } = await cli.json<{ migrated: string[] }>('migrate');
    expect(migrated.length).toBeGreaterThanOrEqual(4);
    expect(await cli.run('migrate')).toMatchObject({ code: 0, out: 'The database is up to date.\n' });
    expect(await cli.json('migrate', '--down')).toEqual({ reverted: 1 });
    expect(await cli.run('site', 'list')).toMatchObject({ code: 1 });
    expect(await cli.json('migrate')).toEqual({ migrated: migrated.slice(-1) });
  });

  it('site create and list', async () => {
    expect(await cli.json('site', 'create', 'north', '--name', 'North')).toMatchObject({ key: 'north', name: 'North' });
    expect(await cli.json('site', 'list')).toMatchObject([{ key: 'default' }, { key: 'north', name: 'North' }]);
    expect((await cli.run('site', 'list')).out).toMatch(
      /^KEY +NAME +CREATED\ndefault +Default site +\d{4}-.+Z\nnorth +North /,
    );
    const taken = await cli.run('site', 'create', 'north');
    expect(taken).toEqual({ code: 1, out: '', error: expect.stringMatching(/^site\.key-taken: [^\n]+\n$/) });
    expect(await cli.run('site', 'create', 'Not a key')).toMatchObject({
      code: 1,
      error: expect.stringMatching(/^site\.invalid-key: /),
    });
    const unknown = await cli.run('user', 'list', '--site', 'south');
    expect(unknown).toEqual({ code: 1, out: '', error: expect.stringMatching(/^site\.not-found: [^\n]+\n$/) });
  });

  it('a domain is proved by its TXT record, of the resolver in the settings', async () => {
    const { record } = await cli.json<ClaimedDomain>('domain', 'add', 'Example.com');
    const records = new Map<string, string[]>([['example.com', ['v=spf1 -all', 'rollcall-verification=other']]]);
    const server = await nameServer(records);
    process.env.DNS_RESOLVERS = `127.0.0.1:${server.address().port}`;
    try {
      const wrong = await cli.run('domain', 'verify', 'example.com');
      expect(wrong).toMatchObject({ code: 1, out: '' });
      expect(wrong.error).toMatch(/^domain\.record-not-found: [^\n]+\n$/);
      for (const part of [record, '"v=spf1 -all"', '"rollcall-verification=other"'])
        expect(wrong.error).toContain(part);

      records.delete('example.com');
      expect((await cli.run('domain', 'verify', 'example.com')).error).toContain('it has none');

      records.set('example.com', ['v=spf1 -all', record]);
      expect(await cli.json('domain', 'verify', 'EXAMPLE.com')).toMatchObject({
        name: 'example.com',
        verifiedBy: 'dns',
      });
      expect(await cli.json('log', 'list', '--action', 'domain.verify')).toMatchObject({
        entries: [
          { outcome: 'success' },
          { errorCode: 'domain.record-not-found' },
          { errorCode: 'domain.record-not-found' },
        ],
      });
    } finally {
      server.close();
    }
  });

  it('a name server that is away is named', async () => {
    await cli.json('domain', 'add', 'silent.example.com');
    process.env.DNS_RESOLVERS = '127.0.0.1:9';
    const answer = await cli.run('domain', 'verify', 'silent.example.com');
    expect(answer).toMatchObject({ code: 1, out: '' });
    expect(answer.error).toMatch(/^domain\.dns-failed: [^\n]*127\.0\.0\.1:9[^\n]*\n$/);
  });

  it('the operator may vouch for a domain; it belongs to one site', async () => {
    await cli.json('domain', 'add', 'trusted.example.com');
    expect(await cli.json('domain', 'verify', 'trusted.example.com', '--trust')).toMatchObject({
      verifiedBy: 'operator',
    });
    const { out } = await cli.run('domain', 'list');
    expect(out).toMatch(/^trusted\.example\.com +by operator /m);
    expect(out).toMatch(/^silent\.example\.com +no +- +rollcall-verification=/m);
    await cli.json('domain', 'add', 'trusted.example.com', '--site', 'north');
    const other = await cli.run('domain', 'verify', 'trusted.example.com', '--trust', '--site', 'north');
    expect(other).toMatchObject({ code: 1, error: expect.stringMatching(/^domain\.of-another-site: /) });
    for (const [argv, code] of [
      [['domain', 'add', 'no domain'], 'domain.invalid-name'],
      [['domain', 'add', 'example.com'], 'domain.exists'],
      [['domain', 'verify', 'unknown.example.com'], 'domain.not-found'],
    ] as const) {
      expect(await cli.run(...argv)).toMatchObject({ code: 1, error: expect.stringMatching(new RegExp(`^${code}: `)) });
    }
  });
});

describe('rollcall', () => {
  const { DATABASE_URL } = process.env;
  afterAll(() => restore('DATABASE_URL', DATABASE_URL));

  it('a database that is away is one line', async () => {
    process.env.DATABASE_URL = 'postgres://nobody@127.0.0.1:1/nothing';
    const answer = await cli.run('site', 'list', '--json');
    expect(answer).toEqual({ code: 1, out: '', error: expect.stringMatching(/^database\.unavailable: [^\n]+\n$/) });
  });

  it('a wrong setting is one line that names it, without its value', async () => {
    process.env.DATABASE_URL = 'mysql://secret';
    const answer = await cli.run('site', 'list');
    expect(answer).toEqual({
      code: 1,
      out: '',
      error: expect.stringMatching(/^config\.invalid: DATABASE_URL [^\n]+\n$/),
    });
    expect(answer.error).not.toContain('secret');
  });

  it('help goes to standard output and is no failure', async () => {
    for (const [argv, part] of [
      [['--help'], 'connections of identity providers'],
      [['connection', '--help'], 'rotate-token'],
      [['connection', 'create', '--help'], '--profile <profile>'],
    ] as const) {
      const { code, out, error } = await cli.run(...argv);
      expect({ code, error }).toEqual({ code: 0, error: '' });
      expect(out).toContain(part);
    }
  });

  it.each([
    [[], 'a command is missing; see: rollcall --help'],
    [['connection'], 'a command is missing; see: rollcall connection --help'],
    [['conection', 'list'], "unknown command 'conection' (Did you mean connection?)"],
    [['site', 'destroy'], "unknown command 'destroy'"],
    [['--json'], "unknown option '--json'"],
    [['site', 'create'], "missing required argument 'key'"],
    [['site', 'list', 'extra'], 'too many arguments'],
    [['site', 'create', 'x', '--name'], "option '--name <name>' argument missing"],
  ])('%j is exit code 2 and one line', async (argv, part) => {
    const answer = await cli.run(...argv);
    expect(answer).toEqual({ code: 2, out: '', error: expect.stringMatching(/^error: [^\n]+\n$/) });
    expect(answer.error).toContain(part);
  });

  it('serve hands the settings over', async () => {
    restore('DATABASE_URL', DATABASE_URL);
    const served: unknown[] = [];
    const serving = createCli({
      openServices: () => Promise.reject(new Error('not asked for')),
      serve: async (config) => void served.push(config.server.port),
    });
    expect(await serving.run('serve')).toEqual({ code: 0, out: '', error: '' });
    expect(served).toEqual([8080]);
  });
});

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
