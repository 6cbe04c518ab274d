import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql, violatedConstraint } from '../../src/database/index.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('a transaction', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase({ blank: true, lockTimeoutMillis: 1_000, statementTimeoutMillis: 2_000 });
    await test.database.write(sql`CREATE TABLE counters (id integer PRIMARY KEY, n bigint NOT NULL)`);
  });
  beforeEach(async () => {
    await test.database.write(sql`TRUNCATE counters`);
    await test.database.write(sql`INSERT INTO counters VALUES (1, 0), (2, 0)`);
  });
  afterAll(() => test.drop());

  const add = (id: number) => sql`UPDATE counters SET n = n + 1 WHERE id = ${id} RETURNING n`;
  const values = async () =>
    (await test.database.read<{ n: number }>(sql`SELECT n FROM counters ORDER BY id`)).map(({ n }) => n);

  it('commits what it ran, with int8 as numbers', async () => {
    const rows = await test.database.transaction((transaction) => transaction.run<{ n: number }>(add(1)));
    expect(rows).toEqual([{ n: 1 }]);
    expect(await values()).toEqual([1, 0]);
  });

  it('rolls back when its work throws, statements that nobody awaited included', async () => {
    const failing = test.database.transaction(async (transaction) => {
      await transaction.run(add(1));
      void transaction.run(add(2));
      transaction.runAtCommit(add(2));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await values()).toEqual([0, 0]);
  });

  it('refuses to end as if nothing had happened when a failed statement was swallowed', async () => {
    const failing = test.database.transaction(async (transaction) => {
      await transaction.run(add(1));
      await transaction.run(sql`INSERT INTO counters VALUES (1, 0)`).catch(() => undefined);
    });
    await expect(failing).rejects.toThrow('rolled back');
    expect(await values()).toEqual([0, 0]);
  });

  it('throws the error of a statement that was to run at commit', async () => {
    const failing = test.database.transaction(async (transaction) => {
      transaction.runAtCommit(add(2));
      transaction.runAtCommit(sql`INSERT INTO counters VALUES (1, 0)`);
    });
    const error = await failing.catch((failure: unknown) => failure);
    expect(violatedConstraint(error)).toBe('counters_pkey');
    expect(await values()).toEqual([0, 0]);
  });

  it('runs several statements together, each with a snapshot of its own', async () => {
    let reached: () => void = () => undefined;
    const holds = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const first = test.database.transaction(async (transaction) => {
      await transaction.run(add(1));
      reached();
      await wait(200);
    });
    await holds;
    const second = await test.database.transaction((transaction) =>
      transaction.runTogether([
        'LOCK TABLE counters IN SHARE MODE',
        sql`SELECT n FROM counters WHERE id = ${1}`,
        'SELECT 7 AS seven',
      ]),
    );
    await first;
    expect(second).toEqual([[], [{ n: 1 }], [{ seven: 7 }]]);
  });

  it('undoes a savepoint alone, nested ones too', async () => {
    await test.database.transaction(async (transaction) => {
      await transaction.run(add(1));
      await transaction.savepoint(async () => {
        await transaction.run(add(1));
        const inner = transaction.savepoint(() => transaction.run(sql`INSERT INTO counters VALUES (2, 0)`));
        expect(violatedConstraint(await inner.catch((error: unknown) => error))).toBe('counters_pkey');
        await transaction.run(add(1));
      });
      await transaction.savepoint(() => Promise.reject(new Error('only me'))).catch(() => undefined);
      await transaction.run(add(2));
    });
    expect(await values()).toEqual([3, 1]);
  });

  it("binds TypeORM's manager to itself", async () => {
    const failing = test.database.transaction(async ({ manager }) => {
      await manager.query('UPDATE counters SET n = 9');
      expect(await manager.query('SELECT n FROM counters WHERE id = $1', [1])).toEqual([{ n: 9 }]);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await values()).toEqual([0, 0]);
  });

  it('runs again after a deadlock', async () => {
    let runs = 0;
    const crossing = (from: number, to: number) =>
      test.database.transaction(async (transaction) => {
        runs += 1;
        // a short one, so that the deadlock is found before the lock timeout
        await transaction.lock(`SET LOCAL deadlock_timeout = '50ms'; SET LOCAL lock_timeout = '20s'`);
        await transaction.run(add(from));
        await wait(100);
        await transaction.run(add(to));
      });
    await Promise.all([crossing(1, 2), crossing(2, 1)]);
    expect(runs).toBe(3);
    expect(await values()).toEqual([2, 2]);
  });

  it('gives up as `database.busy` after four deadlocks or serialization failures', async () => {
    let runs = 0;
    const failing = test.database.transaction(async (transaction) => {
      runs += 1;
      await transaction.run(sql`DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$`);
    });
    await expect(failing).rejects.toMatchObject({ kind: 'unavailable', code: 'database.busy' });
    expect(runs).toBe(4);
  });

  it('says `database.busy` when a lock is not granted, `database.too-slow` when a statement takes too long', async () => {
    await test.database.transaction(async (transaction) => {
      await transaction.run(add(1));
      const waiting = test.database.transaction((other) => other.run(add(1)));
      await expect(waiting).rejects.toMatchObject({ kind: 'unavailable', code: 'database.busy' });
    });
    const slow = test.database.read(sql`SELECT pg_sleep(5)`);
    await expect(slow).rejects.toMatchObject({ kind: 'unavailable', code: 'database.too-slow' });
  });
});
