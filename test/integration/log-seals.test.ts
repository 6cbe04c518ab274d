import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { eraseUserEverywhere } from '../../src/change/index.js';
import { ensureMonthlyPartitions, sql } from '../../src/database/index.js';
import { appendStatements, dropOldMonths, type NewLogEntry, sealLog, verifyLog } from '../../src/log/index.js';
import { createWorld, type World } from '../support/directory-world.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let test: TestDatabase;
let world: World;
let siteId: number;
beforeEach(async () => {
  test = await createTestDatabase();
  world = await createWorld(test.database);
  siteId = world.actor.siteId;
});
afterEach(() => test.drop());

/** Transactions of other tests, in other databases of the server, hold the horizon back as well. */
async function sealEverything(): Promise<void> {
  for (;;) {
    await sealLog(test.database, siteId);
    if ((await verifyLog(test.database, siteId)).unsealed === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Five users, sealed in two batches at least. */
async function sealed(): Promise<void> {
  for (const name of ['ada', 'bob', 'cid']) await world.user(name);
  await sealEverything();
  for (const name of ['dan', 'eve']) await world.user(name);
  await sealEverything();
}

const problems = async () => (await verifyLog(test.database, siteId)).faults.map(({ problem }) => problem);

/** An entry written by hand, as somebody with the database's password would. */
function forged(entry: Partial<NewLogEntry> = {}): NewLogEntry {
  return {
    ...{ actor: world.actor, action: 'user.create', objectType: 'User', objectId: undefined, objectName: 'mallory' },
    ...{ outcome: 'success', steps: [], changed: [], subjects: [], error: undefined, durationMicroseconds: 1 },
    ...entry,
  };
}

it('what nobody touched verifies, and what is not sealed yet is counted', async () => {
  await sealed();
  await world.user('fay');
  const verdict = await verifyLog(test.database, siteId);
  expect(verdict).toMatchObject({ entries: 5, erased: 0, dropped: 0, unsealed: 1, faults: [] });
  expect(verdict.seals).toBeGreaterThanOrEqual(2);
  expect(verdict.lastHash).toMatch(/^[0-9a-f]{64}$/);
});

it('sealing again seals nothing, and a site without entries has no seals', async () => {
  expect(await sealLog(test.database, siteId)).toBe(0);
  await sealed();
  expect(await sealLog(test.database, siteId)).toBe(0);
  expect(await verifyLog(test.database, 999)).toMatchObject({ seals: 0, lastHash: null, faults: [] });
});

describe('is found:', () => {
  it.each([
    ['an edited action', `UPDATE log_entries SET action = 'user.delete'`, ['edited', 'edited']],
    [
      'an edited outcome',
      `UPDATE log_entries SET outcome = 'skipped' WHERE id = (SELECT min(id::text)::uuid FROM log_entries)`,
      ['edited'],
    ],
    [
      'another time',
      `UPDATE log_entries SET at = at + interval '1 microsecond' WHERE id = (SELECT min(id::text)::uuid FROM log_entries)`,
      ['edited'],
    ],
    [
      'two that changed places',
      `UPDATE log_entries e SET at = CASE WHEN at = (SELECT min(at) FROM log_entries) THEN (SELECT max(at) FROM log_entries) ELSE (SELECT min(at) FROM log_entries) END WHERE at IN ((SELECT min(at) FROM log_entries), (SELECT max(at) FROM log_entries))`,
      ['edited', 'edited'],
    ],
    [
      'a missing entry',
      `DELETE FROM log_entries WHERE id = (SELECT min(id::text)::uuid FROM log_entries)`,
      ['missing', 'inserted'],
    ],
    [
      'other names',
      `UPDATE log_entries SET personal = jsonb_set(personal, '{name}', '"eve"') WHERE personal->>'name' = 'ada'`,
      ['personal'],
    ],
    ['a missing seal', `DELETE FROM log_seals WHERE sequence = 1`, ['chain']],
    ['a seal that was made anew', `UPDATE log_seals SET hash = sha256(hash) WHERE sequence = 1`, ['edited', 'chain']],
  ])('%s', async (_what, statement, expected) => {
    await sealed();
    expect(await problems()).toEqual([]);
    await test.database.dataSource.query(statement);
    const found = await problems();
    expect(found).toEqual(expect.arrayContaining([expected[0]]));
    expect(found.length).toBeGreaterThan(0);
  });

  it('an entry that was put among sealed ones', async () => {
    await sealed();
    for (const statement of appendStatements(forged())) await test.database.write(statement);
    await test.database.write(sql`
      UPDATE log_entries SET transaction_id = (SELECT min(transaction_id) FROM log_entries) WHERE personal->>'name' = 'mallory'`);
    expect(await problems()).toContain('inserted');
  });
});

it('an entry that commits late comes into a later batch, and verifies', async () => {
  await world.user('ada');
  const slow = new pg.Client({ connectionString: test.url });
  await slow.connect();
  try {
    await slow.query('BEGIN');
    for (const { text, values } of appendStatements(forged())) await slow.query(text, [...values]);
    await world.user('bob');
    await sealLog(test.database, siteId);
    await slow.query('COMMIT');
  } finally {
    await slow.end();
  }
  expect(await problems()).toEqual([]);
  await sealEverything();
  expect(await verifyLog(test.database, siteId)).toMatchObject({ entries: 3, unsealed: 0, faults: [] });
});

it('people can be erased without breaking a seal', async () => {
  const id = await world.user('ada');
  await sealEverything();
  const request = { action: 'user.erase', objectType: 'User', objectId: id } as const;
  await test.database.write(sql`UPDATE users SET deleted_at = now() WHERE id = ${id}`);
  await world.change.run(world.administrator, request, () => eraseUserEverywhere(world.administrator, id));
  expect(await verifyLog(test.database, siteId)).toMatchObject({ erased: 1, faults: [] });
});

it('a month that was dropped verifies by its checkpoints; one that is not sealed whole stays', async () => {
  const past = new Date('2020-01-15T00:00:00Z');
  for (const table of ['log_entries', 'log_subjects']) {
    await ensureMonthlyPartitions((text) => test.database.dataSource.query(text), table, past, 2);
  }
  await world.user('ada');
  await world.user('bob');
  await test.database.write(sql`UPDATE log_entries SET at = ${past} WHERE personal->>'name' = 'ada'`);
  const now = new Date();
  expect(await dropOldMonths(test.database, 24, now)).toEqual(['2020-02']);
  await sealEverything();
  expect(await dropOldMonths(test.database, 24, now)).toEqual(['2020-01']);
  expect(await verifyLog(test.database, siteId)).toMatchObject({ entries: 1, dropped: 1, faults: [] });
  await world.user('cid');
  await sealEverything();
  expect(await problems()).toEqual([]);
});

it('two processes that seal at once make one chain', async () => {
  for (let round = 0; round < 5; round++) {
    await Promise.all(['a', 'b', 'c'].map((name) => world.user(`${name}${round}`)));
    await Promise.all([sealLog(test.database, siteId), sealLog(test.database, siteId), world.user(`d${round}`)]);
  }
  await sealEverything();
  expect(await verifyLog(test.database, siteId)).toMatchObject({ entries: 20, unsealed: 0, faults: [] });
});
