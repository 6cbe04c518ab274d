import type { Connection } from '../../connections/index.js';
import type { ScimLimits } from '../request.js';
import {
  DISCOVERY_SCHEMAS,
  type JsonObject,
  publishResourceType,
  publishSchema,
  type ResourceType,
  type Schema,
} from '../schema/index.js';
import type { CoreAnswers } from './core-answers.js';

/** Where OAuth clients get their tokens, and where they read about it (RFC 8414). */
export interface TokenEndpoint {
  readonly url: string;
  readonly metadataUrl: string;
}

/** What differs between the connections' answers. */
export interface Offer {
  /** `PUBLIC_URL/scim/v2/{connectionKey}` */
  readonly baseUrl: string;
  readonly changesPasswords: boolean;
  readonly cursorTimeoutSeconds: number;
  readonly tokenEndpoint: TokenEndpoint | undefined;
  readonly roles: Connection['roles'];
  /** Told where `roles` is `draft`. */
  readonly applicationKeys: readonly string[];
}

/** SCIMMY's answer with what this server really does laid over it. */
export function correctedConfig(core: CoreAnswers, limits: ScimLimits, offer: Offer): JsonObject {
  const { meta: _, authenticationSchemes, ...config } = core.serviceProviderConfig;
  return {
    ...config,
    patch: { supported: true },
    bulk: { supported: true, maxOperations: limits.bulkOperations, maxPayloadSize: limits.bulkBodyBytes },
    filter: { supported: true, maxResults: limits.pageSizeMax },
    changePassword: { supported: offer.changesPasswords },
    sort: { supported: true },
    etag: { supported: true },
    pagination: {
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: limits.pageSizeDefault,
      maxPageSize: limits.pageSizeMax,
      cursorTimeout: offer.cursorTimeoutSeconds,
    },
    authenticationSchemes: [...primary(authenticationSchemes), ...oauthScheme(offer)],
    ...(offer.roles === 'draft' ? { RolesAndEntitlements: rolesAndEntitlements(offer) } : {}),
    meta: { resourceType: 'ServiceProviderConfig', location: `${offer.baseUrl}/ServiceProviderConfig` },
  };
}

/** draft-ietf-scim-roles-entitlements-01. Two levels deep, which RFC 7643 section 2.3.8 does not allow and it wants. */
function rolesAndEntitlements({ applicationKeys }: Offer): JsonObject {
  const offered = { supported: true, primarySupported: false, typeSupported: true, types: [...applicationKeys] };
  return {
    roles: { ...offered, multipleRolesSupported: true },
    entitlements: { ...offered, multipleEntitlementsSupported: true },
  };
}

function primary(schemes: unknown): JsonObject[] {
  const list: unknown[] = Array.isArray(schemes) ? schemes : [];
  return list.filter(isObject).map((scheme, index) => ({ ...scheme, ...(index === 0 ? { primary: true } : {}) }));
}

function oauthScheme({ tokenEndpoint }: Offer): JsonObject[] {
  if (tokenEndpoint === undefined) return [];
  return [
    {
      type: 'oauth2',
      name: 'OAuth 2.0 client credentials',
      description: `Access tokens of ${tokenEndpoint.url}`,
      specUri: 'https://www.rfc-editor.org/info/rfc6749',
      documentationUri: tokenEndpoint.metadataUrl,
    },
  ];
}

/** Our own rendering takes the place of SCIMMY's under the same id: it has the errata and the base URL. */
export function correctedResourceTypes(
  core: CoreAnswers,
  types: readonly ResourceType[],
  { baseUrl }: Offer,
): JsonObject[] {
  const published = types.map((type) => publishResourceType(type, baseUrl));
  return inOrderOf(core.resourceTypes, published);
}

/** As above, and the schemas that SCIMMY does not list: extensions, and those of the discovery resources (SCH-17). */
export function correctedSchemas(core: CoreAnswers, types: readonly ResourceType[], { baseUrl }: Offer): JsonObject[] {
  const schemas = new Map<string, Schema>();
  for (const { schema, extensions } of types) {
    for (const each of [schema, ...extensions.map((extension) => extension.schema)]) schemas.set(each.id, each);
  }
  for (const schema of DISCOVERY_SCHEMAS) schemas.set(schema.id, schema);
  const published = [...schemas.values()].map((schema) => publishSchema(schema, baseUrl));
  return inOrderOf(core.schemas, published);
}

/** RFC 7644 section 4: everything on one page, whatever is asked for. */
export function discoveryList(resources: readonly JsonObject[]): JsonObject {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: resources.length,
    startIndex: 1,
    itemsPerPage: resources.length,
    Resources: [...resources],
  };
}

/** The order is SCIMMY's, and what it does not list comes last. */
function inOrderOf(list: JsonObject, published: readonly JsonObject[]): JsonObject[] {
  const listed: unknown[] = Array.isArray(list.Resources) ? list.Resources : [];
  const ids = listed.filter(isObject).map(({ id }) => id);
  const place = ({ id }: JsonObject) => (ids.includes(id) ? ids.indexOf(id) : ids.length);
  return [...published].sort((one, other) => place(one) - place(other));
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
