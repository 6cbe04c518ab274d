import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { raw, sql } from '../../src/database/index.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('reads', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    // one client: a stream that is not released would block everything after it
    test = await createTestDatabase({
      blank: true,
      readPoolSize: 1,
      connectionTimeoutMillis: 1_000,
      statementTimeoutMillis: 500,
    });
  });
  afterAll(() => test.drop());

  const numbers = sql`SELECT n FROM generate_series(1, ${100_000}::bigint) AS n`;

  it('prepares at most 500 texts by name, later ones run all the same', async () => {
    for (let text = 0; text < 600; text += 1) {
      const [row] = await test.database.read<{ n: number }>(sql`SELECT ${text}::integer AS n, ${raw(String(text))}`);
      expect(row?.n).toBe(text);
    }
    const [{ count } = { count: 0 }] = await test.database.read<{ count: number }>(
      sql`SELECT count(*) FROM pg_prepared_statements`,
    );
    // one name may belong to the encoding check at the start
    expect(count).toBeLessThanOrEqual(500);
    expect(count).toBeGreaterThan(490);
  });

  it('stream every row, slower than the statement timeout', async () => {
    let sum = 0;
    for await (const { n } of test.database.stream<{ n: number }>(numbers)) {
      if (n % 20_000 === 1) await wait(150);
      sum += n;
    }
    expect(sum).toBe(5_000_050_000);
  });

  it('release the client when the consumer of a stream stops early or fails', async () => {
    for (let round = 0; round < 3; round += 1) {
      for await (const { n } of test.database.stream<{ n: number }>(numbers)) if (n === 10) break;
    }
    const failing = (async () => {
      for await (const _ of test.database.stream(numbers)) throw new Error('enough');
    })();
    await expect(failing).rejects.toThrow('enough');
    const wrong = (async () => {
      for await (const _ of test.database.stream(sql`SELECT 1 / (3 - n) FROM generate_series(1, 5) AS n`));
    })();
    await expect(wrong).rejects.toThrow('division by zero');
    const [row] = await test.database.read<{ statement_timeout: string }>(sql`SHOW statement_timeout`);
    expect(row?.statement_timeout).toBe('500ms');
  });

  it('say `database.unavailable` when no client becomes free in time', async () => {
    const rows = test.database.stream(numbers)[Symbol.asyncIterator]();
    await rows.next();
    await expect(test.database.read(sql`SELECT 1`)).rejects.toMatchObject({ code: 'database.unavailable' });
    await rows.return?.();
    await expect(test.database.isReady()).resolves.toBeUndefined();
  });

  it('refuse an int8 that a number cannot hold', async () => {
    await expect(test.database.read(sql`SELECT 9007199254740993::bigint`)).rejects.toThrow('does not fit');
  });
});
