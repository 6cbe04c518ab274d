import type { Connection } from '../../connections/index.js';
import type { Document } from '../../directory/index.js';
import { ScimError } from '../errors.js';
import {
  type Attribute,
  type JsonObject,
  type JsonValue,
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
  if (!kept.some((schema) => [...schema.attributes.values()].some(isCarried))) return document;
  // jsonb holds what a former request was validated to.
  const before = current as JsonObject;
  const carried: JsonObject = { ...document, ...carriedOf(type.schema.attributes, before, document, '', provided) };
  for (const { schema } of type.extensions) {
    const old = before[schema.id] as JsonObject | undefined;
    if (old === undefined) continue;
    const given = document[schema.id] as JsonObject | undefined;
    const values = { ...given, ...carriedOf(schema.attributes, old, given ?? {}, `${schema.id}:`, provided) };
    if (Object.keys(values).length > 0) carried[schema.id] = values;
  }
  return validateDocument(type, carried);
}

function carriedOf(
  attributes: ReadonlyMap<string, Attribute>,
  before: JsonObject,
  given: JsonObject,
  prefix: string,
  provided: ReadonlySet<string>,
): JsonObject {
  const carried: JsonObject = {};
  for (const attribute of attributes.values()) {
    const { name, mutability } = attribute;
    const [old, wanted] = [before[name], given[name]];
    if (old === undefined || !isCarried(attribute)) continue;
    if (wanted === undefined) {
      if (mutability === 'immutable' || !provided.has(`${prefix}${name}`)) carried[name] = old;
    } else if (mutability === 'immutable' && !same(old, wanted)) {
      throw new ScimError(
        400,
        'mutability',
        `Attribute '${prefix}${name}' is immutable and has another value already.`,
      );
    }
  }
  return carried;
}

function isCarried(attribute: Attribute): boolean {
  if (attribute === PASSWORD) return false;
  return attribute.mutability === 'immutable' || attribute.mutability === 'writeOnly' || attribute.returned === 'never';
}

function same(one: JsonValue, other: JsonValue): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
