import SCIMMY from 'scimmy';
import { compileResourceType, compileSchema } from './compile-schema.js';
import { type Correction, corrected, described, PRIMARY } from './corrected-definition.js';
import type { ResourceType, Schema } from './types.js';

export const USER_URN = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP_URN = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE_USER_URN = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/**
 * Errata of RFC 7643 section 8.7.1. Erratum 6001 (references and binary values are case-exact), 6004 (no uniqueness
 * on complex attributes) and 8418 (no common attributes) hold for every schema: `compileSchema` applies them.
 */
const USER_CORRECTIONS: readonly Correction[] = [
  // 8471: a user's groups are groups.
  { path: 'groups.$ref', change: { referenceTypes: ['Group'] } },
  // 6005: every multi-valued attribute has `primary` (section 2.4).
  { path: 'addresses', add: PRIMARY },
  // 6007: the format is that of Accept-Language.
  {
    path: 'preferredLanguage',
    change: {
      description:
        "Indicates the User's preferred written or spoken language. Generally used for selecting a localized user " +
        "interface; e.g. 'en-US' specifies the language English and country US.",
    },
  },
  // Section 8.7.1: the figure has canonical values for these, and the text for ims.type also `other`.
  { path: 'groups.type', change: { canonicalValues: ['direct', 'indirect'] } },
  { path: 'photos.type', change: { canonicalValues: ['photo', 'thumbnail'] } },
  {
    path: 'ims.type',
    change: { canonicalValues: ['aim', 'gtalk', 'icq', 'xmpp', 'msn', 'skype', 'qq', 'yahoo', 'other'] },
  },
  { path: 'password', change: { mutability: 'writeOnly', returned: 'never' } },
];

const GROUP_CORRECTIONS: readonly Correction[] = [
  // 5368: a group has a name.
  { path: 'displayName', change: { required: true } },
  // 6011: members have `display`, as every multi-valued attribute (section 2.4).
  {
    path: 'members',
    add: {
      name: 'display',
      description: 'Human-readable name of the member of this Group.',
      mutability: 'immutable',
    },
  },
];

const ENTERPRISE_CORRECTIONS: readonly Correction[] = [
  // 8472: the value is an id, and ids are case-exact.
  { path: 'manager.value', change: { caseExact: true } },
];

const { User, Group, EnterpriseUser } = SCIMMY.Schemas;

export const ENTERPRISE_USER: Schema = compileSchema(
  corrected(described(EnterpriseUser.definition), ENTERPRISE_CORRECTIONS),
);

/** RFC 7643 section 4.1 with the enterprise extension of section 4.3. */
export const USER: ResourceType = compileResourceType({
  name: 'User',
  description: 'User Account',
  endpoint: '/Users',
  schema: compileSchema(corrected(described(User.definition), USER_CORRECTIONS)),
  extensions: [{ schema: ENTERPRISE_USER, required: false }],
});

/** RFC 7643 section 4.2. */
export const GROUP: ResourceType = compileResourceType({
  name: 'Group',
  description: 'Group',
  endpoint: '/Groups',
  schema: compileSchema(corrected(described(Group.definition), GROUP_CORRECTIONS)),
  extensions: [],
});

/** The one attribute of the core that is in no document: it is hashed and kept apart. */
export const PASSWORD = USER.schema.attributes.get('password');
