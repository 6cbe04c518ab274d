import { ScimError } from '../errors.js';
import { isJsonObject } from './json.js';
import type { JsonObject, JsonValue } from './types.js';

/**
 * Reads a message that is no resource, such as a PatchOp or a SearchRequest (RFC 7644 section 3.1).
 * @returns its members by lower-case name
 * @throws ScimError 400 invalidSyntax for what is no object, or whose `schemas` does not hold the URN
 */
export function parseMessage(body: unknown, urn: string): ReadonlyMap<string, JsonValue> {
  // What a body is parsed from is JSON.
  const message = body as JsonValue | undefined;
  if (!isJsonObject(message)) {
    throw new ScimError(400, 'invalidSyntax', `The body must be a JSON object with the schemas ${urn}`);
  }
  const members = caselessMembers(message, '');
  const schemas = members.get('schemas');
  const urns = Array.isArray(schemas) ? schemas : [];
  if (!urns.some((sent) => typeof sent === 'string' && sent.toLowerCase() === urn.toLowerCase())) {
    throw new ScimError(400, 'invalidSyntax', `schemas must hold ${urn}`);
  }
  return members;
}

/** Names in lower case (RFC 7643 section 2.1); one that comes twice in different case is refused, since neither wins. */
export function caselessMembers(object: JsonObject, prefix: string): ReadonlyMap<string, JsonValue> {
  const members = new Map<string, JsonValue>();
  for (const [name, value] of Object.entries(object)) {
    const key = name.toLowerCase();
    if (members.has(key)) throw new ScimError(400, 'invalidSyntax', `${prefix}${name} is given twice`);
    members.set(key, value);
  }
  return members;
}
