import type { Attribute, JsonObject, ResourceType, Schema } from './types.js';

const SCHEMA_URN = 'urn:ietf:params:scim:schemas:core:2.0:Schema';
const RESOURCE_TYPE_URN = 'urn:ietf:params:scim:schemas:core:2.0:ResourceType';

/** The Schema resource of RFC 7643 section 7, with `schemas` and `meta` (erratum 8417) and no nulls. */
export function publishSchema(schema: Schema, baseUrl: string): JsonObject {
  return {
    schemas: [SCHEMA_URN],
    id: schema.id,
    name: schema.name,
    description: schema.description,
    attributes: [...schema.attributes.values()].map(publishAttribute),
    meta: { resourceType: 'Schema', location: `${baseUrl}/Schemas/${schema.id}` },
  };
}

/** The ResourceType resource of RFC 7643 section 6; `id` equals `name`, which is what references use (erratum 8362). */
export function publishResourceType(type: ResourceType, baseUrl: string): JsonObject {
  const extensions = type.extensions.map(({ schema, required }) => ({ schema: schema.id, required }));
  return {
    schemas: [RESOURCE_TYPE_URN],
    id: type.name,
    name: type.name,
    description: type.description,
    endpoint: type.endpoint,
    schema: type.schema.id,
    ...(extensions.length > 0 ? { schemaExtensions: extensions } : {}),
    meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/${type.name}` },
  };
}

function publishAttribute(attribute: Attribute): JsonObject {
  const { name, type, multiValued, description, required, mutability, returned } = attribute;
  const published: JsonObject = { name, type, multiValued, description, required };
  if (type === 'complex') {
    published.subAttributes = [...attribute.subAttributes.values()].map(publishAttribute);
  } else {
    published.caseExact = attribute.caseExact;
    if (attribute.canonicalValues.length > 0) published.canonicalValues = [...attribute.canonicalValues];
    if (type === 'reference') published.referenceTypes = [...attribute.referenceTypes];
  }
  published.mutability = mutability;
  published.returned = returned;
  if (type !== 'complex') published.uniqueness = attribute.uniqueness;
  return published;
}
