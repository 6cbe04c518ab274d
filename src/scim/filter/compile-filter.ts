import { type Sql, sql } from '../../database/index.js';
import type { AttributePath } from '../schema/index.js';
import type { BoundComparison, BoundFilter } from './bound-filter.js';
import { equalities } from './equality-terms.js';
import type { FilterColumns, Rows, Scalar } from './filter-columns.js';
import { isPrimary } from './matches-element.js';
import { compareScalar, FALSE, isPresent, TRUE } from './scalar-comparison.js';

/**
 * The condition of a WHERE clause that holds for the resources a filter matches. It may be NULL instead of FALSE, so
 * negate it with IS NOT TRUE only. Every operand is a parameter. The caller's WHERE does the rest: the site, and what
 * is deleted or may not be seen.
 */
export function compileFilter(filter: BoundFilter, columns: FilterColumns): Sql {
  switch (filter.kind) {
    case 'and':
      return joined(filter.filters, columns, (left, right) => sql`${left} AND ${right}`);
    case 'or':
      return joined(filter.filters, columns, (left, right) => sql`${left} OR ${right}`);
    case 'not':
      // NOT would keep NULL for what has no value; FLT-23 wants TRUE.
      return sql`(${compileFilter(filter.filter, columns)}) IS NOT TRUE`;
    case 'constant':
      return filter.value ? TRUE : FALSE;
    case 'present':
      return compilePresence(filter.path, columns);
    case 'compare':
      return compileComparison(filter, columns);
    case 'element':
      return compileElement(filter.path, filter.filter, columns);
  }
}

function joined(filters: readonly BoundFilter[], columns: FilterColumns, join: (left: Sql, right: Sql) => Sql): Sql {
  return sql`(${filters.map((filter) => compileFilter(filter, columns)).reduce(join)})`;
}

function compilePresence(path: AttributePath, columns: FilterColumns): Sql {
  const located = columns.locate(path);
  if (located.kind === 'scalar') return isPresent(located);
  // No document holds an empty element, so any element has a value.
  return path.subAttribute === undefined ? located.exists(TRUE) : anyValue(located, path, isPresent);
}

function compileComparison(filter: BoundComparison, columns: FilterColumns): Sql {
  const { path, operator, value } = filter;
  const located = columns.locate(path);
  if (located.kind === 'scalar') return compareScalar(located, operator, value);
  if (operator === 'eq') {
    const quick = located.having([filter]);
    if (quick !== undefined) return quick;
  }
  const compare = (scalar: Scalar) => compareScalar(scalar, operator, value);
  if (operator !== 'ne') return anyValue(located, path, compare);
  // one value that differs, or none at all.
  const hasValue = (scalar: Scalar) => sql`${scalar.expression} IS NOT NULL`;
  const differs = anyValue(located, path, (scalar) => sql`${hasValue(scalar)} AND ${compare(scalar)}`);
  return sql`(${differs} OR NOT ${anyValue(located, path, hasValue)})`;
}

/** Whether a condition holds for one of the values of a path, through one array or two. */
function anyValue(rows: Rows, path: AttributePath, condition: (scalar: Scalar) => Sql): Sql {
  const member = rows.member(path.attribute.multiValued ? path.subAttribute : undefined);
  return rows.exists(member.kind === 'scalar' ? condition(member) : anyElement(member, condition));
}

function anyElement(rows: Rows, condition: (scalar: Scalar) => Sql): Sql {
  const member = rows.member(undefined);
  return member.kind === 'scalar' ? rows.exists(condition(member)) : FALSE;
}

function compileElement(path: AttributePath, filter: BoundFilter, columns: FilterColumns): Sql {
  const located = columns.locate(path);
  // A single complex value is its own only element.
  if (located.kind === 'scalar') return sql`(${isPresent(located)} AND ${compileFilter(filter, columns)})`;
  const terms = equalities(filter);
  const exact = terms === undefined ? undefined : located.having(terms);
  if (exact !== undefined) return exact;
  const elementColumns: FilterColumns = { locate: (inner) => innerPlace(located, inner) };
  const precise = located.exists(compileFilter(filter, elementColumns));
  const coarse = indexedPart(located, filter);
  return coarse === undefined ? precise : sql`(${coarse} AND ${precise})`;
}

function innerPlace(rows: Rows, path: AttributePath): Scalar | Rows {
  const member = rows.member(path.subAttribute);
  if (member.kind === 'scalar') return member;
  // Compiled like a simple multi-valued attribute: its own values are the members.
  return { ...member, member: () => member.member(undefined), having: () => undefined };
}

/** Of a filter joined with `and`, what an index can answer, so that the elements of few resources are looked at. */
function indexedPart(rows: Rows, filter: BoundFilter): Sql | undefined {
  const parts = filter.kind === 'and' ? filter.filters : [filter];
  const terms = parts
    .filter((part) => part.kind === 'compare')
    .filter((part) => part.operator === 'eq')
    .filter(isSaid);
  if (terms.length === 0) return undefined;
  const values = terms.filter((term) => term.path.subAttribute?.name === 'value');
  return rows.having(terms) ?? (values.length === 0 ? undefined : rows.having(values));
}

/** `primary eq false` also holds where nothing is said. */
function isSaid(term: BoundComparison): boolean {
  const { subAttribute } = term.path;
  return subAttribute === undefined || !isPrimary(subAttribute) || term.value !== false;
}
