import type { AttributePath } from '../schema/index.js';

/** An attribute path as error messages spell it. */
export function pathName(path: AttributePath): string {
  const prefix = path.extension === undefined ? '' : `${path.extension.id}:`;
  const suffix = path.subAttribute === undefined ? '' : `.${path.subAttribute.name}`;
  return `${prefix}${path.attribute.name}${suffix}`;
}

/** a complex attribute without sub-attribute stands for its `value`, where it has one. */
export function valuePathOf(path: AttributePath): AttributePath {
  if (path.attribute.type !== 'complex' || path.subAttribute !== undefined) return path;
  return { ...path, subAttribute: path.attribute.subAttributes.get('value') };
}
