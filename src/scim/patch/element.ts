import { comparisonKey } from '../../directory/index.js';
import { ScimError } from '../errors.js';
import type { Attribute, JsonObject, JsonValue } from '../schema/index.js';
import { canonicalText, isObject, sameValue } from './json.js';

/** Text under which two values of an attribute are the same, by its `caseExact`. */
function foldedText(attribute: Attribute | undefined, value: JsonValue | undefined): string {
  if (value === undefined) {
    return '';
  }
  if (typeof value !== 'string') {
    return canonicalText(value);
  }
  return JSON.stringify(attribute?.caseExact === false ? comparisonKey(value) : value);
}

/** What makes an element the same as another: `(type, value)` (RFC 7643 section 2.4), else all of it. */
export function elementKey(attribute: Attribute, element: JsonValue): string {
  if (!isObject(element)) {
    return foldedText(attribute, element);
  }
  if (element.value === undefined) {
    return canonicalText(element);
  }
  return `${foldedText(attribute.subAttributes.get('type'), element.type)} ${valueKey(attribute, element)}`;
}

/** The element's `value` alone, for lists that name what is to be removed without its type. */
export function valueKey(attribute: Attribute, element: JsonObject): string {
  return foldedText(attribute.subAttributes.get('value'), element.value);
}

/** Refuses a new value for what may be set once only (RFC 7644 section 3.5.2). */
export function requireSettable(
  attribute: Attribute,
  before: JsonValue | undefined,
  after: JsonValue | undefined,
): void {
  if (attribute.mutability === 'immutable' && before !== undefined && !sameValue(before, after)) {
    throw new ScimError(400, 'mutability', `${attribute.name} is immutable and has a value already`);
  }
}

/** The element with an equal one's sub-attributes; the spelling of what made them equal stays. */
function enriched(attribute: Attribute, existing: JsonValue, addition: JsonValue): JsonValue {
  if (!isObject(existing) || !isObject(addition)) {
    return existing;
  }
  const merged: JsonObject = { ...existing };
  for (const [name, value] of Object.entries(addition)) {
    const before = existing[name];
    if (before !== undefined && (name === 'type' || name === 'value')) {
      continue;
    }
    const subAttribute = attribute.subAttributes.get(name.toLowerCase());
    if (subAttribute !== undefined) {
      requireSettable(subAttribute, before, value);
    }
    merged[name] = value;
  }
  return merged;
}

/** An element on its way into a document, and whether the operation at work wrote to it. */
export interface Candidate {
  readonly element: JsonValue;
  readonly touched: boolean;
}

/** Collapses equal elements into the first of them (MV-03: a duplicate a client sends is not stored twice). */
export function collapseDuplicates(attribute: Attribute, candidates: readonly Candidate[]): Candidate[] {
  const byKey = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const key = elementKey(attribute, candidate.element);
    const twin = byKey.get(key);
    const merged: Candidate =
      twin === undefined
        ? candidate
        : {
            element: enriched(attribute, twin.element, candidate.element),
            touched: twin.touched || candidate.touched,
          };
    byKey.set(key, merged);
  }
  return [...byKey.values()];
}

/** Whether the element is marked as the preferred one (RFC 7643 section 2.4). */
function isPrimary(element: JsonValue): element is JsonObject {
  return isObject(element) && element.primary === true;
}

/**
 * When the operation made an element primary, the others stop being it (RFC 7644 section 3.5.2). Throws 400
 * invalidValue when it made more than one primary.
 */
export function demoteOthers(attribute: Attribute, candidates: readonly Candidate[]): JsonValue[] {
  const promoted = candidates.filter(({ element, touched }) => touched && isPrimary(element));
  if (promoted.length > 1) {
    throw new ScimError(400, 'invalidValue', `${attribute.name} can have one primary value only`);
  }
  return candidates.map(({ element, touched }) =>
    promoted.length === 1 && !touched && isPrimary(element) ? { ...element, primary: false } : element,
  );
}
