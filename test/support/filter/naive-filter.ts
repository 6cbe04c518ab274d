import { comparisonKey } from '../../../src/directory/index.js';
import type { Filter, Operand } from '../../../src/scim/filter/index.js';
import { type Attribute, type JsonValue, type ResourceType, resolveAttribute } from '../../../src/scim/schema/index.js';

type Names = (path: string) => readonly Attribute[];

/** RFC 7644 section 3.4.2.2 on a resource in memory, written without looking at how the server does it. */
export function naiveFilter(filter: Filter, resource: JsonValue, type: ResourceType): boolean {
  return holds(filter, resource, (path) => {
    const found = resolveAttribute(type, path, { bareExtensionNames: true });
    if (found === undefined) throw new Error(`${path} is unknown`);
    const extension =
      found.extension === undefined ? [] : [{ ...found.attribute, name: found.extension.id, multiValued: false }];
    return [...extension, found.attribute, ...(found.subAttribute === undefined ? [] : [found.subAttribute])];
  });
}

function holds(filter: Filter, value: JsonValue, names: Names): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.filters.every((part) => holds(part, value, names));
    case 'or':
      return filter.filters.some((part) => holds(part, value, names));
    case 'not':
      return !holds(filter.filter, value, names);
    case 'present':
      return valuesAt(value, names(filter.path), false).length > 0;
    case 'compare':
      return compares(filter.operator, value, names(filter.path), filter.operand);
    case 'valuePath': {
      const path = names(filter.path);
      const inner = (name: string): readonly Attribute[] => {
        const sub = path.at(-1)?.subAttributes.get(name.toLowerCase());
        if (sub === undefined) throw new Error(`${name} is unknown`);
        return [sub];
      };
      return valuesAt(value, path, false).some((element) => holds(filter.filter, element, inner));
    }
  }
}

function compares(operator: string, resource: JsonValue, names: readonly Attribute[], operand: Operand): boolean {
  const complex = names.at(-1);
  const valueName = complex?.type === 'complex' ? complex.subAttributes.get('value') : undefined;
  const path = valueName === undefined || operand === null ? names : [...names, valueName];
  const attribute = path.at(-1);
  const values = valuesAt(resource, path, operand !== null);
  if (operand === null) return (operator === 'eq') === (values.length === 0);
  if (attribute === undefined) return false;
  if (values.length === 0) return operator === 'ne';
  return values.some((value) => test(operator, prepared(attribute, value), prepared(attribute, operand)));
}

/** All values that lie at a path; with defaults, `primary` is false where it is not said. */
function valuesAt(value: JsonValue, names: readonly Attribute[], defaults: boolean): JsonValue[] {
  const [attribute, ...rest] = names;
  if (attribute === undefined) return [value];
  const member =
    typeof value === 'object' && value !== null && !Array.isArray(value) ? value[attribute.name] : undefined;
  if (member === undefined) return defaults && attribute.name === 'primary' ? [false] : [];
  return (Array.isArray(member) ? member : [member]).flatMap((one) => valuesAt(one, rest, defaults));
}

function prepared(attribute: Attribute, value: JsonValue): string | number {
  if (attribute.type === 'dateTime') return Date.parse(String(value));
  if (typeof value === 'number') return value;
  return attribute.type === 'string' && !attribute.caseExact ? comparisonKey(String(value)) : String(value);
}

function test(operator: string, value: string | number, operand: string | number): boolean {
  const order = typeof value === 'number' ? value - Number(operand) : codePointOrder(value, String(operand));
  switch (operator) {
    case 'eq':
      return order === 0;
    case 'ne':
      return order !== 0;
    case 'co':
      return String(value).includes(String(operand));
    case 'sw':
      return String(value).startsWith(String(operand));
    case 'ew':
      return String(value).endsWith(String(operand));
    case 'gt':
      return order > 0;
    case 'ge':
      return order >= 0;
    case 'lt':
      return order < 0;
    case 'le':
      return order <= 0;
    default:
      throw new Error(operator);
  }
}

function codePointOrder(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
