import type { Filter } from './filter.js';

/**
 * The text of a filter in one form: one space between parts, parentheses only where they are needed. Parsing it
 * gives the same filter, so it also tells whether two queries ask for the same.
 */
export function formatFilter(filter: Filter): string {
  switch (filter.kind) {
    case 'and':
      return filter.filters
        .map((part) => (part.kind === 'or' ? `(${formatFilter(part)})` : formatFilter(part)))
        .join(' and ');
    case 'or':
      return filter.filters.map(formatFilter).join(' or ');
    case 'not':
      return `not (${formatFilter(filter.filter)})`;
    case 'compare':
      return `${filter.path} ${filter.operator} ${JSON.stringify(filter.operand)}`;
    case 'present':
      return `${filter.path} pr`;
    case 'valuePath':
      return `${filter.path}[${formatFilter(filter.filter)}]`;
  }
}
