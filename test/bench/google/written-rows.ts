import { query } from '../bench-database.ts';

/** Rows that were inserted, updated or deleted, by table. */
export type WrittenRows = ReadonlyMap<string, number>;

/** All that were written since the database was made; sessions that have ended are all in it. */
export async function writtenRows(url: string): Promise<WrittenRows> {
  const rows = await query<{ name: string; rows: string }>(
    url,
    'SELECT relname AS name, n_tup_ins + n_tup_upd + n_tup_del AS rows FROM pg_stat_user_tables',
  );
  return new Map(rows.map((row) => [row.name, Number(row.rows)]));
}

/** What was written between the two: everything but what the sync itself keeps, and that by itself. */
export interface Written {
  readonly directory: number;
  readonly tables: WrittenRows;
  /** Hashes of what was applied, what is absent, conflicts: memory between the runs. */
  readonly memory: number;
  /** Rows of the walk and the plan. */
  readonly working: number;
}

const MEMORY = ['google_applied', 'google_absences', 'google_conflicts'];

export function writtenBetween(before: WrittenRows, after: WrittenRows): Written {
  const tables = new Map([...after].map(([name, rows]) => [name, rows - (before.get(name) ?? 0)] as const));
  const sum = (matches: (name: string) => boolean) =>
    [...tables].reduce((total, [name, rows]) => total + (matches(name) ? rows : 0), 0);
  const ofDirectory = (name: string) => !name.startsWith('google_');
  return {
    directory: sum(ofDirectory),
    tables: new Map([...tables].filter(([name, rows]) => ofDirectory(name) && rows > 0)),
    memory: sum((name) => MEMORY.includes(name)),
    working: sum((name) => name.startsWith('google_') && !MEMORY.includes(name)),
  };
}
