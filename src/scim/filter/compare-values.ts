import type { JsonValue } from '../schema/index.js';
import type { ComparisonOperator } from './filter.js';

/** Compares two folded values, strings by code point, as PostgreSQL does under COLLATE "C". */
export function compareValues(
  operator: ComparisonOperator,
  value: JsonValue,
  operand: string | number | boolean,
): boolean {
  switch (operator) {
    case 'eq':
      return value === operand;
    case 'ne':
      return value !== operand;
    case 'co':
      return typeof value === 'string' && value.includes(String(operand));
    case 'sw':
      return typeof value === 'string' && value.startsWith(String(operand));
    case 'ew':
      return typeof value === 'string' && value.endsWith(String(operand));
    default:
      return inOrder(operator, order(value, operand));
  }
}

function inOrder(operator: 'gt' | 'ge' | 'lt' | 'le', difference: number | undefined): boolean {
  if (difference === undefined) return false;
  switch (operator) {
    case 'gt':
      return difference > 0;
    case 'ge':
      return difference >= 0;
    case 'lt':
      return difference < 0;
    case 'le':
      return difference <= 0;
  }
}

function order(value: JsonValue, operand: string | number | boolean): number | undefined {
  if (typeof value === 'number' && typeof operand === 'number') return value - operand;
  // UTF-8 sorts as code points do; UTF-16, which `<` compares, does not.
  if (typeof value === 'string' && typeof operand === 'string')
    return Buffer.compare(Buffer.from(value), Buffer.from(operand));
  return undefined;
}
