import type { UniqueValue } from '../../directory/index.js';
import { GROUP, USER } from './core-schemas.js';
import { foldValue } from './fold.js';
import { isJsonObject } from './json.js';
import type { Attribute, JsonObject, JsonValue, ResourceType, Schema } from './types.js';

/** userName has an index of its own, and no other attribute of the core is unique. */
const KEPT_BY_THE_DIRECTORY: ReadonlySet<Schema> = new Set([USER.schema, GROUP.schema]);

/**
 * The values of a document that no other resource of its type may have: those of attributes with the uniqueness
 * `server` or `global`, which are the same here (erratum 8279: within the site).
 */
export function uniqueValuesOf(type: ResourceType, document: JsonObject): UniqueValue[] {
  const found: UniqueValue[] = [];
  if (!KEPT_BY_THE_DIRECTORY.has(type.schema)) gather(type.schema.attributes, document, '', found);
  for (const { schema } of type.extensions) {
    const values = document[schema.id];
    if (isJsonObject(values)) gather(schema.attributes, values, `${schema.id}:`, found);
  }
  return once(found);
}

/** Two values of one resource, alike to the attribute, are not in each other's way. */
function once(values: readonly UniqueValue[]): UniqueValue[] {
  return [...new Map(values.map((value) => [`${value.attribute} ${value.key}`, value])).values()];
}

function gather(
  attributes: ReadonlyMap<string, Attribute>,
  values: JsonObject,
  prefix: string,
  found: UniqueValue[],
): void {
  for (const attribute of attributes.values()) {
    const value = values[attribute.name];
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one === undefined) continue;
      const name = `${prefix}${attribute.name}`;
      if (isJsonObject(one)) gather(attribute.subAttributes, one, `${name}.`, found);
      else if (attribute.uniqueness !== 'none') found.push({ attribute: name, key: keyOf(attribute, one) });
    }
  }
}

function keyOf(attribute: Attribute, value: JsonValue): string {
  return typeof value === 'string' ? (foldValue(attribute, value) ?? value) : JSON.stringify(value);
}

/** Types live as long as the process, and every write asks. */
const knownSecrets = new WeakMap<ResourceType, ReadonlySet<string>>();

/** Attributes of a type whose values nobody shall read: those that are only written or never returned. */
export function secretsOf(type: ResourceType): ReadonlySet<string> {
  const secrets = knownSecrets.get(type) ?? findSecrets(type);
  knownSecrets.set(type, secrets);
  return secrets;
}

function findSecrets(type: ResourceType): ReadonlySet<string> {
  return new Set(
    [type.schema, ...type.extensions.map(({ schema }) => schema)].flatMap((schema) =>
      [...schema.attributes.values()]
        .filter((attribute) => [attribute, ...attribute.subAttributes.values()].some(isSecret))
        .map(({ name }) => (schema === type.schema ? name : `${schema.id}:${name}`)),
    ),
  );
}

function isSecret({ mutability, returned }: Attribute): boolean {
  return mutability === 'writeOnly' || returned === 'never';
}
