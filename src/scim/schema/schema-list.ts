import type { ParseRules } from '../profiles/index.js';
import { ENTERPRISE_USER } from './core-schemas.js';
import { invalidSyntax, quoted } from './invalid.js';
import { isUnassigned } from './json.js';
import type { JsonObject, ResourceType, Schema } from './types.js';

/** Names that older clients have for the enterprise extension, in lower case: Entra's legacy sample and SCIM 1.1. */
const LEGACY_ENTERPRISE_URNS: ReadonlySet<string> = new Set([
  'urn:ietf:params:scim:schemas:extension:enterprise:2.0user',
  'urn:scim:schemas:extension:enterprise:1.0',
  'urn:scim:schemas:extension:enterprise:2.0',
]);

/**
 * The extension of a resource type that a key of the body names.
 * @param key in lower case
 */
export function extensionOfKey(type: ResourceType, key: string, rules: ParseRules): Schema | undefined {
  const wanted = rules.legacyUrns && LEGACY_ENTERPRISE_URNS.has(key) ? ENTERPRISE_USER.id.toLowerCase() : key;
  return type.extensions.find(({ schema }) => schema.id.toLowerCase() === wanted)?.schema;
}

/**
 * Checks the `schemas` of a body (CRE-09, CRE-10, CRE-18); what is stored is computed from the data.
 * @throws ScimError 400 invalidSyntax
 */
export function requireSchemas(type: ResourceType, value: unknown, rules: ParseRules): void {
  if (rules.schemas === 'tolerated') return;
  if (!Array.isArray(value) || value.length === 0) {
    throw invalidSyntax(`Attribute 'schemas' must be a non-empty array that contains ${type.schema.id}.`);
  }
  const { valuesPerAttribute } = rules.limits;
  if (value.length > valuesPerAttribute) {
    const limit = `${valuesPerAttribute} values (LIMIT_VALUES_PER_ATTRIBUTE)`;
    throw invalidSyntax(`Attribute 'schemas' must not have more than ${limit}.`);
  }
  let hasBase = false;
  for (const urn of value) {
    if (typeof urn !== 'string') throw invalidSyntax("Attribute 'schemas' must contain strings only.");
    const key = urn.toLowerCase();
    if (key === type.schema.id.toLowerCase()) hasBase = true;
    else if (rules.unknownSchemas === 'refuse' && extensionOfKey(type, key, rules) === undefined) {
      throw invalidSyntax(`Attribute 'schemas' has ${quoted(urn)}, which is no schema of ${type.name}.`);
    }
  }
  if (!hasBase) throw invalidSyntax(`Attribute 'schemas' must contain ${type.schema.id}.`);
}

/** COM-15, ENT-05: the base schema and the extensions that have data. */
export function schemasOf(type: ResourceType, document: JsonObject): string[] {
  const used = type.extensions.filter(({ schema }) => !isUnassigned(document[schema.id]));
  return [type.schema.id, ...used.map(({ schema }) => schema.id)];
}
