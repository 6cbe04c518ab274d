import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { type Cli, createCli, urlOf } from '../support/cli.js';
import { createWorld, type World } from '../support/directory-world.js';

let world: World;
let cli: Cli;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  world = await createWorld();
  environment = process.env;
  process.env = { ...environment, DATABASE_URL: await urlOf(world.database) };
  const real = createCli();
  const inSite = (argv: readonly string[]) => [...argv, '--site', 'test'];
  cli = { run: (...argv) => real.run(...inSite(argv)), json: (...argv) => real.json(...inSite(argv)) };
  const { roles, licenceId } = await world.application({ key: 'wiki', licence: { seats: 5, policy: 'allow' } });
  const group = await world.group('Staff');
  await world.grant(roles.get('user') ?? '', group);
  await world.members(group, { kind: 'add', ids: [await world.user('ann')] });
  await world.database.write(sql`DELETE FROM licence_days`);
  await world.database.write(sql`
    INSERT INTO licence_days (site_id, licence_id, day, application_id, name, seats, used, highest, over, waiting)
    SELECT l.site_id, l.id, day::date, l.application_id, '=wiki', 5, used, used + 1, greatest(0, used - 4), 0
    FROM licences l, (VALUES ('2027-01-30', 3), ('2027-01-31', 5), ('2027-02-01', 6)) AS known (day, used)
    WHERE l.id = ${licenceId}`);
});
afterAll(async () => {
  process.env = environment;
  await world.close();
});

describe('rollcall licensing', () => {
  it('history draws days', async () => {
    const { out } = await cli.run('licensing', 'history', 'wiki', '--from', '2027-01-30', '--to', '2027-02-01');
    const charts = out.split('\n').filter((line) => line.startsWith('2027'));
    expect(charts.map((line) => line.slice(line.search(/[#]/)))).toEqual([
      `${'#'.repeat(13)}${'+'.repeat(4)}    |`,
      `${'#'.repeat(21)}|${'+'.repeat(5)}`,
      `${'#'.repeat(21)}|${'#'.repeat(5)}${'+'.repeat(4)}`,
    ]);
    expect(charts[2]).toMatch(/^2027-02-01 +5 +6 +7 +2 +0/);
  });

  it('history gives JSON and CSV in which no name is a formula', async () => {
    const range = ['--from', '2027-01-31', '--to', '2027-01-31'];
    expect(await cli.json('licensing', 'history', 'wiki', ...range)).toMatchObject({
      from: '2027-01-31',
      days: [{ day: '2027-01-31', seats: 5, used: 5, highest: 6, over: 1, waiting: 0 }],
    });
    const { out } = await cli.run('licensing', 'history', 'wiki', ...range, '--csv');
    expect(out).toBe("day,licence,seats,used,highest,over,waiting\r\n2027-01-31,'=wiki,5,5,6,1,0\n");
  });

  it('history shows the last 30 days, and says when nothing is known', async () => {
    expect(await cli.run('licensing', 'history', 'wiki', '--to', '2026-01-01')).toMatchObject({
      code: 0,
      out: 'Nothing is known of these days.\n',
    });
    const { from } = await cli.json<{ from: string }>('licensing', 'history', 'wiki', '--to', '2026-01-30');
    expect(from).toBe('2026-01-01');
  });

  it('true-up adds up', async () => {
    const range = ['--from', '2027-01-01', '--to', '2027-12-31'];
    const { licences } = await cli.json<{ licences: object[] }>('licensing', 'true-up', 'wiki', ...range);
    expect(licences).toMatchObject([
      { days: 3, seats: 5, peak: 7, peakDay: '2027-02-01', average: 4.67, daysOver: 2, highestOver: 2 },
    ]);
    const { out } = await cli.run('licensing', 'true-up', 'wiki', ...range);
    expect(out).toMatch(/=wiki +5 +3 +7 +2027-02-01 +4\.67 +2 +2/);
    const { out: csv } = await cli.run('licensing', 'true-up', 'wiki', ...range, '--csv');
    expect(csv.split('\r\n')[1]?.trim()).toBe("'=wiki,5,3,7,2027-02-01,4.67,2,2");
  });

  it.each([
    [['wiki', '--from', '2027-02-30'], /Write a day such as/],
    [['wiki', '--from', '2027-02-02', '--to', '2027-02-01'], /--from must not be later/],
    [['wiki', '--csv', '--json'], /cannot be used with/],
    [['nothing'], /application.not-found/],
  ])('history %j says what is wrong', async (argv, message) => {
    expect((await cli.run('licensing', 'history', ...argv)).error).toMatch(message);
  });
});

describe('rollcall licence', () => {
  it('set --warn-at changes the warnings, which application show and list tell of', async () => {
    type Shown = { licences: { warnAt: number[]; warnedAt: number | null }[] };
    const set = (...argv: string[]) => cli.json<Shown>('licence', 'set', '--application', 'wiki', ...argv);
    expect((await set('--warn-at', '20,90')).licences).toMatchObject([{ warnAt: [20, 90], warnedAt: 20 }]);
    expect((await cli.run('application', 'show', 'wiki')).out).toMatch(/valid, 20 % reached/);
    expect((await cli.run('application', 'list')).out).toMatch(/1 of 5 \(20 % reached\)/);
    const { out } = await cli.run('log', 'list', '--action', 'licence.warning');
    expect(out).toContain('20 % reached: 1 of 5 seats are taken');
    expect((await set('--warn-at', 'never')).licences).toMatchObject([{ warnAt: [] }]);
    const { error } = await cli.run('licence', 'set', '--application', 'wiki', '--warn-at', '0');
    expect(error).toMatch(/^licence.invalid-warning/);
  });
});
