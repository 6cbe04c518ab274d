import { ScimError } from '../../../src/scim/errors.js';
import { GROUP, type ParsedResource, parseResource, USER, USER_URN } from '../../../src/scim/schema/index.js';
import { profileNamed } from '../../support/profile.js';

/** Reads a user of these attributes, with `schemas` and `userName` unless given. */
export function parseUser(attributes: object, profileName = 'generic'): ParsedResource {
  const body = { schemas: [USER_URN], userName: 'ada', ...attributes };
  return parseResource(USER, JSON.parse(JSON.stringify(body)), profileNamed(profileName).parse);
}

export function parseGroup(attributes: object, profileName = 'generic'): ParsedResource {
  const body = { schemas: [GROUP.schema.id], displayName: 'Staff', ...attributes };
  return parseResource(GROUP, JSON.parse(JSON.stringify(body)), profileNamed(profileName).parse);
}

/** `400 invalidValue: …` of the error that something throws. */
export function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof ScimError) return `${error.status} ${error.scimType}: ${error.detail}`;
    throw error;
  }
  return 'accepted';
}
