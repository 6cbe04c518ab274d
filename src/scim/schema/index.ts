export { ENTITLEMENT, OKTA_LICENSE, OKTA_ROLE, ROLE } from './access-schemas.js';
export { canonicalUri } from './canonical-uri.js';
export { COMMON } from './common-attributes.js';
export {
  type AttributeDefinition,
  compileResourceType,
  compileSchema,
  type SchemaDefinition,
} from './compile-schema.js';
export { ENTERPRISE_USER, ENTERPRISE_USER_URN, GROUP, GROUP_URN, PASSWORD, USER, USER_URN } from './core-schemas.js';
export { canonicalDateTime } from './date-time.js';
export { DISCOVERY_SCHEMAS } from './discovery-schemas.js';
export { foldDocument, foldValue } from './fold.js';
export { isJsonObject } from './json.js';
export { type LoadOptions, loadResourceTypes } from './load-resource-types.js';
export { MANAGER_REFERENCE, parseAttributeValue } from './parse-attribute-value.js';
export { caselessMembers, parseMessage } from './parse-message.js';
export { type MemberReference, type ParsedResource, parseResource } from './parse-resource.js';
export {
  type Projection,
  parseProjection,
  project,
  returnsOnRequest,
} from './projection.js';
export { publishResourceType, publishSchema } from './publish.js';
export { type ResolveOptions, resolveAttribute, resolveExtension } from './resolve-attribute.js';
export { allTypes, CORE_TYPES, type ResourceTypes } from './resource-types.js';
export type {
  Attribute,
  AttributePath,
  AttributeType,
  JsonObject,
  JsonValue,
  ResourceType,
  Schema,
} from './types.js';
export { secretsOf, uniqueValuesOf } from './unique-values.js';
export { validateDocument } from './validate-document.js';
