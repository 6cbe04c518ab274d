import type { FilterRules, ParseRules, PatchRules, Profile, ValueLimits, ValueRules } from './rules.js';

const LIMITS: ValueLimits = { values: 1000, members: 200_000, stringLength: 65_536, keyBytes: 1200 };

const GENERIC_VALUES: ValueRules = {
  booleanStrings: true,
  scalarForComplex: true,
  arrayForSingular: true,
  objectForArray: false,
  unwrapRoleJson: true,
  managerIdForValue: false,
  unknownAttributes: 'ignore',
  bareExtensionNames: true,
  limits: LIMITS,
};

const STRICT_VALUES: ValueRules = {
  booleanStrings: false,
  scalarForComplex: false,
  arrayForSingular: false,
  objectForArray: false,
  unwrapRoleJson: false,
  managerIdForValue: false,
  unknownAttributes: 'refuse',
  bareExtensionNames: false,
  limits: LIMITS,
};

const GENERIC_PARSE: ParseRules = {
  ...GENERIC_VALUES,
  schemas: 'required',
  unknownSchemas: 'ignore',
  legacyUrns: true,
};

const GENERIC_PATCH: PatchRules = {
  ...GENERIC_VALUES,
  createMissingTarget: 'add-and-replace',
  pathLessKeysArePaths: true,
  emptyStringClears: true,
  removeListedValues: true,
  operationInAnyCase: true,
};

const GENERIC_FILTER: FilterRules = {
  booleanStrings: true,
  bareExtensionNames: true,
  subAttributeOfValuePath: true,
};

const GENERIC: Profile = {
  name: 'generic',
  description: 'Accepts all documented traffic of Microsoft Entra ID and Okta. The default.',
  parse: GENERIC_PARSE,
  patch: GENERIC_PATCH,
  filter: GENERIC_FILTER,
  answers: { patchUser: 'resource', patchGroup: 'none', unknownMembers: 'reject' },
};

const STRICT: Profile = {
  name: 'strict',
  description: 'Refuses what RFC 7643 and RFC 7644 refuse, and unknown attributes and schemas as well.',
  parse: { ...STRICT_VALUES, schemas: 'required', unknownSchemas: 'refuse', legacyUrns: false },
  patch: {
    ...STRICT_VALUES,
    createMissingTarget: 'never',
    pathLessKeysArePaths: false,
    emptyStringClears: true,
    // The RFC leaves `value` of a remove undefined; emptying the group instead is the trap of A-04.
    removeListedValues: true,
    operationInAnyCase: false,
  },
  filter: { booleanStrings: false, bareExtensionNames: false, subAttributeOfValuePath: false },
  answers: { patchUser: 'resource', patchGroup: 'resource', unknownMembers: 'reject' },
};

const ONELOGIN: Profile = {
  name: 'onelogin',
  description: 'OneLogin: hand-edited templates with SCIM 1.1 URNs, e-mails as one object, managerId.',
  parse: { ...GENERIC_PARSE, schemas: 'tolerated', objectForArray: true, managerIdForValue: true },
  patch: { ...GENERIC_PATCH, objectForArray: true, managerIdForValue: true },
  filter: GENERIC_FILTER,
  answers: GENERIC.answers,
};

const PROFILES: ReadonlyMap<string, Profile> = new Map(
  [
    GENERIC,
    STRICT,
    ONELOGIN,
    { ...GENERIC, name: 'entra', description: 'Microsoft Entra ID, with or without aadOptscim062020.' },
    { ...GENERIC, name: 'okta', description: 'Okta, app wizard (GET and PUT) and catalogue (PATCH) applications.' },
    { ...GENERIC, name: 'jumpcloud', description: 'JumpCloud: one operation an attribute, repeated member adds.' },
    { ...GENERIC, name: 'google', description: 'Google Workspace auto-provisioning: users only.' },
  ].map((profile) => [profile.name, profile]),
);

/** The names that a connection's `profile` setting may have. */
export const PROFILE_NAMES: readonly string[] = [...PROFILES.keys()];

/** @returns the profile of that name, `undefined` when there is none */
export function profileNamed(name: string): Profile | undefined {
  return PROFILES.get(name);
}
