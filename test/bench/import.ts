import type { BenchDatabase } from './bench-database.ts';
import { runOnce } from './child-processes.ts';
import { GROUPS_PER_USER, MEMBERS_PER_GROUP } from './import-sample.ts';
import type { Timing } from './timing.ts';

/** Milliseconds that the parts took, and the most memory that the process had. */
export interface ImportFigures {
  readonly users: number;
  readonly groups: number;
  readonly members: number;
  readonly megabytes: number;
}

const DATABASE = 'rollcall_bench';
/** Of a hundred groups, so many give a seat of an application with a limit. */
const GIVING = 10;
const MOST_MILLISECONDS = 60_000;

/**
 * A first import into an empty directory: users, a twentieth as many groups, ten memberships a user; beside bare
 * inserts of the same rows.
 */
export async function measureImport(database: BenchDatabase, users: number): Promise<Timing[]> {
  const run = async (file: URL) => {
    const url = await database.create(DATABASE);
    try {
      return (await runOnce(file, { BENCH_IMPORT: JSON.stringify({ url, users, giving: GIVING }) })) as ImportFigures;
    } finally {
      await database.drop(DATABASE);
    }
  };
  const ceiling = await run(new URL('import-ceiling.ts', import.meta.url));
  const product = await run(new URL('import-run.ts', import.meta.url));
  const counts = {
    users,
    groups: (users * GROUPS_PER_USER) / MEMBERS_PER_GROUP,
    members: users * GROUPS_PER_USER,
  };
  const kinds = ['users', 'groups', 'members'] as const;
  const total = ({ users: one, groups, members }: ImportFigures) => one + groups + members;
  const row = (title: string, milliseconds: number, below?: number): Timing => ({
    ...{ title, size: users, p50: milliseconds, p95: milliseconds, below },
  });
  return [
    ...kinds.map((kind) => {
      const [own, bare] = [product[kind], ceiling[kind]];
      const each = ((own * 1000) / counts[kind]).toFixed(0);
      const title = `import of ${counts[kind]} ${kind}: ${each} µs each, ${(own / bare).toFixed(1)} × the bare inserts`;
      return row(title, own);
    }),
    row('bare inserts of the same rows', total(ceiling)),
    row(`the whole import (RSS at most ${product.megabytes} MB)`, total(product), MOST_MILLISECONDS),
  ];
}
