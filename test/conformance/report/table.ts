import type { Evaluation, Outcome } from './evaluate.ts';
import type { Item } from './items.ts';

export interface Report {
  /** The table, and under it the items that fail or have no test. */
  readonly text: string;
  /** False when an item fails, a MUST has no passing test, or a title has an id that is not in the list. */
  readonly conforms: boolean;
}

const HEADINGS = ['area', 'items', 'passing', 'failing', 'without a test', 'declined'];
const OUTCOMES: readonly Outcome[] = ['passing', 'failing', 'untested', 'declined'];

export function reportOf({ areas, unknown }: Evaluation): Report {
  const rows = areas.map(({ area, outcomes }) => [
    `${area.area}  ${area.title}`,
    ...countsOf([...outcomes.values()]).map(String),
  ]);
  const every = areas.flatMap(({ outcomes }) => [...outcomes]);
  const total = ['all', ...countsOf(every.map(([, outcome]) => outcome)).map(String)];
  const having = (wanted: Outcome) => every.filter(([, outcome]) => outcome === wanted).map(([item]) => item);
  const [failing, untested] = [having('failing'), having('untested')];
  const lines = [
    ...aligned([HEADINGS, ...rows, total]),
    ...failing.map((item) => `failing: ${lineOf(item)}`),
    ...untested.map((item) => `without a test: ${lineOf(item)}`),
    ...unknown.map((id) => `not in the list: ${id}`),
  ];
  return {
    text: lines.join('\n'),
    conforms: failing.length === 0 && unknown.length === 0 && untested.every(({ level }) => level !== 'MUST'),
  };
}

function countsOf(outcomes: readonly Outcome[]): readonly number[] {
  return [outcomes.length, ...OUTCOMES.map((each) => outcomes.filter((outcome) => outcome === each).length)];
}

function lineOf({ id, level, statement }: Item): string {
  return `${id} (${level}) ${statement}`;
}

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = HEADINGS.map((_heading, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  );
}
