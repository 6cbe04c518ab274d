import { ScimError } from '../errors.js';
import { type BoundFilter, memberIds } from '../filter/index.js';
import type { PatchRules } from '../profiles/index.js';
import type { AttributePath, JsonValue } from '../schema/index.js';
import { isObject, isUnassigned } from './json.js';
import type { MemberChange, PatchKind } from './operation.js';

/**
 * Turns an operation on a group's members into a change that needs no look at the members there are
 * (RFC 7643 section 4.2: sub-attributes of members are immutable, whole members come and go).
 * Throws 400 mutability or invalidValue.
 * @returns undefined when nothing is to be done
 */
export function parseMemberChange(
  kind: PatchKind,
  path: AttributePath,
  filter: BoundFilter | undefined,
  value: JsonValue | undefined,
  rules: PatchRules,
): MemberChange | undefined {
  if (path.subAttribute !== undefined) {
    const detail = `${path.subAttribute.name} of a member is immutable; remove the member and add another`;
    throw new ScimError(400, 'mutability', detail);
  }
  if (filter !== undefined) {
    return selectedMembers(kind, filter, value, rules);
  }
  switch (kind) {
    case 'add':
      return clears(value) ? undefined : { kind: 'add', ids: parseMemberIds(value, rules) };
    case 'replace':
      return { kind: 'replaceAll', ids: clears(value) ? [] : parseMemberIds(value, rules) };
    case 'remove':
      return removedMembers(value, rules);
  }
}

/** null, [] and ""; an empty object is a member without an id, which is an error. */
function clears(value: JsonValue | undefined): boolean {
  return isUnassigned(value) && !isObject(value);
}

/** only what is listed goes; without a list (absent or null) everything does. */
function removedMembers(value: JsonValue | undefined, rules: PatchRules): MemberChange | undefined {
  if (value === undefined || value === null) {
    return { kind: 'removeAll' };
  }
  const ids = parseMemberIds(value, rules);
  return ids.length === 0 ? undefined : { kind: 'remove', ids };
}

function selectedMembers(
  kind: PatchKind,
  filter: BoundFilter,
  value: JsonValue | undefined,
  rules: PatchRules,
): MemberChange | undefined {
  const selected = memberIds(filter);
  if (kind === 'remove' || (kind === 'replace' && clears(value))) {
    return selected === undefined ? { kind: 'removeMatching', filter } : { kind: 'remove', ids: selected };
  }
  if (clears(value)) {
    return undefined;
  }
  const ids = parseMemberIds(value, rules);
  if (selected === undefined || ids.some((id) => !selected.includes(id))) {
    throw new ScimError(400, 'mutability', 'a member cannot become another; remove the member and add another');
  }
  return { kind: 'add', ids };
}

/** $ref (null from Entra ID), type and display are the server's to say and are ignored (GRP-11). */
function parseMemberIds(value: JsonValue | undefined, rules: PatchRules): readonly string[] {
  const elements = Array.isArray(value) ? value : [value];
  return [...new Set(elements.map((element) => parseMemberId(element, rules)))];
}

function parseMemberId(element: JsonValue | undefined, rules: PatchRules): string {
  const id = isObject(element) ? caselessValue(element) : rules.scalarForComplex ? element : undefined;
  if (typeof id !== 'string' || id === '') {
    throw new ScimError(400, 'invalidValue', 'each member must be an object with the id of the member in value');
  }
  return id;
}

/** The common spelling first: a list of 20,000 members is read in one pass. */
function caselessValue(element: { readonly [name: string]: JsonValue }): JsonValue | undefined {
  const { value } = element;
  if (value !== undefined) {
    return value;
  }
  const name = Object.keys(element).find((key) => key.toLowerCase() === 'value');
  return name === undefined ? undefined : element[name];
}
