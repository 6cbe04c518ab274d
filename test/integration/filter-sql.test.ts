import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sql } from '../../src/database/index.js';
import {
  bindFilter,
  bindSort,
  compileFilter,
  type Filter,
  formatFilter,
  groupColumns,
  orderBy,
  parseFilter,
  sortKey,
  userColumns,
} from '../../src/scim/filter/index.js';
import { GROUP, USER } from '../../src/scim/schema/index.js';
import {
  addMembership,
  addNesting,
  BASE_URL,
  CONNECTION,
  ENTERPRISE,
  insertGroup,
  insertUser,
  type NewUser,
  type Resource,
  SITE,
} from '../support/filter/filter-world.js';
import { naiveFilter } from '../support/filter/naive-filter.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const LIMITS = { length: 10_000, depth: 20, terms: 200 };
const OPTIONS = { booleanStrings: true, bareExtensionNames: true };
const COLUMNS = { siteId: SITE, connectionId: CONNECTION, baseUrl: BASE_URL };
const ANNA = '0190a000-0000-7000-8000-00000000000a';
const STAFF = '0190a000-0000-7000-8000-0000000000f1';

const PEOPLE: readonly NewUser[] = [
  {
    id: ANNA,
    externalId: 'Abc',
    version: 3,
    created: '2026-01-01T08:00:00.000Z',
    document: {
      schemas: [USER.schema.id, ENTERPRISE],
      userName: 'Anna@Example.com',
      title: 'Müller',
      name: { familyName: "O'Malley", givenName: 'Anna' },
      emails: [
        { value: 'anna@example.com', type: 'work', primary: true },
        { value: 'Anna@home.example', type: 'home' },
      ],
      [ENTERPRISE]: { department: 'R&D', manager: { value: 'Boss' } },
    },
  },
  {
    externalId: 'abc',
    state: 'deactivated',
    created: '2026-01-02T08:00:00.000Z',
    document: {
      schemas: [USER.schema.id],
      userName: 'bob%_\\',
      title: 'm',
      emails: [{ value: 'bob@home.example', type: 'home', primary: false }, { type: 'work' }],
      phoneNumbers: [{ value: '+1', primary: true }, { value: '+0' }],
      profileUrl: 'https://Example.com',
    },
  },
  {
    state: 'invited',
    created: '2025-12-31T23:59:59.999Z',
    document: {
      schemas: [USER.schema.id],
      userName: 'jos\u00e9',
      emails: [{ value: 'x@example.com' }],
      name: { givenName: '\u{1f600}' },
    },
  },
  { state: 'suspended', document: { schemas: [USER.schema.id], userName: '\uff21\uff22', title: '\ufffd' } },
];

let test: TestDatabase;
let users: Resource[];
let groups: Resource[];

beforeAll(async () => {
  test = await createTestDatabase();
  users = [];
  for (const person of PEOPLE) users.push(await insertUser(test.database, person));
  const staff = await insertGroup(test.database, 'Staff', STAFF);
  const all = await insertGroup(test.database, 'ALL');
  const empty = await insertGroup(test.database, 'Empty');
  await addNesting(test.database, all.id, staff.id);
  const [anna, bob] = users;
  if (anna === undefined || bob === undefined) throw new Error('no users');
  await addMembership(test.database, staff.id, anna.id);
  await addMembership(test.database, all.id, anna.id);
  await addMembership(test.database, staff.id, bob.id);
  const entry = (group: Resource, type: string) => ({
    value: group.id,
    display: group.displayName ?? '',
    type,
    $ref: `${BASE_URL}/Groups/${group.id}`,
  });
  users[0] = { ...anna, groups: [entry(staff, 'direct'), entry(all, 'direct')] };
  users[1] = { ...bob, groups: [entry(staff, 'direct'), entry(all, 'indirect')] };
  const member = (of: Resource, type: string) => ({ value: of.id, type, $ref: `${BASE_URL}/${type}s/${of.id}` });
  groups = [
    { ...staff, members: [member(anna, 'User'), member(bob, 'User')] },
    { ...all, members: [{ ...member(staff, 'Group'), display: 'Staff' }, member(anna, 'User')] },
    empty,
  ];
});

afterAll(() => test?.drop());

async function usersBySql(filter: Filter): Promise<string[]> {
  const condition = compileFilter(bindFilter(filter, USER, OPTIONS), userColumns(COLUMNS));
  const rows = await test.database.read<{ id: string }>(sql`
    SELECT u.id FROM users u WHERE u.site_id = ${SITE} AND u.deleted_at IS NULL AND ${condition}`);
  return rows.map((row) => row.id).sort();
}

async function groupsBySql(filter: Filter): Promise<string[]> {
  const condition = compileFilter(bindFilter(filter, GROUP, OPTIONS), groupColumns(COLUMNS));
  const rows = await test.database.read<{ id: string }>(sql`
    SELECT g.id FROM groups g WHERE g.site_id = ${SITE} AND g.deleted_at IS NULL AND ${condition}`);
  return rows.map((row) => row.id).sort();
}

function idsIn(resources: readonly Resource[], matches: (resource: Resource) => boolean): string[] {
  return resources
    .filter(matches)
    .map((resource) => resource.id)
    .sort();
}

const people = async (text: string): Promise<string> => {
  const ids = await usersBySql(parseFilter(text, LIMITS));
  const letters = users.map((user, index) => (ids.includes(user.id) ? 'abcd'.charAt(index) : ''));
  return letters.join('');
};

describe('compileFilter', () => {
  it.each([
    ['FLT-01, FLT-16', 'userName eq "ANNA@example.com"', 'a'],
    ['FLT-02', 'title ne "M"', 'acd'],
    ['FLT-03', 'name.familyName co "o\'malley"', 'a'],
    ['FLT-04', 'userName sw "BOB%_"', 'b'],
    ['FLT-04', 'userName sw "bobx"', ''],
    ['FLT-05', 'emails.value ew "@HOME.example"', 'ab'],
    ['FLT-06', 'name pr', 'ac'],
    ['FLT-07', 'active pr', 'abcd'],
    ['FLT-08', 'title gt "M"', 'ad'],
    ['FLT-09', 'meta.created ge "2026-01-01T10:00:00+02:00"', 'ab'],
    ['FLT-09', 'meta.created eq "2026-01-01T09:00:00.000+01:00"', 'a'],
    ['FLT-13', 'active eq true', 'ac'],
    ['FLT-13, A-06', 'active eq "False"', 'bd'],
    ['FLT-17', 'externalId eq "abc"', 'b'],
    ['FLT-17', 'externalId eq "ABC"', ''],
    ['FLT-17', 'profileUrl eq "https://example.com"', ''],
    ['FLT-23', 'not (title pr)', 'c'],
    ['FLT-23', 'not (title eq "m")', 'acd'],
    ['FLT-23', 'not (emails[type eq "work"])', 'cd'],
    ['FLT-24', 'emails[type eq "work" and value co "@home"]', ''],
    ['FLT-25', 'emails.type eq "work" and emails.value co "@home"', 'ab'],
    ['FLT-26', 'emails[type eq "work" and value pr or (type eq "home" and value ew "bob@home.example")]', 'ab'],
    ['FLT-28', 'emails.value eq "anna@HOME.example"', 'a'],
    ['FLT-29', 'emails co "example.com"', 'ac'],
    ['FLT-31', `${ENTERPRISE}:department eq "r&d"`, 'a'],
    ['FLT-31', 'manager eq "Boss"', 'a'],
    ['FLT-31', 'manager eq "boss"', ''],
    ['FLT-33', 'meta.version eq "W/\\"3\\""', 'a'],
    ['FLT-33', 'meta.resourceType eq "User"', 'abcd'],
    ['FLT-33', `meta.location eq "${BASE_URL}/Users/${ANNA}"`, 'a'],
    ['FLT-33', 'meta pr', 'abcd'],
    ['FLT-34', `schemas eq "${ENTERPRISE.toUpperCase()}"`, 'a'],
    ['FLT-35', `id eq "${ANNA}"`, 'a'],
    ['FLT-35', `id eq "${ANNA.toUpperCase()}"`, ''],
    ['FLT-35', 'id eq "no uuid"', ''],
    ['FLT-35', `groups.value eq "${STAFF}"`, 'ab'],
    ['FLT-35', `groups[value eq "${STAFF}" and type eq "direct"]`, 'ab'],
    ['FLT-35', 'groups[display eq "all" and type eq "indirect"]', 'b'],
    ['FLT-35', 'groups.value eq "x"', ''],
    ['FLT-36', 'nickName eq "x"', ''],
    ['FLT-37', 'emails.value ne "x@example.com"', 'abd'],
    ['FLT-37', 'emails.value ne "anna@example.com"', 'abcd'],
    ['FLT-38', 'title eq null', 'c'],
    ['FLT-38', 'externalId ne null', 'ab'],
    ['FLT-51', 'emails[type eq "Work"].value eq "ANNA@example.com"', 'a'],
    ['FLT-51', 'emails[type eq ""].value eq "x@example.com"', ''],
    ['FLT-52', 'userName eq "jose\u0301"', 'c'],
    ['FLT-52', 'userName eq "ab"', 'd'],
    ['FLT-53', 'title eq "\') OR 1=1 --"', ''],
    ['FLT-58', 'emails.primary eq false', 'abc'],
    ['FLT-58', 'emails[primary eq "True"]', 'a'],
    ['FLT-58', 'emails[primary eq false and type eq "home"]', 'ab'],
  ])('%s: %s finds "%s"', async (_items, text, expected) => {
    expect(await people(text)).toBe(expected);
    expect(
      idsIn(users, (user) =>
        naiveFilter(
          parseFilter(
            text.replace(/"(True|False)"/i, (_all, word) => word.toLowerCase()),
            LIMITS,
          ),
          user,
          USER,
        ),
      ),
    ).toEqual(await usersBySql(parseFilter(text, LIMITS)));
  });

  it('FLT-35: looks up groups by name and member', async () => {
    const found = async (text: string) => {
      const ids = await groupsBySql(parseFilter(text, LIMITS));
      return groups.filter((group) => ids.includes(group.id)).map((group) => group.displayName);
    };
    expect(await found('displayName eq "STAFF"')).toEqual(['Staff']);
    expect(await found(`members.value eq "${ANNA}"`)).toEqual(['Staff', 'ALL']);
    expect(await found(`members eq "${STAFF}"`)).toEqual(['ALL']);
    expect(await found('members[type eq "Group" and display sw "st"]')).toEqual(['ALL']);
    expect(await found('not (members pr)')).toEqual(['Empty']);
  });

  const text = fc.constantFrom(
    ...[
      'a',
      'm',
      'Anna@Example.com',
      'anna@home.example',
      'work',
      'home',
      '',
      '@',
      'example',
      'Abc',
      'abc',
      'R&D',
      'Boss',
    ],
    ...[
      ANNA,
      STAFF,
      'direct',
      'indirect',
      'staff',
      'all',
      'User',
      'group',
      '+1',
      '%',
      '_',
      '\\',
      '\ufffd',
      '\u{1f600}',
      'jos\u00e9',
    ],
    ...['W/"3"', `${BASE_URL}/Users/${ANNA}`, `${BASE_URL}/Groups/${STAFF}`, ENTERPRISE],
  );
  const textOperator = fc.constantFrom('eq', 'eq', 'eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le');
  const compare = (paths: string[], operators: fc.Arbitrary<string>, operands: fc.Arbitrary<unknown>) =>
    fc
      .tuple(fc.constantFrom(...paths), operators, operands)
      .map(([path, operator, operand]) => `${path} ${operator} ${JSON.stringify(operand)}`);
  const equality = fc.constantFrom('eq', 'ne');
  const generated = (outer: { strings: string[]; any: string[]; lists: Record<string, string[]> }) => {
    const flags = Object.keys(outer.lists).filter((list) => outer.lists[list]?.includes('primary'));
    const nested = (test: fc.Arbitrary<string>) => {
      const pair = fc
        .tuple(test, fc.constantFrom('and', 'and', 'or'), test)
        .map(([a, join, b]) => `(${a} ${join} ${b})`);
      return fc.oneof(
        test,
        test,
        pair,
        fc.oneof(test, pair).map((inner) => `not (${inner})`),
      );
    };
    const inner = (list: string) => {
      const names = outer.lists[list] ?? [];
      const strings = names.filter((name) => name !== 'primary');
      const tests = [
        compare(strings, textOperator, text),
        fc.constantFrom(...names).map((name) => `${name} pr`),
        ...(names.includes('primary') ? [compare(['primary'], equality, fc.boolean())] : []),
      ];
      const wide = fc.array(fc.oneof(...tests), { minLength: 2, maxLength: 3 }).map((parts) => parts.join(' and '));
      return fc.oneof(nested(fc.oneof(...tests)), wide).map((filter) => `${list}[${filter}]`);
    };
    const tests = [
      compare(outer.strings, textOperator, text),
      compare(outer.any, equality, fc.constant(null)),
      fc.constantFrom(...outer.any).map((path) => `${path} pr`),
      fc.constantFrom(...Object.keys(outer.lists)).chain(inner),
      ...(flags.length === 0
        ? []
        : [
            compare(
              flags.map((list) => `${list}.primary`),
              equality,
              fc.boolean(),
            ),
          ]),
      compare(
        ['meta.created', 'meta.lastModified'],
        fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le'),
        fc.constantFrom('2026-01-01T08:00:00Z', '2025-12-31T23:59:59.999Z', '2026-02-01T01:00:00+01:00'),
      ),
    ];
    return nested(nested(fc.oneof(...tests)));
  };

  it('FLT-01 to FLT-38: on users, says what a naive evaluation says', async () => {
    const strings = [
      'id',
      'externalId',
      'userName',
      'title',
      'name.givenName',
      'emails',
      'emails.value',
      'emails.type',
    ];
    strings.push(
      'schemas',
      'groups',
      'groups.type',
      'groups.display',
      'groups.$ref',
      'phoneNumbers.value',
      'profileUrl',
    );
    strings.push(
      'meta.version',
      'meta.location',
      'meta.resourceType',
      'department',
      'manager',
      `${ENTERPRISE}:manager.value`,
    );
    const any = [...strings, 'name', 'meta', 'manager', 'emails.primary', 'active', 'nickName', 'addresses'];
    const lists = {
      emails: ['value', 'type', 'primary', 'display'],
      phoneNumbers: ['value', 'primary'],
      groups: ['value', 'display', 'type', '$ref'],
    };
    const filters = fc.oneof(generated({ strings, any, lists }), compare(['active'], equality, fc.boolean()));
    await fc.assert(
      fc.asyncProperty(filters, async (written) => {
        const filter = parseFilter(written, LIMITS);
        const expected = idsIn(users, (user) => naiveFilter(filter, user, USER));
        expect([formatFilter(filter), await usersBySql(filter)]).toEqual([formatFilter(filter), expected]);
      }),
      { numRuns: 1000 },
    );
  }, 120_000);

  it('FLT-01 to FLT-38: on groups, says what a naive evaluation says', async () => {
    const strings = [
      'id',
      'displayName',
      'members',
      'members.type',
      'members.display',
      'members.$ref',
      'meta.location',
    ];
    const lists = { members: ['value', 'type', 'display', '$ref'] };
    await fc.assert(
      fc.asyncProperty(generated({ strings, any: [...strings, 'externalId'], lists }), async (written) => {
        const filter = parseFilter(written, LIMITS);
        const expected = idsIn(groups, (group) => naiveFilter(filter, group, GROUP));
        expect([formatFilter(filter), await groupsBySql(filter)]).toEqual([formatFilter(filter), expected]);
      }),
      { numRuns: 300 },
    );
  }, 120_000);
});

describe('sortKey', () => {
  const sorted = async (sortBy: string, direction: 'ascending' | 'descending') => {
    const path = bindSort(sortBy, USER, { bareExtensionNames: true });
    if (path === undefined) throw new Error('unknown');
    const rows = await test.database.read<{ id: string }>(sql`
      SELECT u.id FROM users u ORDER BY ${orderBy(sortKey(path, userColumns(COLUMNS))?.expression ?? sql`NULL`, direction)}, u.user_name_key`);
    return rows.map((row) => 'abcd'.charAt(users.findIndex((user) => user.id === row.id))).join('');
  };

  it.each([
    ['SRT-06', 'userName', 'dabc', 'cbad'],
    ['SRT-05, SRT-06', 'title', 'badc', 'cdab'],
    ['SRT-04', 'phoneNumbers', 'bdac', 'dacb'],
    ['SRT-04', 'emails.value', 'abcd', 'dcba'],
    ['SRT-07', 'meta.created', 'cdab', 'badc'],
    ['SRT-07', 'active', 'dbac', 'acdb'],
    ['SRT-08', `${ENTERPRISE}:department`, 'adbc', 'dbca'],
    ['SRT-06', 'externalId', 'abdc', 'dcba'],
    ['SRT-04', 'groups.display', 'abdc', 'dcab'],
  ])('%s: by %s', async (_items, sortBy, ascending, descending) => {
    expect([await sorted(sortBy, 'ascending'), await sorted(sortBy, 'descending')]).toEqual([ascending, descending]);
  });
});
