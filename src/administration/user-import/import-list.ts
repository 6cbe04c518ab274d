import type { DirectoryDocuments } from '../../directory/index.js';
import type { SeatForecast } from '../../licensing/index.js';
import type { Administration } from '../administration.js';
import { carryOut } from './carry-out.js';
import type { NumberedRow, RowOutcome } from './import-row.js';
import { createLookAhead } from './look-ahead.js';
import { createPlanRows } from './plan-rows.js';

/** What became of a list, or would. */
export interface ImportReport {
  readonly dryRun: boolean;
  readonly counts: Readonly<Record<RowOutcome['outcome'], number>>;
  /** In the order of the list. */
  readonly rows: readonly RowOutcome[];
  /** What a dry run says of seats; empty otherwise. */
  readonly seats: readonly SeatForecast[];
}

/** What a transaction holds at once. */
const AT_ONCE = 1000;

/**
 * Makes and changes the people of a list, a thousand at a time. Said again, it goes on where it was interrupted.
 * @throws RollcallError `unavailable`; rows before are done then
 */
export async function importList(
  administration: Administration,
  documents: DirectoryDocuments,
  list: Iterable<NumberedRow> | AsyncIterable<NumberedRow>,
  { dryRun }: { readonly dryRun: boolean },
): Promise<ImportReport> {
  const plan = createPlanRows(administration, documents);
  const ahead = dryRun ? createLookAhead(administration) : undefined;
  const counts = { created: 0, updated: 0, unchanged: 0, refused: 0 };
  const all: RowOutcome[] = [];
  for await (const some of inParts(list)) {
    const { planned, refused } = await plan(some);
    const outcomes: RowOutcome[] = [
      ...(await (ahead === undefined ? carryOut(administration, planned) : ahead.outcomes(planned))),
      ...refused.map(
        ({ line, userName, problem }): RowOutcome => ({
          ...{ line, userName, userId: null, outcome: 'refused', problems: [problem] },
        }),
      ),
    ];
    outcomes.sort((left, right) => left.line - right.line);
    for (const one of outcomes) {
      counts[one.outcome] += 1;
      all.push(one);
    }
  }
  return { dryRun, counts, rows: all, seats: ahead === undefined ? [] : await ahead.seats() };
}

async function* inParts(list: Iterable<NumberedRow> | AsyncIterable<NumberedRow>): AsyncGenerator<NumberedRow[]> {
  let part: NumberedRow[] = [];
  for await (const one of list) {
    part.push(one);
    if (part.length < AT_ONCE) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}
