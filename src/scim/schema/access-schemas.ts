import {
  type AttributeDefinition,
  compileResourceType,
  compileSchema,
  type SchemaDefinition,
} from './compile-schema.js';
import type { ResourceType } from './types.js';

/** Values are built of keys and ids, which are compared as they stand. */
const EXACT = { caseExact: true, mutability: 'readOnly' } as const;
const READ_ONLY = { mutability: 'readOnly' } as const;

/** What draft-ietf-scim-roles-entitlements-01 says of roles and entitlements alike. Nobody changes them over SCIM. */
function draftAttributes(what: string): AttributeDefinition[] {
  return [
    {
      ...EXACT,
      name: 'value',
      required: true,
      uniqueness: 'server',
      description: `The value of the ${what} on users.`,
    },
    { ...READ_ONLY, name: 'display', description: `The human-readable name of the ${what}.` },
    { ...EXACT, name: 'type', description: 'The key of the application that it belongs to.' },
    { ...READ_ONLY, name: 'supported', type: 'boolean', required: true, description: 'Whether users can have it.' },
    {
      ...READ_ONLY,
      name: 'limitedAssignmentsPermitted',
      type: 'boolean',
      description: 'Whether the number of users who can have it is limited.',
    },
    {
      ...READ_ONLY,
      name: 'totalAssignmentsPermitted',
      type: 'integer',
      description: 'The seats of its licence, where they are limited.',
    },
    {
      ...READ_ONLY,
      name: 'totalAssignmentsUsed',
      type: 'integer',
      description: 'The seats of its licence that are taken, where they are limited.',
    },
    { ...EXACT, name: 'contains', multiValued: true, description: `Values that this ${what} stands for as well.` },
    { ...EXACT, name: 'containedBy', multiValued: true, description: `Values that stand for this ${what} as well.` },
  ];
}

function resourceType(name: string, endpoint: string, description: string, definition: SchemaDefinition): ResourceType {
  return compileResourceType({ name, endpoint, description, schema: compileSchema(definition), extensions: [] });
}

/** draft-ietf-scim-roles-entitlements-01, `/Roles`. */
export const ROLE = resourceType('Role', '/Roles', 'A role of an application', {
  id: 'urn:ietf:params:scim:schemas:core:2.0:Role',
  name: 'Role',
  description: 'A role that users can have',
  attributes: draftAttributes('role'),
});

/** draft-ietf-scim-roles-entitlements-01, `/Entitlements`. */
export const ENTITLEMENT = resourceType('Entitlement', '/Entitlements', 'A licence of an application', {
  id: 'urn:ietf:params:scim:schemas:core:2.0:Entitlement',
  name: 'Entitlement',
  description: 'A licence whose seats users take',
  attributes: draftAttributes('entitlement'),
});

const OKTA_ATTRIBUTES: readonly AttributeDefinition[] = [
  { ...READ_ONLY, name: 'displayName', required: true, description: 'The human-readable name.' },
  { ...READ_ONLY, name: 'description', description: 'What it is for, at most 1000 characters.' },
];

/** Okta reads what it can assign from the resource types whose schema is one of its own. */
export const OKTA_ROLE = resourceType('Role', '/Roles', 'A role of an application', {
  id: 'urn:okta:scim:schemas:core:1.0:Role',
  name: 'Role',
  description: 'A role that users can have',
  attributes: OKTA_ATTRIBUTES,
});

/** The name of this resource type is the `type` of the entitlements that users have of it. */
export const OKTA_LICENSE = resourceType('License', '/Licenses', 'A licence of an application', {
  id: 'urn:okta:scim:schemas:core:1.0:Entitlement',
  name: 'Entitlement',
  description: 'A licence whose seats users take',
  attributes: [
    { ...EXACT, name: 'type', required: true, description: 'The name of the resource type.' },
    ...OKTA_ATTRIBUTES,
  ],
});
