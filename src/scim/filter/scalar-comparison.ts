import { type Sql, sql } from '../../database/index.js';
import type { BoundComparison } from './bound-filter.js';
import type { ComparisonOperator } from './filter.js';
import type { Scalar } from './filter-columns.js';
import { afterPrefix, isIdText } from './key-text.js';

export const TRUE = sql`TRUE`;
export const FALSE = sql`FALSE`;

/** Whether the attribute has a value. */
export function isPresent(scalar: Scalar): Sql {
  return scalar.presence ?? sql`${scalar.expression} IS NOT NULL`;
}

/** One comparison with one value. NULL or FALSE when there is none, but TRUE for `ne`. */
export function compareScalar(scalar: Scalar, operator: ComparisonOperator, value: BoundComparison['value']): Sql {
  if (operator === 'eq' && scalar.equals !== undefined) return scalar.equals(value);
  // What eq finds, ne does not: a URI, for one, is equal in more than one spelling.
  if (operator === 'ne' && scalar.equals !== undefined) return sql`(${scalar.equals(value)}) IS NOT TRUE`;
  if (scalar.type === 'uuid') return compareId(scalar, operator, String(value));
  const operand = operandOf(scalar, value);
  switch (operator) {
    case 'eq':
      return sql`${scalar.expression} = ${operand}`;
    case 'ne':
      return sql`${scalar.expression} IS DISTINCT FROM ${operand}`;
    case 'co':
    case 'sw':
    case 'ew':
      return compareText(scalar, operator, String(value));
    default:
      return compareOrder(scalar, operator, operand);
  }
}

/** What the expression sorts and compares by. */
export function orderedExpression(scalar: Scalar): Sql {
  return scalar.type === 'text' ? sql`(${scalar.expression}) COLLATE "C"` : scalar.expression;
}

function operandOf(scalar: Scalar, value: BoundComparison['value']): Sql {
  switch (scalar.type) {
    case 'jsonb':
      return sql`${JSON.stringify(value)}::jsonb`;
    case 'timestamp':
      return sql`${value}::timestamptz`;
    case 'boolean':
      return sql`${value}::boolean`;
    default:
      return sql`${value}::text`;
  }
}

/** A text that is no id equals none and must not reach a cast to uuid, which would fail. */
function compareId(scalar: Scalar, operator: ComparisonOperator, value: string): Sql {
  if (operator === 'eq') return isIdText(value) ? sql`${scalar.expression} = ${value}::uuid` : FALSE;
  const asText: Scalar = { kind: 'scalar', expression: sql`(${scalar.expression})::text`, type: 'text' };
  return compareScalar(asText, operator, value);
}

/** No LIKE: nothing to escape. Lengths are in code points, as PostgreSQL counts them. */
function compareText(scalar: Scalar, operator: 'co' | 'sw' | 'ew', value: string): Sql {
  const text = scalar.expression;
  if (operator === 'co') return sql`strpos(${text}, ${value}::text) > 0`;
  if (operator === 'ew') return sql`right(${text}, ${[...value].length}::integer) = ${value}::text`;
  if (scalar.ordered !== true) return sql`starts_with(${text}, ${value}::text)`;
  const end = afterPrefix(value);
  if (end === undefined) return sql`${text} >= ${value}::text`;
  return sql`(${text} >= ${value}::text AND ${text} < ${end}::text)`;
}

function compareOrder(scalar: Scalar, operator: 'gt' | 'ge' | 'lt' | 'le', operand: Sql): Sql {
  const expression = orderedExpression(scalar);
  switch (operator) {
    case 'gt':
      return sql`${expression} > ${operand}`;
    case 'ge':
      return sql`${expression} >= ${operand}`;
    case 'lt':
      return sql`${expression} < ${operand}`;
    case 'le':
      return sql`${expression} <= ${operand}`;
  }
}
