import { comparisonKey } from '../../directory/index.js';
import { invalidValue } from './invalid.js';
import type { Attribute, JsonObject, JsonValue } from './types.js';

/**
 * The values of a multi-valued attribute as they may be stored: the same (type, value) stands there once (MV-03), and
 * at most one is primary (MV-01).
 * @throws ScimError 400 invalidValue when two different values are primary
 */
export function collapseValues(attribute: Attribute, values: readonly JsonValue[], path: string): JsonValue[] {
  if (attribute.type !== 'complex') return [...new Set(values)];
  const kept = new Map<string, JsonValue>();
  let primary: JsonValue | undefined;
  for (const value of values) {
    const key = valueKey(attribute, value);
    const existing = kept.get(key);
    if (existing === undefined) kept.set(key, value);
    else if (isPrimary(value) && !isPrimary(existing)) kept.set(key, { ...asObject(existing), primary: true });
    const now = kept.get(key);
    if (now === undefined || !isPrimary(now)) continue;
    if (primary !== undefined && primary !== key) throw invalidValue(path, 'must have at most one primary value');
    primary = key;
  }
  return [...kept.values()];
}

/**
 * By type and value under their case rules; a value beside `$ref` is an id, and ids are case-exact. Without a value two
 * elements are the same only when all is.
 */
function valueKey(attribute: Attribute, element: JsonValue): string {
  const { type, value } = asObject(element);
  if (typeof value !== 'string') return `=${JSON.stringify(inOrder(element))}`;
  const { subAttributes } = attribute;
  const exact = subAttributes.has('$ref') || subAttributes.get('value')?.caseExact === true;
  const text = exact ? value : comparisonKey(value);
  return typeof type === 'string' ? `${comparisonKey(type)}:${text}` : `:${text}`;
}

/** In whatever order a client names the parts of an element, it is the same. */
function inOrder(element: JsonValue): JsonValue {
  return Object.entries(asObject(element)).sort(([one], [other]) => (one < other ? -1 : 1));
}

function isPrimary(value: JsonValue): boolean {
  return asObject(value).primary === true;
}

function asObject(value: JsonValue): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
