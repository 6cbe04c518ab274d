import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Filter, parseFilter } from '../../src/scim/filter/index.js';
import { loadResourceTypes } from '../../src/scim/index.js';
import { anyText, filters, knownValues } from '../support/fuzz/filters.ts';
import { fuzz, sampled, TIMEOUT } from '../support/fuzz/fuzz.ts';
import { isAnswerable, matches } from '../support/fuzz/naive-evaluator.ts';
import { ENTERPRISE, startingUser } from '../support/fuzz/patch-steps.ts';
import { GROUP_SHAPE, type Shape, TEST_SHAPE, USER_SHAPE } from '../support/fuzz/shapes.ts';
import { spellings } from '../support/fuzz/spell-filter.ts';
import { type ScimServer, startScimServer } from '../support/scim-server.js';

const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';
const PLACES = { '/Users': USER_SHAPE, '/Groups': GROUP_SHAPE, '/TestResources': TEST_SHAPE } as const;
type Place = keyof typeof PLACES;
const EVERYWHERE = Object.keys(PLACES) as Place[];

type Resource = { readonly id: string };

let server: ScimServer;
/** As a client reads them, by where they lie. */
const resources = new Map<Place, readonly Resource[]>();

const text = fc.constantFrom('a', 'A', 'b', 'Ünï', 'u\u0308', 'ＡＢ', '%', '\u{1f600}');
const testResource = fc.record(
  {
    displayName: text,
    caseExactText: text,
    alwaysText: text,
    colour: fc.constantFrom('red', 'Green', 'blue'),
    count: fc.integer({ min: -3, max: 30 }),
    ratio: fc.constantFrom(0.1, -0.5, 3, 1e21, 1e-7),
    flag: fc.boolean(),
    moment: fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-01T02:00:00.5+02:00', '2025-12-31T23:59:59.999999-01:00'),
    data: fc.constantFrom('AAAA', 'aaaa'),
    link: fc.constantFrom('https://example.com/A', 'https://example.com/a'),
    tags: fc.uniqueArray(fc.constantFrom('x', 'Y', 'ü'), { minLength: 1 }),
    detail: fc.record({ first: text, second: fc.integer({ min: 0, max: 3 }) }),
    items: fc.uniqueArray(
      fc.record({ value: text, type: fc.constantFrom('one', 'two'), primary: fc.constant(false) }),
      {
        minLength: 1,
        maxLength: 3,
        selector: ({ value }) => value.toLowerCase().normalize('NFKC'),
      },
    ),
  },
  { requiredKeys: ['displayName'] },
);

beforeAll(async () => {
  server = await startScimServer({ types: await loadResourceTypes({ folder: '/nowhere', testResources: true }) });
  const create = async (path: string, body: object): Promise<string> => {
    const answer = await server.request('POST', path, body);
    expect(answer).toMatchObject({ status: 201 });
    return answer.body.id;
  };
  const users: string[] = [];
  for (const [index, user] of sampled(startingUser, 24, 1).entries()) {
    const schemas = [USER_SHAPE.urn, ENTERPRISE];
    const more = index % 3 === 0 ? { externalId: `x${index}` } : {};
    users.push(await create('/Users', { schemas, ...user, ...more, userName: `User${index}`, active: index % 4 > 0 }));
  }
  let inner: string | undefined;
  for (const members of sampled(fc.subarray(users, { maxLength: 5 }), 8, 2)) {
    const all = inner === undefined ? members : [...members, inner];
    const body = {
      schemas: [GROUP_SHAPE.urn],
      displayName: `Group ${all.length}`,
      members: all.map((value) => ({ value })),
    };
    inner = await create('/Groups', body);
  }
  const urn = TEST_SHAPE.extension?.urn ?? '';
  for (const [index, body] of sampled(testResource, 16, 3).entries()) {
    const extension = { extRequired: 'yes', ...(index % 2 === 0 ? { extOptional: index } : {}) };
    await create('/TestResources', { schemas: [TEST_SHAPE.urn, urn], ...body, [urn]: extension });
  }
  for (const place of EVERYWHERE) {
    const { body } = await server.request('GET', `${place}?count=1000`);
    resources.set(place, body.Resources);
  }
}, TIMEOUT);
afterAll(() => server?.close());

/** A text that is close to one that means something. */
function garbled(whole: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.constantFrom('"', '\\', '(', ')', '[', ']', ' ', '.', 'not ', ' and ', ' or ', 'pr', ' eq ', ':', '\u0000', ','),
    fc.constantFrom(
      'null',
      'true',
      '1e999',
      '-',
      '0x1',
      "'a'",
      '\\u0000',
      '\\ud800',
      '\ud800',
      '\u00a0',
      '%',
      ';--',
      '$1',
    ),
    anyText,
  );
  const edit = fc.tuple(fc.nat(), fc.nat({ max: 6 }), fc.option(piece, { nil: '' }));
  return fc.tuple(whole, fc.array(edit, { minLength: 1, maxLength: 2 })).map(([given, edits]) => {
    let result = given;
    for (const [at, length, insertion] of edits) {
      const place = result.length === 0 ? 0 : at % result.length;
      result = result.slice(0, place) + insertion + result.slice(place + length);
    }
    return result;
  });
}

async function search(path: string, filter: string, inUrl: boolean) {
  // A URL holds no half of a surrogate pair.
  if (inUrl && !/\p{Surrogate}/u.test(filter)) {
    return server.request('GET', `${path}?count=1000&attributes=id&filter=${encodeURIComponent(filter)}`);
  }
  const body = { schemas: [SEARCH], filter, count: 1000, attributes: ['id'] };
  return server.request('POST', path === '/' ? '/.search' : `${path}/.search`, body);
}

/** What the text means to the parser; undefined when it means nothing. */
function parsed(filter: string): Filter | undefined {
  try {
    return parseFilter(filter, { length: 4096, depth: 20, terms: 100 });
  } catch {
    return undefined;
  }
}

function expectedIds(filter: Filter, places: readonly Place[]): string[] {
  const found = places.flatMap((place) =>
    (resources.get(place) ?? []).filter((resource) => matches(filter, resource, PLACES[place])),
  );
  return found.map(({ id }) => id).sort();
}

async function answersRightly(path: Place | '/', filter: string, inUrl: boolean): Promise<void> {
  const { status, body } = await search(path, filter, inUrl);
  const meaning = parsed(filter);
  const places = path === '/' ? EVERYWHERE : [path];
  if (status === 200) {
    expect({ filter, hasMeaning: meaning !== undefined }).toEqual({ filter, hasMeaning: true });
    if (meaning === undefined) return;
    // only a query over all types takes names that it does not know.
    if (path !== '/')
      expect({ filter, answerable: isAnswerable(meaning, PLACES[path]) }).toEqual({ filter, answerable: true });
    const ids = body.Resources.map(({ id }: Resource) => id).sort();
    expect({ filter, total: body.totalResults, ids }).toEqual({
      filter,
      total: ids.length,
      ids: expectedIds(meaning, places),
    });
    return;
  }
  expect({ filter, status, body }).toMatchObject({
    filter,
    status: 400,
    body: { scimType: 'invalidFilter', detail: expect.stringMatching(/\S/) },
  });
  // At the root other types are asked as well, which the shapes do not hold.
  if (path !== '/')
    expect({ filter, answerable: isAnswerableAt(meaning, PLACES[path]) }).toEqual({ filter, answerable: false });
}

function isAnswerableAt(meaning: Filter | undefined, shape: Shape): boolean {
  return meaning !== undefined && isAnswerable(meaning, shape);
}

it.each(['/Users', '/Groups', '/TestResources', '/'] as const)(
  'FLT-44, FLT-53, A-10: %s finds what a filter means, and refuses what means nothing',
  async (path) => {
    const shapes = path === '/' ? EVERYWHERE : [path];
    const sound = fc.constantFrom(...shapes).chain((place) => {
      const shape = PLACES[place];
      return filters(shape, knownValues(shape, resources.get(place) ?? []), 2).chain((filter) => spellings(filter));
    });
    const property = fc.asyncProperty(fc.oneof(sound, garbled(sound)), fc.boolean(), (filter, inUrl) =>
      answersRightly(path, filter, inUrl),
    );
    await fuzz(`texts of filters, ${path}`, 400, property);
  },
  TIMEOUT,
);
