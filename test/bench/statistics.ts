/** Times of one label, in milliseconds. */
export interface Times {
  readonly count: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export function summarise(milliseconds: readonly number[], seconds: number): Times {
  const { length } = milliseconds;
  return { count: length, perSecond: length / seconds, ...percentiles(milliseconds) };
}

export function percentiles(values: readonly number[]): Pick<Times, 'p50' | 'p95' | 'p99'> {
  const sorted = Float64Array.from(values).sort();
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
