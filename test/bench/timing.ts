/** Something that is done a few times and not again and again by many. */
export interface Timing {
  readonly title: string;
  readonly size: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
  /** The budget of p95, in milliseconds. */
  readonly below?: number | undefined;
}
