import { comparisonKey } from '../../directory/index.js';
import { canonicalUri } from './canonical-uri.js';
import { COMMON } from './common-attributes.js';
import { canonicalDateTime } from './date-time.js';
import { isJsonObject } from './json.js';
import type { Attribute, JsonObject, JsonValue, ResourceType } from './types.js';

/**
 * A document in the form that filters and sorting look at: same shape and keys; strings whose attribute is not
 * case-exact as comparison keys, dateTimes in UTC with a fixed width, absolute `$ref`s in their canonical form. Everything else stays.
 */
export function foldDocument(type: ResourceType, document: JsonObject): JsonObject {
  const folded: JsonObject = {};
  for (const [name, value] of Object.entries(document)) {
    const extension = type.extensions.find((candidate) => candidate.schema.id === name)?.schema;
    if (extension !== undefined && isJsonObject(value)) folded[name] = foldMembers(extension.attributes, value);
    else folded[name] = foldNamed(type.schema.attributes, name, value);
  }
  return folded;
}

/**
 * A filter operand in the form in which the folded document holds the attribute's values.
 * @returns undefined when a dateTime is asked for and the operand is none
 */
export function foldValue(attribute: Attribute, value: string): string | undefined {
  if (attribute.type === 'dateTime') return canonicalDateTime(value);
  // RFC 7643 section 2.4 wants it of `$ref`; other references may be anything that looks like a URI.
  if (attribute.name === '$ref') return canonicalUri(value) ?? value;
  return attribute.type === 'string' && !attribute.caseExact ? comparisonKey(value) : value;
}

function foldMembers(attributes: ReadonlyMap<string, Attribute>, value: JsonObject): JsonObject {
  const folded: JsonObject = {};
  for (const [name, member] of Object.entries(value)) folded[name] = foldNamed(attributes, name, member);
  return folded;
}

function foldNamed(attributes: ReadonlyMap<string, Attribute>, name: string, value: JsonValue): JsonValue {
  const key = name.toLowerCase();
  const attribute = attributes.get(key) ?? COMMON.get(key);
  return attribute === undefined ? value : fold(attribute, value);
}

function fold(attribute: Attribute, value: JsonValue): JsonValue {
  if (typeof value === 'string') return foldValue(attribute, value) ?? value;
  if (Array.isArray(value)) return value.map((element) => fold(attribute, element));
  return isJsonObject(value) ? foldMembers(attribute.subAttributes, value) : value;
}
