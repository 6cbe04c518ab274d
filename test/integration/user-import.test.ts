import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { verifyLicensing } from '../../src/licensing/index.js';
import { type ApiServer, type ProgramClient, startApiServer } from '../support/api-server.js';
import { createCli, urlOf } from '../support/cli.js';

interface Row {
  readonly line: number;
  readonly userName: string | null;
  readonly outcome: string;
  readonly problems: readonly { readonly code: string; readonly message: string }[];
}

interface Report {
  readonly counts: Readonly<Record<string, number>>;
  readonly rows: readonly Row[];
  readonly seats: readonly Readonly<Record<string, unknown>>[];
}

const cli = createCli();
const url = process.env.DATABASE_URL;
let server: ApiServer;
let api: ProgramClient;
let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-import-'));
  file = join(folder, 'people.csv');
});
beforeEach(async () => {
  await server?.close();
  server = await startApiServer();
  api = await server.program();
  process.env.DATABASE_URL = await urlOf(server.server.database);
});
afterAll(async () => {
  if (url === undefined) delete process.env.DATABASE_URL;
  else process.env.DATABASE_URL = url;
  await server.close();
  await rm(folder, { recursive: true });
});

/** Imports a file, also one of which something is refused. */
async function imported(text: string | Buffer, ...options: string[]): Promise<Report> {
  await writeFile(file, text);
  const { out, error } = await cli.run('user', 'import', file, ...options, '--json');
  if (out === '') throw new Error(error);
  return JSON.parse(out) as Report;
}

const problems = ({ rows }: Report) =>
  rows.flatMap(({ line, outcome, problems: found }) => found.map(({ code }) => `${line} ${outcome} ${code}`));

async function counted(table: 'users' | 'log_entries'): Promise<number> {
  const { database } = server.server;
  const [row] =
    table === 'users'
      ? await database.write<{ count: number }>(sql`SELECT count(*) FROM users`)
      : await database.write<{ count: number }>(sql`SELECT count(*) FROM log_entries`);
  return row?.count ?? -1;
}

const members = async (group: string): Promise<string[]> => {
  const { items } = await api.done('GET', `/groups/${encodeURIComponent(group)}/members`);
  return items.map(({ display }: { display: string }) => display);
};

describe('rollcall user import', () => {
  it('creates people with attributes and groups, changes what differs, and writes nothing the third time', async () => {
    await api.done('POST', '/groups', { displayName: 'Staff' });
    await api.done('POST', '/groups', { displayName: 'Zürich, Büro' });
    const head = '\uFEFFuserName,displayName,givenName,familyName,email,title,department,groups,type,active\r\n';
    const ann =
      'ann,"Ann ""Annie"" Example",Ann,Example,ann@example.com,"Engineer,\nsenior",R&D,"Staff; zürich, büro",,\r\n';
    const ben = "ben,'=1+1,Ben,,ben@example.com,,,Staff,customer,no\r\n";
    const first = await imported(head + ann + ben);
    expect([first.counts, problems(first)]).toEqual([{ created: 2, updated: 0, unchanged: 0, refused: 0 }, []]);
    expect(first.rows.map(({ line }) => line)).toEqual([3, 4]);
    expect(await api.done('GET', '/users/ann')).toMatchObject({
      state: 'active',
      attributes: {
        displayName: 'Ann "Annie" Example',
        name: { givenName: 'Ann', familyName: 'Example' },
        emails: [{ value: 'ann@example.com', type: 'work', primary: true }],
        title: 'Engineer,\nsenior',
        'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { department: 'R&D' },
      },
    });
    expect(await api.done('GET', '/users/ben')).toMatchObject({
      ...{ state: 'deactivated', userType: 'customer', displayName: '=1+1' },
    });
    expect(await members('Zürich, Büro')).toEqual(['Ann "Annie" Example']);
    expect((await members('Staff')).length).toBe(2);

    const second = await imported('USERNAME,familyname,email,active\nANN,Other,ann2@example.com,\nben,,,yes\n');
    expect(second.counts).toEqual({ created: 0, updated: 2, unchanged: 0, refused: 0 });
    const changed = await api.done('GET', '/users/ann');
    expect([changed.userName, changed.attributes.name, changed.attributes.emails]).toEqual([
      'ann',
      { givenName: 'Ann', familyName: 'Other' },
      [{ value: 'ann2@example.com', type: 'work', primary: true }],
    ]);
    expect((await api.done('GET', '/users?search=ben')).items[0].state).toBe('active');
    const entries = await counted('log_entries');
    const third = await imported('USERNAME,familyname,email,active\nANN,Other,ann2@example.com,\nben,,,yes\n');
    expect(third.counts).toEqual({ created: 0, updated: 0, unchanged: 2, refused: 0 });
    expect(await counted('log_entries')).toBe(entries);
  });

  it('refuses a row or a part of it with its line, and does all others', async () => {
    await api.done('POST', '/groups', { displayName: 'Twice' });
    await api.done('POST', '/groups', { displayName: 'twice' });
    await server.server.request('POST', '/Users', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: 'managed',
    });
    const rows = [
      'userName,email,groups,type,active',
      'good,,,,',
      'a,not an address,,,',
      ',,Twice,,',
      'short,',
      'unknown,,Nowhere;Twice,,',
      'GOOD,,,,',
      'managed,,,,no',
      'typed,,,manager,',
      'last,,,,',
    ];
    const report = await imported(`${rows.join('\n')}\n`);
    expect(problems(report)).toEqual([
      '3 refused import.invalid-row',
      '4 refused import.invalid-row',
      '5 refused import.invalid-row',
      '6 created group.not-found',
      '6 created group.name-not-unique',
      '7 refused import.named-twice',
      '8 refused import.managed-user',
      '9 refused import.invalid-row',
    ]);
    expect(report.counts).toEqual({ created: 3, updated: 0, unchanged: 0, refused: 6 });
    const { code, out } = await cli.run('user', 'import', file);
    expect(code).toBe(1);
    expect(out).toMatch(/^4 +- +refused +import\.invalid-row +a row needs a userName or an email$/m);
    expect(out).toMatch(/^5 +- +refused +import\.invalid-row +it has 2 cells for 5 columns$/m);
    expect(out).toContain('0 users created, 0 updated, 3 unchanged, 6 refused.');
  });

  it('changes nothing where the file is broken, wherever that is', async () => {
    for (const [text, line] of [
      ['userName\nann\n"ben\n', 'import.not-csv'],
      ['userName\nann\n"ben"x\n', 'import.not-csv'],
      [Buffer.concat([Buffer.from('userName\nann\n'), Buffer.from([0xff, 0x0a])]), 'import.not-utf8'],
      ['userName,shoe size\nann,9\n', 'import.columns: There is no column "shoe size"'],
      ['userName,USERNAME\nann,ann\n', 'import.columns'],
      ['title\nDr\n', 'import.columns: A column userName or email is needed'],
      ['', 'import.columns'],
    ] as const) {
      await writeFile(file, text);
      const { code, out, error } = await cli.run('user', 'import', file);
      expect([code, out, error]).toEqual([1, '', expect.stringContaining(line)]);
    }
    const missing = await cli.run('user', 'import', join(folder, 'none.csv'));
    expect(missing.error).toContain('import.unreadable');
    expect(await counted('users')).toBe(0);
  });

  it('gives seats in the order of the lines, and says at each of the others that there was none', async () => {
    await seats('refuse');
    const list = `userName,groups\n${['e', 'd', 'c', 'b', 'a'].map((name) => `${name},Wiki users`).join('\n')}\n`;
    const ahead = await imported(list, '--dry-run');
    expect([ahead.counts.created, ahead.seats]).toEqual([
      5,
      [expect.objectContaining({ application: 'wiki', seats: 2, used: 0, asked: 5, freed: 0, short: 3 })],
    ]);
    expect([await counted('users'), await members('Wiki users')]).toEqual([0, []]);

    const report = await imported(list);
    expect(problems(report)).toEqual([4, 5, 6].map((line) => `${line} created licence.out-of-seats`));
    expect((await members('Wiki users')).length).toBe(2);
    for (const name of ['e', 'd']) expect((await api.done('GET', `/users/${name}`)).entitlements).toHaveLength(1);
    const { database, siteId, config } = server.server;
    expect(await verifyLicensing(database, siteId, config.licensing)).toEqual([]);
    const { code, out } = await cli.run('user', 'import', file, '--dry-run');
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/wiki +wiki +2 +2 +3 +0 +3\n[\s\S]*0 users would be created, 3/),
    ]);
  });

  it('does what a dry run foresees, for thousands of rows as well', async () => {
    await seats('wait', 1000);
    const line = (n: number) =>
      `u${n},U ${n},u${n}@example.com,${n % 2 === 0 ? 'Wiki users' : ''},${n % 10 === 0 ? 'no' : ''}`;
    const list = `userName,displayName,email,groups,active\n${Array.from({ length: 5000 }, (_, n) => line(n)).join('\n')}`;
    const ahead = await imported(list, '--dry-run');
    const report = await imported(list);
    expect(report.counts).toEqual(ahead.counts);
    expect(report.counts.created).toBe(5000);
    const { licences } = await api.done('GET', '/applications/wiki');
    expect(ahead.seats).toMatchObject([{ asked: 2000, short: 1000 }]);
    expect(licences).toMatchObject([{ used: 1000, waiting: 1000 }]);
    expect((await imported(list)).counts.unchanged).toBe(5000);
  }, 60_000);
});

/** An application with a default group, and so many seats. */
async function seats(policy: 'wait' | 'refuse', number = 2): Promise<void> {
  await server.application({ key: 'wiki', licence: { seats: number, policy } });
  const { id } = await api.done('POST', '/groups', { displayName: 'Wiki users' });
  await api.done('PUT', `/applications/wiki/roles/user/default-groups/${id}`);
}

describe('the API', () => {
  it('imports rows of JSON in the same way, once for each key', async () => {
    await api.done('POST', '/groups', { displayName: 'Staff' });
    const rows = [
      { userName: 'ann', groups: ['Staff'], active: true, type: 'service' },
      { email: 'ben@example.com', groups: 'Staff;Nowhere' },
      { userName: 'ann' },
      { userName: 'cid', shoeSize: 9 },
    ];
    const headers = { 'idempotency-key': 'list-1' };
    const ahead = await api.done('POST', '/user-imports', { rows, dryRun: true });
    const report = await api.done('POST', '/user-imports', { rows }, headers);
    expect(report.counts).toEqual({ created: 2, updated: 0, unchanged: 0, refused: 2 });
    expect(ahead.counts).toEqual(report.counts);
    expect(problems(report)).toEqual([
      '2 created group.not-found',
      '3 refused import.named-twice',
      '4 refused import.invalid-row',
    ]);
    expect(await api.done('POST', '/user-imports', { rows }, headers)).toEqual(report);
    expect(await api.done('GET', '/users/ann')).toMatchObject({
      userType: 'service',
      groups: [{ displayName: 'Staff' }],
    });
    expect(await api.done('GET', '/users/ben%40example.com')).toMatchObject({ userName: 'ben@example.com' });
  });

  it('says which setting is in the way of too many rows, and of a type that cannot be', async () => {
    const small = await startApiServer({ limits: { importRows: 1 } });
    try {
      const program = await small.program();
      const rows = [{ userName: 'a' }, { userName: 'b' }];
      const { status, body } = await program.request('POST', '/user-imports', { rows });
      expect([status, body.code, body.detail]).toEqual([
        400,
        'request.invalid',
        expect.stringContaining('LIMIT_IMPORT_ROWS'),
      ]);
    } finally {
      await small.close();
    }
    await seats('wait');
    await api.done('POST', '/user-imports', { rows: [{ userName: 'ann', groups: 'Wiki users' }] });
    const report = await api.done('POST', '/user-imports', { rows: [{ userName: 'ann', type: 'customer' }] });
    expect(problems(report)).toEqual(['1 unchanged user.holds-seats']);
  });
});
