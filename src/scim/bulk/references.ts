import type { JsonObject, JsonValue } from '../schema/index.js';

/** A reference stands for itself in a value, and inside the path of a resource or of a PATCH operation (BLK-24). */
const WHOLE = /^bulkId:(.+)$/;
const WITHIN = /bulkId:([^"\]\s/]+)/g;

/** What a reference becomes: an id, or undefined where it is not to be resolved. */
export type Resolve = (bulkId: string) => string | undefined;

/** The bulkIds that a path and data name (RFC 7644 section 3.7.2). */
export function referencesOf(path: string, data: JsonValue | undefined): ReadonlySet<string> {
  const found = new Set<string>();
  const note: Resolve = (bulkId) => {
    found.add(bulkId);
    return undefined;
  };
  resolvePath(path, note);
  if (data !== undefined) resolveData(data, note);
  return found;
}

export function resolvePath(path: string, resolve: Resolve): string {
  return path.replace(WITHIN, (text, bulkId: string) => resolve(bulkId) ?? text);
}

/** The data with ids in the place of references; those that are not resolved stay. */
export function resolveData(data: JsonValue, resolve: Resolve): JsonValue {
  if (typeof data === 'string') {
    const bulkId = WHOLE.exec(data)?.[1];
    return (bulkId === undefined ? undefined : resolve(bulkId)) ?? data;
  }
  if (Array.isArray(data)) return data.map((element) => resolveData(element, resolve));
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, resolveMember(name, value, resolve)]));
}

/** `path` of a PATCH operation holds a filter with the reference in it. */
function resolveMember(name: string, value: JsonValue, resolve: Resolve): JsonValue {
  if (name.toLowerCase() === 'path' && typeof value === 'string') return resolvePath(value, resolve);
  return resolveData(value, resolve);
}

/**
 * The data without what names certain bulkIds: elements of lists and complex values go whole, so that what is left is
 * a resource that can be made first (section 3.7.1, circular references).
 */
export function withoutReferences(data: JsonObject, bulkIds: ReadonlySet<string>): JsonObject {
  const left: JsonObject = {};
  for (const [name, value] of Object.entries(data)) {
    const kept = without(value, bulkIds);
    if (kept !== undefined) left[name] = kept;
  }
  return left;
}

function without(value: JsonValue, bulkIds: ReadonlySet<string>): JsonValue | undefined {
  if (names(value, bulkIds)) return undefined;
  if (Array.isArray(value)) return value.map((element) => without(element, bulkIds)).filter((one) => one !== undefined);
  if (typeof value !== 'object' || value === null) return value;
  if (Object.values(value).some((member) => names(member, bulkIds))) return undefined;
  return withoutReferences(value, bulkIds);
}

function names(value: JsonValue, bulkIds: ReadonlySet<string>): boolean {
  return typeof value === 'string' && bulkIds.has(WHOLE.exec(value)?.[1] ?? '');
}
