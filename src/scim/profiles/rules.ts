import type { Switches } from './switches.js';

/** Bounds of what one resource may hold; each is a setting, and the answer names it and the attribute. */
export interface ValueLimits {
  /** Values of one multi-valued attribute; members have their own bound. */
  readonly valuesPerAttribute: number;
  readonly membersPerRequest: number;
  /** UTF-16 code units of a string. Certificates and `data:` photos need room. */
  readonly stringLength: number;
  /** UTF-8 bytes of a string that stands in a B-tree, two of them beside each other: an index row holds 2704 bytes. */
  readonly keyBytes: number;
}

/** What is tolerated in the value of an attribute, in POST, PUT and PATCH alike. */
export interface ValueRules
  extends Pick<
    Switches,
    | 'booleanStrings'
    | 'scalarForComplex'
    | 'arrayForSingular'
    | 'objectForArray'
    | 'unwrapRoleJson'
    | 'managerIdForValue'
    | 'unknownAttributes'
    | 'bareExtensionNames'
    | 'nullActiveIsAbsent'
  > {
  readonly limits: ValueLimits;
}

/** What is tolerated in the body of POST and PUT. */
export type ParseRules = ValueRules & Pick<Switches, 'schemas' | 'unknownSchemas' | 'legacyUrns'>;

/** What is tolerated in PATCH. */
export type PatchRules = ValueRules &
  Pick<Switches, 'createMissingTarget' | 'pathLessKeysArePaths' | 'operationInAnyCase' | 'booleanStringsInFilters'>;

/** What is tolerated in the filter of a query. */
export interface FilterRules extends Pick<Switches, 'bareExtensionNames' | 'subAttributeOfValuePath'> {
  readonly booleanStrings: boolean;
}

/** How answers look where the RFC leaves a choice. */
export type AnswerRules = Pick<Switches, 'patchGroup'>;

/** What a provisioning client needs relaxed: its switches, and the same for each part of the engine. */
export interface Profile {
  readonly name: string;
  readonly switches: Switches;
  readonly parse: ParseRules;
  readonly patch: PatchRules;
  readonly filter: FilterRules;
  readonly answers: AnswerRules;
}
