import type { Connection } from '../../connections/index.js';
import type { Document } from '../../directory/index.js';
import { ScimError } from '../errors.js';
import { sameValue } from '../patch/index.js';
import {
  type Attribute,
  isJsonObject,
  type JsonObject,
  PASSWORD,
  type ParsedResource,
  type ResourceType,
  validateDocument,
} from '../schema/index.js';
import { keepOmitted } from './keep-omitted.js';

/**
 * What a PUT makes of a document. Attributes that the body leaves out are cleared, or stay where the connection says
 * so; values that are set once, and those that a client cannot read back, stay in any case.
 * @throws ScimError 400 invalidValue; mutability for another value of an attribute that is set once (RFC 7644
 *   section 3.5.1)
 */
export function replacedDocument(
  type: ResourceType,
  parsed: ParsedResource,
  current: Document,
  { putOmitted }: Pick<Connection, 'putOmitted'>,
): JsonObject {
  const document = putOmitted === 'keep' ? keepOmitted(type, parsed, current) : parsed.document;
  return carryOver(type, { ...parsed, document }, current);
}

/** What a PUT makes of externalId. */
export function replacedExternalId(
  { externalId, provided }: ParsedResource,
  current: string | null,
  { putOmitted }: Pick<Connection, 'putOmitted'>,
): string | undefined {
  return putOmitted === 'keep' && !provided.has('externalId') ? (current ?? undefined) : externalId;
}

function carryOver(type: ResourceType, { document, provided }: ParsedResource, current: Document): JsonObject {
  const kept = type.extensions.map(({ schema }) => schema).concat(type.schema);
  if (!kept.some((schema) => [...schema.attributes.values()].some(carriesAny))) return document;
  // jsonb holds what a former request was validated to.
  const before = current as JsonObject;
  const isCleared = (path: string) => provided.has(path);
  const carried: JsonObject = { ...document, ...carriedOf(type.schema.attributes, before, document, '', isCleared) };
  for (const { schema } of type.extensions) {
    const old = before[schema.id] as JsonObject | undefined;
    if (old === undefined) continue;
    const given = document[schema.id] as JsonObject | undefined;
    const values = { ...given, ...carriedOf(schema.attributes, old, given ?? {}, `${schema.id}:`, isCleared) };
    if (Object.keys(values).length > 0) carried[schema.id] = values;
  }
  return validateDocument(type, carried);
}

/** @param isCleared whether the body mentions an attribute that it gives no value, by its path */
function carriedOf(
  attributes: ReadonlyMap<string, Attribute>,
  before: JsonObject,
  given: JsonObject,
  prefix: string,
  isCleared: (path: string) => boolean,
): JsonObject {
  const carried: JsonObject = {};
  for (const attribute of attributes.values()) {
    const { name, mutability } = attribute;
    const [old, wanted, path] = [before[name], given[name], `${prefix}${name}`];
    if (old === undefined) continue;
    if (hasParts(attribute) && isJsonObject(old) && !isCarried(attribute)) {
      const whole = isJsonObject(wanted) ? wanted : {};
      const cleared = wanted === undefined && isCleared(path);
      const parts = carriedOf(attribute.subAttributes, old, whole, `${path}.`, () => cleared);
      if (Object.keys(parts).length > 0) carried[name] = { ...whole, ...parts };
    }
    if (!isCarried(attribute)) continue;
    if (wanted === undefined) {
      if (mutability === 'immutable' || !isCleared(path)) carried[name] = old;
    } else if (mutability === 'immutable' && !sameValue(old, wanted)) {
      throw new ScimError(400, 'mutability', `Attribute '${path}' is immutable and has another value already.`);
    }
  }
  return carried;
}

/** Elements of a list come and go whole; only a single complex value is looked into. */
function hasParts({ type, multiValued }: Attribute): boolean {
  return type === 'complex' && !multiValued;
}

function isCarried(attribute: Attribute): boolean {
  if (attribute === PASSWORD) return false;
  return attribute.mutability === 'immutable' || attribute.mutability === 'writeOnly' || attribute.returned === 'never';
}

function carriesAny(attribute: Attribute): boolean {
  return isCarried(attribute) || (hasParts(attribute) && [...attribute.subAttributes.values()].some(isCarried));
}
