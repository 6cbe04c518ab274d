/** Bounds of what one resource may hold; beyond them the answer is 400 invalidValue that names the attribute. */
export interface ValueLimits {
  /** Values of one multi-valued attribute; members have their own bound. */
  readonly values: number;
  readonly members: number;
  /** UTF-16 code units of a string. Certificates and `data:` photos need room. */
  readonly stringLength: number;
  /** UTF-8 bytes of a string that stands in a B-tree, two of them beside each other: an index row holds 2704 bytes. */
  readonly keyBytes: number;
}

/** What is tolerated in the value of an attribute, in POST, PUT and PATCH alike. */
export interface ValueRules {
  /** `"True"`, `"false"` for booleans. Entra without `aadOptscim062020`, OneLogin templates. */
  readonly booleanStrings: boolean;
  /** a bare string for a single complex attribute is its `value`. Entra sends `"manager": "271"`. */
  readonly scalarForComplex: boolean;
  /** An array of one for a single attribute. Entra: `path: manager, value: [{"value": "00aa"}]`. */
  readonly arrayForSingular: boolean;
  /** A bare object for a multi-valued attribute in POST and PUT. OneLogin templates with `emails: {…}`. */
  readonly objectForArray: boolean;
  /** `roles` whose value is JSON text, or that say `displayName` for `display`. Entra's SingleAppRoleAssignment. */
  readonly unwrapRoleJson: boolean;
  /** `managerId` for `manager.value`, as SCIM 1.1 had it. OneLogin templates. */
  readonly managerIdForValue: boolean;
  /** attributes that no schema of the resource type knows: ignored, or 400 invalidSyntax. */
  readonly unknownAttributes: 'ignore' | 'refuse';
  /** `manager` or `department` without the extension's URN. Entra's legacy samples and reference checks. */
  readonly bareExtensionNames: boolean;
  readonly limits: ValueLimits;
}

/** What is tolerated in the body of POST and PUT. */
export interface ParseRules extends ValueRules {
  /** `tolerated`: `schemas` may be absent or name SCIM 1.1 URNs. OneLogin templates are edited by hand. */
  readonly schemas: 'required' | 'tolerated';
  /** URNs in `schemas` that the server does not know. Entra names an ADSCIM URN when it creates groups. */
  readonly unknownSchemas: 'ignore' | 'refuse';
  /** Keys that older clients use for the enterprise extension: `…enterprise:2.0User` (Entra), `urn:scim:…` (1.1). */
  readonly legacyUrns: boolean;
}

/** What is tolerated in PATCH. */
export interface PatchRules extends ValueRules {
  /**
   * a value path that matches nothing. `add` creates the element from its eq terms; `replace` does so only with
   * `add-and-replace` (Entra), else it is 400 noTarget; `never` makes both 400 noTarget.
   */
  readonly createMissingTarget: 'never' | 'add' | 'add-and-replace';
  /** keys of a path-less value are paths (`name.givenName`, `urn:…:User:department`). Entra with the flag. */
  readonly pathLessKeysArePaths: boolean;
  /** `""` unassigns the attribute. Entra clears a manager with it; without the switch it is 400 invalidValue. */
  readonly emptyStringClears: boolean;
  /** `remove` of `members` with a value list removes those listed. Entra's default mode, JumpCloud, authentik. */
  readonly removeListedValues: boolean;
  /** PAT-04: `Add`, `Replace`, `Remove`. Entra's default mode. */
  readonly operationInAnyCase: boolean;
}

/** What is tolerated in a filter, of a query and of a PATCH path. */
export interface FilterRules {
  /** `primary eq "True"`. Entra. */
  readonly booleanStrings: boolean;
  /** `manager eq "…"` without the extension's URN. Entra's reference check. */
  readonly bareExtensionNames: boolean;
  /** `emails[type eq "work"].value eq "a@b"`. Entra. */
  readonly subAttributeOfValuePath: boolean;
}

/** How answers look where the RFC leaves a choice. */
export interface AnswerRules {
  /** 200 with the resource, or 204. An `attributes` or `excludedAttributes` parameter always makes it 200. */
  readonly patchUser: 'resource' | 'none';
  readonly patchGroup: 'resource' | 'none';
  /** members that do not exist: 400 invalidValue, or the rest is applied and the log says so. */
  readonly unknownMembers: 'reject' | 'skip';
}

/** What a provisioning client needs relaxed. */
export interface Profile {
  readonly name: string;
  readonly description: string;
  readonly parse: ParseRules;
  readonly patch: PatchRules;
  readonly filter: FilterRules;
  readonly answers: AnswerRules;
}
