import type { Filter, Operand } from '../../../src/scim/filter/index.js';
import { type Attribute, find, partOf, type Shape } from './shapes.ts';

// RFC 7644 section 3.4.2.2 on a resource as a client reads it, in the plainest words. Nothing of the server's but the
// type of a parsed filter is used here.

/** How names are found: on a whole resource, or in the brackets of a value path. */
type Find = (path: string) => readonly Attribute[] | undefined;

/** Whether the filter can be answered at all; if not, it must be refused with 400 invalidFilter. */
export function isAnswerable(filter: Filter, shape: Shape): boolean {
  return answerable(filter, (path) => find(shape, path));
}

/** Whether the resource matches; only for what is answerable, here or at another type of the same query. */
export function matches(filter: Filter, resource: unknown, shape: Shape): boolean {
  return holds(filter, resource, (path) => find(shape, path));
}

function inBrackets(path: readonly Attribute[]): Find {
  const list = path.at(-1);
  return (name) => {
    const part = partOf(list?.parts ?? [], name);
    if (part !== undefined) return [part];
    return list !== undefined && list.kind !== 'complex' && name.toLowerCase() === 'value' ? [SELF(list)] : undefined;
  };
}

/** The element of a simple multi-valued attribute, which is called `value` (RFC 7643 section 2.4). */
const SELF = (list: Attribute): Attribute => ({ ...list, name: '', many: false });

function answerable(filter: Filter, names: Find): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.filters.every((part) => answerable(part, names));
    case 'not':
      return answerable(filter.filter, names);
  }
  const path = names(filter.path);
  const last = path?.at(-1);
  if (path === undefined || last === undefined || last.secret === true) return false;
  switch (filter.kind) {
    case 'present':
      return true;
    case 'valuePath': {
      const isSub = path.filter(({ name }) => !name.startsWith('urn:')).length > 1;
      return !isSub && (last.many || last.kind === 'complex') && answerable(filter.filter, inBrackets(path));
    }
    case 'compare':
      return comparable(valued(last), filter.operator, filter.operand);
  }
}

/** a complex attribute stands for its `value`. */
function valued(attribute: Attribute): Attribute | undefined {
  return attribute.kind === 'complex' ? partOf(attribute.parts, 'value') : attribute;
}

function comparable(attribute: Attribute | undefined, operator: string, operand: Operand): boolean {
  const isEquality = operator === 'eq' || operator === 'ne';
  //
  if (operand === null) return isEquality;
  const isOrder = ['gt', 'ge', 'lt', 'le'].includes(operator);
  switch (attribute?.kind) {
    case 'text':
    case 'exact':
    case 'reference':
      return typeof operand === 'string';
    case 'binary':
      return isEquality && typeof operand === 'string';
    case 'dateTime':
      return (isEquality || isOrder) && typeof operand === 'string' && instant(operand) !== undefined;
    case 'number':
      return (isEquality || isOrder) && typeof operand === 'number';
    case 'boolean':
      return isEquality && (typeof operand === 'boolean' || /^(true|false)$/i.test(String(operand)));
    default:
      return false;
  }
}

function holds(filter: Filter, value: unknown, names: Find): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.filters.every((part) => holds(part, value, names));
    case 'or':
      return filter.filters.some((part) => holds(part, value, names));
    case 'not':
      return !holds(filter.filter, value, names);
  }
  const path = names(filter.path);
  switch (filter.kind) {
    case 'present':
      return path !== undefined && at(value, path).length > 0;
    case 'valuePath':
      return path !== undefined && at(value, path).some((each) => holds(filter.filter, each, inBrackets(path)));
    case 'compare':
      // what a type does not know has no value there.
      if (path === undefined) return filter.operator === (filter.operand === null ? 'eq' : 'ne');
      return compares(filter.operator, filter.operand, value, path);
  }
}

function compares(operator: string, operand: Operand, resource: unknown, path: readonly Attribute[]): boolean {
  if (operand === null) return (operator === 'eq') === (at(resource, path).length === 0);
  const last = path.at(-1);
  const value = last === undefined ? undefined : valued(last);
  if (last === undefined || value === undefined) return false;
  const values = at(resource, value === last ? path : [...path, value], true);
  // what has no value differs from everything, and of several values one that differs is enough.
  if (values.length === 0) return operator === 'ne';
  const isOfServer = value.name === '$ref' || value.name === 'location';
  if (isOfServer && (operator === 'eq' || operator === 'ne')) {
    return values.some((each) => isSameUri(String(each), String(operand)) === (operator === 'eq'));
  }
  return values.some((each) => test(operator, comparison(value, each), comparison(value, operand)));
}

/** RFC 7643 section 2.4: a URI is the same in every form of RFC 3986, below the base URL, in every API version. */
function isSameUri(shown: string, operand: string): boolean {
  const base = shown.replace(/[^/]+\/[^/]+$/, '');
  return plainUri(shown, base) === plainUri(operand, base);
}

function plainUri(text: string, base: string): string | undefined {
  if (!URL.canParse(text, base)) return undefined;
  return new URL(text, base).href
    .replaceAll(/%(2[de]|3\d|[46][1-9a-f]|[57][0-9a]|[46]a|5f|7e)/gi, (encoded) => decodeURIComponent(encoded))
    .replaceAll(/%../g, (encoded) => encoded.toUpperCase())
    .replace(/\/scim\/v\d+\//, '/scim/');
}

/** All values that lie at a path. With defaults, an element that says nothing is not the primary one. */
function at(value: unknown, path: readonly Attribute[], defaults = false): unknown[] {
  const [attribute, ...rest] = path;
  if (attribute === undefined || attribute.name === '') return value === undefined ? [] : [value];
  const member = typeof value === 'object' && value !== null ? Reflect.get(value, attribute.name) : undefined;
  if (member === undefined || member === null) return defaults && attribute.name === 'primary' ? [false] : [];
  return (Array.isArray(member) ? member : [member]).flatMap((each) => at(each, rest, defaults));
}

/** What two values of the attribute are compared by: a number, or bytes in the order of code points. */
function comparison(attribute: Attribute, value: unknown): number | Buffer {
  switch (attribute.kind) {
    case 'number':
      return Number(value);
    case 'dateTime':
      return instant(String(value)) ?? Number.NaN;
    case 'text':
      return Buffer.from(caseless(String(value)));
    case 'boolean':
      return Buffer.from(String(value).toLowerCase());
    default:
      return Buffer.from(String(value));
  }
}

function test(operator: string, value: number | Buffer, operand: number | Buffer): boolean {
  if (typeof value === 'number' || typeof operand === 'number')
    return inOrder(operator, Number(value) - Number(operand));
  switch (operator) {
    case 'co':
      return value.includes(operand);
    case 'sw':
      return value.subarray(0, operand.length).equals(operand);
    case 'ew':
      return operand.length <= value.length && value.subarray(value.length - operand.length).equals(operand);
    default:
      return inOrder(operator, Buffer.compare(value, operand));
  }
}

function inOrder(operator: string, difference: number): boolean {
  switch (operator) {
    case 'eq':
      return difference === 0;
    case 'ne':
      return difference !== 0;
    case 'gt':
      return difference > 0;
    case 'ge':
      return difference >= 0;
    case 'lt':
      return difference < 0;
    default:
      return difference <= 0;
  }
}

/** width mapping, case mapping and NFC of RFC 8265 section 3.3. */
function caseless(text: string): string {
  const narrow = [...text].map((character) => {
    const code = character.codePointAt(0) ?? 0;
    return code === 0x3000 || (code >= 0xff01 && code <= 0xffee) ? character.normalize('NFKC') : character;
  });
  return narrow.join('').toLowerCase().normalize('NFC');
}

/** Microseconds since 1970: exact for the years 1685 to 2255. */
function instant(text: string): number | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?$/.exec(text);
  if (match === null) return undefined;
  const milliseconds = Date.parse(`${match[1]}${match[3] ?? 'Z'}`);
  const fraction = (match[2] ?? '').slice(0, 6).padEnd(6, '0');
  return Number.isNaN(milliseconds) ? undefined : milliseconds * 1000 + Number(fraction);
}
