import { ScimError } from '../errors.js';
import { type Attribute, type AttributePath, type AttributeType, foldValue } from '../schema/index.js';
import { pathName } from './attribute-path.js';
import type { BindOptions, BoundComparison } from './bound-filter.js';
import type { ComparisonOperator } from './filter.js';

const EQUALITY = ['eq', 'ne'] as const;
const ORDER = ['gt', 'ge', 'lt', 'le'] as const;
const SUBSTRING = ['co', 'sw', 'ew'] as const;

/** RFC 7644 section 3.4.2.2 table 3; substrings of anything but text are refused (FLT-48, A-49). */
const OPERATORS: Readonly<Record<AttributeType, readonly ComparisonOperator[]>> = {
  string: [...EQUALITY, ...ORDER, ...SUBSTRING],
  reference: [...EQUALITY, ...ORDER, ...SUBSTRING],
  dateTime: [...EQUALITY, ...ORDER],
  integer: [...EQUALITY, ...ORDER],
  decimal: [...EQUALITY, ...ORDER],
  boolean: EQUALITY,
  binary: EQUALITY,
  complex: [],
};

type Value = string | number | boolean;

/**
 * Checks one comparison and brings its operand into the attribute's folded form.
 * @throws ScimError 400 invalidFilter naming the attribute
 */
export function bindComparison(
  operator: ComparisonOperator,
  path: AttributePath,
  operand: Value,
  options: BindOptions,
): BoundComparison {
  const attribute = path.subAttribute ?? path.attribute;
  if (attribute.type === 'complex') {
    throw refused(path, 'is complex and has no value of its own: name one of its sub-attributes');
  }
  if (!OPERATORS[attribute.type].includes(operator)) {
    throw refused(path, `is of type ${attribute.type}, which ${operator} does not compare`);
  }
  const given = coerced(attribute, operand, options);
  if (given === undefined) throw refused(path, `is of type ${attribute.type}, not ${typeof operand}`);
  if (typeof given !== 'string') return { kind: 'compare', path, operator, value: given, given };
  // A piece of a URI has no canonical form of its own, and neither has a bound: only whole ones are the same.
  const isPiece = attribute.type === 'reference' && !EQUALITY.some((candidate) => candidate === operator);
  const value = isPiece ? given : foldValue(attribute, given);
  if (value === undefined) throw refused(path, 'needs a dateTime such as 2026-01-31T08:00:00Z');
  return { kind: 'compare', path, operator, value, given };
}

function coerced(attribute: Attribute, operand: Value, options: BindOptions): Value | undefined {
  switch (attribute.type) {
    case 'boolean':
      return typeof operand === 'string' && options.booleanStrings ? booleanOf(operand) : ofType('boolean', operand);
    case 'integer':
    case 'decimal':
      return ofType('number', operand);
    default:
      return ofType('string', operand);
  }
}

function booleanOf(text: string): boolean | undefined {
  const word = text.toLowerCase();
  return word === 'true' || word === 'false' ? word === 'true' : undefined;
}

function ofType(type: 'boolean' | 'number' | 'string', operand: Value): Value | undefined {
  return typeof operand === type ? operand : undefined;
}

function refused(path: AttributePath, why: string): ScimError {
  return new ScimError(400, 'invalidFilter', `Invalid filter: ${pathName(path)} ${why}`);
}
