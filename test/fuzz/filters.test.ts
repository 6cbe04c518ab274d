import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { join, raw, type Sql, sql } from '../../src/database/index.js';
import {
  bindFilter,
  compileFilter,
  type Filter,
  formatFilter,
  groupColumns,
  parseFilter,
  simplifyFilter,
  userColumns,
} from '../../src/scim/filter/index.js';
import { GROUP, USER } from '../../src/scim/schema/index.js';
import { SITE } from '../support/filter/filter-world.js';
import { filters, knownValues } from '../support/fuzz/filters.ts';
import { fuzz, TIMEOUT } from '../support/fuzz/fuzz.ts';
import { isAnswerable, matches } from '../support/fuzz/naive-evaluator.ts';
import { GROUP_SHAPE, type Shape, TEST_SHAPE, USER_SHAPE } from '../support/fuzz/shapes.ts';
import { anyCasePaths, spellings } from '../support/fuzz/spell-filter.ts';
import { BASE_URL, CONNECTION, fillWorld, type World } from '../support/fuzz/world.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const LIMITS = { length: 1_000_000, depth: 100, terms: 10_000 };
const OPTIONS = { booleanStrings: true, bareExtensionNames: true };
const COLUMNS = { siteId: SITE, connectionId: CONNECTION, baseUrl: BASE_URL };
/** Filters that share a statement. */
const BATCH = 40;

describe('the text of a filter', () => {
  const any = fc.oneof(...[USER_SHAPE, GROUP_SHAPE, TEST_SHAPE].map((shape) => filters(shape, new Map())));

  it('FLT-18, FLT-21, FLT-42: parses back to the same filter, however it is spelled', async () => {
    const property = fc.property(
      any.chain((filter) => spellings(filter).map((text) => ({ filter, text }))),
      ({ filter, text }) => {
        expect(parseFilter(text, LIMITS)).toEqual(filter);
        expect(parseFilter(formatFilter(filter), LIMITS)).toEqual(filter);
      },
    );
    await fuzz('filters, text and back', 2000, property);
  });
});

describe('the SQL of a filter', () => {
  let test: TestDatabase;
  let world: World;

  beforeAll(async () => {
    test = await createTestDatabase();
    world = await fillWorld(test.database);
  }, TIMEOUT);
  afterAll(() => test?.drop());

  /** For each filter the ids of what it finds, sorted; undefined where it was refused. */
  async function found(batch: readonly Filter[], kind: 'users' | 'groups'): Promise<(string[] | undefined)[]> {
    const conditions = batch.map((filter) => condition(filter, kind));
    const lists = conditions.filter((each) => each !== undefined).map((each) => listed(each, kind));
    if (lists.length === 0) return batch.map(() => undefined);
    const { text, values } = sql`SELECT ${join(lists.map((list, index) => sql`${list} AS ${alias(index)}`))}`;
    // Not by way of the pool that keeps a plan of every text.
    const [row] = await test.database.dataSource.query<Record<string, string[]>[]>(text, values);
    let next = 0;
    return conditions.map((each) => (each === undefined ? undefined : row?.[`f${next++}`]));
  }

  async function agrees(batch: readonly Filter[], kind: 'users' | 'groups', shape: Shape): Promise<void> {
    const answers = await found(batch, kind);
    for (const [index, filter] of batch.entries()) {
      const right = isAnswerable(filter, shape)
        ? world[kind].filter((resource) => matches(filter, resource, shape)).map(({ id }) => id)
        : undefined;
      const wrong = difference(answers[index], right);
      if (wrong.length === 0) continue;
      const shown = world[kind].filter(({ id }) => wrong.includes(id)).slice(0, 2);
      throw new Error(
        `${formatFilter(filter)}: found ${answers[index]?.length}, should find ${right?.length}: ${JSON.stringify(shown)}`,
      );
    }
  }

  it.each([
    ['users', USER_SHAPE, 1700],
    ['groups', GROUP_SHAPE, 1000],
  ] as const)(
    'FLT-01 to FLT-38, A-10 to A-12: finds the %s that a naive evaluation finds',
    async (kind, shape, cases) => {
      const generated = filters(shape, knownValues(shape, world[kind]));
      const property = fc.asyncProperty(
        fc.array(generated, { minLength: BATCH, maxLength: BATCH }),
        fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }),
        (batch, flips) =>
          agrees(
            batch.map((filter) => anyCasePaths(filter, flips)),
            kind,
            shape,
          ),
      );
      await fuzz(`filters, SQL on ${kind}`, cases, property, BATCH);
    },
    TIMEOUT,
  );
});

/** The ids that only one of the two has; refused and answered differ in themselves. */
function difference(one: readonly string[] | undefined, other: readonly string[] | undefined): string[] {
  if (one === undefined || other === undefined) return one === other ? [] : ['refused'];
  return [...one.filter((id) => !other.includes(id)), ...other.filter((id) => !one.includes(id))];
}

function condition(filter: Filter, kind: 'users' | 'groups'): Sql | undefined {
  const [type, columns] = kind === 'users' ? [USER, userColumns(COLUMNS)] : [GROUP, groupColumns(COLUMNS)];
  try {
    return compileFilter(simplifyFilter(bindFilter(filter, type, OPTIONS), type.name), columns);
  } catch (error) {
    expect(error).toMatchObject({ status: 400, scimType: 'invalidFilter', detail: expect.stringMatching(/\S/) });
    return undefined;
  }
}

function listed(each: Sql, kind: 'users' | 'groups'): Sql {
  return kind === 'users'
    ? sql`ARRAY(SELECT u.id::text FROM users u WHERE u.site_id = ${SITE} AND u.deleted_at IS NULL AND ${each} ORDER BY 1)`
    : sql`ARRAY(SELECT g.id::text FROM groups g WHERE g.site_id = ${SITE} AND g.deleted_at IS NULL AND ${each} ORDER BY 1)`;
}

function alias(index: number): Sql {
  return raw(`f${index}`);
}
