import { type Database, raw, sql } from '../../database/index.js';

/** The name of a month's partition ends so. */
const MONTH = /_(\d{4})_(\d{2})$/;

/**
 * Drops the months of the log that are older than so many months, the present one included. Their seals stay as
 * checkpoints. A month with entries that are not sealed yet stays until they are.
 * @returns the months that were dropped, as `2026-11`
 */
export async function dropOldMonths(database: Database, keptMonths: number, now: Date): Promise<string[]> {
  const oldest = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - keptMonths + 1, 1))
    .toISOString()
    .slice(0, 7);
  const tables = await database.write<{ name: string }>(sql`
    SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'log_entries'::regclass ORDER BY c.relname`);
  const dropped: string[] = [];
  for (const { name } of tables) {
    const [, year, month] = MONTH.exec(name) ?? [];
    if (year === undefined || month === undefined || `${year}-${month}` >= oldest) continue;
    if (await dropMonth(database, name, `${year}_${month}`, `${year}-${month}-01`)) dropped.push(`${year}-${month}`);
  }
  return dropped;
}

async function dropMonth(database: Database, entries: string, suffix: string, month: string): Promise<boolean> {
  return database.transaction(async (transaction) => {
    const open = await transaction.run(sql`
      SELECT 1 FROM ${raw(entries)} e
      WHERE e.transaction_id >= coalesce((SELECT max(s.to_transaction) FROM log_seals s WHERE s.site_id = e.site_id), 0)
      LIMIT 1`);
    if (open.length > 0) return false;
    await transaction.run(
      sql`UPDATE log_seals SET dropped_at = now() WHERE month = ${month}::date AND dropped_at IS NULL`,
    );
    await transaction.lock(`DROP TABLE ${entries}; DROP TABLE IF EXISTS log_subjects_${suffix}`);
    return true;
  });
}
