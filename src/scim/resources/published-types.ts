import type { Connection } from '../../connections/index.js';
import { type Sql, sql } from '../../database/index.js';
import { type Published, publishedLicences, publishedRoles } from '../../licensing/index.js';
import { ENTITLEMENT, type JsonObject, OKTA_LICENSE, OKTA_ROLE, type ResourceType, ROLE } from '../schema/index.js';

/** A resource type that tells clients what access there is. */
export interface PublishedType {
  readonly type: ResourceType;
  /** A query with the columns of Published. */
  readonly query: (siteId: number) => Sql;
  /** The attributes of a row, but for `schemas`, `id` and `meta`. */
  readonly attributes: (row: Published) => JsonObject;
}

/** Okta refuses longer ones. */
const DESCRIPTION_LENGTH = 1000;

const TYPES: Readonly<Record<Connection['roles'], readonly PublishedType[]>> = {
  none: [],
  draft: [
    { type: ROLE, query: publishedRoles, attributes: draftAttributes },
    { type: ENTITLEMENT, query: publishedLicences, attributes: draftAttributes },
  ],
  okta: [
    { type: OKTA_ROLE, query: supported(publishedRoles), attributes: oktaAttributes },
    {
      type: OKTA_LICENSE,
      query: supported(publishedLicences),
      attributes: (row) => ({ type: OKTA_LICENSE.name, ...oktaAttributes(row) }),
    },
  ],
};

/** Those that a connection is served beside users and groups. */
export function publishedTypes({ roles }: Pick<Connection, 'roles'>): readonly PublishedType[] {
  return TYPES[roles];
}

/** The endpoints of all of them, whoever is served which. */
export const PUBLISHED_ENDPOINTS: readonly string[] = [
  ...new Set(Object.values(TYPES).flatMap((types) => types.map(({ type }) => type.endpoint))),
];

/** Okta has no word for what cannot be used now. */
function supported(query: PublishedType['query']): PublishedType['query'] {
  return (siteId) => sql`SELECT * FROM (${query(siteId)}) p WHERE p.supported`;
}

function draftAttributes(row: Published): JsonObject {
  const { value, display, application, supported, seats, seatsUsed, contains, containedBy } = row;
  return {
    value,
    display,
    type: application,
    supported,
    limitedAssignmentsPermitted: seats !== null,
    ...(seats === null ? {} : { totalAssignmentsPermitted: seats }),
    ...(seatsUsed === null ? {} : { totalAssignmentsUsed: seatsUsed }),
    ...(contains.length === 0 ? {} : { contains: [...contains] }),
    ...(containedBy.length === 0 ? {} : { containedBy: [...containedBy] }),
  };
}

function oktaAttributes({ display, description }: Published): JsonObject {
  return {
    displayName: display,
    ...(description === null || description === '' ? {} : { description: description.slice(0, DESCRIPTION_LENGTH) }),
  };
}
