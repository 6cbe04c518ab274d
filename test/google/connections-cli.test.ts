import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import type { ConnectionCheck, GoogleConnection } from '../../src/google/index.js';
import { type Cli, type CliResult, createCli, urlOf } from '../support/cli.js';
import { createWorld, type World } from '../support/directory-world.js';
import { type Emulator, startGoogleEmulator } from '../support/google-emulator/index.ts';

interface Tested {
  readonly ok: boolean;
  readonly checks: readonly ConnectionCheck[];
}

let world: World;
let cli: Cli;
let emulator: Emulator;
let environment: NodeJS.ProcessEnv;
let folder: string;
let keyFile: string;

beforeAll(async () => {
  world = await createWorld();
  emulator = await startGoogleEmulator({ seed: { users: 10, groups: 4, memberships: 12, domains: 1 } });
  folder = await mkdtemp(join(tmpdir(), 'rollcall-google-'));
  keyFile = join(folder, 'key.json');
  environment = process.env;
  process.env = {
    ...environment,
    DATABASE_URL: await urlOf(world.database),
    GOOGLE_API_ROOT_URL: emulator.origin,
    GOOGLE_ALLOWED_HOSTS: new URL(emulator.origin).host,
    GOOGLE_REQUESTS_PER_MINUTE: '600000',
    GOOGLE_RETRY_FIRST_MILLISECONDS: '1',
  };
  const real = createCli();
  const inSite = (argv: readonly string[]) => [...argv, '--site', 'test'];
  cli = { run: (...argv) => real.run(...inSite(argv)), json: (...argv) => real.json(...inSite(argv)) };
});
afterAll(async () => {
  process.env = environment;
  await emulator.close();
  await world.close();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  emulator.clearFaults();
  emulator.clearRequests();
  await world.database.write(sql`DELETE FROM connections WHERE type = 'google'`);
  await useKey();
});

let account = '';
async function useKey(options: Parameters<Emulator['keyFor']>[0] = {}): Promise<void> {
  const key = emulator.keyFor(options);
  account = key.client_email;
  await writeFile(keyFile, JSON.stringify(key));
}

const connect = (...argv: string[]) =>
  cli.json<GoogleConnection>('google', 'connect', '--name', 'work', '--key', keyFile, ...argv);
const connected = (...argv: string[]) => connect('--subject', emulator.adminEmail, ...argv);
const refused = ({ code, out, error }: CliResult) => {
  expect([code, out]).toEqual([1, '']);
  return error;
};

describe('rollcall google', () => {
  it('connect, list, show, set, pause, resume and replace-key', async () => {
    const made = await connected('--interval', '30', '--link', 'manual', '--limit', 'users=10,50,20');
    expect(made).toMatchObject({
      name: 'work',
      customer: 'my_customer',
      intervalMinutes: 30,
      serviceAccount: account,
      settings: { link: 'manual', limits: { users: { percent: 10, count: 50, minimumBase: 20 } } },
    });
    expect(await cli.json('google', 'list')).toMatchObject([{ id: made.id, state: 'active' }]);
    const set = ['--map', 'title=organizations[0].title', '--take', 'title', '--grace-hours', '48', 'work'];
    expect(await cli.json('google', 'set', ...set)).toMatchObject({
      settings: { mapping: { title: 'organizations[0].title' }, takes: ['title'], graceHours: 48, link: 'manual' },
    });
    expect((await cli.run('google', 'show', 'work')).out).toContain('48 hours and 2 runs');
    expect(await cli.json('google', 'pause', 'work')).toMatchObject({ state: 'paused' });
    expect((await cli.run('google', 'resume', 'work')).out).toBe('work is active.\n');
    await useKey();
    expect(await cli.json('google', 'replace-key', '--key', keyFile, 'work')).toMatchObject({
      serviceAccount: account,
    });
    expect((await cli.run('google', 'list')).out).toContain(account);
  });

  it('takes the settings that show prints', async () => {
    const { settings } = await connected('--link', 'manual');
    const file = join(folder, 'settings.json');
    await writeFile(file, JSON.stringify({ ...settings, graceHours: 7 }));
    expect(await cli.json('google', 'set', '--settings', file, '--link', 'link', 'work')).toMatchObject({
      settings: { graceHours: 7, link: 'link' },
    });
  });

  it('B53: shows no key anywhere', async () => {
    await connected();
    for (const command of [
      ['list'],
      ['show', 'work'],
      ['show', 'work', '--json'],
      ['test-connection', 'work', '--json'],
    ]) {
      expect((await cli.run('google', ...command)).out).not.toMatch(/PRIVATE|private_?key/i);
    }
  });

  it.each<[readonly string[], string]>([
    [['--name', 'x'], 'give --key <file> or --keyless <name>'],
    [['--name', 'x', '--key', '/nowhere/key.json'], 'ENOENT'],
    [['--name', ' ', '--keyless', 'y'], 'must not be empty'],
  ])('connect %j is a mistake', async (argv, message) => {
    const { code, error } = await cli.run('google', 'connect', ...argv);
    expect([code, error]).toEqual([2, expect.stringContaining(message)]);
  });

  it.each<[readonly string[], string]>([
    [['--org-unit', '/', '--all'], '--all selects everything'],
    [['--group-rule', 'eng'], 'email:PREFIX'],
    [['--map', 'title'], 'its source'],
    [['--limit', 'users=10'], 'users=20,500,20'],
    [[], 'say what to change'],
  ])('set %j is a mistake', async (argv, message) => {
    await connected();
    const { code, error } = await cli.run('google', 'set', ...argv, 'work');
    expect([code, error]).toEqual([2, expect.stringContaining(message)]);
  });

  it('other commands of connections leave it alone', async () => {
    await connected();
    expect(refused(await cli.run('connection', 'rotate-token', 'work'))).toContain('connection.is-google');
    expect(refused(await cli.run('connection', 'pause', 'work'))).toContain('rollcall google');
    expect((await cli.run('connection', 'list')).out).toMatch(/work +google +- +see: rollcall google list/);
    const { out } = await cli.run('connection', 'show', 'work');
    expect(out).toContain('see: rollcall google show work');
    expect(out).not.toContain('/scim/v2/');
  });
});

describe('B43: what a selection names is looked up when it is saved', () => {
  it('units and groups that are there are taken', async () => {
    const [group] = emulator.directory.groups.items;
    const { settings } = await connected('--org-unit', '/', '--group', group?.id ?? '', '--no-nested');
    expect(settings.selection).toEqual({
      mode: 'selected',
      orgUnits: [{ path: '/', scope: 'subtree' }],
      groupIds: [group?.id],
      groupRules: [],
      nested: false,
      onlyMembers: true,
    });
  });

  it.each<[readonly string[], string]>([
    [['--org-unit', '/no/such/unit'], 'selection.orgUnits.0: Google knows no organizational unit "/no/such/unit"'],
    [['--group', '01nosuchgroup'], 'selection.groupIds.0: Google knows no group "01nosuchgroup" (Resource Not Found'],
    [['--domain', 'wrong.example'], '"wrong.example"'],
  ])('%j is refused, and nothing is stored', async (argv, message) => {
    const given = ['--name', 'work', '--key', keyFile, '--subject', emulator.adminEmail];
    expect(refused(await cli.run('google', 'connect', ...given, ...argv))).toContain(message);
    expect(await cli.json('google', 'list')).toEqual([]);
    await connected();
    expect(refused(await cli.run('google', 'set', ...argv, 'work'))).toContain(message);
    expect(await cli.json('google', 'show', 'work')).toMatchObject({ settings: { selection: { mode: 'all' } } });
    expect(await cli.json('google', 'set', '--no-check', ...argv, 'work')).toMatchObject({ name: 'work' });
  });

  it('nothing is asked where nothing is named', async () => {
    await connected('--group-rule', 'email:eng-');
    expect(emulator.requests).toEqual([]);
  });
});

describe('B49: rollcall google test-connection', () => {
  const test = async () => {
    const { code, out, error } = await cli.run('google', 'test-connection', 'work', '--json');
    return { code, error, ...(JSON.parse(out || '{}') as Tested) };
  };
  const outcomes = (tested: Tested) =>
    Object.fromEntries(tested.checks.map(({ name, outcome, code }) => [name, code ?? outcome]));

  it('says that everything that is needed can be read', async () => {
    await connected();
    const tested = await test();
    expect(tested).toMatchObject({ code: 0, ok: true });
    expect(outcomes(tested)).toMatchObject({
      users: 'ok',
      groups: 'ok',
      members: 'ok',
      'org-units': 'ok',
      customer: 'ok',
    });
    // One item each: a test costs next to nothing of the quota.
    for (const { query } of emulator.requests.filter(({ path }) => /users|groups/.test(path))) {
      expect(query.maxResults ?? '1').toBe('1');
    }
  });

  it('names each scope that is missing', async () => {
    await useKey({ delegation: ['https://www.googleapis.com/auth/admin.directory.user.readonly'] });
    await connected();
    const tested = await test();
    expect(tested).toMatchObject({ code: 1, ok: false });
    expect(outcomes(tested)).toMatchObject({
      users: 'ok',
      groups: 'google.scope-not-delegated',
      reports: 'google.scope-not-delegated',
    });
    const groups = tested.checks.find(({ name }) => name === 'groups');
    expect(groups?.message).toContain('these scopes: admin.directory.group.readonly.');
    const { out } = await cli.run('google', 'test-connection', 'work');
    expect(out).toContain('"work" cannot be read.');
  });

  it.each<[string, () => void | Promise<void>, readonly string[], string]>([
    [
      'the API is off',
      () => void emulator.fault('403-quota', { reason: 'accessNotConfigured', times: 100 }),
      [],
      'google.api-disabled',
    ],
    ['the customer is unknown', () => undefined, ['--customer', 'C0unknown1'], 'google.not-authorized'],
    [
      'the service account is deleted',
      () => emulator.accounts.change(account, { deleted: true }),
      [],
      'google.service-account-unknown',
    ],
  ])('says that %s', async (_, happen, argv, code) => {
    await connected(...argv);
    await happen();
    const tested = await test();
    expect([tested.code, tested.checks[0]?.code]).toEqual([1, code]);
    expect(tested.checks[0]?.message).not.toMatch(/\[object|undefined/);
    for (const word of argv.slice(1)) expect(tested.checks[0]?.message).toContain(`${word} is not its customer ID`);
  });

  it('says that the subject cannot be used, and tries nothing else', async () => {
    await connect('--subject', `nobody@${emulator.directory.primaryDomain}`);
    const tested = await test();
    expect(outcomes(tested)).toMatchObject({
      users: 'google.subject-unusable',
      groups: 'not-tried',
      reports: 'not-tried',
    });
  });

  it('B54: says which role a service account of its own lacks', async () => {
    await useKey({ adminRole: ['users'] });
    await connect('--customer', emulator.customerId);
    const tested = await test();
    expect(outcomes(tested)).toMatchObject({ users: 'ok', groups: 'google.not-authorized' });
    expect(tested.checks[1]?.message).toContain('assign it an admin role');
  });

  it('says how to go on where the connection needed attention', async () => {
    const { id } = await connected();
    await world.database.write(sql`
      UPDATE google_connections SET state = 'needs-attention', reason_code = 'google.x', reason_text = 'y' WHERE id = ${id}`);
    expect((await cli.run('google', 'test-connection', 'work')).out).toContain('rollcall google resume work');
    expect((await cli.run('google', 'show', 'work')).out).toContain('google.x: y');
  });
});
