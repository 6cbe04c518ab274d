import { type Database, type Sql, sql, type Transaction, undone } from '../../database/index.js';
import { takeStructureLock } from '../../directory/index.js';
import type { SeatRules } from '../settlement/pools.js';
import { settle } from '../settlement/settle.js';

/** What is kept and what a recalculation comes to; null where there is nothing. */
export interface Difference {
  /** `access`: a person's role and pool; `place`: one in a queue; `seats`: the count of a licence. */
  readonly kind: 'access' | 'place' | 'seats';
  /** The name of the user or of the licence. */
  readonly subject: string;
  readonly application: string;
  readonly kept: string | null;
  readonly expected: string | null;
}

/**
 * Works out everybody's access from scratch, with the seats that people hold and the order in which they wait, and
 * compares the result with what is kept. Leaves nothing behind; holds the structure of the site meanwhile, so that
 * nobody's access changes under it.
 * @returns nothing where all is right
 */
export async function verifyLicensing(database: Database, siteId: number, rules: SeatRules): Promise<Difference[]> {
  return undone(database.transaction, async (transaction) => {
    await transaction.run(takeStructureLock(siteId));
    const counts = await transaction.run<Difference>(wrongCounts(siteId));
    await remember(transaction, siteId);
    // A wrong count is one difference, and not one for everybody who gets no seat by it.
    await transaction.run(sql`
      UPDATE licences l SET seats_used = (
        SELECT count(*) FROM entitlements e WHERE e.site_id = l.site_id AND e.licence_id = l.id
      ) WHERE l.site_id = ${siteId}`);
    await settleEverybody(transaction, siteId, rules);
    return [...counts, ...(await transaction.run<Difference>(differences(siteId)))];
  });
}

async function settleEverybody(transaction: Transaction, siteId: number, rules: SeatRules): Promise<void> {
  const idsOf = async (query: Sql) => (await transaction.run<{ id: string }>(query)).map(({ id }) => id);
  const userIds = await idsOf(sql`SELECT id FROM users WHERE site_id = ${siteId}`);
  const applicationIds = await idsOf(sql`SELECT id FROM applications WHERE site_id = ${siteId}`);
  const { writes } = await settle(transaction, { siteId, userIds, applicationIds, rules }, []);
  for (const write of writes) await transaction.run(write);
}

async function remember(transaction: Transaction, siteId: number): Promise<void> {
  await transaction.run(sql`
    CREATE TEMPORARY TABLE kept_entitlements ON COMMIT DROP AS
    SELECT user_id, application_id, role_id, licence_id FROM entitlements WHERE site_id = ${siteId}`);
  await transaction.run(sql`
    CREATE TEMPORARY TABLE kept_places ON COMMIT DROP AS
    SELECT user_id, application_id, role_id, licence_id FROM waiting_places WHERE site_id = ${siteId}`);
}

function wrongCounts(siteId: number): Sql {
  return sql`
    SELECT 'seats' AS kind, l.name AS subject, a.key AS application, l.seats_used::text AS kept,
      counted.seats::text AS expected
    FROM licences l JOIN applications a ON a.site_id = l.site_id AND a.id = l.application_id
    CROSS JOIN LATERAL (
      SELECT count(*) AS seats FROM entitlements e WHERE e.site_id = l.site_id AND e.licence_id = l.id
    ) counted
    WHERE l.site_id = ${siteId} AND (l.seats IS NOT NULL OR l.valid_until IS NOT NULL)
      AND l.seats_used <> counted.seats ORDER BY a.key, l.name`;
}

/** A role is told with its pool, for the wrong one leaks a seat as well. */
function differences(siteId: number): Sql {
  const told = (role: Sql, licence: Sql) => sql`
    (SELECT r.key || coalesce(' (' || l.name || ')', '') FROM application_roles r
     LEFT JOIN licences l ON l.site_id = ${siteId} AND l.id = ${licence}
     WHERE r.site_id = ${siteId} AND r.id = ${role})`;
  return sql`
    WITH different AS (
      SELECT 'access' AS kind, coalesce(k.user_id, e.user_id) AS user_id,
        coalesce(k.application_id, e.application_id) AS application_id, k.role_id AS kept_role,
        k.licence_id AS kept_licence, e.role_id AS expected_role, e.licence_id AS expected_licence
      FROM kept_entitlements k
      FULL JOIN (SELECT * FROM entitlements WHERE site_id = ${siteId}) e USING (user_id, application_id)
      WHERE (k.role_id, k.licence_id) IS DISTINCT FROM (e.role_id, e.licence_id)
      UNION ALL
      SELECT 'place', coalesce(k.user_id, w.user_id), coalesce(k.application_id, w.application_id), k.role_id,
        k.licence_id, w.role_id, w.licence_id
      FROM kept_places k
      FULL JOIN (SELECT * FROM waiting_places WHERE site_id = ${siteId}) w USING (user_id, role_id)
      WHERE k.licence_id IS DISTINCT FROM w.licence_id
    )
    SELECT d.kind, coalesce(u.user_name, d.user_id::text) AS subject, coalesce(a.key, d.application_id::text) AS application,
      ${told(sql`kept_role`, sql`kept_licence`)} AS kept, ${told(sql`expected_role`, sql`expected_licence`)} AS expected
    FROM different d
    LEFT JOIN users u ON u.site_id = ${siteId} AND u.id = d.user_id
    LEFT JOIN applications a ON a.site_id = ${siteId} AND a.id = d.application_id
    -- Places of deleted people are kept as they were, and settled should they be restored.
    WHERE d.kind <> 'place' OR u.deleted_at IS NULL
    ORDER BY 3, 1, 2`;
}
