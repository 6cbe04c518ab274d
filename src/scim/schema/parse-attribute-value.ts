import type { ValueRules } from '../profiles/index.js';
import { collapseValues } from './collapse-values.js';
import { ENTERPRISE_USER, GROUP } from './core-schemas.js';
import { invalidSyntax, invalidValue, quoted } from './invalid.js';
import { isRecord, isUnassigned } from './json.js';
import { parseScalar } from './parse-scalar.js';
import type { Attribute, AttributePath, JsonObject, JsonValue } from './types.js';
import { unwrapRole } from './unwrap-role.js';

/** `members` of a group, whose elements the server fills but for the id. */
export const MEMBERS: Attribute | undefined = GROUP.schema.attributes.get('members');
/** The `$ref` that the server makes of the `value` beside it; in an operator's attributes it is a part like the others. */
export const MANAGER_REFERENCE: Attribute | undefined = ENTERPRISE_USER.attributes
  .get('manager')
  ?.subAttributes.get('$ref');

/**
 * The canonical value of one attribute or sub-attribute, as PATCH gets it: for a multi-valued attribute always an
 * array, also when the operation gives a single value (PATA-04).
 * @returns undefined when the value means "unassigned": null, `""`, `[]`, or nothing that a client may set
 * @throws ScimError 400 invalidValue, or invalidSyntax for unknown names under `unknownAttributes: 'refuse'`
 */
export function parseAttributeValue(path: AttributePath, value: unknown, rules: ValueRules): JsonValue | undefined {
  const { attribute, extension, subAttribute } = path;
  const name = extension === undefined ? attribute.name : `${extension.id}:${attribute.name}`;
  if (subAttribute !== undefined) return parseAttribute(subAttribute, value, rules, `${name}.${subAttribute.name}`);
  const single = attribute.multiValued && !Array.isArray(value) && value !== '';
  return parseAttribute(attribute, single ? [value] : value, rules, name);
}

/**
 * The value of an attribute in the body of POST or PUT.
 * @throws ScimError as `parseAttributeValue`
 */
export function parseAttribute(
  attribute: Attribute,
  value: unknown,
  rules: ValueRules,
  path: string,
): JsonValue | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  // RFC 7643 section 2.5 knows [] as unassigned for every attribute.
  if (Array.isArray(value) && value.length === 0) return undefined;
  if (attribute.multiValued) return parseValues(attribute, value, rules, path);
  const single = rules.arrayForSingular && Array.isArray(value) && value.length === 1 ? value[0] : value;
  return parseSingle(attribute, single, rules, path);
}

function parseValues(attribute: Attribute, value: unknown, rules: ValueRules, path: string): JsonValue[] | undefined {
  let list: readonly unknown[];
  if (Array.isArray(value)) list = value;
  else if (rules.objectForArray && typeof value === 'object') list = [value];
  else throw invalidValue(path, 'must be an array');
  const { membersPerRequest, valuesPerAttribute } = rules.limits;
  const [limit, setting] =
    attribute === MEMBERS
      ? [membersPerRequest, 'LIMIT_MEMBERS_PER_REQUEST']
      : [valuesPerAttribute, 'LIMIT_VALUES_PER_ATTRIBUTE'];
  if (list.length > limit) throw invalidValue(path, `must not have more than ${limit} values (${setting})`);
  const values: JsonValue[] = [];
  for (const [index, element] of list.entries()) {
    const parsed = parseSingle(attribute, element, rules, `${path}[${index}]`);
    if (parsed !== undefined) values.push(parsed);
  }
  const collapsed = collapseValues(attribute, values, path);
  return collapsed.length === 0 ? undefined : collapsed;
}

function parseSingle(attribute: Attribute, value: unknown, rules: ValueRules, path: string): JsonValue | undefined {
  if (attribute.type !== 'complex') return parseScalar(attribute, value, rules, path);
  if (value === null || value === undefined || value === '') return undefined;
  if (isRecord(value)) return parseComplex(attribute, value, rules, path);
  const sub = attribute.subAttributes.get('value');
  if (rules.scalarForComplex && !attribute.multiValued && sub !== undefined && typeof value === 'string') {
    const scalar = parseScalar(sub, value, rules, path);
    return scalar === undefined ? undefined : { [sub.name]: scalar };
  }
  throw invalidValue(path, 'must be an object');
}

function parseComplex(
  attribute: Attribute,
  given: Readonly<Record<string, unknown>>,
  rules: ValueRules,
  path: string,
): JsonObject | undefined {
  const source = rules.unwrapRoleJson && attribute.name === 'roles' ? unwrapRole(given) : given;
  const parsed: JsonObject = {};
  const seen: (Attribute | undefined)[] = [];
  let reference: unknown;
  for (const name of Object.keys(source)) {
    const sub = subAttribute(attribute, name, rules);
    if (sub === undefined) {
      if (rules.unknownAttributes === 'ignore') continue;
      throw invalidSyntax(`Attribute '${path}' has no sub-attribute ${quoted(name)}.`);
    }
    if (seen.includes(sub)) throw invalidSyntax(`Attribute '${path}' has '${sub.name}' more than once.`);
    seen.push(sub);
    if (sub.name === '$ref') reference = source[name];
    if (isServerFilled(attribute, sub)) continue;
    const value = parseAttribute(sub, source[name], rules, `${path}.${sub.name}`);
    if (value !== undefined) parsed[sub.name] = value;
  }
  if (typeof reference === 'string' && (attribute === MEMBERS || seen.includes(MANAGER_REFERENCE))) {
    addReferencedId(attribute, parsed, reference, rules, path);
  }
  // GRP-08: a member is never dropped without a word.
  if (attribute === MEMBERS && parsed.value === undefined) throw invalidValue(`${path}.value`, 'is required');
  if (isUnassigned(parsed)) return undefined;
  requireSubAttributes(attribute, parsed, path);
  return parsed;
}

function subAttribute(attribute: Attribute, name: string, rules: ValueRules): Attribute | undefined {
  const key = name.toLowerCase();
  const sub = attribute.subAttributes.get(key);
  if (sub === undefined && rules.managerIdForValue && attribute.name === 'manager' && key === 'managerid') {
    return attribute.subAttributes.get('value');
  }
  return sub;
}

/** Rendered from the resource that `value` names, so what the client says of it is not kept (ENT-02, GRP-11). */
function isServerFilled(attribute: Attribute, sub: Attribute): boolean {
  if (sub.mutability === 'readOnly') return true;
  if (attribute === MEMBERS) return sub.name !== 'value';
  return sub === MANAGER_REFERENCE;
}

/** Section 4.3 lets a client give `$ref` alone: its last segment is the id. */
function addReferencedId(
  attribute: Attribute,
  parsed: JsonObject,
  reference: string,
  rules: ValueRules,
  path: string,
): void {
  const sub = attribute.subAttributes.get('value');
  if (sub === undefined || parsed[sub.name] !== undefined) return;
  const id = parseScalar(sub, reference.slice(reference.lastIndexOf('/') + 1), rules, `${path}.$ref`);
  if (id !== undefined) parsed[sub.name] = id;
}

/** @throws ScimError 400 invalidValue when a required sub-attribute is missing */
export function requireSubAttributes(attribute: Attribute, value: JsonObject, path: string): void {
  for (const sub of attribute.subAttributes.values()) {
    if (sub.required && sub.mutability !== 'readOnly' && isUnassigned(value[sub.name])) {
      throw invalidValue(`${path}.${sub.name}`, 'is required');
    }
  }
}
