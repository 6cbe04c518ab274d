import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import type { Command } from '../../src/directory/index.js';
import {
  addLicence,
  changeLicence,
  findApplication,
  forgetLicenceDays,
  type NewLicence,
  readLicenceDays,
  readTrueUp,
  recordLicenceDays,
  removeLicence,
} from '../../src/licensing/index.js';
import { createWorld, type World } from '../support/directory-world.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const DAY = 86_400_000;
const dayOf = (at: Date) => at.toISOString().slice(0, 10);
const ago = (days: number) => new Date(Date.now() - days * DAY);
const EVER = { from: '2020-01-01', to: '2100-01-01' };

let shared: TestDatabase;
let world: World;
let applicationId: string;
let group: string;
let siteId: number;

beforeAll(async () => {
  shared = await createTestDatabase();
});
afterAll(() => shared.drop());

beforeEach(async () => {
  world = await createWorld(shared.database);
  siteId = world.administrator.siteId;
  const { roles } = await world.application({ key: 'wiki' });
  applicationId = (await findApplication(world.database, siteId, 'wiki')).id;
  group = await world.group('Staff');
  await world.grant(roles.get('user') ?? '', group);
});

const run = <Result>(command: Command<Result>) =>
  world.change.run(world.administrator, { action: command.action, objectType: command.objectType }, () => command);
const licence = async (wanted: Partial<NewLicence> = {}) =>
  (
    await run(
      addLicence(world.administrator, applicationId, {
        name: 'Wiki',
        seats: 2,
        policy: 'allow',
        period: { from: undefined, until: undefined },
        roles: ['user'],
        ...wanted,
      }),
    )
  ).id;
const setSeats = (id: string, seats: number | undefined) => run(changeLicence(world.administrator, id, { seats }));
const record = (at = new Date()) => recordLicenceDays(world.database, siteId, at);
const all = () => readLicenceDays(world.database, siteId, applicationId, EVER);

let people = 0;
async function join(number: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < number; n += 1) ids.push(await world.user(`person-${people++}`));
  await world.members(group, { kind: 'add', ids });
  return ids;
}
const leave = (ids: readonly string[]) => world.members(group, { kind: 'remove', ids });

/** Lets days go by: all that is written down lies so far back. */
async function goBy(days: number): Promise<void> {
  // Two steps, so that no day meets another on its way.
  for (const step of [-10_000 - days, 10_000]) {
    await world.database.write(sql`UPDATE licence_days SET day = day + ${step}::integer WHERE site_id = ${siteId}`);
  }
}

const shown = async () =>
  (await all()).map(({ day, seats, used, highest, over, waiting }) => [day, seats, used, highest, over, waiting]);

describe('the use of a licence by day', () => {
  it('is written down by each change: what is taken, the most of it, and the most beyond the seats', async () => {
    const id = await licence();
    const ids = await join(3);
    await leave(ids.slice(0, 2));
    await setSeats(id, 5);
    const today = dayOf(new Date());
    expect(await shown()).toEqual([[today, 5, 1, 3, 1, null]]);
    await record();
    await record();
    expect(await shown()).toEqual([[today, 5, 1, 3, 1, 0]]);
  });

  it('begins a day with what the one before it ended with', async () => {
    const id = await licence();
    const ids = await join(3);
    await goBy(1);
    await leave(ids);
    await setSeats(id, 10);
    expect(await shown()).toEqual([
      [dayOf(ago(1)), 2, 3, 3, 1, null],
      [dayOf(new Date()), 10, 0, 3, 1, null],
    ]);
  });

  it('fills in days at which nobody looked, since each change of a limited licence was written down', async () => {
    await licence();
    await join(3);
    await goBy(4);
    await Promise.all([record(), record(), record()]);
    const rest = [2, 3, 3, 1];
    expect(await shown()).toEqual([
      [dayOf(ago(4)), ...rest, null],
      [dayOf(ago(3)), ...rest, null],
      [dayOf(ago(2)), ...rest, null],
      [dayOf(ago(1)), ...rest, null],
      [dayOf(new Date()), ...rest, 0],
    ]);
  });

  it('of an unlimited licence is what was seen, and is not known of days at which nobody looked', async () => {
    await licence({ seats: undefined });
    const ids = await join(2);
    await record();
    await leave(ids.slice(0, 1));
    await record();
    await goBy(3);
    await record();
    expect(await shown()).toEqual([
      [dayOf(ago(3)), null, 1, 2, 0, 0],
      [dayOf(new Date()), null, 1, 1, 0, 0],
    ]);
  });

  it('goes on where a licence gets a limit or loses it', async () => {
    const id = await licence({ seats: undefined });
    await join(2);
    await record();
    await setSeats(id, 1);
    expect((await shown()).map((row) => row.slice(1, 5))).toEqual([[1, 2, 2, 1]]);
    await setSeats(id, undefined);
    expect((await shown()).map((row) => row.slice(1, 5))).toEqual([[null, 2, 2, 1]]);
    await join(2);
    await record();
    expect((await shown()).map((row) => row.slice(1, 5))).toEqual([[null, 4, 4, 1]]);
  });

  it('counts who waits, and over-use once a licence has ended', async () => {
    const until = new Date(Date.now() + DAY);
    const id = await licence({ seats: 1, policy: 'wait', period: { from: undefined, until } });
    await join(3);
    await record();
    expect((await shown()).map((row) => row.slice(1))).toEqual([[1, 1, 1, 0, 2]]);
    await world.database.write(sql`UPDATE licences SET valid_until = now() - interval '1 hour' WHERE id = ${id}`);
    await goBy(1);
    await record();
    expect((await shown()).map((row) => row.slice(1))).toEqual([
      [1, 1, 1, 0, 2],
      [0, 1, 1, 1, 2],
    ]);
  });

  it('is right also where changes and looks meet', async () => {
    await licence({ seats: 1000 });
    const ids = await Promise.all(Array.from({ length: 12 }, () => world.user(`person-${people++}`)));
    await Promise.all(
      ids.flatMap((id) => [world.members(group, { kind: 'add', ids: [id] }), record(), record(new Date())]),
    );
    expect((await shown()).map((row) => row.slice(1, 5))).toEqual([[1000, 12, 12, 0]]);
  });

  it('is not set back by a look that began before a change and ends after it', async () => {
    const id = await licence({ seats: 10 });
    await join(1);
    let looking: Promise<void> | undefined;
    await world.database.transaction(async (transaction) => {
      // What a settlement does, at the moment at which it has written all and not yet ended.
      await transaction.run(sql`SELECT 1 FROM licences WHERE id = ${id} FOR UPDATE`);
      await transaction.run(sql`UPDATE licences SET seats_used = 7 WHERE id = ${id}`);
      await transaction.run(sql`UPDATE licence_days SET used = 7, highest = 7 WHERE licence_id = ${id}`);
      looking = record();
      const waiting = sql`
        SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      while ((await world.database.read(waiting)).length === 0);
    });
    await looking;
    expect((await shown()).map((row) => row.slice(1, 5))).toEqual([[10, 7, 7, 0]]);
  });

  it('stays when the licence goes, and is forgotten when it is old', async () => {
    const id = await licence();
    await join(1);
    await goBy(800);
    await record();
    await run(removeLicence(world.administrator, id));
    expect(await all()).toHaveLength(801);
    await forgetLicenceDays(world.database, siteId, ago(10));
    expect((await all())[0]?.day).toBe(dayOf(ago(10)));
  });
});

describe('a true-up', () => {
  it('adds up peak, average and days beyond the seats', async () => {
    const id = await licence();
    const ids = await join(4);
    await goBy(2);
    await leave(ids.slice(0, 3));
    await goBy(3);
    await record();
    expect((await shown()).map(([, ...row]) => row.slice(1, 4))).toEqual([
      [4, 4, 2],
      [4, 4, 2],
      [1, 4, 2],
      [1, 1, 0],
      [1, 1, 0],
      [1, 1, 0],
    ]);
    const range = { from: dayOf(ago(5)), to: dayOf(new Date()) };
    expect(await readTrueUp(world.database, siteId, applicationId, range)).toEqual([
      {
        licenceId: id,
        licence: 'Wiki',
        days: 6,
        seats: 2,
        peak: 4,
        peakDay: dayOf(ago(5)),
        average: 2,
        daysOver: 3,
        highestOver: 2,
      },
    ]);
    const last = { from: dayOf(ago(1)), to: dayOf(new Date()) };
    expect(await readTrueUp(world.database, siteId, applicationId, last)).toMatchObject([
      { days: 2, peak: 1, average: 1, daysOver: 0 },
    ]);
    expect(await readTrueUp(world.database, siteId, applicationId, { from: '2020-01-01', to: '2020-12-31' })).toEqual(
      [],
    );
  });
});

describe('a warning', () => {
  const warnings = async () => {
    const rows = await world.database.write<{ details: unknown; correlated: number }>(sql`
      SELECT personal->'details' AS details FROM log_entries
      WHERE site_id = ${siteId} AND action = 'licence.warning' ORDER BY at, id`);
    return rows.map(({ details }) => details);
  };
  const state = async () => (await findApplication(world.database, siteId, 'wiki')).licences[0]?.warnedAt;

  it('is written with the change that passes 80 or 100 percent, once, and again after a fall', async () => {
    const id = await licence({ seats: 10 });
    await join(7);
    expect(await warnings()).toEqual([]);
    const [first = ''] = await join(1);
    const expected = [{ percent: 80, used: 8, seats: 10 }];
    expect(await warnings()).toEqual(expected);
    expect(await state()).toBe(80);
    await join(1);
    await leave([first]);
    await world.members(group, { kind: 'add', ids: [first] });
    expect(await warnings()).toEqual(expected);
    await join(1);
    expected.push({ percent: 100, used: 10, seats: 10 });
    expect(await warnings()).toEqual(expected);
    await setSeats(id, 20);
    expect(await state()).toBeNull();
    await setSeats(id, 12);
    expected.push({ percent: 80, used: 10, seats: 12 });
    expect(await warnings()).toEqual(expected);
    await setSeats(id, undefined);
    expect(await state()).toBeNull();
  });

  it('is none where the change is undone', async () => {
    await licence({ seats: 1, policy: 'refuse' });
    await expect(join(2)).rejects.toMatchObject({ code: 'licence.out-of-seats' });
    expect(await warnings()).toEqual([]);
    expect(await state()).toBeNull();
  });

  it('comes at percentages of the licence alone', async () => {
    const id = await licence({ seats: 10, warnAt: [50] });
    await join(10);
    expect(await warnings()).toEqual([{ percent: 50, used: 10, seats: 10 }]);
    await run(changeLicence(world.administrator, id, { warnAt: [] }));
    await run(changeLicence(world.administrator, id, { warnAt: [90] }));
    expect(await warnings()).toHaveLength(2);
    const wrong = () => run(changeLicence(world.administrator, id, { warnAt: [0] }));
    await expect(async () => wrong()).rejects.toMatchObject({ code: 'licence.invalid-warning' });
  });
});
