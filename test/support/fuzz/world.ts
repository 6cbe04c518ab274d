import fc from 'fast-check';
import type { Database } from '../../../src/database/index.js';
import type { JsonObject } from '../../../src/scim/schema/index.js';
import {
  addMembership,
  BASE_URL,
  CONNECTION,
  ENTERPRISE,
  insertGroup,
  insertUser,
  type NewUser,
  type Resource,
  shownName,
} from '../filter/filter-world.js';
import { sampled } from './fuzz.ts';
import { USER_SHAPE } from './shapes.ts';

export { BASE_URL, CONNECTION };

const NAMES = [
  'Anna',
  'anna',
  'ANNA',
  'Bob',
  'Zoë',
  'Zoe\u0308',
  'ＡＢ',
  'ab',
  'İpek',
  'Straße',
  'ΣΑΣ',
  '\u{1f600}',
  '%_\\',
];
const name = fc.constantFrom(
  ...NAMES,
  "O'Malley",
  'Müller',
  'a "quoted" one',
  ' blank ',
  '\ufffd',
  '0',
  'null',
  'true',
);
const id = fc.uuid({ version: 4 });
const type = fc.constantFrom('work', 'home', 'other', 'Büro');

const plural = (value: fc.Arbitrary<string>) =>
  fc.uniqueArray(fc.record({ value, type, display: name, primary: fc.constant(false) }, { requiredKeys: ['value'] }), {
    maxLength: 3,
    selector: (element) => element.value.toLowerCase(),
  });
const maybe = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined });

const document = fc.record({
  displayName: maybe(name),
  nickName: maybe(name),
  title: maybe(name),
  profileUrl: maybe(fc.constantFrom('https://Example.com/a', 'https://example.com/a', 'urn:x:y')),
  active: maybe(fc.boolean()),
  name: maybe(fc.record({ givenName: name, familyName: name, formatted: name }, { requiredKeys: [] })),
  emails: plural(fc.constantFrom('anna@example.com', 'Bob@Example.com', 'x@y', 'zoë@example.com', 'a+b@home.example')),
  phoneNumbers: plural(fc.constantFrom('+1', '+0', 'tel:+1')),
  photos: plural(fc.constantFrom('https://example.com/P.png', 'https://example.com/p.png')),
  x509Certificates: plural(fc.constantFrom('AAAA', 'aaaa', 'AQID')),
  roles: plural(name),
  addresses: fc.array(fc.record({ locality: name, type, country: fc.constantFrom('DE', 'de') }, { requiredKeys: [] }), {
    maxLength: 2,
  }),
  [ENTERPRISE]: maybe(
    fc.record(
      { department: name, employeeNumber: name, manager: name.map((value) => ({ value })) },
      { requiredKeys: [] },
    ),
  ),
});

const user = fc.record({
  id,
  externalId: maybe(name),
  state: fc.constantFrom('active', 'active', 'invited', 'suspended', 'deactivated'),
  created: fc
    .integer({ min: Date.parse('2025-12-30T00:00:00Z'), max: Date.parse('2026-02-03T00:00:00Z') })
    .map((time) => new Date(time).toISOString()),
  version: fc.integer({ min: 1, max: 12 }),
  document,
  primary: fc.nat({ max: 5 }),
});

export interface World {
  readonly users: readonly Resource[];
  readonly groups: readonly Resource[];
}

/** Users and groups of every kind, some in others, as a client reads them; of the same seed always the same. */
export async function fillWorld(database: Database, userCount = 300, groupCount = 60): Promise<World> {
  const users = new Map<string, Resource>();
  for (const [index, generated] of sampled(user, userCount, 1).entries()) {
    const resource = await insertUser(database, newUser(generated, index));
    users.set(resource.id, resource);
  }
  const shape = fc.record({
    id,
    name,
    members: fc.uniqueArray(fc.constantFrom(...users.keys()), { maxLength: 12 }),
    children: fc.uniqueArray(fc.nat({ max: groupCount - 1 }), { maxLength: 2 }),
  });
  const groups = sampled(shape, groupCount, 2);
  const read: Resource[] = [];
  for (const group of groups) read.push(await insertGroup(database, group.name, group.id));
  for (const group of groups) for (const member of group.members) await addMembership(database, group.id, member);
  // To groups that come later only, and from the last third of them to none: several levels, no circle.
  const below = groups.map(({ children }, index) =>
    index > groupCount * 0.7 ? [] : children.filter((c) => c > index),
  );
  for (const [index, children] of below.entries()) {
    for (const child of children) await nest(database, groups[index]?.id ?? '', groups[child]?.id ?? '');
  }
  const reach = below.map((_, index) => reachable(below, index));
  await close(
    database,
    reach.flatMap((all, from) => all.map((to) => [groups[from]?.id ?? '', groups[to]?.id ?? ''])),
  );
  const withMembers = read.map((group, index): Resource => {
    const children = (below[index] ?? []).flatMap((child) => read[child] ?? []).map((each) => member(each, 'Group'));
    const people = (groups[index]?.members ?? []).flatMap((each) => users.get(each) ?? []);
    const members = [...people.map((each) => member(each, 'User')), ...children];
    return members.length === 0 ? group : { ...group, members };
  });
  return {
    groups: withMembers,
    users: [...users.values()].map((each) => {
      const direct = groups.flatMap(({ members }, index) => (members.includes(each.id) ? [index] : []));
      const indirect = groups.flatMap((_, index) =>
        !direct.includes(index) && reach[index]?.some((to) => direct.includes(to)) ? [index] : [],
      );
      const inGroups = [
        ...direct.map((at) => [at, 'direct'] as const),
        ...indirect.map((at) => [at, 'indirect'] as const),
      ];
      const entries = inGroups.flatMap(([at, how]) => {
        const group = read[at];
        if (group === undefined) return [];
        return [
          { value: group.id, display: group.displayName ?? '', type: how, $ref: `${BASE_URL}/Groups/${group.id}` },
        ];
      });
      return entries.length === 0 ? each : { ...each, groups: entries };
    }),
  };
}

type Generated = typeof user extends fc.Arbitrary<infer Value> ? Value : never;

function newUser({ document: generated, externalId, primary, ...rest }: Generated, index: number): NewUser {
  const values: JsonObject = {};
  for (const [key, value] of Object.entries(generated)) {
    const isEmpty = value === undefined || (typeof value === 'object' && Object.keys(value).length === 0);
    if (!isEmpty) values[key] = JSON.parse(JSON.stringify(value));
  }
  delete values.active;
  const [email] = Array.isArray(values.emails) ? values.emails : [];
  if (primary > 3 && typeof email === 'object' && email !== null) Object.assign(email, { primary: true });
  const addresses = Array.isArray(values.addresses) ? values.addresses : [];
  const places = addresses.filter((address) => Object.keys(address ?? {}).length > 0);
  if (places.length === 0) delete values.addresses;
  else values.addresses = places;
  const schemas = values[ENTERPRISE] === undefined ? [USER_SHAPE.urn] : [USER_SHAPE.urn, ENTERPRISE];
  const userName = `${NAMES[index % NAMES.length]}${index}@Example.com`;
  return { ...rest, ...(externalId === undefined ? {} : { externalId }), document: { schemas, userName, ...values } };
}

function member(of: Resource, kind: 'User' | 'Group'): JsonObject {
  const display = shownName(of) ?? of.userName ?? null;
  return { value: of.id, type: kind, $ref: `${BASE_URL}/${kind}s/${of.id}`, display };
}

function reachable(below: readonly (readonly number[])[], from: number): number[] {
  const found = new Set<number>();
  const walk = (at: number): void => {
    for (const child of below[at] ?? []) {
      if (found.has(child)) continue;
      found.add(child);
      walk(child);
    }
  };
  walk(from);
  return [...found];
}

async function nest(database: Database, group: string, child: string): Promise<void> {
  await database.dataSource.query('INSERT INTO nestings (site_id, group_id, child_group_id) VALUES (1, $1, $2)', [
    group,
    child,
  ]);
}

async function close(database: Database, pairs: readonly (readonly string[])[]): Promise<void> {
  await database.dataSource.query(
    `INSERT INTO group_closure (site_id, ancestor_id, descendant_id)
     SELECT 1, a, d FROM unnest($1::uuid[], $2::uuid[]) AS pair (a, d)`,
    [pairs.map(([ancestor]) => ancestor), pairs.map(([, descendant]) => descendant)],
  );
}
