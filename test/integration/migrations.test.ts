import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hasPendingMigrations, migrate, openDatabase, revert, sql } from '../../src/database/index.js';
import { migrations } from '../../src/database/migrations/index.js';
import { entities } from '../../src/entities.js';
import { catalogueSnapshot } from '../support/catalogue.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const CATALOGUE = join(import.meta.dirname, '../support/catalogue.txt');

describe('migrations', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase({ blank: true, entities });
  });
  afterAll(() => test.drop());

  it('run once when two servers start at the same time', async () => {
    const other = await openDatabase({ url: test.url, poolSize: 2, readPoolSize: 1, entities });
    try {
      expect(await hasPendingMigrations(test.database)).toBe(true);
      const done = await Promise.all([migrate(test.database), migrate(other)]);
      expect(done.flat()).toEqual(migrations.map(({ name }) => name));
      expect(await hasPendingMigrations(test.database)).toBe(false);
    } finally {
      await other.close();
    }
  });

  it('make the schema that catalogue.txt says (UPDATE_CATALOGUE=1 writes it anew)', async () => {
    const snapshot = await catalogueSnapshot(test.database);
    if (process.env.UPDATE_CATALOGUE === '1') await writeFile(CATALOGUE, snapshot);
    expect(snapshot).toBe(await readFile(CATALOGUE, 'utf8'));
  });

  it('agree with the entities', async () => {
    const difference = await test.database.dataSource.driver.createSchemaBuilder().log();
    expect(difference.upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('leave nothing behind when they are taken back, and make the same schema again', async () => {
    await revert(test.database, migrations.length);
    expect(await catalogueSnapshot(test.database)).toBe('extension plpgsql\n');
    const { length } = await test.database.read(sql`SELECT 1 FROM pg_class WHERE relispartition`);
    expect(length).toBe(0);
    await migrate(test.database);
    expect(await catalogueSnapshot(test.database)).toBe(await readFile(CATALOGUE, 'utf8'));
  });
});
