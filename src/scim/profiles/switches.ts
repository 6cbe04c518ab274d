/** What a profile decides; SWITCHES says of each what it does and which traffic it is for. */
export interface Switches {
  readonly booleanStrings: boolean;
  readonly booleanStringsInFilters: boolean;
  readonly scalarForComplex: boolean;
  readonly arrayForSingular: boolean;
  readonly objectForArray: boolean;
  readonly unwrapRoleJson: boolean;
  readonly managerIdForValue: boolean;
  readonly bareExtensionNames: boolean;
  readonly unknownAttributes: 'ignore' | 'refuse';
  readonly unknownSchemas: 'ignore' | 'refuse';
  readonly schemas: 'required' | 'tolerated';
  readonly legacyUrns: boolean;
  readonly operationInAnyCase: boolean;
  readonly createMissingTarget: boolean;
  readonly pathLessKeysArePaths: boolean;
  readonly subAttributeOfValuePath: boolean;
  readonly nullActiveIsAbsent: boolean;
  readonly patchGroup: 'resource' | 'none';
}

export type SwitchName = keyof Switches;

/** One switch, in words for docs/profiles.md, which a test holds to this. */
export interface SwitchDescription<Value> {
  /** The value that takes more of what clients send; undefined where no value does. */
  readonly tolerant: Value | undefined;
  /** What it does at its tolerant value, or at each of its values. */
  readonly does: string;
  /** Who sends what it is for. */
  readonly traffic: string;
}

export const SWITCHES: { readonly [Name in SwitchName]: SwitchDescription<Switches[Name]> } = {
  //
  booleanStrings: {
    tolerant: true,
    does: 'A boolean attribute takes the text `true` or `false`, in any case; it is stored as a boolean.',
    traffic: 'Entra ID without `aadOptscim062020` disables with `"value": "False"`; OneLogin templates: `"true"`.',
  },
  booleanStringsInFilters: {
    tolerant: true,
    does: 'The same for the operand of a filter, in a query and in a PATCH path.',
    traffic: 'Entra ID, in both modes: `roles[primary eq "True"].value`.',
  },
  //
  scalarForComplex: {
    tolerant: true,
    does: 'A text for a single complex attribute is its `value`; a text among `members` is an id.',
    traffic: 'Entra ID: `"manager": "123456"` in POST and PATCH.',
  },
  arrayForSingular: {
    tolerant: true,
    does: 'A list of one is taken for a single attribute.',
    traffic: 'Entra ID: `"path": "manager", "value": [{"value": "00aa"}]`.',
  },
  objectForArray: {
    tolerant: true,
    does: 'A bare object is a list of one for a multi-valued attribute of POST and PUT.',
    traffic: 'OneLogin templates: `"emails": {"value": "…"}`.',
  },
  unwrapRoleJson: {
    tolerant: true,
    does: 'A role whose `value` is JSON text is taken apart, and `displayName` of a role is its `display`.',
    traffic: 'Entra ID: SingleAppRoleAssignment and AppRoleAssignmentsComplex; older samples say `displayName`.',
  },
  managerIdForValue: {
    tolerant: true,
    does: '`managerId` is the `value` of `manager`, as SCIM 1.1 had it.',
    traffic: 'OneLogin templates: `"manager": {"managerId": "…"}`.',
  },
  bareExtensionNames: {
    tolerant: true,
    does: 'Attributes of an extension are found without its URN, in bodies, paths and filters, where the core schema has none of that name.',
    traffic: 'Entra ID: `"path": "manager"`, the reference check `manager eq "…"`, `"department": null` in samples.',
  },
  //
  unknownAttributes: {
    tolerant: 'ignore',
    does: '`ignore`: what no schema of the resource type knows is dropped. `refuse`: 400 invalidSyntax.',
    traffic: 'Every identity provider whose mappings name attributes that the server does not have.',
  },
  unknownSchemas: {
    tolerant: 'ignore',
    does: 'The same for URNs in `schemas`.',
    traffic: 'Entra ID names an ADSCIM URN when it creates groups.',
  },
  schemas: {
    tolerant: 'tolerated',
    does: '`tolerated`: `schemas` of POST and PUT may be absent or name anything. `required`: it names the base schema.',
    traffic: 'OneLogin: hand-edited templates with `urn:scim:schemas:core:2.0`, or without `schemas`.',
  },
  legacyUrns: {
    tolerant: true,
    does: 'Older names of the enterprise extension are taken for it: `…enterprise:2.0User`, `urn:scim:schemas:extension:enterprise:1.0` and `:2.0`.',
    traffic: 'Entra ID (a sample without the colon) and OneLogin templates (SCIM 1.1).',
  },
  //
  operationInAnyCase: {
    tolerant: true,
    does: '`op` of a PATCH may be written in any case.',
    traffic: 'Entra ID without `aadOptscim062020`: `Add`, `Replace`, `Remove`.',
  },
  //
  createMissingTarget: {
    tolerant: true,
    does: 'Add and replace of a value path that meets nothing create the element, when the path names one of the canonical types or the primary value; otherwise, and without the switch always, 400 noTarget.',
    traffic: 'Entra ID, in both modes, and others: `replace emails[type eq "work"].value` of a user without addresses.',
  },
  //
  pathLessKeysArePaths: {
    tolerant: true,
    does: 'Keys of a PATCH value without a path may be paths themselves: `name.givenName`, `urn:…:User:department`.',
    traffic: 'Entra ID with `aadOptscim062020`.',
  },
  //
  subAttributeOfValuePath: {
    tolerant: true,
    does: 'A query may compare a sub-attribute behind the brackets: `emails[type eq "work"].value eq "…"`.',
    traffic: 'Entra ID as a matching attribute; Rippling; PingFederate by its configured expression.',
  },
  //
  nullActiveIsAbsent: {
    tolerant: true,
    does: '`active` without a value, also by `remove`, says nothing: nobody is enabled or disabled by it. Otherwise it clears, and who has no `active` is not active.',
    traffic: 'Entra ID: samples write every attribute that has no value as `null`; OneLogin templates do so by hand.',
  },
  //
  patchGroup: {
    tolerant: undefined,
    does: 'The answer to a PATCH of a group: `none` is 204, `resource` is 200 with all of it. `attributes` and `excludedAttributes` always make it 200.',
    traffic: 'Entra ID wants 204 without the members; a client of the RFC may look at the result.',
  },
};
