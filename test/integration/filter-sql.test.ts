import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import {
  bindFilter,
  bindSort,
  compileFilter,
  type Filter,
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
import { matches } from '../support/fuzz/naive-evaluator.js';
import { USER_SHAPE } from '../support/fuzz/shapes.js';
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

function idsIn(resources: readonly Resource[], wanted: (resource: Resource) => boolean): string[] {
  return resources
    .filter(wanted)
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
    const filter = parseFilter(text, LIMITS);
    expect(idsIn(users, (user) => matches(filter, user, USER_SHAPE))).toEqual(await usersBySql(filter));
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
    // What is shown of a member without a displayName is its userName.
    expect(await found('members.display eq "anna@example.com"')).toEqual(['Staff', 'ALL']);
  });
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
