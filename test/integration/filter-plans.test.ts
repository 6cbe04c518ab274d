import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { accessText } from '../../src/licensing/index.js';
import { bindFilter, compileFilter, parseFilter, userColumns } from '../../src/scim/filter/index.js';
import { USER } from '../../src/scim/schema/index.js';
import { BASE_URL, CONNECTION, ENTERPRISE, SITE } from '../support/filter/filter-world.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const LIMITS = { length: 1000, depth: 5, terms: 10 };
const USERS = 100_000;

let test: TestDatabase;

beforeAll(async () => {
  test = await createTestDatabase({ statementTimeoutMillis: 120_000 });
  const { database } = test;
  await database.write(sql`
    INSERT INTO users (site_id, id, user_name, user_name_key, document, folded)
    SELECT ${SITE}, gen_random_uuid(), 'user' || n, 'user' || n, '{}', jsonb_build_object(
      'userName', 'user' || n, 'name', jsonb_build_object('familyName', 'family' || n),
      'emails', jsonb_build_array(jsonb_build_object('value', 'user' || n || '@example.com', 'type', 'work')),
      ${ENTERPRISE}::text, jsonb_build_object('employeeNumber', n::text))
    FROM generate_series(1, ${USERS}::integer) n`);
  await database.write(sql`
    INSERT INTO user_emails (site_id, value_key, type_key, user_id)
    SELECT site_id, user_name_key || '@example.com', 'work', id FROM users`);
  await database.write(sql`
    INSERT INTO identities (site_id, connection_id, object_id, object_type, external_id)
    SELECT site_id, ${CONNECTION}::uuid, id, 'User', user_name_key FROM users`);
  await database.write(sql`
    INSERT INTO memberships (site_id, group_id, user_id)
    SELECT site_id, ${CONNECTION}::uuid, id FROM users WHERE user_name_key LIKE 'user1234%'`);
  await database.write(sql`INSERT INTO groups (site_id, id, display_name, display_name_key, document, folded)
    VALUES (${SITE}, ${CONNECTION}, 'g', 'g', '{}', '{}')`);
  // Everybody has the role of one of 100 applications, every tenth by a direct grant.
  await database.write(sql`
    INSERT INTO applications (site_id, id, key, name)
    SELECT ${SITE}, gen_random_uuid(), 'app' || n, 'App ' || n FROM generate_series(0, 99) n`);
  await database.write(sql`
    INSERT INTO application_roles (site_id, application_id, id, key, name, rank, takes_seat)
    SELECT site_id, id, gen_random_uuid(), 'user', 'User', 1, true FROM applications`);
  await database.write(sql`
    INSERT INTO licences (site_id, id, application_id, name)
    SELECT site_id, gen_random_uuid(), id, name FROM applications`);
  await database.write(sql`
    INSERT INTO entitlements (site_id, user_id, application_id, role_id, licence_id)
    SELECT u.site_id, u.id, a.id, r.id, l.id FROM users u
    JOIN applications a ON a.key = 'app' || right(u.user_name_key, 2)::text
    JOIN application_roles r ON r.application_id = a.id JOIN licences l ON l.application_id = a.id
    WHERE length(u.user_name_key) > 5`);
  await database.write(sql`
    INSERT INTO grants (site_id, id, role_id, user_id, connection_id)
    SELECT site_id, gen_random_uuid(), role_id, user_id, ${CONNECTION} FROM entitlements
    WHERE user_id::text LIKE '0%'`);
  await database.write(sql`ANALYZE`);
}, 180_000);

afterAll(() => test?.drop());

const VIEW = { siteId: SITE, connectionId: CONNECTION, computed: true };

function query(filter: string) {
  const bound = bindFilter(parseFilter(filter, LIMITS), USER, { booleanStrings: true });
  const columns = userColumns({
    siteId: SITE,
    connectionId: CONNECTION,
    baseUrl: BASE_URL,
    access: { view: VIEW, licenceType: undefined },
  });
  const condition = compileFilter(bound, columns);
  return sql`SELECT u.id FROM users u WHERE u.site_id = ${SITE} AND u.deleted_at IS NULL AND ${condition}`;
}

describe('plans of compileFilter at 100,000 users', () => {
  it.each([
    'userName eq "USER4711"',
    'userName sw "user4711"',
    'externalId eq "user4711"',
    'emails.value eq "user4711@example.com"',
    'emails eq "user4711@example.com"',
    'emails[type eq "work" and value eq "user4711@example.com"]',
    'emails[type eq "work"].value eq "user4711@example.com" and active eq true',
    'emails[value eq "user4711@example.com" and type co "wor"]',
    'name.familyName eq "family4711"',
    `${ENTERPRISE}:employeeNumber eq "4711"`,
    `id eq "${CONNECTION}"`,
    `groups.value eq "${CONNECTION}"`,
    'userName eq "user4711" or name.familyName eq "family4712"',
    'roles.value eq "app47:user"',
    'roles[type eq "app47"]',
    'entitlements[type eq "app47"]',
    'roles[value eq "app47:user" and type sw "app"]',
  ])('FLT-35: %s uses an index', async (filter) => {
    const statement = query(filter);
    const rows = await test.database.read<{ 'QUERY PLAN': string }>({
      text: `EXPLAIN ${statement.text}`,
      values: statement.values,
    });
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).not.toMatch(/Seq Scan on users/);
    expect(plan).toMatch(/Index/);
  });

  it('reads what is shown of one user by index, in the statement that reads the user', async () => {
    const statement = sql`SELECT ${accessText(VIEW, sql`u.id`)} FROM users u WHERE u.site_id = ${SITE} AND u.id = ${CONNECTION}`;
    const rows = await test.database.read<{ 'QUERY PLAN': string }>({
      text: `EXPLAIN ${statement.text}`,
      values: statement.values,
    });
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).not.toMatch(/Seq Scan on (users|entitlements|grants)/);
  });

  it.each(['userName eq', 'userName sw', 'externalId eq', 'emails.value eq', 'name.familyName eq'])(
    'FLT-35: a prepared statement with %s keeps using it, whatever its parameters',
    async (filter) => {
      const statement = query(`${filter} "user4711"`);
      const values = statement.values.map((value) => `'${String(value)}'`).join(', ');
      const plan = await test.database.transaction(async (transaction) => {
        // The plan that PostgreSQL falls back to after five executions knows no values.
        await transaction.lock('SET LOCAL plan_cache_mode = force_generic_plan');
        await transaction.lock(`PREPARE lookup AS ${statement.text}`);
        const [rows] = await transaction.runTogether([`EXPLAIN EXECUTE lookup (${values})`]);
        await transaction.lock('DEALLOCATE lookup');
        return JSON.stringify(rows);
      });
      expect(plan).not.toMatch(/Seq Scan on users/);
      expect(plan).toMatch(/Index/);
    },
  );
});
