import { ScimError } from '../errors.js';
import { type Attribute, type AttributePath, type ResourceType, resolveAttribute } from '../schema/index.js';
import { pathName, valuePathOf } from './attribute-path.js';
import { bindComparison } from './bind-comparison.js';
import type { BindOptions, BoundFilter } from './bound-filter.js';
import type { Filter } from './filter.js';
import { shown } from './lexer.js';

/**
 * Checks a filter against a resource type: every attribute exists, every operator and operand fits its type.
 * @throws ScimError 400 invalidFilter naming the attribute
 */
export function bindFilter(filter: Filter, type: ResourceType, options: BindOptions): BoundFilter {
  const bareExtensionNames = options.bareExtensionNames ?? false;
  const find = (path: string) => resolveAttribute(type, path, { bareExtensionNames });
  return bind(filter, { find, options });
}

/**
 * Checks the filter in the brackets of a value path. Names are those of the attribute's sub-attributes; the element of
 * a simple multi-valued attribute is called `value`.
 * @throws ScimError 400 invalidFilter naming the attribute
 */
export function bindElementFilter(filter: Filter, path: AttributePath, options: BindOptions): BoundFilter {
  const { attribute, extension } = path;
  // One value alone has no elements to choose from, except that a complex one can be tested like one.
  if (path.subAttribute !== undefined || (!attribute.multiValued && attribute.type !== 'complex')) {
    throw new ScimError(400, 'invalidFilter', `${pathName(path)} has no values that a filter in brackets could select`);
  }
  const find = (name: string): AttributePath | undefined => {
    const subAttribute = attribute.subAttributes.get(name.toLowerCase());
    if (subAttribute !== undefined) return { extension, attribute, subAttribute };
    const itself = attribute.type !== 'complex' && name.toLowerCase() === 'value';
    return itself ? { extension, attribute, subAttribute: undefined } : undefined;
  };
  return bind(filter, { find, options: { ...options, unknownIsUnassigned: false }, parent: attribute.name });
}

/** A filter of one attribute. */
type AttributeTest = Extract<Filter, { readonly path: string }>;

interface Binding {
  readonly find: (path: string) => AttributePath | undefined;
  readonly options: BindOptions;
  /** The attribute in whose brackets we are. */
  readonly parent?: string;
}

function bind(filter: Filter, binding: Binding): BoundFilter {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return { kind: filter.kind, filters: filter.filters.map((part) => bind(part, binding)) };
    case 'not':
      return { kind: 'not', filter: bind(filter.filter, binding) };
    case 'present':
    case 'compare':
    case 'valuePath':
      return bindTest(filter, binding);
  }
}

function bindTest(filter: AttributeTest, binding: Binding): BoundFilter {
  const path = binding.find(filter.path);
  if (path === undefined) {
    if (binding.options.unknownIsUnassigned === true) return { kind: 'constant', value: holdsForNothing(filter) };
    const place = binding.parent === undefined ? '' : ` of ${binding.parent}`;
    throw new ScimError(400, 'invalidFilter', `The attribute ${shown(filter.path)}${place} does not exist`);
  }
  refuseSecret(path.attribute, path);
  if (path.subAttribute !== undefined) refuseSecret(path.subAttribute, path);
  switch (filter.kind) {
    case 'present':
      return { kind: 'present', path };
    case 'valuePath':
      return { kind: 'element', path, filter: bindElementFilter(filter.filter, path, binding.options) };
    case 'compare':
      return filter.operand === null
        ? bindNull(filter.operator, path)
        : bindComparison(filter.operator, valuePathOf(path), filter.operand, binding.options);
  }
}

/** FLT-38, A-11: `eq null` is "has no value". */
function bindNull(operator: string, path: AttributePath): BoundFilter {
  const present: BoundFilter = { kind: 'present', path };
  if (operator === 'ne') return present;
  if (operator === 'eq') return { kind: 'not', filter: present };
  throw new ScimError(400, 'invalidFilter', `${operator} cannot compare ${pathName(path)} with null`);
}

/** What a test of an attribute that has no value says (RFC 7644 section 3.4.2.1): only "differs" and "is null" hold. */
function holdsForNothing(filter: AttributeTest): boolean {
  if (filter.kind !== 'compare') return false;
  return filter.operand === null ? filter.operator === 'eq' : filter.operator === 'ne';
}

/** FLT-47, FLT-56: what is never returned cannot be guessed at with filters either. */
function refuseSecret(attribute: Attribute, path: AttributePath): void {
  if (attribute.returned === 'never') {
    throw new ScimError(400, 'invalidFilter', `${pathName(path)} cannot be used in a filter`);
  }
}
