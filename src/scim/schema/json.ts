import type { JsonObject, JsonValue } from './types.js';

/** Whether a value of a document is an object. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return isRecord(value);
}

/** Whether something from a request is an object; what its members are is still open. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value counts as no value: null, `[]` (RFC 7643 section 2.5), and `{}` and `""` with them. */
export function isUnassigned(value: JsonValue | undefined): boolean {
  if (value === null || value === undefined || value === '') return true;
  return typeof value === 'object' && (Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0);
}
