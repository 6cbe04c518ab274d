import { COMMON } from './common-attributes.js';
import type { Attribute, AttributePath, ResourceType, Schema } from './types.js';

export interface ResolveOptions {
  /** Also find an extension's attribute by its bare name, when the base schema has none of that name. */
  readonly bareExtensionNames?: boolean;
}

/** No schema URN and attribute name together come near it; a longer text is not looked at. */
const MAXIMUM_PATH_LENGTH = 512;

/**
 * Finds what an attribute path of RFC 7644 section 3.10 means for a resource type: `userName`, `name.familyName`,
 * `urn:…:User:manager.value`. Every part is case-insensitive; a schema's URN is found by the longest match, since it
 * may hold dots. Client text meets maps only, never the members of objects.
 * @returns undefined when no schema of the type knows it, or when it goes deeper than one sub-attribute
 */
export function resolveAttribute(
  type: ResourceType,
  path: string,
  options: ResolveOptions = {},
): AttributePath | undefined {
  if (path.length > MAXIMUM_PATH_LENGTH) return undefined;
  const prefix = longestPrefix(type, path);
  if (prefix !== undefined) {
    const rest = path.slice(prefix.id.length + 1);
    if (prefix !== type.schema) return resolveNames(prefix.attributes, rest, prefix);
    return resolveNames(type.schema.attributes, rest, undefined) ?? resolveNames(COMMON, rest, undefined);
  }
  const core = resolveNames(type.schema.attributes, path, undefined) ?? resolveNames(COMMON, path, undefined);
  if (core !== undefined || options.bareExtensionNames !== true) return core;
  // A name that the core knows is the core's, even if its sub-attribute does not exist.
  if (coreKnows(type, path)) return undefined;
  for (const { schema } of type.extensions) {
    const found = resolveNames(schema.attributes, path, schema);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Finds the schema that a bare URN names.
 * @returns undefined when it is none of the resource type's
 */
export function resolveExtension(type: ResourceType, urn: string): Schema | undefined {
  const key = urn.toLowerCase();
  return type.extensions.find(({ schema }) => schema.id.toLowerCase() === key)?.schema;
}

function longestPrefix(type: ResourceType, path: string): Schema | undefined {
  let longest: Schema | undefined;
  for (const schema of [type.schema, ...type.extensions.map((extension) => extension.schema)]) {
    if (path.length <= schema.id.length || path[schema.id.length] !== ':') continue;
    if (path.slice(0, schema.id.length).toLowerCase() !== schema.id.toLowerCase()) continue;
    if (longest === undefined || schema.id.length > longest.id.length) longest = schema;
  }
  return longest;
}

function resolveNames(
  attributes: ReadonlyMap<string, Attribute>,
  names: string,
  extension: Schema | undefined,
): AttributePath | undefined {
  const [name, subName, ...deeper] = names.toLowerCase().split('.', 3);
  const attribute = name === undefined ? undefined : attributes.get(name);
  if (attribute === undefined || deeper.length > 0) return undefined;
  if (subName === undefined) return { extension, attribute, subAttribute: undefined };
  const subAttribute = attribute.subAttributes.get(subName);
  return subAttribute === undefined ? undefined : { extension, attribute, subAttribute };
}

function coreKnows(type: ResourceType, path: string): boolean {
  const name = path.toLowerCase().split('.', 1)[0] ?? '';
  return type.schema.attributes.has(name) || COMMON.has(name);
}
