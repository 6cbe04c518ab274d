import { ScimError } from '../errors.js';
import { type BoundFilter, bindElementFilter, type FilterLimits, parsePath } from '../filter/index.js';
import type { PatchRules } from '../profiles/index.js';
import {
  type AttributePath,
  type ResourceType,
  resolveAttribute,
  resolveExtension,
  type Schema,
} from '../schema/index.js';

/** What a path means for a resource type. */
export type ResolvedPath =
  | { readonly kind: 'attribute'; readonly path: AttributePath; readonly filter: BoundFilter | undefined }
  /** A bare schema URN: all of an extension, or of the core schema (`undefined`). */
  | { readonly kind: 'schema'; readonly extension: Schema | undefined };

/**
 * Resolves a PATCH path (RFC 7644 section 3.5.2 figure 7, erratum 7122; longest URN first, A-30).
 * Throws 400 invalidPath for what is malformed and 400 invalidFilter for a bad filter in it.
 * @returns undefined when no schema of the resource type knows the attribute
 */
export function resolvePath(
  type: ResourceType,
  text: string,
  rules: PatchRules,
  limits: FilterLimits,
): ResolvedPath | undefined {
  const parsed = parsePath(text, limits);
  if (parsed.filter === undefined && parsed.subAttribute === undefined) {
    const schema = resolveSchema(type, parsed.attribute);
    if (schema !== undefined) {
      return schema;
    }
  }
  const found = resolveAttribute(type, parsed.attribute, { bareExtensionNames: rules.bareExtensionNames });
  if (found === undefined || parsed.filter === undefined) {
    return found === undefined ? undefined : { kind: 'attribute', path: found, filter: undefined };
  }
  if (found.subAttribute !== undefined || !found.attribute.multiValued) {
    throw new ScimError(400, 'invalidPath', `${parsed.attribute} has no values that a filter could choose from`);
  }
  const filter = bindElementFilter(parsed.filter, found, { booleanStrings: rules.booleanStringsInFilters });
  const path = parsed.subAttribute === undefined ? found : withSubAttribute(found, parsed.subAttribute);
  return path === undefined ? undefined : { kind: 'attribute', path, filter };
}

function resolveSchema(type: ResourceType, urn: string): ResolvedPath | undefined {
  if (urn.toLowerCase() === type.schema.id.toLowerCase()) {
    return { kind: 'schema', extension: undefined };
  }
  const extension = resolveExtension(type, urn);
  return extension === undefined ? undefined : { kind: 'schema', extension };
}

function withSubAttribute(path: AttributePath, name: string): AttributePath | undefined {
  const subAttribute = path.attribute.subAttributes.get(name.toLowerCase());
  return subAttribute === undefined ? undefined : { ...path, subAttribute };
}
