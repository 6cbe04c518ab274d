import { invalidValue } from './invalid.js';
import { isJsonObject, isUnassigned } from './json.js';
import type { JsonObject, ResourceType, Schema } from './types.js';

/**
 * Whether a document has what its schemas require (CRE-07, CRE-24). Attributes that only the server sets are not asked
 * for.
 * @throws ScimError 400 invalidValue
 */
export function requireAttributes(type: ResourceType, document: JsonObject): void {
  requireOf(type.schema, document, '');
  for (const { schema, required } of type.extensions) {
    const value = document[schema.id];
    if (isJsonObject(value)) requireOf(schema, value, `${schema.id}:`);
    else if (required) throw invalidValue(schema.id, `is required for ${type.name}`);
  }
}

function requireOf(schema: Schema, values: JsonObject, prefix: string): void {
  for (const attribute of schema.attributes.values()) {
    if (!attribute.required || attribute.mutability === 'readOnly') continue;
    if (isUnassigned(values[attribute.name])) throw invalidValue(`${prefix}${attribute.name}`, 'is required');
  }
}
