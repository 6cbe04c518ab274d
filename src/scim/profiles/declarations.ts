import type { Switches, SwitchName } from './switches.js';

/** What a profile sets differently from BASE, each with the reason. */
export type Differences = { readonly [Name in SwitchName]?: readonly [value: Switches[Name], reason: string] };

export interface Declaration {
  readonly description: string;
  readonly differences: Differences;
}

/**
 * The RFCs with what is common to all clients that were looked at: attributes and URNs of their own, value paths to
 * what is not there yet, keys that are paths. A profile that dropped such a key would lose data without a word.
 */
export const BASE: Switches = {
  booleanStrings: false,
  booleanStringsInFilters: false,
  scalarForComplex: false,
  arrayForSingular: false,
  objectForArray: false,
  unwrapRoleJson: false,
  managerIdForValue: false,
  bareExtensionNames: false,
  unknownAttributes: 'ignore',
  unknownSchemas: 'ignore',
  schemas: 'required',
  legacyUrns: false,
  operationInAnyCase: false,
  createMissingTarget: true,
  pathLessKeysArePaths: true,
  subAttributeOfValuePath: false,
  nullActiveIsAbsent: true,
  patchGroup: 'none',
};

/** What Entra ID sends in both of its modes. */
const ENTRA_COMPLIANT: Differences = {
  booleanStringsInFilters: [true, 'mappings to `roles[primary eq "True"].value`'],
  scalarForComplex: [true, 'the manager as a text'],
  arrayForSingular: [true, 'the manager in a list of one'],
  unwrapRoleJson: [true, 'app roles as JSON text'],
  bareExtensionNames: [true, '`manager` without its URN, in paths and in the reference check'],
  legacyUrns: [true, 'the enterprise URN of an older sample lacks a colon'],
  subAttributeOfValuePath: [true, 'lookups by `emails[type eq "work"].value`'],
};

const ENTRA: Differences = {
  ...ENTRA_COMPLIANT,
  booleanStrings: [true, 'disables with the text "False"'],
  operationInAnyCase: [true, 'writes Add, Replace and Remove'],
};

/** Lookups by userName, whole profiles by PUT, single values by PATCH: all of it is the RFC's. */
const OKTA: Differences = {};

/** The profiles by name, in the order in which they are listed. */
export const DECLARATIONS = {
  generic: {
    description:
      'Takes all documented traffic of Microsoft Entra ID and Okta as it is. The default, and right when in doubt.',
    differences: { ...OKTA, ...ENTRA },
  },
  entra: {
    description: 'Microsoft Entra ID without `aadOptscim062020` in its Tenant URL; with it as well.',
    differences: ENTRA,
  },
  'entra-compliant': {
    description:
      'Microsoft Entra ID with `aadOptscim062020`. Shows at once when the flag was lost: `Replace` and the text "False" are refused.',
    differences: ENTRA_COMPLIANT,
  },
  okta: {
    description: 'Okta: app wizard applications (GET, then PUT of all of it) and catalogue applications (PATCH).',
    differences: OKTA,
  },
  onelogin: {
    description: 'OneLogin: whatever the SCIM JSON Template, which customers edit by hand, makes of a user.',
    differences: {
      booleanStrings: [true, 'a template writes `"active": "{$user.active}"`'],
      objectForArray: [true, '`emails` as one object'],
      managerIdForValue: [true, 'the manager of SCIM 1.1'],
      schemas: ['tolerated', 'the URNs of SCIM 1.1, or none'],
      legacyUrns: [true, 'the enterprise URN of SCIM 1.1'],
    },
  },
  jumpcloud: {
    description: 'JumpCloud: one operation an attribute; members removed by a list of values, and added repeatedly.',
    differences: {},
  },
  ping: {
    description: 'PingOne and PingFederate: lookups by a configurable expression such as `emails eq "…"`.',
    differences: {
      subAttributeOfValuePath: [true, 'the expression is the administrator’s to write'],
    },
  },
  google: {
    description: 'Google Workspace auto-provisioning: users only, `application/json`, maybe nothing but a userName.',
    differences: {},
  },
  rippling: {
    description: 'Rippling: lookups by address alone, and the same POST again, which is 409.',
    differences: {
      subAttributeOfValuePath: [true, 'lookups by `emails[…]`'],
    },
  },
  strict: {
    description: 'Refuses what RFC 7643 and RFC 7644 refuse, and unknown attributes and schemas as well.',
    differences: {
      unknownAttributes: ['refuse', 'a misspelt attribute is seen'],
      unknownSchemas: ['refuse', 'a misspelt URN is seen'],
      createMissingTarget: [false, 'RFC 7644 section 3.5.2.3: a path without a match is noTarget'],
      pathLessKeysArePaths: [false, 'RFC 7644 section 3.5.2: the value is a part of the resource'],
      nullActiveIsAbsent: [false, 'RFC 7644 section 3.5.1: null clears, also where the server has a default'],
      patchGroup: ['resource', 'a client of the RFC may look at the result'],
    },
  },
} satisfies Record<string, Declaration>;

export type ProfileName = keyof typeof DECLARATIONS;

export function isProfileName(text: string): text is ProfileName {
  return Object.hasOwn(DECLARATIONS, text);
}
