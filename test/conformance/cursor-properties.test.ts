import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../../src/scim/schema/index.js';
import { type Answer, type Client, resourcesOf } from './support/client.ts';
import { expectOk, type Stage, startStage } from './support/stage.ts';
import { ENTERPRISE } from './support/urns.ts';
import { idsOf, type Query, walkBack, walkPages } from './support/walk.ts';

let stage: Stage;
let client: Client;

const word = fc.constantFrom(
  '',
  'a',
  'B',
  'b',
  'é',
  '\u{1F600}',
  '\uFFFD',
  'aa',
  'Z'.repeat(300),
  `${'Z'.repeat(300)}y`,
);
const optional = (name: string, values: fc.Arbitrary<string>) =>
  values.map((value): JsonObject => (value === '' ? {} : { [name]: value }));
const people = fc
  .tuple(
    optional('title', word),
    optional('displayName', word),
    optional('externalId', word),
    fc.record({ active: fc.boolean() }),
    word.map((familyName): JsonObject => (familyName === '' ? {} : { name: { familyName } })),
    word.map((department): JsonObject => (department === '' ? {} : { [ENTERPRISE]: { department } })),
    fc.array(fc.tuple(word, fc.boolean()), { maxLength: 2 }).map(
      (emails): JsonObject => ({
        emails: emails.flatMap(([value], index) =>
          value === '' ? [] : [{ value: `${value}@x`, primary: index === 1 }],
        ),
      }),
    ),
  )
  .map((parts): JsonObject => Object.assign({}, ...parts));
const groups = fc.tuple(word, word).map(
  ([displayName, externalId]): JsonObject => ({
    displayName: displayName === '' ? 'none' : displayName,
    ...(externalId === '' ? {} : { externalId }),
  }),
);

// Data of its own for every run of the file; fast-check prints the seed when a property fails.
beforeAll(async () => {
  stage = await startStage();
  client = stage.generic;
  const [userBodies, groupBodies] = [fc.sample(people, 40), fc.sample(groups, 15)];
  const ids: string[] = [];
  for (const body of userBodies) ids.push((await client.user(body)).id);
  for (const [index, body] of groupBodies.entries()) {
    await client.group({ ...body, members: [{ value: ids[index] ?? '' }] });
  }
}, 60_000);
afterAll(() => stage.close());

const BOTH = ['displayName', 'externalId', 'id', 'meta.created', 'meta.lastModified', 'meta.version', 'meta.location'];
const USERS_ONLY = [
  'userName',
  'title',
  'active',
  'emails',
  'name.familyName',
  'groups.display',
  `${ENTERPRISE}:department`,
];
const FILTERS = ['displayName pr', 'not (displayName co "a")', 'externalId ne "b"', 'meta.created pr', 'id co "a"'];

const queries = fc
  .record({
    path: fc.constantFrom('/Users', '/Groups', '/'),
    filter: fc.option(fc.constantFrom(...FILTERS), { nil: undefined }),
    order: fc.option(fc.record({ sortBy: fc.nat(), sortOrder: fc.constantFrom('ascending', 'descending') }), {
      nil: undefined,
    }),
    count: fc.integer({ min: 1, max: 30 }),
  })
  .map(({ path, filter, order, count }): { path: string; query: Query; count: number } => {
    const attributes = path === '/Groups' ? [...BOTH, 'members.value'] : [...BOTH, ...USERS_ONLY];
    const sortBy = order === undefined ? undefined : attributes[order.sortBy % attributes.length];
    return {
      path,
      count,
      query: {
        ...(filter === undefined ? {} : { filter }),
        ...(sortBy === undefined || order === undefined ? {} : { sortBy, sortOrder: order.sortOrder }),
      },
    };
  });

async function byIndex(path: string, query: Query): Promise<Answer[]> {
  const pages: Answer[] = [];
  for (let startIndex = 1; ; ) {
    const page = expectOk(await client.get(path, { ...query, startIndex }));
    pages.push(page);
    startIndex += resourcesOf(page).length;
    if (resourcesOf(page).length === 0 || startIndex > Number(page.body.totalResults)) return pages;
  }
}

it('CUR-03, CUR-04, CUR-12, PAG-08: a walk by cursor, a walk by index and one large page are the same', async () => {
  await fc.assert(
    fc.asyncProperty(queries, async ({ path, query, count }) => {
      const whole = expectOk(await client.get(path, { ...query, count: 1000 }));
      const expected = resourcesOf(whole);
      const pages = await walkPages(client, path, { ...query, count });
      expect(pages.flatMap(resourcesOf)).toEqual(expected);
      expect((await byIndex(path, { ...query, count })).flatMap(resourcesOf)).toEqual(expected);
      for (const { body } of pages) expect(body.totalResults).toBe(whole.body.totalResults);
      expect(whole.body.totalResults).toBe(expected.length);
      for (const page of pages.slice(0, -1)) expect(page.body.itemsPerPage).toBe(count);

      const last = pages[pages.length - 1];
      if (last === undefined) throw new Error('A walk has a page');
      const back = await walkBack(client, path, { ...query, count }, last);
      expect(idsOf([...back.reverse(), last])).toEqual(idsOf(pages));
    }),
    { numRuns: 100 },
  );
}, 120_000);

it('CUR-12: what comes after is never smaller than what came before', async () => {
  for (const [sortBy, of] of [
    ['title', (user: JsonObject) => user.title],
    ['displayName', (user: JsonObject) => user.displayName],
  ] as const) {
    const pages = await walkPages(client, '/Users', { sortBy, count: 7 });
    const keys = pages.flatMap(resourcesOf).map((user) => of(user));
    const values = keys.filter((key) => key !== undefined).map((key) => Buffer.from(String(key).toLowerCase()));
    expect(keys.slice(values.length).every((key) => key === undefined)).toBe(true);
    // Beyond 256 characters the order is that of the ids.
    const cut = values.map((value) => value.subarray(0, 256));
    expect(cut).toEqual([...cut].sort(Buffer.compare));
  }
});
