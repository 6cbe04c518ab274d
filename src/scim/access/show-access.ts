import type { Connection } from '../../connections/index.js';
import { comparisonKey } from '../../directory/index.js';
import type { AccessElement } from '../../licensing/index.js';
import type { JsonObject, JsonValue } from '../schema/index.js';
import { typeOnUsers } from './access-rules.js';

/** The elements in a text of licensing's `accessText`. */
export function accessElements(text: string | null): readonly AccessElement[] {
  // accessText makes nothing else.
  return text === null ? [] : (JSON.parse(text) as AccessElement[]);
}

/**
 * A user's document with the access that is shown: roles among `roles`, licences whose seats the user takes among
 * `entitlements`, behind what clients wrote there.
 */
export function withAccess(
  document: JsonObject,
  elements: readonly AccessElement[],
  connection: Pick<Connection, 'roles'>,
): JsonObject {
  const shown = { ...document };
  for (const [attribute, kind] of ACCESS_ATTRIBUTES) {
    const added = elements.filter((element) => element.kind === kind).map((element) => rendered(element, connection));
    if (added.length === 0) continue;
    const written = elementsOf(document[attribute]).filter((one) => !added.some((other) => names(one, other)));
    shown[attribute] = [...written, ...added];
  }
  return shown;
}

/** Which attribute of a user shows what. */
export const ACCESS_ATTRIBUTES: readonly (readonly ['roles' | 'entitlements', AccessElement['kind']])[] = [
  ['roles', 'role'],
  ['entitlements', 'licence'],
];

/**
 * Whether an element that a client wrote means a published one. The value alone says so: identity providers put types
 * of their own beside it, or none.
 */
export function names(written: JsonValue, published: { readonly value: JsonValue }): boolean {
  return textsIn(written).value === published.value;
}

/** Value and type of an element as they are compared. */
export function textsIn(element: JsonValue): { readonly value: string | undefined; readonly type: string | undefined } {
  const { value, type } = asObject(element);
  const text = (member: JsonValue | undefined) => (typeof member === 'string' ? comparisonKey(member) : undefined);
  return { value: text(value), type: text(type) };
}

export function valueIn(element: JsonValue): JsonValue | undefined {
  return asObject(element).value;
}

function asObject(element: JsonValue): JsonObject {
  return typeof element === 'object' && element !== null && !Array.isArray(element) ? element : {};
}

export function elementsOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

function rendered(element: AccessElement, connection: Pick<Connection, 'roles'>) {
  const { value, display } = element;
  return { value, display, type: typeOnUsers(element, connection) };
}
