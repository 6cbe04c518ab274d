import { emailsOf, type GroupProfile, isObjectId, type UserProfile } from '../../directory/index.js';
import {
  ENTERPRISE_USER_URN,
  foldDocument,
  type JsonObject,
  type JsonValue,
  type ResourceType,
  secretsOf,
  uniqueValuesOf,
} from '../schema/index.js';

/** What the directory's rules and indexes need to know of a user's document. */
export function userProfile(type: ResourceType, document: JsonObject): UserProfile {
  const name = asObject(document.name);
  return {
    // Validation has made sure of a userName.
    userName: String(document.userName),
    displayName: asText(document.displayName) ?? asText(name?.formatted),
    active: document.active !== false,
    managerId: managerOf(document),
    emails: emailsOf(document),
    uniqueValues: uniqueValuesOf(type, document),
    secrets: secretsOf(type),
    document,
    folded: foldDocument(type, document),
  };
}

export function groupProfile(type: ResourceType, document: JsonObject): GroupProfile {
  return {
    displayName: String(document.displayName),
    uniqueValues: uniqueValuesOf(type, document),
    secrets: secretsOf(type),
    document,
    folded: foldDocument(type, document),
  };
}

/** A manager of another kind of id has no name that could be shown. */
function managerOf(document: JsonObject): string | undefined {
  const id = asText(asObject(asObject(document[ENTERPRISE_USER_URN])?.manager)?.value);
  return id !== undefined && isObjectId(id) ? id : undefined;
}

function asObject(value: JsonValue | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

function asText(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
