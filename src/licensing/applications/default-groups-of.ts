import { type Sql, sql, type Transaction } from '../../database/index.js';
import { RollcallError } from '../../errors/index.js';

/** A query for the `id` of the living default groups of roles: where people are put who are given them. */
export function defaultGroupsOf(siteId: number, roleIds: readonly string[]): Sql {
  return sql`
    SELECT DISTINCT g.id FROM default_groups d
    JOIN groups g ON g.site_id = d.site_id AND g.id = d.group_id AND g.deleted_at IS NULL
    WHERE d.site_id = ${siteId} AND d.role_id = ANY (${roleIds}::uuid[])`;
}

/**
 * Whoever asks holds the structure of the site.
 * @throws RollcallError `application.no-default-group` where nobody can be put anywhere for one of the roles
 */
export async function requireDefaultGroups(
  transaction: Transaction,
  siteId: number,
  roleIds: readonly string[],
): Promise<void> {
  const [missing] = await transaction.run<{ name: string | null }>(sql`
    SELECT (
      SELECT a.key || '/' || r.key FROM application_roles r
      JOIN applications a ON a.site_id = r.site_id AND a.id = r.application_id
      WHERE r.site_id = ${siteId} AND r.id = wanted.id
    ) AS name
    FROM unnest(${roleIds}::uuid[]) AS wanted (id)
    WHERE NOT EXISTS (
      SELECT 1 FROM default_groups d JOIN groups g ON g.site_id = d.site_id AND g.id = d.group_id AND g.deleted_at IS NULL
      WHERE d.site_id = ${siteId} AND d.role_id = wanted.id) LIMIT 1`);
  if (missing === undefined) return;
  const message = `${missing.name ?? 'The role'} has no default group to put people into; make one: rollcall default-group add.`;
  throw new RollcallError('conflict', 'application.no-default-group', message);
}
