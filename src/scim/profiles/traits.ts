import type { ProfileName } from './declarations.js';
import type { SwitchName } from './switches.js';

/** Something that clients do differently, by which they can be told apart. */
export interface Trait {
  /** What was seen, to go on from "it". */
  readonly saw: string;
  /** How strongly it speaks for a profile: 1 others do it as well, 2 it is typical, 3 it is a name. */
  readonly speaksFor: { readonly [Name in ProfileName]?: 1 | 2 | 3 };
  /** The switch without which it is refused, or lost. */
  readonly needs?: SwitchName;
}

const ENTRA = { entra: 1, 'entra-compliant': 1 } as const;
const SURELY_ENTRA = { entra: 2, 'entra-compliant': 2 } as const;

export const TRAITS = {
  'agent-entra': { saw: 'names Microsoft in its User-Agent', speaksFor: SURELY_ENTRA },
  'agent-okta': { saw: 'names Okta in its User-Agent', speaksFor: { okta: 3 } },
  'agent-onelogin': { saw: 'names OneLogin in its User-Agent', speaksFor: { onelogin: 3 } },
  'agent-jumpcloud': { saw: 'names JumpCloud in its User-Agent', speaksFor: { jumpcloud: 3 } },
  'agent-ping': { saw: 'names Ping in its User-Agent', speaksFor: { ping: 3 } },
  'agent-google': { saw: 'names Google in its User-Agent', speaksFor: { google: 3 } },
  'agent-rippling': { saw: 'names Rippling in its User-Agent', speaksFor: { rippling: 3 } },
  'agent-empty': { saw: 'sends an empty User-Agent', speaksFor: { onelogin: 1 } },
  'trailing-question-mark': { saw: 'ends URLs in "?"', speaksFor: { onelogin: 1 } },
  'trailing-ampersand': { saw: 'ends queries in "&"', speaksFor: { onelogin: 1 } },
  'entra-flag': { saw: 'sends aadOptscim062020 in its URLs', speaksFor: { 'entra-compliant': 3 } },
  'json-type': { saw: 'sends bodies as application/json', speaksFor: { google: 1 } },
  'without-members': { saw: 'asks for groups without their members', speaksFor: ENTRA },
  'lookup-behind-brackets': {
    saw: 'looks people up by emails[…].value',
    speaksFor: { ...ENTRA, rippling: 1 },
    needs: 'subAttributeOfValuePath',
  },
  'lookup-in-brackets': { saw: 'looks people up by emails[value eq …]', speaksFor: { rippling: 2 } },
  'lookup-by-address': { saw: 'looks people up by emails without brackets', speaksFor: { ping: 2 } },
  'bare-manager': { saw: 'says manager without the URN', speaksFor: ENTRA, needs: 'bareExtensionNames' },
  'boolean-text-in-filter': {
    saw: 'compares a boolean with a text in a filter',
    speaksFor: ENTRA,
    needs: 'booleanStringsInFilters',
  },
  'capital-operation': {
    saw: 'writes Add, Replace and Remove with capitals',
    speaksFor: { entra: 2 },
    needs: 'operationInAnyCase',
  },
  'capital-boolean-text': {
    saw: 'writes booleans as the texts "True" and "False"',
    speaksFor: { entra: 2 },
    needs: 'booleanStrings',
  },
  'boolean-text': {
    saw: 'writes booleans as the texts "true" and "false"',
    speaksFor: { onelogin: 1 },
    needs: 'booleanStrings',
  },
  'keys-that-are-paths': {
    saw: 'sends PATCH values whose keys are paths',
    speaksFor: { 'entra-compliant': 2 },
    needs: 'pathLessKeysArePaths',
  },
  'value-without-path': { saw: 'sends PATCH values without a path', speaksFor: { okta: 1, google: 1 } },
  'members-removed-by-list': { saw: 'removes members by a list', speaksFor: { entra: 1, jumpcloud: 1 } },
  'members-removed-by-filter': { saw: 'removes members by a filter', speaksFor: { 'entra-compliant': 1, okta: 1 } },
  'member-without-reference': { saw: 'sends members with "$ref": null', speaksFor: ENTRA },
  'manager-text': { saw: 'sends the manager as a text', speaksFor: ENTRA, needs: 'scalarForComplex' },
  'manager-list': { saw: 'sends the manager in a list', speaksFor: ENTRA, needs: 'arrayForSingular' },
  'manager-id': {
    saw: 'sends the manager as managerId',
    speaksFor: { onelogin: 2 },
    needs: 'managerIdForValue',
  },
  'role-as-json': { saw: 'sends roles as JSON text', speaksFor: SURELY_ENTRA, needs: 'unwrapRoleJson' },
  'adscim-urn': { saw: 'names an ADSCIM schema', speaksFor: SURELY_ENTRA, needs: 'unknownSchemas' },
  'urn-without-colon': {
    saw: 'writes the enterprise URN without its colon',
    speaksFor: SURELY_ENTRA,
    needs: 'legacyUrns',
  },
  'scim-1-urns': { saw: 'names schemas of SCIM 1.1', speaksFor: { onelogin: 3 }, needs: 'schemas' },
  'object-for-list': {
    saw: 'sends a list of one, such as emails, as an object',
    speaksFor: { onelogin: 2 },
    needs: 'objectForArray',
  },
  'own-body-back': { saw: 'puts back what it was shown, id and meta included', speaksFor: { okta: 2 } },
  'password-and-groups': { saw: 'creates people with a password and empty groups', speaksFor: { okta: 2 } },
} satisfies Record<string, Trait>;

export type TraitName = keyof typeof TRAITS;

/** The trait of a stored name; undefined for what an older or newer version of the server has noted. */
export function traitNamed(name: string): Trait | undefined {
  return Object.hasOwn(TRAITS, name) ? TRAITS[name as TraitName] : undefined;
}
