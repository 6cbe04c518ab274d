import { RollcallError } from '../../errors/index.js';
import { ScimError } from '../errors.js';
import type { BoundFilter } from '../filter/index.js';
import { type AttributePath, type ResourceType, resolveAttribute } from '../schema/index.js';

/** Refuses filters that would carry what is personal into logs (RFC 7644 section 7.5.2). */
export interface SensitiveAttributes {
  /** @throws ScimError 403 sensitive */
  refuse(filter: BoundFilter, type: ResourceType): void;
}

/**
 * @param names attribute paths as filters write them, the setting SENSITIVE_ATTRIBUTES
 * @param types those that every connection is served
 * @throws RollcallError `scim.sensitive-attribute` (misconfigured) for a name that no resource type knows
 */
export function createSensitiveAttributes(
  names: readonly string[],
  types: readonly ResourceType[],
): SensitiveAttributes {
  const unknown = names.find((name) => types.every((type) => resolveAttribute(type, name) === undefined));
  if (unknown !== undefined) {
    const message = `SENSITIVE_ATTRIBUTES names ${unknown}, which is an attribute of no resource type.`;
    throw new RollcallError('misconfigured', 'scim.sensitive-attribute', message);
  }
  const pathsOf = (type: ResourceType): AttributePath[] =>
    names.map((name) => resolveAttribute(type, name)).filter((path) => path !== undefined);
  return {
    refuse(filter, type) {
      const sensitive = pathsOf(type);
      const found = attributesOf(filter).find((path) => sensitive.some((other) => covers(other, path)));
      if (found === undefined) return;
      const detail = `A filter in a URL must not look at ${found.attribute.name}: POST it to .search instead.`;
      throw new ScimError(403, 'sensitive', detail);
    },
  };
}

function attributesOf(filter: BoundFilter): AttributePath[] {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.filters.flatMap(attributesOf);
    case 'not':
      return attributesOf(filter.filter);
    case 'element':
      return attributesOf(filter.filter);
    case 'constant':
      return [];
    case 'compare':
    case 'present':
      return [filter.path];
  }
}

/** Whether one path is the other, or the complex attribute that it lies in. */
function covers(whole: AttributePath, part: AttributePath): boolean {
  if (whole.attribute !== part.attribute || whole.extension !== part.extension) return false;
  return whole.subAttribute === undefined || whole.subAttribute === part.subAttribute;
}
