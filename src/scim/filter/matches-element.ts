import { type Attribute, foldValue, type JsonValue } from '../schema/index.js';
import type { BoundComparison, BoundFilter } from './bound-filter.js';
import { compareValues } from './compare-values.js';

/**
 * Evaluates a value filter on one value of its attribute, as the document holds it (not folded). Says what the SQL of
 * `compileFilter` says.
 */
export function matchesElement(filter: BoundFilter, element: JsonValue): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.filters.every((part) => matchesElement(part, element));
    case 'or':
      return filter.filters.some((part) => matchesElement(part, element));
    case 'not':
      return !matchesElement(filter.filter, element);
    case 'constant':
      return filter.value;
    case 'present':
      return valuesOf(element, filter.path.subAttribute).length > 0;
    case 'compare':
      return matchesComparison(filter, element);
    case 'element':
      // The grammar has no value path inside a value path (erratum 4690).
      return false;
  }
}

function matchesComparison(filter: BoundComparison, element: JsonValue): boolean {
  const { subAttribute, attribute } = filter.path;
  const values = valuesOf(element, subAttribute).map((value) => folded(subAttribute ?? attribute, value));
  // RFC 7643 section 2.4: a value that says nothing about `primary` is not the primary one.
  if (values.length === 0 && subAttribute !== undefined && isPrimary(subAttribute)) values.push(false);
  if (values.length === 0) return filter.operator === 'ne';
  return values.some((value) => compareValues(filter.operator, value, filter.value));
}

/** Whether a sub-attribute is the `primary` of RFC 7643 section 2.4, which is false where it is not said. */
export function isPrimary(subAttribute: Attribute): boolean {
  return subAttribute.type === 'boolean' && subAttribute.name === 'primary';
}

function valuesOf(element: JsonValue, subAttribute: Attribute | undefined): JsonValue[] {
  const value = subAttribute === undefined ? element : memberOf(element, subAttribute.name);
  if (value === undefined || value === null || value === '') return [];
  return Array.isArray(value) ? value : [value];
}

function memberOf(element: JsonValue, name: string): JsonValue | undefined {
  if (typeof element !== 'object' || element === null || Array.isArray(element)) return undefined;
  return Object.hasOwn(element, name) ? element[name] : undefined;
}

function folded(attribute: Attribute, value: JsonValue): JsonValue {
  return typeof value === 'string' ? (foldValue(attribute, value) ?? value) : value;
}
