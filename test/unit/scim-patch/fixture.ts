import { ScimError } from '../../../src/scim/errors.js';
import { applyPatch, type PatchLimits, type PatchResult, parsePatch } from '../../../src/scim/patch/index.js';
import type { PatchRules } from '../../../src/scim/profiles/index.js';
import { GROUP, type JsonObject, type JsonValue, type ResourceType, USER } from '../../../src/scim/schema/index.js';
import { profileNamed } from '../../support/profile.js';

export const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const USER_URN = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP_URN = 'urn:ietf:params:scim:schemas:core:2.0:Group';

export const LIMITS: PatchLimits = {
  operations: 100,
  members: 5000,
  filter: { length: 2000, depth: 10, terms: 100 },
};

export function rulesOf(profile: string): PatchRules {
  return profileNamed(profile).patch;
}

/** A user as it is stored, with something of every kind. */
export function storedUser(more: JsonObject = {}): JsonObject {
  return {
    schemas: [USER_URN],
    userName: 'mira@example.com',
    displayName: 'Mira',
    name: { givenName: 'Mira', familyName: 'Olsen', middleName: 'K' },
    active: true,
    emails: [
      { value: 'mira@example.com', type: 'work', primary: true },
      { value: 'mira@example.net', type: 'home' },
    ],
    ...more,
  };
}

export function storedGroup(more: JsonObject = {}): JsonObject {
  return { schemas: [GROUP_URN], displayName: 'Editors', ...more };
}

export function envelope(...operations: JsonValue[]): JsonObject {
  return { schemas: [PATCH_OP], Operations: operations };
}

export function patch(
  type: ResourceType,
  document: JsonObject,
  operations: JsonValue[],
  profile = 'generic',
): PatchResult {
  const rules = rulesOf(profile);
  return applyPatch(type, document, parsePatch(type, envelope(...operations), rules, LIMITS), rules);
}

export function patchUser(document: JsonObject, operations: JsonValue[], profile = 'generic'): PatchResult {
  return patch(USER, document, operations, profile);
}

export function patchGroup(operations: JsonValue[], profile = 'generic'): PatchResult {
  return patch(GROUP, storedGroup(), operations, profile);
}

/** The ScimError that `step` throws; anything else fails the test. */
export function errorOf(step: () => unknown): ScimError {
  try {
    step();
  } catch (error) {
    if (error instanceof ScimError) {
      return error;
    }
    throw error;
  }
  throw new Error('no error was thrown');
}

/** `400 invalidPath` and the like, for one-line expectations. */
export function refusal(step: () => unknown): string {
  const { status, scimType } = errorOf(step);
  return `${status} ${scimType}`;
}
