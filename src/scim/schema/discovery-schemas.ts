import SCIMMY from 'scimmy';
import { type AttributeDefinition, compileSchema, type SchemaDefinition } from './compile-schema.js';
import { type Correction, corrected, described, PRIMARY } from './corrected-definition.js';
import type { Schema } from './types.js';

/** All attributes of discovery resources are the server's (SPC-05, RT-09, SCH-20). */
function readOnly(definition: AttributeDefinition): AttributeDefinition {
  const { subAttributes } = definition;
  return {
    ...definition,
    mutability: 'readOnly',
    ...(subAttributes === undefined ? {} : { subAttributes: subAttributes.map(readOnly) }),
  };
}

/** RFC 9865 section 4. */
const PAGINATION: AttributeDefinition = readOnly({
  name: 'pagination',
  type: 'complex',
  description: 'A complex type that specifies pagination configuration options.',
  subAttributes: [
    { name: 'cursor', type: 'boolean', required: true, description: 'Whether cursor-based pagination is supported.' },
    { name: 'index', type: 'boolean', required: true, description: 'Whether index-based pagination is supported.' },
    {
      name: 'defaultPaginationMethod',
      description: 'The pagination used when a request names none.',
      canonicalValues: ['cursor', 'index'],
    },
    {
      name: 'defaultPageSize',
      type: 'integer',
      description: 'The number of results in a page when count is not given.',
    },
    { name: 'maxPageSize', type: 'integer', description: 'The largest number of results in a page.' },
    {
      name: 'cursorTimeout',
      type: 'integer',
      description: 'The minimum number of seconds that a cursor stays valid between page requests.',
    },
  ],
});

const CONFIG_CORRECTIONS: readonly Correction[] = [
  // 7921, which wanted to drop it, was rejected: section 2.4 gives every multi-valued attribute a `primary`.
  { path: 'authenticationSchemes', add: readOnly(PRIMARY) },
  // 8011, 9018: required by section 5 but missing from the figure of 2015.
  { path: 'authenticationSchemes', add: readOnly({ name: 'type', required: true }) },
  { path: 'etag', change: { required: true } },
];

const RESOURCE_TYPE_CORRECTIONS: readonly Correction[] = [
  // 8475: there is one resource type of a name and one of an endpoint.
  { path: 'name', change: { caseExact: true, uniqueness: 'server' } },
  { path: 'endpoint', change: { caseExact: true, uniqueness: 'server' } },
  // 7522: a resource type can have several extensions.
  { path: 'schemaExtensions', change: { multiValued: true } },
];

/** 5606: `binary` is a type as well. */
const SIMPLE_TYPES = ['string', 'boolean', 'decimal', 'integer', 'dateTime', 'binary', 'reference'];

/** The characteristics of section 7, which attributes and sub-attributes have alike but for their types. */
const characteristics = (types: readonly string[]): readonly AttributeDefinition[] => [
  { name: 'name', required: true, caseExact: true, description: "The attribute's name." },
  { name: 'type', required: true, description: "The attribute's data type.", canonicalValues: types },
  { name: 'multiValued', type: 'boolean', required: true, description: 'Whether the attribute is plural.' },
  { name: 'description', caseExact: true, description: 'A human-readable description of the attribute.' },
  { name: 'required', type: 'boolean', description: 'Whether the attribute must be given.' },
  { name: 'canonicalValues', multiValued: true, caseExact: true, description: 'Suggested values.' },
  { name: 'caseExact', type: 'boolean', description: 'Whether strings are compared with regard to case.' },
  {
    name: 'mutability',
    caseExact: true,
    description: 'Whether the attribute can be changed.',
    canonicalValues: ['readOnly', 'readWrite', 'immutable', 'writeOnly'],
  },
  {
    name: 'returned',
    caseExact: true,
    description: 'When the attribute is returned in a response.',
    canonicalValues: ['always', 'never', 'default', 'request'],
  },
  {
    name: 'uniqueness',
    caseExact: true,
    description: 'How unique a value must be.',
    canonicalValues: ['none', 'server', 'global'],
  },
  // 5607: there can be several.
  { name: 'referenceTypes', multiValued: true, caseExact: true, description: 'The types that a reference may have.' },
];

/** Section 8.7.2. SCIMMY has no definition of it. */
const SCHEMA_DEFINITION: SchemaDefinition = {
  id: 'urn:ietf:params:scim:schemas:core:2.0:Schema',
  name: 'Schema',
  description: 'Specifies the schema that describes a SCIM schema',
  attributes: [
    { name: 'name', required: true, description: "The schema's human-readable name." },
    { name: 'description', description: "The schema's human-readable description." },
    {
      name: 'attributes',
      type: 'complex',
      multiValued: true,
      required: true,
      description: 'The attributes of the schema and their characteristics.',
      subAttributes: [
        ...characteristics([...SIMPLE_TYPES, 'complex']),
        {
          name: 'subAttributes',
          type: 'complex',
          multiValued: true,
          description: 'The sub-attributes of a complex attribute.',
          // 8415, 8435: sub-attributes are not complex.
          subAttributes: characteristics(SIMPLE_TYPES),
        },
      ],
    } satisfies AttributeDefinition,
  ].map(readOnly),
};

function serviceProviderConfig(): SchemaDefinition {
  const definition = corrected(described(SCIMMY.Schemas.ServiceProviderConfig.definition), CONFIG_CORRECTIONS);
  return { ...definition, attributes: [...definition.attributes, PAGINATION] };
}

/** The schemas of the discovery resources themselves (SCH-17): ServiceProviderConfig, ResourceType, Schema. */
export const DISCOVERY_SCHEMAS: readonly Schema[] = [
  compileSchema(serviceProviderConfig()),
  compileSchema(corrected(described(SCIMMY.Schemas.ResourceType.definition), RESOURCE_TYPE_CORRECTIONS)),
  compileSchema(SCHEMA_DEFINITION),
];
