import type pg from 'pg';
import type { Directory } from './directory.ts';

/** Direct groups of every user, and as many indirect ones: each group of this kind lies in a parent. */
const GROUPS_PER_USER = 10;
const TEAM_MEMBERS = 100;
const TEAMS_PER_DIVISION = 10;
export const SMALL_GROUP = 100;
export const LARGEST_GROUP = 100_000;
const CAPPED_GROUPS = 100;

/** Strides that scatter a user's ten teams over the directory. */
const STRIDES = [1, 7, 13, 29, 53, 97, 149, 211, 307, 401];

export interface FilledGroups {
  readonly smallId: string;
  readonly largeId: string;
  readonly emptyId: string;
  readonly cappedIds: readonly string[];
}

/**
 * Groups, memberships, nestings, their closure and the seats that follow. Everybody is in ten teams or, within the
 * large group, in nine and that; each of those lies in a division. Every second division of the first kind gives the
 * capped application, so half of the users hold a seat of it. Needs bench_people.
 */
export async function fillGroups(client: pg.Client, directory: Directory, size: number): Promise<FilledGroups> {
  const { siteId, connectionId } = directory;
  const teams = Math.max(1, Math.ceil(size / TEAM_MEMBERS));
  const large = Math.min(LARGEST_GROUP, size);
  await client.query(groupTable(teams));
  await client.query(insertGroups(directory));
  await client.query(`
    INSERT INTO nestings (site_id, group_id, child_group_id, owner_connection_id)
    SELECT ${siteId}, p.id, c.id, '${connectionId}' FROM bench_groups c JOIN bench_groups p ON
      (c.kind = 'team' AND p.kind = 'division' AND p.d = c.d AND p.k = c.k / ${TEAMS_PER_DIVISION})
      OR (c.kind = 'large' AND p.kind = 'above-large');
    INSERT INTO group_closure (site_id, ancestor_id, descendant_id)
    SELECT site_id, group_id, child_group_id FROM nestings WHERE site_id = ${siteId}`);
  const cappedIds = await idsOf(client, "kind = 'capped'");
  await directory.grant([...cappedIds, ...(await idsOf(client, "kind = 'division' AND d = 0 AND k % 2 = 0"))]);

  const member = `INSERT INTO memberships (site_id, group_id, user_id, owner_connection_id) SELECT ${siteId}, g.id, p.id, '${connectionId}'`;
  for (const [dimension, stride] of STRIDES.slice(0, GROUPS_PER_USER).entries()) {
    await client.query(`
      ${member} FROM bench_people p JOIN bench_groups g
        ON g.kind = 'team' AND g.d = ${dimension} AND g.k = (p.n::bigint * ${stride} / ${dimension + 1}) % ${teams}
      ${dimension === GROUPS_PER_USER - 1 ? `WHERE p.n > ${large}` : ''}`);
  }
  await client.query(`${member} FROM bench_people p, bench_groups g WHERE g.kind = 'large' AND p.n <= ${large}`);
  await client.query(`${member} FROM bench_people p, bench_groups g WHERE g.kind = 'small' AND p.n <= ${SMALL_GROUP}`);
  await client.query(giveSeats(siteId));
  const single = async (kind: string) => (await idsOf(client, `kind = '${kind}'`))[0] ?? '';
  return { smallId: await single('small'), largeId: await single('large'), emptyId: await single('empty'), cappedIds };
}

function groupTable(teams: number): string {
  const divisions = Math.ceil(teams / TEAMS_PER_DIVISION);
  return `
    CREATE UNLOGGED TABLE bench_groups AS
    SELECT kind, d, k, uuidv7() AS id, kind || ' ' || d || '-' || k AS name FROM (
      SELECT 'team' AS kind, d, k FROM generate_series(0, ${GROUPS_PER_USER - 1}) d, generate_series(0, ${teams - 1}) k
      UNION ALL
      SELECT 'division', d, k FROM generate_series(0, ${GROUPS_PER_USER - 1}) d, generate_series(0, ${divisions - 1}) k
      UNION ALL
      SELECT 'capped', 0, k FROM generate_series(1, ${CAPPED_GROUPS}) k
      UNION ALL
      SELECT single, 0, 0 FROM unnest('{small,large,above-large,empty}'::text[]) single
    ) every;
    CREATE INDEX ON bench_groups (kind, d, k); ANALYZE bench_groups`;
}

function insertGroups({ siteId, sampleGroupId }: Directory): string {
  const filled = (expression: string) => `replace(${expression}, 'zqname', b.name)`;
  const from = (table: string, column: string) =>
    `FROM ${table} s CROSS JOIN bench_groups b WHERE s.site_id = ${siteId} AND s.${column} = '${sampleGroupId}'`;
  return `
    INSERT INTO groups (site_id, id, display_name, display_name_key, owner_connection_id, document, folded)
    SELECT s.site_id, b.id, ${filled('s.display_name')}, ${filled('s.display_name_key')}, s.owner_connection_id,
      ${filled('s.document::text')}::jsonb, ${filled('s.folded::text')}::jsonb ${from('groups', 'id')};
    INSERT INTO identities (site_id, connection_id, object_id, object_type, external_id)
    SELECT s.site_id, s.connection_id, b.id, s.object_type, ${filled('s.external_id')} ${from('identities', 'object_id')};
    INSERT INTO object_count_deltas (site_id, object_type, owner_connection_id, difference)
    SELECT site_id, object_type, owner_connection_id, (SELECT count(*) - 1 FROM bench_groups)
    FROM object_count_deltas WHERE object_type = 'Group';
    DELETE FROM identities WHERE site_id = ${siteId} AND object_id = '${sampleGroupId}';
    DELETE FROM groups WHERE site_id = ${siteId} AND id = '${sampleGroupId}'`;
}

/** What the grants make of the memberships. */
function giveSeats(siteId: number): string {
  return `
    INSERT INTO entitlements (site_id, user_id, application_id, role_id, licence_id)
    SELECT DISTINCT m.site_id, m.user_id, r.application_id, r.id, l.licence_id
    FROM grants g
    JOIN application_roles r ON r.site_id = g.site_id AND r.id = g.role_id
    JOIN licence_roles l ON l.site_id = r.site_id AND l.role_id = r.id
    JOIN group_closure c ON c.site_id = g.site_id AND c.ancestor_id = g.group_id
    JOIN memberships m ON m.site_id = c.site_id AND m.group_id = c.descendant_id
    WHERE g.site_id = ${siteId};
    UPDATE licences SET seats_used = (SELECT count(*) FROM entitlements) WHERE site_id = ${siteId}`;
}

async function idsOf(client: pg.Client, condition: string): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(`SELECT id FROM bench_groups WHERE ${condition} ORDER BY d, k`);
  return rows.map((row) => row.id);
}
