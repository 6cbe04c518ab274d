import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import {
  bindElementFilter,
  bindFilter,
  bindSort,
  compileFilter,
  memberColumns,
  orderBy,
  parseFilter,
  sortKey,
  userColumns,
} from '../../src/scim/filter/index.js';
import {
  compileSchema,
  foldDocument,
  GROUP,
  type JsonObject,
  resolveAttribute,
  USER,
} from '../../src/scim/schema/index.js';
import { BASE_URL, CONNECTION, SITE } from '../support/filter/filter-world.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const URN = 'urn:example:params:scim:schemas:extension:shop:1.0:User';
const LIMITS = { length: 1000, depth: 5, terms: 10 };
const OPTIONS = { booleanStrings: true };
const COLUMNS = { siteId: SITE, connectionId: CONNECTION, baseUrl: BASE_URL };

const TYPE = {
  ...USER,
  extensions: [
    {
      required: false,
      schema: compileSchema({
        id: URN,
        attributes: [
          { name: 'points', type: 'integer' },
          { name: 'since', type: 'dateTime' },
          { name: 'tags', multiValued: true },
          { name: 'scores', type: 'decimal', multiValued: true },
          { name: 'shop', type: 'complex', subAttributes: [{ name: 'zones', multiValued: true }] },
          {
            name: 'orders',
            type: 'complex',
            multiValued: true,
            subAttributes: [
              { name: 'total', type: 'decimal' },
              { name: 'items', multiValued: true, caseExact: true },
            ],
          },
        ],
      }),
    },
  ],
};

const DOCUMENTS: readonly JsonObject[] = [
  {
    points: 9,
    since: '2026-01-01T01:00:00+02:00',
    tags: ['Red', 'blue'],
    shop: { zones: ['North'] },
    scores: [1.5, 10],
  },
  {
    points: 10,
    since: '2025-12-31T23:30:00Z',
    orders: [
      { total: 5, items: ['a', 'B'] },
      { total: 7, items: ['c'] },
    ],
  },
  {},
];

let test: TestDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
  for (const [index, extension] of DOCUMENTS.entries()) {
    const folded = foldDocument(TYPE, { userName: `${index}`, ...(index < 2 && { [URN]: extension }) });
    await test.database.write(sql`
      INSERT INTO users (site_id, id, user_name, user_name_key, document, folded)
      VALUES (${SITE}, gen_random_uuid(), ${`${index}`}, ${`${index}`}, '{}', ${JSON.stringify(folded)})`);
  }
});

afterAll(() => test?.drop());

describe('compileFilter on an operator’s schema', () => {
  it.each([
    ['FLT-10', 'points gt 9', '1'],
    ['FLT-10', 'points eq 9.0', '0'],
    ['FLT-10', 'points ne 9', '12'],
    ['FLT-09', 'since lt "2025-12-31T23:15:00Z"', '0'],
    ['FLT-09', 'since eq "2026-01-01T00:00:00+01:00"', '0'],
    ['FLT-57', 'tags eq "RED"', '0'],
    ['FLT-57', 'tags ne "red"', '012'],
    ['FLT-57', 'tags sw "bl"', '0'],
    ['FLT-57', 'tags pr', '0'],
    ['FLT-57', 'tags eq null', '12'],
    ['FLT-57', 'tags[value eq "red"]', '0'],
    ['FLT-57', 'tags[value eq "red" and value eq "blue"]', ''],
    ['FLT-57', 'scores gt 9', '0'],
    ['FLT-57', 'shop.zones eq "NORTH"', '0'],
    ['FLT-57', 'shop.zones ew "th"', '0'],
    ['FLT-57', 'shop pr', '0'],
    ['FLT-57', 'orders.items eq "B"', '1'],
    ['FLT-57', 'orders.items eq "b"', ''],
    ['FLT-57', 'orders.items ne "a"', '012'],
    ['FLT-57', 'orders.items ge "c"', '1'],
    ['FLT-26', 'orders[total eq 5 and items eq "a"]', '1'],
    ['FLT-26', 'orders[total eq 7 and items eq "a"]', ''],
    ['FLT-26', 'orders[total gt 6 and items sw "c"]', '1'],
    ['FLT-26', 'orders[items pr and not (items eq "a")]', '1'],
  ])('%s: %s finds "%s"', async (_items, text, expected) => {
    const filter = parseFilter(text.replace(/(^|\()(?=[a-z]+[ .[])(?!items|total|value|not)/, `$1${URN}:`), LIMITS);
    const condition = compileFilter(bindFilter(filter, TYPE, OPTIONS), userColumns(COLUMNS));
    const rows = await test.database.read<{ user_name: string }>(sql`
      SELECT user_name FROM users u WHERE ${condition} ORDER BY user_name`);
    expect(rows.map((row) => row.user_name).join('')).toBe(expected);
  });

  it.each([
    ['points', '012', '210'],
    ['since', '012', '210'],
    ['orders.items', '102', '021'],
    ['shop.zones', '012', '120'],
  ])('SRT-07: sorts by %s', async (name, ascending, descending) => {
    const path = bindSort(`${URN}:${name}`, TYPE);
    if (path === undefined) throw new Error('unknown');
    const order = async (direction: 'ascending' | 'descending') => {
      const rows = await test.database.read<{ user_name: string }>(sql`
        SELECT user_name FROM users u ORDER BY ${orderBy(sortKey(path, userColumns(COLUMNS))?.expression ?? sql`NULL`, direction)}, user_name`);
      return rows.map((row) => row.user_name).join('');
    };
    expect([await order('ascending'), await order('descending')]).toEqual([ascending, descending]);
  });
});

describe('memberColumns', () => {
  it.each([
    ['type eq "group"', 'b'],
    ['display co "ANN" or type eq "Group"', 'ab'],
    [`value eq "${CONNECTION}"`, 'a'],
    [`value ne "${CONNECTION}"`, 'b'],
    ['value eq "no uuid"', ''],
    [`$ref eq "${BASE_URL}/Users/${CONNECTION}"`, 'a'],
    // An order of URIs is that of what is shown: a canonical form would end in a slash here and have %7B for the brace.
    [`$ref gt "${BASE_URL}/{"`, ''],
    ['not (display pr)', 'b'],
  ])('PATP-01: members[%s] finds "%s"', async (text, expected) => {
    const path = resolveAttribute(GROUP, 'members');
    if (path === undefined) throw new Error('unknown');
    const filter = bindElementFilter(parseFilter(text, LIMITS), path, OPTIONS);
    const rows = await test.database.read<{ name: string }>(sql`
      SELECT name FROM (VALUES
        ('a', ${CONNECTION}::uuid, 'User', 'anna'), ('b', gen_random_uuid(), 'Group', NULL)
      ) m (name, member_id, member_type, display_key)
      WHERE ${compileFilter(filter, memberColumns({ baseUrl: BASE_URL }))} ORDER BY name`);
    expect(rows.map((row) => row.name).join('')).toBe(expected);
  });
});
