import { collapseValues } from './collapse-values.js';
import { isJsonObject, isUnassigned } from './json.js';
import { requireSubAttributes } from './parse-attribute-value.js';
import { requireAttributes } from './require-attributes.js';
import { schemasOf } from './schema-list.js';
import type { Attribute, JsonObject, JsonValue, ResourceType } from './types.js';

/**
 * A document after PATCH as it may be stored: nothing empty, each (type, value) once, at most one primary, everything
 * that is required, and `schemas` computed anew. The values themselves are canonical already (`parseAttributeValue`).
 * The document given is left as it is.
 * @throws ScimError 400 invalidValue
 */
export function validateDocument(type: ResourceType, document: JsonObject): JsonObject {
  const valid = validAttributes(type.schema.attributes, document, '');
  for (const { schema } of type.extensions) {
    const extension = document[schema.id];
    if (!isJsonObject(extension)) continue;
    const values = validAttributes(schema.attributes, extension, `${schema.id}:`);
    if (!isUnassigned(values)) valid[schema.id] = values;
  }
  requireAttributes(type, valid);
  valid.schemas = schemasOf(type, valid);
  return valid;
}

function validAttributes(attributes: ReadonlyMap<string, Attribute>, values: JsonObject, prefix: string): JsonObject {
  const valid: JsonObject = {};
  for (const [name, value] of Object.entries(values)) {
    const attribute = attributes.get(name.toLowerCase());
    if (attribute === undefined) continue;
    const kept = validValue(attribute, value, `${prefix}${attribute.name}`);
    if (!isUnassigned(kept)) valid[attribute.name] = kept;
  }
  return valid;
}

function validValue(attribute: Attribute, value: JsonValue, path: string): JsonValue {
  if (!Array.isArray(value)) return validElement(attribute, value, path);
  const elements = value
    .map((element, index) => validElement(attribute, element, `${path}[${index}]`))
    .filter((element) => !isUnassigned(element));
  return collapseValues(attribute, elements, path);
}

function validElement(attribute: Attribute, value: JsonValue, path: string): JsonValue {
  if (attribute.type !== 'complex' || !isJsonObject(value)) return value;
  const kept: JsonObject = {};
  for (const [name, member] of Object.entries(value)) if (!isUnassigned(member)) kept[name] = member;
  if (!isUnassigned(kept)) requireSubAttributes(attribute, kept, path);
  return kept;
}
