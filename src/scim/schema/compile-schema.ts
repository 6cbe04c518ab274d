import { RollcallError } from '../../errors/index.js';
import type { Attribute, AttributeType, ResourceType, Schema } from './types.js';

/** An attribute as a schema document has it; what is left out takes the defaults of RFC 7643 section 2.2. */
export interface AttributeDefinition {
  readonly name: string;
  readonly type?: string;
  readonly description?: string;
  readonly multiValued?: boolean;
  readonly required?: boolean;
  readonly caseExact?: boolean;
  readonly mutability?: string;
  readonly returned?: string;
  readonly uniqueness?: string;
  readonly canonicalValues?: readonly string[];
  readonly referenceTypes?: readonly string[];
  readonly subAttributes?: readonly AttributeDefinition[];
}

/** A schema document: `/Schemas/{id}` of any server, or a file of the operator. */
export interface SchemaDefinition {
  readonly id: string;
  readonly name?: string;
  readonly description?: string;
  readonly attributes: readonly AttributeDefinition[];
}

const TYPES: ReadonlySet<string> = new Set<AttributeType>([
  'string',
  'boolean',
  'decimal',
  'integer',
  'dateTime',
  'binary',
  'reference',
  'complex',
]);
/** RFC 7643 section 2.1, with a length that paths can hold; erratum 8924: `$ref` starts with a dollar sign. */
const ATTRIBUTE_NAME = /^\$?[A-Za-z][A-Za-z0-9_-]{0,99}$/;
const MUTABILITIES = new Set(['readOnly', 'readWrite', 'immutable', 'writeOnly'] as const);
const RETURNED = new Set(['always', 'never', 'default', 'request'] as const);
const UNIQUENESS = new Set(['none', 'server', 'global'] as const);
/** The one schema whose sub-attributes are complex: it describes those of all others (RFC 7643 section 8.7.2). */
const SCHEMA_URN = 'urn:ietf:params:scim:schemas:core:2.0:Schema';
const COMMON_NAMES = new Set(['id', 'externalid', 'meta', 'schemas']);

/**
 * Makes a schema of its definition.
 * @throws RollcallError `misconfigured`, `schema.invalid`, naming the attribute
 */
export function compileSchema(definition: SchemaDefinition): Schema {
  const { id, attributes } = definition;
  if (typeof id !== 'string' || !/^[A-Za-z][A-Za-z0-9+.-]*:[^\s]+$/.test(id))
    throw invalid(String(id), 'id must be a URI');
  if (!Array.isArray(attributes)) throw invalid(id, 'attributes must be an array');
  return {
    id,
    name: definition.name ?? id,
    description: definition.description ?? definition.name ?? id,
    // Erratum 8418, 8419: common attributes do not belong into schemas; those of section 3.1 win.
    attributes: compileAttributes(
      attributes.filter((attribute) => !COMMON_NAMES.has(String(attribute?.name).toLowerCase())),
      id,
      id === SCHEMA_URN ? 2 : 1,
    ),
  };
}

/**
 * Makes a resource type of compiled schemas.
 * @throws RollcallError `misconfigured`, `schema.invalid`, when an extension repeats a URN, or a name of the base schema
 */
export function compileResourceType(type: ResourceType): ResourceType {
  const ids = [type.schema, ...type.extensions.map((extension) => extension.schema)].map((s) => s.id.toLowerCase());
  if (new Set(ids).size !== ids.length) throw invalid(type.name, 'schema and schemaExtensions must differ');
  for (const { schema } of type.extensions) {
    for (const [key, { name }] of schema.attributes) {
      // RFC 7643 section 3.3: extensions should not redefine what the base schema has.
      if (type.schema.attributes.has(key)) throw invalid(`${schema.id}:${name}`, `${type.schema.id} has that name too`);
    }
  }
  return type;
}

/**
 * Makes attributes of their definitions, by lower-case name.
 * @param complexLevels how deep complex attributes may nest: 1 but for the schema of schemas
 * @throws RollcallError `misconfigured`, `schema.invalid`
 */
export function compileAttributes(
  definitions: readonly AttributeDefinition[],
  owner: string,
  complexLevels: number,
): ReadonlyMap<string, Attribute> {
  const attributes = new Map<string, Attribute>();
  for (const definition of definitions) {
    const attribute = compileAttribute(definition, owner, complexLevels);
    const key = attribute.name.toLowerCase();
    if (attributes.has(key)) throw invalid(`${owner}:${attribute.name}`, 'is defined twice');
    attributes.set(key, attribute);
  }
  return attributes;
}

function compileAttribute(definition: AttributeDefinition, owner: string, complexLevels: number): Attribute {
  const name = definition?.name;
  if (typeof name !== 'string' || !ATTRIBUTE_NAME.test(name)) {
    throw invalid(owner, `${JSON.stringify(name)} is no attribute name`);
  }
  // Documents are objects: what every object has would seem to be there.
  if (name in Object.prototype) throw invalid(owner, `${JSON.stringify(name)} cannot be an attribute's name`);
  const path = `${owner}:${name}`;
  const type = attributeType(definition.type ?? 'string', path);
  // Erratum 8415: sub-attributes cannot be complex.
  if (type === 'complex' && complexLevels === 0) throw invalid(path, 'a sub-attribute cannot be complex');
  const subAttributes = type === 'complex' ? (definition.subAttributes ?? []) : [];
  if (type === 'complex' && subAttributes.length === 0) throw invalid(path, 'a complex attribute needs subAttributes');
  const mutability = oneOf(MUTABILITIES, definition.mutability ?? 'readWrite', path);
  const returned = oneOf(RETURNED, definition.returned ?? (mutability === 'writeOnly' ? 'never' : 'default'), path);
  // RFC 7643 section 7: what can only be written is not shown.
  if (mutability === 'writeOnly' && returned !== 'never')
    throw invalid(path, 'is writeOnly and must be returned never');
  const parent: Attribute = {
    name,
    description: definition.description ?? '',
    type,
    multiValued: flag(definition.multiValued, path),
    required: flag(definition.required, path),
    caseExact: caseExact(type, flag(definition.caseExact, path)),
    mutability,
    returned,
    // Erratum 6004: no uniqueness on complex attributes.
    uniqueness: type === 'complex' ? 'none' : oneOf(UNIQUENESS, definition.uniqueness ?? 'none', path),
    canonicalValues: texts(definition.canonicalValues ?? [], path),
    referenceTypes: type === 'reference' ? texts(definition.referenceTypes ?? ['uri'], path) : [],
    subAttributes: new Map(),
  };
  return { ...parent, subAttributes: compileAttributes(subAttributes, path, complexLevels - 1) };
}

/** Errata 6000, 6001: references and binary values are case-exact. A complex attribute has no case of its own. */
function caseExact(type: AttributeType, stated: boolean): boolean {
  if (type === 'reference' || type === 'binary') return true;
  return type === 'complex' ? false : stated;
}

function attributeType(value: string, path: string): AttributeType {
  if (!isAttributeType(value)) throw invalid(path, `type ${JSON.stringify(value)} does not exist`);
  return value;
}

function isAttributeType(value: string): value is AttributeType {
  return TYPES.has(value);
}

function flag(value: unknown, path: string): boolean {
  if (value !== undefined && typeof value !== 'boolean') throw invalid(path, `${JSON.stringify(value)} is no boolean`);
  return value ?? false;
}

function texts(values: readonly unknown[], path: string): readonly string[] {
  if (!Array.isArray(values)) throw invalid(path, 'canonicalValues and referenceTypes must be arrays');
  return values.map((value) => {
    if (typeof value !== 'string') throw invalid(path, `${JSON.stringify(value)} is no string`);
    return value;
  });
}

function oneOf<Value extends string>(values: ReadonlySet<Value>, value: string, path: string): Value {
  for (const candidate of values) if (candidate === value) return candidate;
  throw invalid(path, `${JSON.stringify(value)} is not one of ${[...values].join(', ')}`);
}

function invalid(what: string, why: string): RollcallError {
  return new RollcallError('misconfigured', 'schema.invalid', `Schema ${what}: ${why}.`);
}
