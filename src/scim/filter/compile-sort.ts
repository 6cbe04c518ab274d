import { type Sql, sql } from '../../database/index.js';
import type { AttributePath } from '../schema/index.js';
import type { FilterColumns, Scalar } from './filter-columns.js';
import { orderedExpression } from './scalar-comparison.js';

export type SortDirection = 'ascending' | 'descending';

/** What resources are sorted by (RFC 7644 section 3.4.2.3). */
export interface SortKey {
  /** NULL for a resource that has no value: text in the order of code points, or the column's type. */
  readonly expression: Sql;
  readonly type: Scalar['type'];
}

/**
 * Texts sort by their first characters, and by id beyond: the key of the last resource of a page goes into the cursor,
 * which has to fit into a URL. Columns of a B-tree are bounded already, and their index gives the order.
 */
const SORTED_CHARACTERS = 256;

/** @returns undefined for what can have no value */
export function sortKey(path: AttributePath, columns: FilterColumns): SortKey | undefined {
  const located = columns.locate(path);
  if (located.kind === 'scalar') return keyOf(located);
  const member = located.member(path.attribute.multiValued ? path.subAttribute : undefined);
  if (member.kind === 'scalar') return { ...keyOf(member), expression: located.first(keyOf(member).expression) };
  const inner = member.member(undefined);
  if (inner.kind !== 'scalar') return undefined;
  return { ...keyOf(inner), expression: located.first(member.first(keyOf(inner).expression)) };
}

/** Without a value last in ascending order, first in descending. Ties are the caller's to break, by id. */
export function orderBy(key: Sql, direction: SortDirection): Sql {
  return direction === 'ascending' ? sql`${key} ASC NULLS LAST` : sql`${key} DESC NULLS FIRST`;
}

function keyOf(scalar: Scalar): SortKey {
  const expression = orderedExpression(scalar);
  const { type } = scalar;
  if (type !== 'text' || scalar.ordered === true) return { expression, type };
  return { expression: sql`left(${expression}, ${SORTED_CHARACTERS})`, type };
}
