import { ScimError } from '../errors.js';
import type { PatchRules } from '../profiles/index.js';
import { type AttributePath, type JsonObject, type JsonValue, parseAttributeValue } from '../schema/index.js';
import { isObject } from './json.js';

/**
 * Whether a sent value means "unassigned": null, [] and "", by which Entra clears a manager. An empty object does not:
 * it sets no sub-attribute.
 */
export function clears(value: JsonValue): boolean {
  // One level only: a value nested thousands of arrays deep must not exhaust the stack.
  return isEmpty(value) || (Array.isArray(value) && value.every(isEmpty));
}

function isEmpty(value: JsonValue): boolean {
  return value === null || value === '';
}

/** The path with no part required: what is merged into a value may leave out what is there already. */
function mergeable(path: AttributePath): AttributePath {
  const { attribute } = path;
  const parts = [...attribute.subAttributes].map(
    ([key, part]) => [key, part.required ? { ...part, required: false } : part] as const,
  );
  return { ...path, attribute: { ...attribute, subAttributes: new Map(parts) } };
}

/** The values of a whole multi-valued attribute; one value may come without the array (RFC 7644 section 3.5.2.1). */
export function parseList(path: AttributePath, value: JsonValue, rules: PatchRules): JsonValue[] {
  const list = Array.isArray(value) ? value : [value];
  const parsed = parseAttributeValue(path, list, rules);
  return Array.isArray(parsed) ? parsed : [];
}

/** The one value that takes the place of, or is merged into, each element a filter selects. */
export function parseElement(path: AttributePath, value: JsonValue, rules: PatchRules): JsonValue {
  const [element, ...others] = parseList(mergeable(path), value, rules);
  if (element === undefined || others.length > 0) {
    throw new ScimError(400, 'invalidValue', `a value path sets one value of ${path.attribute.name}`);
  }
  return element;
}

/** A sub-attribute's new value; `undefined` unassigns it. */
interface PartValue {
  readonly path: AttributePath;
  readonly value: JsonValue | undefined;
}

/**
 * The parts that a value of a single complex attribute sets and unassigns; the parts it does not name stay as they are
 * (RFC 7644 sections 3.5.2.1 and 3.5.2.3). Its readOnly parts are ignored.
 */
export function parseParts(path: AttributePath, value: JsonValue, rules: PatchRules): PartValue[] {
  const parsed = parseAttributeValue(mergeable(path), value, rules);
  const values: JsonObject = isObject(parsed) ? parsed : {};
  const cleared = clearedNames(value);
  const parts: PartValue[] = [];
  for (const subAttribute of path.attribute.subAttributes.values()) {
    if (subAttribute.mutability === 'readOnly') {
      continue;
    }
    const part = Object.hasOwn(values, subAttribute.name) ? values[subAttribute.name] : undefined;
    if (part !== undefined || cleared.has(subAttribute.name.toLowerCase())) {
      parts.push({ path: { ...path, subAttribute }, value: part });
    }
  }
  return parts;
}

function clearedNames(value: JsonValue): ReadonlySet<string> {
  const sent = Array.isArray(value) ? value[0] : value;
  if (!isObject(sent)) {
    return new Set();
  }
  const cleared = Object.entries(sent).filter(([, part]) => clears(part));
  return new Set(cleared.map(([name]) => name.toLowerCase()));
}
