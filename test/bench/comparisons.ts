import type { Measured } from './measure.ts';

/** How much longer one line takes than another one, by their medians. */
export interface Comparison {
  readonly title: string;
  readonly sizes: string;
  readonly value: number;
  readonly most: number;
}

/** Budgets that compare lines of the same run. */
export function comparisons(measured: readonly Measured[]): Comparison[] {
  const sizes = [...new Set(measured.map((one) => one.size))].sort((left, right) => left - right);
  const p50 = (operation: string, size: number, label = 'server') =>
    measured.find((one) => one.operation === operation && one.size === size && one.line.label === label)?.server.p50;
  const all: Comparison[] = [];
  const compare = (title: string, of: string, most: number, upper: number | undefined, lower: number | undefined) => {
    if (upper !== undefined && lower !== undefined) all.push({ title, sizes: of, value: upper / lower, most });
  };
  for (const size of sizes) {
    const of = String(size);
    const [first, last] = [p50('page-walk', size, 'first'), p50('page-walk', size, 'last')];
    compare('last page by index walk / first page', of, 3, last, first);
    const [begun, ended] = [p50('cursor-ends', size, 'first'), p50('cursor-ends', size, 'last')];
    compare('last page by cursor / first page', of, 1.5, ended, begun);
    compare(
      'member change, largest group / group of 100',
      of,
      1.3,
      p50('member-large', size),
      p50('member-small', size),
    );
  }
  const [smallest, largest] = [sizes[0], sizes[sizes.length - 1]];
  if (smallest === undefined || largest === undefined || smallest === largest) return all;
  for (const name of ['get', 'user-name', 'external-id', 'email']) {
    const title = `${name}: time in the largest directory / in the smallest`;
    compare(title, `${largest} / ${smallest}`, 1.3, p50(name, largest), p50(name, smallest));
  }
  return all;
}
