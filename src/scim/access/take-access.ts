import type { Connection } from '../../connections/index.js';
import { comparisonKey } from '../../directory/index.js';
import { type AccessBefore, type AccessElement, type GrantEdit, isLicenceValue } from '../../licensing/index.js';
import { ScimError } from '../errors.js';
import { type JsonObject, type JsonValue, OKTA_LICENSE } from '../schema/index.js';
import { ACCESS_ATTRIBUTES, accessElements, elementsOf, names, textsIn, valueIn, withAccess } from './show-access.js';

/** A user's document as a client wants it, what was shown of access among it. */
export interface Asked {
  readonly document: JsonObject;
  /** Whether it says nothing of an attribute, which then stays as it is, direct grants included. */
  readonly omits: (attribute: 'roles' | 'entitlements') => boolean;
  /** Whether a role that is not shown now is surely meant, and no echo of what was shown before: see ADR 5. */
  readonly knowsCurrent: boolean;
}

export interface Taken {
  /** What is to be stored. */
  readonly document: JsonObject;
  /** Undefined where no direct grant comes or goes. */
  readonly grants: GrantEdit | undefined;
}

/**
 * Tells what a client wrote from what it was shown (design section 4, "In SCIM"). A published role that the connection
 * may assign becomes a direct grant; what else names something published is not stored where access is shown, for it
 * would be shown on when the access is long gone. The rest is stored as it was sent.
 * @param stored the user's document before
 * @throws ScimError 400 invalidValue where only published values may be written
 */
export function takeAccess(connection: Connection, before: AccessBefore, stored: JsonObject, asked: Asked): Taken {
  const document = { ...asked.document };
  const shown = accessElements(before.shown);
  const listed = new Set<string>();
  for (const [attribute, kind] of ACCESS_ATTRIBUTES) {
    // What is there already may stay, from a time when more was allowed.
    const there = new Set(elementsOf(withAccess(stored, shown, connection)[attribute]).map(valueIn));
    const assigns = kind === 'role' && connection.assign;
    const isKept = (element: JsonValue): boolean => {
      const published = find(element, kind, before);
      if (published === undefined && connection.showEntitlements && wasPublished(element, kind)) return false;
      if (connection.roleValues === 'published' && published?.supported !== true && !there.has(valueIn(element))) {
        throw notPublished(element, attribute);
      }
      if (published === undefined) return true;
      if (assigns) listed.add(published.value);
      return !assigns && !connection.showEntitlements;
    };
    const written = asked.omits(attribute)
      ? elementsOf(stored[attribute])
      : elementsOf(document[attribute]).filter(isKept);
    if (written.length > 0) document[attribute] = [...written];
    else delete document[attribute];
  }
  if (!connection.assign || asked.omits('roles')) return { document, grants: undefined };
  return { document, grants: grantEdit(listed, before, connection.showEntitlements && !asked.knowsCurrent) };
}

/** @param mayEcho a role that is neither shown nor granted may be one that was shown before */
function grantEdit(
  listed: ReadonlySet<string>,
  { granted, roles, shown }: AccessBefore,
  mayEcho: boolean,
): GrantEdit | undefined {
  const own = new Set(granted);
  const shownValues = new Set(accessElements(shown).map(({ value }) => value));
  const isNew = (value: string) => listed.has(value) && !shownValues.has(value) && !mayEcho;
  const add = roles.filter(({ id, value }) => !own.has(id) && isNew(value));
  const remove = roles.filter(({ id, value }) => own.has(id) && !listed.has(value));
  if (add.length + remove.length === 0) return undefined;
  return { add: add.map(({ id }) => id), remove: remove.map(({ id }) => id) };
}

function find(
  element: JsonValue,
  kind: AccessElement['kind'],
  { roles, licences }: AccessBefore,
): { readonly value: string; readonly supported: boolean } | undefined {
  return (kind === 'role' ? roles : licences).find((published) => names(element, published));
}

/**
 * Whether an element looks like one that was shown when there was such a role or licence: its type is the part of its
 * value that names the application, or Okta's of licences.
 */
function wasPublished(element: JsonValue, kind: AccessElement['kind']): boolean {
  const { value, type } = textsIn(element);
  if (value === undefined || type === undefined) return false;
  const isOfType = value.startsWith(`${type}:`);
  return kind === 'role' ? isOfType : isLicenceValue(value) && (isOfType || type === comparisonKey(OKTA_LICENSE.name));
}

function notPublished(element: JsonValue, attribute: string): ScimError {
  const shown = JSON.stringify(valueIn(element) ?? null).slice(0, 100);
  return new ScimError(
    400,
    'invalidValue',
    `${attribute}: ${shown} is not published; this connection may write published values only.`,
  );
}
