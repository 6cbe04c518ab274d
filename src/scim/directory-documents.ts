import { type DirectoryDocuments, type Document, emailsOf } from '../directory/index.js';
import { RollcallError } from '../errors/index.js';
import { ScimError } from './errors.js';
import { createProfiles, type ParseRules } from './profiles/index.js';
import type { ScimLimits } from './request.js';
import { groupProfile, replacedDocument, requireDocumentSize, userProfile } from './resources/index.js';
import {
  type JsonObject,
  type ParsedResource,
  parseResource,
  type ResourceType,
  type ResourceTypes,
  secretsOf,
  uniqueValuesOf,
} from './schema/index.js';

/** Documents by the schemas of the resource types. */
export function createDirectoryDocuments({ user, group }: ResourceTypes, limits: ScimLimits): DirectoryDocuments {
  const rules = rulesOf(limits);
  const sized = (document: JsonObject) => requireDocumentSize(document, limits);

  function parsed(type: ResourceType, document: unknown): ParsedResource {
    const found = parseResource(type, document, rules);
    if (found.password !== undefined) throw refused('password', 'is set by connections that are told to store it');
    if (found.externalId !== undefined) throw refused('externalId', 'belongs to a connection, which says what it is');
    if (found.members !== undefined) throw refused('members', 'come and go by the members of the group');
    return found;
  }

  function patched(type: ResourceType, current: Document, patch: Document): JsonObject {
    const merged = parsed(type, mergePatch(current, patch));
    return sized(replacedDocument(type, merged, current, { putOmitted: 'clear' }));
  }

  return {
    newUser: (document) =>
      told('user.invalid', () => {
        const given = parsed(user, document).document;
        const profile = userProfile(user, sized({ ...given, active: given.active ?? true }));
        return { profile, externalId: undefined, passwordHash: undefined };
      }),
    userEdit: (current, patch) =>
      told('user.invalid', () => {
        if ('active' in patch) throw refused('active', 'follows the state: suspend, reactivate or deactivate the user');
        // jsonb holds what a former request was validated to.
        const before = current.document as JsonObject;
        return {
          profile: userProfile(user, patched(user, before, patch)),
          omitsActive: true,
          previousEmails: emailsOf(before),
          previousUniqueValues: uniqueValuesOf(user, before),
          externalId: undefined,
          passwordHash: undefined,
        };
      }),
    newGroup: (document) => told('group.invalid', () => groupProfile(group, sized(parsed(group, document).document))),
    groupEdit: (current, patch) =>
      told('group.invalid', () => ({
        profile: groupProfile(group, patched(group, current.document, patch)),
        // jsonb holds what a former request was validated to.
        previousUniqueValues: uniqueValuesOf(group, current.document as JsonObject),
        externalId: undefined,
      })),
    shownUser: (document) => withoutSecrets(document, secretsOf(user)),
    shownGroup: (document) => withoutSecrets(document, secretsOf(group)),
  };
}

/** Whoever writes by hand wants to see a misspelt attribute; `schemas` says nothing that the rest does not say. */
function rulesOf(limits: ScimLimits): ParseRules {
  const strict = createProfiles(limits).named('strict');
  if (strict === undefined) throw new Error('there is no profile "strict"');
  return { ...strict.parse, schemas: 'tolerated' };
}

/** RFC 7396, section 2. */
function mergePatch(document: Document, patch: Document): Document {
  // A map, since a name may be one that objects treat in a way of their own.
  const merged = new Map(Object.entries(document));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, isDocument(value) ? mergePatch(asDocument(merged.get(name)), value) : value);
  }
  return Object.fromEntries(merged);
}

function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asDocument(value: unknown): Document {
  return isDocument(value) ? value : {};
}

/** @param prefix the URN of the extension that the document is, with a colon */
function withoutSecrets(document: Document, secrets: ReadonlySet<string>, prefix = ''): Document {
  if (secrets.size === 0) return document;
  return Object.fromEntries(
    Object.entries(document).flatMap(([name, value]) => {
      if (secrets.has(prefix + name)) return [];
      return [[name, name.includes(':') ? withoutSecrets(asDocument(value), secrets, `${name}:`) : value]];
    }),
  );
}

function refused(attribute: string, why: string): ScimError {
  return new ScimError(400, 'invalidValue', `Attribute '${attribute}' ${why}.`);
}

function told<Result>(code: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    throw new RollcallError('invalid', code, error.detail, {}, { cause: error });
  }
}
