import { isDeepStrictEqual } from 'node:util';
import { type Database, sql } from '../../src/database/index.js';
import { comparisonKey } from '../../src/directory/index.js';
import { foldDocument, type JsonObject, type ResourceTypes, uniqueValuesOf } from '../../src/scim/schema/index.js';

/** Everything that a request may change, but for log and observed traffic, which note refusals as well. */
const TABLES = [
  ...['users', 'groups', 'resources', 'user_emails', 'user_passwords', 'memberships', 'nestings', 'group_closure'],
  ...['identities', 'unique_values', 'grants', 'entitlements', 'waiting_places', 'licences', 'object_count_deltas'],
];

/** A fingerprint of each table: equal when nothing at all was changed, versions and times included. */
export async function fingerprint(database: Database): Promise<Readonly<Record<string, string>>> {
  const parts = TABLES.map(
    (table) => `(SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM ${table} t) AS ${table}`,
  );
  const [row] = await database.write<Record<string, string>>({ text: `SELECT ${parts.join(', ')}`, values: [] });
  return row ?? {};
}

/**
 * What is kept twice and does not agree, over all sites: columns and keys beside documents, links to what is not there,
 * the closure beside nestings, counts of objects and seats. Empty when all is well.
 */
export async function brokenInvariants(database: Database, types: ResourceTypes): Promise<string[]> {
  const found = await Promise.all([
    brokenUsers(database, types),
    brokenGroups(database, types),
    brokenResources(database, types),
    brokenUniqueValues(database, types),
    ...QUERIES.map(([name, text]) => brokenRows(database, name, text)),
  ]);
  return found.flat();
}

interface Row {
  readonly id: string;
  readonly document: JsonObject;
  readonly folded: JsonObject;
}

async function brokenUsers(database: Database, types: ResourceTypes): Promise<string[]> {
  const rows = await database.write<
    Row & { name: string; key: string; display: string | null; manager: string | null; emails: string[]; state: string }
  >(sql`
    SELECT u.id, u.document, u.folded, u.user_name AS name, u.user_name_key AS key, u.display_name AS display, u.state,
      u.manager_id AS manager, ARRAY(
        SELECT jsonb_build_array(e.value_key, e.type_key)::text FROM user_emails e
        WHERE e.site_id = u.site_id AND e.user_id = u.id) AS emails
    FROM users u WHERE u.erased_at IS NULL`);
  return rows.flatMap((row) => {
    const { document } = row;
    const name = document.name as JsonObject | undefined;
    const emails = (document.emails ?? []) as { value?: string; type?: string }[];
    const keys = emails.flatMap(({ value, type = '' }) =>
      value === undefined ? [] : [JSON.stringify([comparisonKey(value), comparisonKey(type)])],
    );
    return complaints(`user ${row.id}`, {
      'folded document': [row.folded, foldDocument(types.user, document)],
      'userName column': [row.name, document.userName],
      'userName key': [row.key, comparisonKey(String(document.userName))],
      'displayName column': [row.display, document.displayName ?? name?.formatted ?? null],
      state: [row.state === 'active' || row.state === 'invited', document.active !== false],
      'e-mail keys': [row.emails.map((text) => JSON.stringify(JSON.parse(text))).sort(), [...new Set(keys)].sort()],
    });
  });
}

async function brokenGroups(database: Database, types: ResourceTypes): Promise<string[]> {
  const rows = await database.write<Row & { name: string; key: string }>(
    sql`SELECT id, document, folded, display_name AS name, display_name_key AS key FROM groups WHERE erased_at IS NULL`,
  );
  return rows.flatMap((row) =>
    complaints(`group ${row.id}`, {
      'folded document': [row.folded, foldDocument(types.group, row.document)],
      'displayName column': [row.name, row.document.displayName],
      'displayName key': [row.key, comparisonKey(row.name)],
      'members in the document': [row.document.members, undefined],
    }),
  );
}

async function brokenResources(database: Database, types: ResourceTypes): Promise<string[]> {
  const rows = await database.write<Row & { type: string }>(sql`SELECT id, type, document, folded FROM resources`);
  return rows.flatMap((row) => {
    const type = types.others.find(({ name }) => name === row.type);
    if (type === undefined) return [`resource ${row.id}: its type ${row.type} is unknown`];
    return complaints(`${row.type} ${row.id}`, {
      'folded document': [row.folded, foldDocument(type, row.document)],
    });
  });
}

async function brokenUniqueValues(database: Database, types: ResourceTypes): Promise<string[]> {
  const rows = await database.write<{ type: string; document: JsonObject; id: string; kept: string[] }>(sql`
    SELECT o.type, o.id, o.document, ARRAY(
      SELECT v.value_key FROM unique_values v
      WHERE v.site_id = o.site_id AND v.object_id = o.id AND v.resource_type = o.type) AS kept
    FROM (
      SELECT site_id, 'User' AS type, id, document FROM users WHERE deleted_at IS NULL
      UNION ALL SELECT site_id, 'Group', id, document FROM groups WHERE deleted_at IS NULL
      UNION ALL SELECT site_id, type, id, document FROM resources WHERE deleted_at IS NULL
    ) o`);
  const all = [types.user, types.group, ...types.others];
  return rows.flatMap(({ type, id, document, kept }) => {
    const definition = all.find(({ name }) => name === type);
    const keys = definition === undefined ? [] : uniqueValuesOf(definition, document).map(({ key }) => key);
    return complaints(`${type} ${id}`, { 'unique values': [kept.sort(), keys.sort()] });
  });
}

function complaints(object: string, pairs: Readonly<Record<string, readonly [unknown, unknown]>>): string[] {
  return Object.entries(pairs)
    .filter(([, [kept, right]]) => !isDeepStrictEqual(kept, right))
    .map(([what, [kept, right]]) => `${object}: ${what} is ${JSON.stringify(kept)}, not ${JSON.stringify(right)}`);
}

async function brokenRows(database: Database, name: string, text: string): Promise<string[]> {
  const rows = await database.write<Record<string, unknown>>({ text, values: [] });
  return rows.map((row) => `${name}: ${JSON.stringify(row)}`);
}

/** Each finds nothing where all is well. */
const QUERIES: readonly (readonly [string, string])[] = [
  [
    'a link of a member that is not there',
    `SELECT m.group_id, m.user_id FROM memberships m
     WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.site_id = m.site_id AND u.id = m.user_id)
       OR NOT EXISTS (SELECT 1 FROM groups g WHERE g.site_id = m.site_id AND g.id = m.group_id)
     UNION ALL
     SELECT n.group_id, n.child_group_id FROM nestings n
     WHERE NOT EXISTS (SELECT 1 FROM groups g WHERE g.site_id = n.site_id AND g.id = n.group_id)
       OR NOT EXISTS (SELECT 1 FROM groups g WHERE g.site_id = n.site_id AND g.id = n.child_group_id)`,
  ],
  [
    'an identity of what is not there',
    `SELECT i.object_type, i.object_id FROM identities i WHERE NOT EXISTS (
       SELECT 1 FROM users o WHERE o.site_id = i.site_id AND o.id = i.object_id AND i.object_type = 'User'
       UNION ALL
       SELECT 1 FROM groups o WHERE o.site_id = i.site_id AND o.id = i.object_id AND i.object_type = 'Group'
       UNION ALL
       SELECT 1 FROM resources o WHERE o.site_id = i.site_id AND o.id = i.object_id AND i.object_type = 'Resource')`,
  ],
  [
    'the closure of nestings',
    `WITH RECURSIVE edge AS (
       SELECT n.site_id, n.group_id, n.child_group_id FROM nestings n
       JOIN groups a ON a.site_id = n.site_id AND a.id = n.group_id AND a.deleted_at IS NULL
       JOIN groups b ON b.site_id = n.site_id AND b.id = n.child_group_id AND b.deleted_at IS NULL
     ), path AS (
       SELECT site_id, group_id, child_group_id FROM edge
       UNION SELECT p.site_id, p.group_id, e.child_group_id FROM path p
       JOIN edge e ON e.site_id = p.site_id AND e.group_id = p.child_group_id
     ), whole AS (SELECT * FROM path WHERE group_id <> child_group_id)
     (SELECT 'missing' AS fault, w.* FROM (TABLE whole EXCEPT SELECT * FROM group_closure) w)
     UNION ALL
     (SELECT 'surplus', s.* FROM (SELECT * FROM group_closure EXCEPT TABLE whole) s)`,
  ],
  [
    'the number of objects',
    `WITH living AS (
       SELECT site_id, 'User' AS type, owner_connection_id AS owner FROM users WHERE deleted_at IS NULL
       UNION ALL SELECT site_id, 'Group', owner_connection_id FROM groups WHERE deleted_at IS NULL
       UNION ALL SELECT site_id, 'Resource ' || type, owner_connection_id FROM resources WHERE deleted_at IS NULL
     ), counted AS (
       SELECT site_id, object_type AS type, owner_connection_id AS owner, difference FROM object_count_deltas
       UNION ALL SELECT site_id, type, owner, -1 FROM living)
     SELECT site_id, type, owner, sum(difference) AS surplus FROM counted
     GROUP BY site_id, type, owner HAVING sum(difference) <> 0`,
  ],
  [
    'the seats of a licence',
    `SELECT l.name, l.seats_used, count(e.user_id) AS taken FROM licences l
     LEFT JOIN entitlements e ON e.site_id = l.site_id AND e.licence_id = l.id
     WHERE l.seats IS NOT NULL GROUP BY l.site_id, l.id, l.name, l.seats_used, l.seats, l.policy
     HAVING l.seats_used <> count(e.user_id) OR (l.policy <> 'allow' AND count(e.user_id) > l.seats)`,
  ],
  [
    'access of somebody who may have none',
    `SELECT e.user_id, u.state FROM entitlements e
     LEFT JOIN users u ON u.site_id = e.site_id AND u.id = e.user_id
     WHERE u.id IS NULL OR u.deleted_at IS NOT NULL OR u.state IN ('suspended', 'deactivated')`,
  ],
];
