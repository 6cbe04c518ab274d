import type pg from 'pg';
import type { Directory } from './directory.ts';
import { CITIES, FAMILY_NAMES, GIVEN_NAMES } from './sample-user.ts';

/** Users from here on (as a part of the directory) have a manager; a thousand of them, or a tenth of a small one. */
export const MANAGED_FROM = 0.5;

/** Fits the memory of a small machine and keeps each statement's work visible in pg_stat_activity. */
const BATCH = 50_000;

/** Every placeholder of the sample with the SQL that gives a person's value, in both spellings. */
const REPLACEMENTS: readonly (readonly [string, string])[] = [
  ['zqnumber', 'p.n::text'],
  ['zqdepartment', 'p.department'],
  ['Zqgiven', 'p.given'],
  ['Zqfamily', 'p.family'],
  ['Zqcity', 'p.city'],
  ['zqgiven', 'lower(p.given)'],
  ['zqfamily', 'lower(p.family)'],
  ['zqcity', 'lower(p.city)'],
];

function filled(expression: string): string {
  return REPLACEMENTS.reduce(
    (text, [placeholder, value]) => `replace(${text}, '${placeholder}', ${value})`,
    expression,
  );
}

/** Fills users, user_emails, identities and the counts with rows of the sample's shape; makes bench_people beside. */
export async function fillUsers(client: pg.Client, directory: Directory, size: number): Promise<void> {
  const { siteId, sampleUserId } = directory;
  await client.query(peopleTable(size));
  const { rows } = await client.query<{ definition: string }>(
    "SELECT pg_get_indexdef('users_folded'::regclass) AS definition",
  );
  // Building it afterwards is many times faster than a million single insertions.
  await client.query('DROP INDEX users_folded');
  for (let from = 1; from <= size; from += BATCH) {
    for (const statement of batch(siteId, sampleUserId, from, from + BATCH - 1)) await client.query(statement);
  }
  const managed = managedRange(size);
  await client.query(addManagers(siteId, managed.from, managed.to));
  await client.query(`
    INSERT INTO object_count_deltas (site_id, object_type, owner_connection_id, difference)
    SELECT site_id, object_type, owner_connection_id, ${size - 1} FROM object_count_deltas WHERE object_type = 'User'`);
  for (const [table, column] of [
    ['users', 'id'],
    ['user_emails', 'user_id'],
    ['identities', 'object_id'],
  ]) {
    await client.query(`DELETE FROM ${table} WHERE site_id = ${siteId} AND ${column} = '${sampleUserId}'`);
  }
  await client.query(rows[0]?.definition ?? '');
}

/** The numbers of the users that have a manager. */
export function managedRange(size: number): { from: number; to: number } {
  const from = Math.floor(size * MANAGED_FROM);
  return { from, to: from + Math.min(999, Math.floor(size / 10)) };
}

function peopleTable(size: number): string {
  const pick = (values: readonly string[], step: number) =>
    `(ARRAY[${values.map((value) => `'${value}'`).join(',')}])[1 + (n / ${step}) % ${values.length}]`;
  return `
    CREATE UNLOGGED TABLE bench_people AS
    SELECT n, uuidv7() AS id, ${pick(GIVEN_NAMES, 1)} AS given, ${pick(FAMILY_NAMES, 11)} AS family,
      ${pick(CITIES, 3)} AS city, (n % 200)::text AS department
    FROM generate_series(1, ${size}) AS n ORDER BY n;
    ALTER TABLE bench_people ADD PRIMARY KEY (n)`;
}

function batch(siteId: number, sampleId: string, from: number, to: number): string[] {
  const people = `bench_people p WHERE p.n BETWEEN ${from} AND ${to}`;
  const crossed = (table: string, column: string) =>
    `${table} s CROSS JOIN ${people} AND s.site_id = ${siteId} AND s.${column} = '${sampleId}'`;
  return [
    `
    INSERT INTO users (site_id, id, user_name, user_name_key, display_name, state, owner_connection_id, document, folded)
    SELECT s.site_id, p.id, ${filled('s.user_name')}, ${filled('s.user_name_key')}, ${filled('s.display_name')},
      s.state, s.owner_connection_id, ${filled('s.document::text')}::jsonb, ${filled('s.folded::text')}::jsonb
    FROM ${crossed('users', 'id')} ORDER BY p.n`,
    `
    INSERT INTO user_emails (site_id, value_key, type_key, user_id)
    SELECT s.site_id, ${filled('s.value_key')}, s.type_key, p.id FROM ${crossed('user_emails', 'user_id')}`,
    `
    INSERT INTO identities (site_id, connection_id, object_id, object_type, external_id)
    SELECT s.site_id, s.connection_id, p.id, s.object_type, ${filled('s.external_id')}
    FROM ${crossed('identities', 'object_id')}`,
  ];
}

/** The manager is user 1, written as the server writes it: an id in the extension and beside the document. */
function addManagers(siteId: number, from: number, to: number): string {
  const path = `'{urn:ietf:params:scim:schemas:extension:enterprise:2.0:User,manager}'`;
  const manager = `jsonb_build_object('value', m.id::text)`;
  return `
    UPDATE users u SET manager_id = m.id, document = jsonb_set(u.document, ${path}, ${manager}),
      folded = jsonb_set(u.folded, ${path}, ${manager})
    FROM bench_people p, bench_people m
    WHERE u.site_id = ${siteId} AND u.id = p.id AND p.n BETWEEN ${from} AND ${to} AND m.n = 1`;
}
