/** Runs one statement; satisfied by a query runner and by a data source. */
export type RunStatement = (text: string) => Promise<unknown>;

/**
 * Makes the monthly partitions of a table from the month of `from` on. Months that are there stay as they are.
 * @param table a table that is partitioned by range over a timestamptz
 */
export async function ensureMonthlyPartitions(
  run: RunStatement,
  table: string,
  from: Date,
  months: number,
): Promise<void> {
  for (let month = 0; month < months; month++) {
    const start = monthStart(from, month);
    const end = monthStart(from, month + 1);
    const name = `${table}_${start.slice(0, 7).replace('-', '_')}`;
    await run(`CREATE TABLE IF NOT EXISTS ${name} PARTITION OF ${table} FOR VALUES FROM ('${start}') TO ('${end}')`);
  }
}

function monthStart(from: Date, offset: number): string {
  return new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + offset, 1)).toISOString();
}
