/** RFC 7644 section 3.4.2.2 table 3, without `pr`, which takes no operand. */
export const COMPARISON_OPERATORS = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const;
export type ComparisonOperator = (typeof COMPARISON_OPERATORS)[number];

/** A JSON literal (RFC 7644 figure 1, `compValue`). */
export type Operand = string | number | boolean | null;

/**
 * A parsed filter. Attribute paths are as written: nothing is resolved yet. `and` and `or` hold two filters or more
 * and never one of their own kind, so that equal filters have one form.
 */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly filters: readonly Filter[] }
  | { readonly kind: 'not'; readonly filter: Filter }
  | {
      readonly kind: 'compare';
      readonly path: string;
      readonly operator: ComparisonOperator;
      readonly operand: Operand;
    }
  | { readonly kind: 'present'; readonly path: string }
  | { readonly kind: 'valuePath'; readonly path: string; readonly filter: Filter };

/** What a client may ask for at once (RFC 7644 section 7.8, FLT-53). */
export interface FilterLimits {
  /** UTF-16 code units of the text. */
  readonly length: number;
  /** Parentheses and brackets open at the same time. */
  readonly depth: number;
  /** Comparisons and presence tests. */
  readonly terms: number;
}

/** Joins filters, dissolving those of the same kind; a single one stays as it is. */
export function joinFilters(kind: 'and' | 'or', filters: readonly Filter[]): Filter {
  const flat = filters.flatMap((filter) => (filter.kind === kind ? filter.filters : [filter]));
  const [only] = flat;
  return only !== undefined && flat.length === 1 ? only : { kind, filters: flat };
}
