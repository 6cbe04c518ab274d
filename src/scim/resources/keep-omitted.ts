import type { Document } from '../../directory/index.js';
import { type JsonObject, type ParsedResource, type ResourceType, validateDocument } from '../schema/index.js';

/**
 * The document of a PUT in which attributes that the body does not mention stay as they are. Those of an
 * extension stay each on their own; an extension that the body has as null or empty goes whole. What the caller has set
 * in the document itself stands.
 * @throws ScimError 400 invalidValue
 */
export function keepOmitted(type: ResourceType, { document, provided }: ParsedResource, current: Document): JsonObject {
  // jsonb holds what a former request was validated to.
  const before = current as JsonObject;
  const kept: JsonObject = { ...document };
  for (const [name, value] of Object.entries(before)) {
    if (type.extensions.some(({ schema }) => schema.id === name)) {
      kept[name] = keptExtension(name, value as JsonObject, document[name] as JsonObject | undefined, provided);
    } else if (!provided.has(name) && !Object.hasOwn(document, name)) kept[name] = value;
  }
  return validateDocument(type, kept);
}

function keptExtension(
  urn: string,
  before: JsonObject,
  given: JsonObject | undefined,
  provided: ReadonlySet<string>,
): JsonObject {
  const names = Object.keys(before).filter((name) => !provided.has(`${urn}:${name}`));
  const mentionsNothing = ![...provided].some((name) => name.startsWith(`${urn}:`));
  if (provided.has(urn) && mentionsNothing) return {};
  return { ...Object.fromEntries(names.map((name) => [name, before[name] ?? null])), ...given };
}
