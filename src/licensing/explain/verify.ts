import { type Database, sql, type Transaction } from '../../database/index.js';
import { takeStructureLock } from '../../directory/index.js';
import type { SeatRules } from '../settlement/pools.js';
import { type AccessChange, settle } from '../settlement/settle.js';

/** What is kept and what should be. */
export interface Difference {
  /** Of a person's access, or of a licence's count. */
  readonly kind: 'access' | 'seats';
  readonly subject: string;
  readonly application: string;
  readonly kept: string | null;
  readonly expected: string | null;
}

/** Thrown to end a transaction that must not change anything. */
class Undo extends Error {}

/**
 * Works out everybody's access from scratch and compares it with what is kept. Writes nothing; holds the structure of
 * the site meanwhile, so that nobody's access changes under it.
 * @returns nothing where all is right
 */
export async function verifyLicensing(database: Database, siteId: number, rules: SeatRules): Promise<Difference[]> {
  let found: Difference[] = [];
  const work = async (transaction: Transaction) => {
    await transaction.run(takeStructureLock(siteId));
    const counts = await wrongCounts(transaction, siteId);
    const users = await transaction.run<{ id: string }>(sql`SELECT id FROM users WHERE site_id = ${siteId}`);
    const applications = await transaction.run<{ id: string }>(
      sql`SELECT id FROM applications WHERE site_id = ${siteId}`,
    );
    const affected = {
      siteId,
      userIds: users.map(({ id }) => id),
      applicationIds: applications.map(({ id }) => id),
      rules,
    };
    const { access } = await settle(transaction, affected, []);
    found = [...counts, ...(await named(transaction, siteId, access))];
    throw new Undo();
  };
  await database.transaction(work).catch((error: unknown) => {
    if (!(error instanceof Undo)) throw error;
  });
  return found;
}

function wrongCounts(transaction: Transaction, siteId: number): Promise<Difference[]> {
  return transaction.run<Difference>(sql`
    SELECT 'seats' AS kind, l.name AS subject, a.key AS application, l.seats_used::text AS kept,
      counted.seats::text AS expected
    FROM licences l JOIN applications a ON a.site_id = l.site_id AND a.id = l.application_id
    CROSS JOIN LATERAL (
      SELECT count(*) AS seats FROM entitlements e WHERE e.site_id = l.site_id AND e.licence_id = l.id
    ) counted
    WHERE l.site_id = ${siteId} AND (l.seats IS NOT NULL OR l.valid_until IS NOT NULL)
      AND l.seats_used <> counted.seats ORDER BY a.key, l.name`);
}

async function named(transaction: Transaction, siteId: number, access: readonly AccessChange[]): Promise<Difference[]> {
  if (access.length === 0) return [];
  return transaction.run<Difference>(sql`
    SELECT 'access' AS kind, u.user_name AS subject, a.key AS application, kept.key AS kept,
      coalesce(wanted.key, CASE WHEN changed.waiting THEN 'a place in the queue' END) AS expected
    FROM unnest(${access.map(({ userId }) => userId)}::uuid[], ${access.map(({ applicationId }) => applicationId)}::uuid[],
      ${access.map(({ before }) => before ?? null)}::uuid[], ${access.map(({ after }) => after ?? null)}::uuid[],
      ${access.map(({ waiting }) => waiting)}::boolean[]) AS changed (user_id, application_id, before, after, waiting)
    JOIN users u ON u.site_id = ${siteId} AND u.id = changed.user_id
    JOIN applications a ON a.site_id = ${siteId} AND a.id = changed.application_id
    LEFT JOIN application_roles kept ON kept.site_id = ${siteId} AND kept.id = changed.before
    LEFT JOIN application_roles wanted ON wanted.site_id = ${siteId} AND wanted.id = changed.after
    ORDER BY a.key, u.user_name_key`);
}
