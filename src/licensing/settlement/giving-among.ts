import { sql, type Transaction } from '../../database/index.js';

/** Those of the groups that give something, or lie below one that does: nobody else's members can have access by them. */
export async function givingAmong(
  transaction: Transaction,
  siteId: number,
  groupIds: readonly string[],
): Promise<string[]> {
  const rows = await transaction.run<{ id: string }>(sql`
    WITH asked AS MATERIALIZED (SELECT unnest(${groupIds}::uuid[]) AS id),
    given AS MATERIALIZED (SELECT DISTINCT group_id AS id FROM grants WHERE site_id = ${siteId} AND group_id IS NOT NULL)
    SELECT a.id FROM asked a JOIN given g ON g.id = a.id
    UNION
    SELECT a.id FROM asked a
    JOIN group_closure c ON c.site_id = ${siteId} AND c.descendant_id = a.id
    JOIN given g ON g.id = c.ancestor_id`);
  return rows.map((row) => row.id);
}
