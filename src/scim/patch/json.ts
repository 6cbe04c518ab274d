import type { JsonObject, JsonValue } from '../schema/index.js';

/** Whether a JSON value is an object and neither null nor an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** null, "", [] and {} are all "unassigned" (RFC 7643 section 2.5; the empty string is what Entra ID sends to clear). */
export function isUnassigned(value: unknown): boolean {
  if (value === undefined || value === null || value === '') {
    return true;
  }
  if (Array.isArray(value)) {
    return value.length === 0;
  }
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** Text that is equal for equal values: names sorted, and arrays too, since multi-valued attributes have no order. */
export function canonicalText(value: JsonValue): string {
  if (Array.isArray(value)) {
    return `[${value.map(canonicalText).sort().join(',')}]`;
  }
  if (isObject(value)) {
    const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}:${canonicalText(member)}`);
    return `{${members.sort().join(',')}}`;
  }
  return JSON.stringify(value);
}

/** Deep equality without regard to the order of names and of array elements. */
export function sameValue(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  if (left === undefined || right === undefined) {
    return left === right;
  }
  return left === right || canonicalText(left) === canonicalText(right);
}
