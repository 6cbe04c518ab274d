import { ScimError } from '../errors.js';
import { type AttributePath, type ResourceType, resolveAttribute } from '../schema/index.js';
import { pathName, valuePathOf } from './attribute-path.js';
import type { BindOptions } from './bound-filter.js';
import { shown } from './lexer.js';

/**
 * Finds the attribute of a `sortBy` parameter (RFC 7644 section 3.4.2.3).
 * @returns undefined for an unknown attribute of a query over several types, where nobody has a value
 * @throws ScimError 400 invalidValue
 */
export function bindSort(
  sortBy: string,
  type: ResourceType,
  options: Omit<BindOptions, 'booleanStrings'> = {},
): AttributePath | undefined {
  const bareExtensionNames = options.bareExtensionNames ?? false;
  const found = resolveAttribute(type, sortBy, { bareExtensionNames });
  if (found === undefined) {
    if (options.unknownIsUnassigned === true) return undefined;
    throw new ScimError(400, 'invalidValue', `sortBy: the attribute ${shown(sortBy)} does not exist`);
  }
  const path = valuePathOf(found);
  const attribute = path.subAttribute ?? path.attribute;
  if (path.attribute.returned === 'never' || attribute.returned === 'never') {
    throw new ScimError(400, 'invalidValue', `sortBy: ${pathName(path)} is never returned`);
  }
  if (attribute.type === 'complex') {
    throw new ScimError(400, 'invalidValue', `sortBy: ${pathName(path)} is complex: name one of its sub-attributes`);
  }
  return path;
}
