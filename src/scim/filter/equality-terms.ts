import type { BoundComparison, BoundFilter, EqualityTerm } from './bound-filter.js';

/**
 * The terms of a value filter that is nothing but `a eq x and b eq y`: what a missing element is made of.
 * @returns undefined when the filter is anything else, or names one attribute twice
 */
export function equalityTerms(filter: BoundFilter): EqualityTerm[] | undefined {
  const comparisons = equalities(filter);
  if (comparisons === undefined) return undefined;
  const terms = comparisons.map(({ path, given }) => ({ attribute: path.subAttribute?.name, value: given }));
  return new Set(terms.map((term) => term.attribute)).size === terms.length ? terms : undefined;
}

/** The comparisons of a filter that only joins `eq` with `and`. */
export function equalities(filter: BoundFilter): BoundComparison[] | undefined {
  if (filter.kind === 'compare') return filter.operator === 'eq' ? [filter] : undefined;
  if (filter.kind !== 'and') return undefined;
  const parts = filter.filters.map(equalities);
  return parts.includes(undefined) ? undefined : parts.flatMap((part) => part ?? []);
}

/**
 * The member ids of a filter that is nothing but `value eq "…" or value eq "…"`, each once.
 * @returns undefined when the filter is anything else
 */
export function memberIds(filter: BoundFilter): string[] | undefined {
  if (filter.kind === 'or') {
    const parts = filter.filters.map(memberIds);
    return parts.includes(undefined) ? undefined : [...new Set(parts.flatMap((part) => part ?? []))];
  }
  if (filter.kind !== 'compare' || filter.operator !== 'eq') return undefined;
  if (filter.path.subAttribute?.name !== 'value' || typeof filter.given !== 'string') return undefined;
  return [filter.given];
}
