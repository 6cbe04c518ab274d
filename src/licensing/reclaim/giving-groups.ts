import { sql, type Transaction } from '../../database/index.js';
import { isLiving } from '../../directory/index.js';

/** A group that has a role with a seat, or lies below one that has. */
export interface GivingGroup {
  readonly id: string;
  readonly name: string;
  /** Who owns it; null: nobody. */
  readonly connection: string | null;
  /** Whether it is a default group of the application. */
  readonly isDefault: boolean;
  /** Keys of the other applications that it gives; null: none. */
  readonly otherApplications: readonly string[] | null;
}

/** All groups by which seats of an application come to people, by id. */
export async function givingGroups(
  transaction: Transaction,
  siteId: number,
  applicationId: string,
): Promise<Map<string, GivingGroup>> {
  const rows = await transaction.run<GivingGroup>(sql`
    WITH granted AS MATERIALIZED (
      SELECT y.group_id FROM application_roles r JOIN grants y ON y.site_id = ${siteId} AND y.role_id = r.id
      WHERE r.site_id = ${siteId} AND r.application_id = ${applicationId} AND r.takes_seat AND y.group_id IS NOT NULL
    )
    SELECT g.id, g.display_name AS name, coalesce(c.name, g.owner_connection_id::text) AS connection,
      EXISTS (
        SELECT 1 FROM default_groups d
        JOIN application_roles r ON r.site_id = ${siteId} AND r.id = d.role_id AND r.application_id = ${applicationId}
        WHERE d.site_id = ${siteId} AND d.group_id = g.id
      ) AS "isDefault",
      (
        SELECT jsonb_agg(DISTINCT o.key) FROM grants y
        JOIN application_roles r ON r.site_id = ${siteId} AND r.id = y.role_id AND r.application_id <> ${applicationId}
        JOIN applications o ON o.site_id = ${siteId} AND o.id = r.application_id
        WHERE y.site_id = ${siteId} AND y.group_id IN (
          SELECT g.id UNION ALL
          SELECT up.ancestor_id FROM group_closure up WHERE up.site_id = ${siteId} AND up.descendant_id = g.id)
      ) AS "otherApplications"
    FROM groups g
    LEFT JOIN connections c ON c.site_id = ${siteId} AND c.id = g.owner_connection_id
    WHERE g.site_id = ${siteId} AND ${isLiving(sql`g`)} AND g.id IN (
      SELECT group_id FROM granted
      UNION
      SELECT down.descendant_id FROM granted
      JOIN group_closure down ON down.site_id = ${siteId} AND down.ancestor_id = granted.group_id)`);
  return new Map(rows.map((row) => [row.id, row]));
}
