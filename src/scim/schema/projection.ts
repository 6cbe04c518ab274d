import { COMMON } from './common-attributes.js';
import { PASSWORD } from './core-schemas.js';
import { invalidValue } from './invalid.js';
import { isJsonObject } from './json.js';
import { resolveAttribute } from './resolve-attribute.js';
import type { Attribute, JsonObject, JsonValue, ResourceType } from './types.js';

/** Sub-attributes by lower-case name, or the whole attribute. */
type Selection = ReadonlySet<string> | 'whole';

/** Which attributes an answer shows (RFC 7644 section 3.9). */
export interface Projection {
  /** Nothing was asked for and nothing is hidden: answers can go out as they were rendered. */
  readonly isDefault: boolean;
  /** Whether that holds for answers that are rendered without this attribute unless it is wanted. */
  isDefaultBut(name: string): boolean;
  /**
   * Whether an answer shows anything of an attribute: `members`, `groups`, `meta`, `{URN}`, `{URN}:manager`. What it does not
   * show need not be loaded (PRJ-14). Unknown names are not shown.
   */
  wants(name: string): boolean;
  /** How `project` treats an attribute; `undefined` leaves it out. */
  readonly selectionOf: (key: string, attribute: Attribute) => Shown | undefined;
}

/**
 * What is shown of an attribute: all that is returned by default, that and what was written, these sub-attributes, or all
 * but these.
 */
type Shown =
  | 'default'
  | { readonly also: Selection }
  | { readonly only: ReadonlySet<string> }
  | { readonly without: ReadonlySet<string> };

/** As a query parameter comes: once, repeated (PRJ-03), or not at all; an array in a SearchRequest. */
type Names = string | readonly string[] | undefined;

/**
 * Reads `attributes` and `excludedAttributes`. Names are paths or an extension's URN; unknown ones are ignored
 * (PRJ-13).
 * @param most how many names there may be, the setting LIMIT_PROJECTION_ATTRIBUTES
 * @param written paths of what the request wrote, such as `title`, `name.givenName`, `{URN}:department`: its answer shows that although it is returned on request only (DAT-15)
 * @throws ScimError 400 invalidValue when both are given, or too many
 */
export function parseProjection(
  type: ResourceType,
  attributes: Names,
  excludedAttributes: Names,
  most: number,
  written: readonly string[] = [],
): Projection {
  const included = namesOf('attributes', attributes, most);
  const excluded = namesOf('excludedAttributes', excludedAttributes, most);
  if (included.length > 0 && excluded.length > 0) {
    throw invalidValue('attributes', 'and excludedAttributes must not be given together');
  }
  const also = select(type, written);
  const unasked = (key: string, attribute: Attribute) => shownUnasked(attribute, also.get(key));
  if (included.length === 0 && excluded.length === 0) return createProjection(type, new Map(), unasked);
  const selections = select(type, included.length > 0 ? included : excluded);
  return included.length > 0
    ? createProjection(type, undefined, (key, attribute) => shownOfIncluded(attribute, selections.get(key)))
    : createProjection(type, selections, (key, attribute) =>
        shownOfExcluded(attribute, unasked(key, attribute), selections.get(key)),
      );
}

/** Whether something of the type is shown only to those who ask for it, or have just written it. */
export function returnsOnRequest(type: ResourceType): boolean {
  return everyAttribute(type).some(({ returned }) => returned === 'request');
}

/**
 * Cuts a fully rendered resource down to a projection. Attributes that no schema of the type knows are left out;
 * so is an object of which nothing remains.
 */
export function project(type: ResourceType, resource: JsonObject, projection: Projection): JsonObject {
  if (projection.isDefault) return resource;
  const projected: JsonObject = {};
  for (const [name, value] of Object.entries(resource)) {
    const key = name.toLowerCase();
    const extension = type.extensions.find(({ schema }) => schema.id === name)?.schema;
    if (extension !== undefined && isJsonObject(value)) {
      const members: JsonObject = {};
      for (const [member, memberValue] of Object.entries(value)) {
        const attribute = extension.attributes.get(member.toLowerCase());
        if (attribute === undefined) continue;
        assign(
          members,
          member,
          memberValue,
          attribute,
          projection.selectionOf(keyOf(extension.id, attribute), attribute),
        );
      }
      if (Object.keys(members).length > 0) projected[name] = members;
      continue;
    }
    const attribute = type.schema.attributes.get(key) ?? COMMON.get(key);
    if (attribute !== undefined) assign(projected, name, value, attribute, projection.selectionOf(key, attribute));
  }
  return projected;
}

/** @param excluded undefined where attributes are chosen */
function createProjection(
  type: ResourceType,
  excluded: ReadonlyMap<string, Selection> | undefined,
  selectionOf: Projection['selectionOf'],
): Projection {
  const isNearDefault = excluded !== undefined && !hidesAnything(type);
  const isDefault = isNearDefault && excluded.size === 0;
  return {
    isDefault,
    isDefaultBut: (name) => isDefault || (isNearDefault && excluded.size === 1 && excluded.get(name) === 'whole'),
    selectionOf,
    wants(name) {
      const schema = schemaNamed(type, name);
      if (schema !== undefined) {
        const extensionId = schema === type.schema ? undefined : schema.id;
        return [...schema.attributes.values()].some((attribute) =>
          selectionOf(keyOf(extensionId, attribute), attribute),
        );
      }
      const path = resolveAttribute(type, name);
      if (path === undefined) return false;
      const shown = selectionOf(keyOf(path.extension?.id, path.attribute), path.attribute);
      return shown !== undefined && (path.subAttribute === undefined || shows(shown, path.subAttribute));
    },
  };
}

/** Core attributes by lower-case name, those of an extension with its URN before it. */
function keyOf(extensionId: string | undefined, attribute: Attribute): string {
  const name = attribute.name.toLowerCase();
  return extensionId === undefined ? name : `${extensionId.toLowerCase()}:${name}`;
}

function select(type: ResourceType, names: readonly string[]): ReadonlyMap<string, Selection> {
  const selections = new Map<string, Selection>();
  for (const name of names) {
    const whole = schemaNamed(type, name);
    for (const attribute of whole?.attributes.values() ?? []) {
      selections.set(keyOf(whole === type.schema ? undefined : whole?.id, attribute), 'whole');
    }
    const path = whole === undefined ? resolveAttribute(type, name) : undefined;
    if (path === undefined) continue;
    const key = keyOf(path.extension?.id, path.attribute);
    const existing = selections.get(key);
    if (path.subAttribute === undefined) selections.set(key, 'whole');
    else if (existing !== 'whole')
      selections.set(key, new Set([...(existing ?? []), path.subAttribute.name.toLowerCase()]));
  }
  return selections;
}

function schemaNamed(type: ResourceType, name: string): ResourceType['schema'] | undefined {
  const key = name.toLowerCase();
  const schemas = [type.schema, ...type.extensions.map(({ schema }) => schema)];
  return schemas.find((schema) => schema.id.toLowerCase() === key);
}

function shownUnasked({ returned }: Attribute, also: Selection | undefined): Shown | undefined {
  if (returned === 'never') return undefined;
  if (also !== undefined) return { also };
  return returned === 'request' ? undefined : 'default';
}

function shownOfIncluded(attribute: Attribute, selection: Selection | undefined): Shown | undefined {
  if (attribute.returned === 'never') return undefined;
  if (selection === 'whole') return 'default';
  if (selection !== undefined) return { only: selection };
  return attribute.returned === 'always' ? 'default' : undefined;
}

function shownOfExcluded(
  attribute: Attribute,
  shown: Shown | undefined,
  selection: Selection | undefined,
): Shown | undefined {
  if (shown === undefined || selection === undefined || attribute.returned === 'always') return shown;
  return selection === 'whole' ? undefined : { without: selection };
}

function shows(shown: Shown, sub: Attribute): boolean {
  if (sub.returned === 'never') return false;
  if (sub.returned === 'always') return true;
  const name = sub.name.toLowerCase();
  if (shown === 'default') return sub.returned === 'default';
  if ('also' in shown) return sub.returned === 'default' || shown.also === 'whole' || shown.also.has(name);
  return 'only' in shown ? shown.only.has(name) : sub.returned === 'default' && !shown.without.has(name);
}

function assign(
  target: JsonObject,
  name: string,
  value: JsonValue,
  attribute: Attribute,
  shown: Shown | undefined,
): void {
  if (shown === undefined) return;
  if (attribute.type !== 'complex') {
    target[name] = value;
    return;
  }
  if (Array.isArray(value)) {
    const elements = value.map((element) => shownMembers(element, attribute, shown)).filter(isNotEmpty);
    // An attribute that was rendered as [] stays so; one whose elements lost everything goes.
    if (elements.length > 0 || value.length === 0) target[name] = elements;
    return;
  }
  const members = shownMembers(value, attribute, shown);
  if (isNotEmpty(members)) target[name] = members;
}

function shownMembers(value: JsonValue, attribute: Attribute, shown: Shown): JsonValue {
  if (!isJsonObject(value)) return value;
  const members: JsonObject = {};
  for (const [name, member] of Object.entries(value)) {
    const sub = attribute.subAttributes.get(name.toLowerCase());
    if (sub !== undefined && shows(shown, sub)) members[name] = member;
  }
  return members;
}

/** Whether a document of the type can hold anything that is not returned by default. */
function hidesAnything(type: ResourceType): boolean {
  return everyAttribute(type).some(
    (attribute) => attribute !== PASSWORD && (attribute.returned === 'request' || attribute.returned === 'never'),
  );
}

function everyAttribute(type: ResourceType): readonly Attribute[] {
  return [type.schema, ...type.extensions.map(({ schema }) => schema)].flatMap((schema) =>
    [...schema.attributes.values()].flatMap((attribute) => [attribute, ...attribute.subAttributes.values()]),
  );
}

function namesOf(parameter: string, given: Names, most: number): string[] {
  const list = given === undefined ? [] : typeof given === 'string' ? [given] : given;
  const names = list
    .flatMap((text) => text.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length > most) {
    throw invalidValue(parameter, `must not hold more than ${most} names (LIMIT_PROJECTION_ATTRIBUTES)`);
  }
  return names;
}

function isNotEmpty(value: JsonValue): boolean {
  return !isJsonObject(value) || Object.keys(value).length > 0;
}
