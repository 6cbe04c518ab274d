import { type Sql, sql } from '../../database/index.js';
import type { AttributePath } from '../schema/index.js';
import type { FilterColumns } from './filter-columns.js';
import { orderedExpression } from './scalar-comparison.js';

export type SortDirection = 'ascending' | 'descending';

/**
 * One item of ORDER BY (RFC 7644 section 3.4.2.3): without a value last in ascending order, first in descending. Ties
 * are the caller's to break, by id.
 */
export function compileSort(path: AttributePath, direction: SortDirection, columns: FilterColumns): Sql {
  const expression = sortExpression(path, columns);
  return direction === 'ascending' ? sql`${expression} ASC NULLS LAST` : sql`${expression} DESC NULLS FIRST`;
}

/** What a resource is sorted by, NULL when it has no value: text in the order of code points, or the column's type. */
export function sortExpression(path: AttributePath, columns: FilterColumns): Sql {
  const located = columns.locate(path);
  if (located.kind === 'scalar') return orderedExpression(located);
  const member = located.member(path.attribute.multiValued ? path.subAttribute : undefined);
  if (member.kind === 'scalar') return located.first(orderedExpression(member));
  const inner = member.member(undefined);
  return inner.kind === 'scalar' ? located.first(member.first(orderedExpression(inner))) : sql`NULL`;
}
