import { type Database, ensureMonthlyPartitions } from '../database/index.js';

/** Far enough ahead that a server may run for months with its daily task failing before an entry has no place. */
const MONTHS_AHEAD = 12;

/** Makes the months of the log that are to come; safe to run at any time and from several processes. */
export async function ensureLogPartitions(database: Database): Promise<void> {
  for (const table of ['log_entries', 'log_subjects']) {
    await ensureMonthlyPartitions((text) => database.dataSource.query(text), table, new Date(), MONTHS_AHEAD);
  }
}
