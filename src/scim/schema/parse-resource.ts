import type { ParseRules } from '../profiles/index.js';
import { COMMON } from './common-attributes.js';
import { PASSWORD } from './core-schemas.js';
import { invalidSyntax, invalidValue, quoted } from './invalid.js';
import { isJsonObject, isRecord } from './json.js';
import { MEMBERS, parseAttribute } from './parse-attribute-value.js';
import { requireAttributes } from './require-attributes.js';
import { extensionOfKey, requireSchemas, schemasOf } from './schema-list.js';
import type { Attribute, JsonObject, JsonValue, ResourceType, Schema } from './types.js';

/** A member as a client names it: everything else about it is the server's (GRP-03, GRP-11). */
export interface MemberReference {
  readonly value: string;
}

/** The body of a POST or PUT: what goes into the document, and what is kept elsewhere. */
export interface ParsedResource {
  /** Canonical names and values, `schemas` included; nothing that is unassigned, server-issued or listed below. */
  readonly document: JsonObject;
  readonly externalId: string | undefined;
  readonly password: string | undefined;
  /** Undefined when the body gives none: unassigned and absent are told apart by `provided`. */
  readonly members: readonly MemberReference[] | undefined;
  /**
   * What the body mentions, `null` included: `active`, `externalId`, an extension's URN and `{URN}:{attribute}`.
   * Attributes that the client cannot write are not among them.
   */
  readonly provided: ReadonlySet<string>;
}

const EXTERNAL_ID = COMMON.get('externalid');

/** What is gathered while a body is read. */
interface Draft {
  readonly document: JsonObject;
  readonly provided: Set<string>;
  externalId: string | undefined;
  password: string | undefined;
  members: MemberReference[] | undefined;
}

/**
 * Reads the body of POST or PUT by the schemas of the resource type. Attributes that are readOnly are ignored
 * (CRE-04); names are matched in maps and written with the schema's spelling, so that client text never becomes a key.
 * The depth of what is walked is that of the schemas, whatever the body nests.
 * @throws ScimError 400 invalidSyntax (shape, names, schemas) or invalidValue (types, required attributes, limits)
 */
export function parseResource(type: ResourceType, body: unknown, rules: ParseRules): ParsedResource {
  const members = namedMembers(body);
  requireSchemas(type, members.get('schemas')?.value, rules);
  const draft: Draft = {
    document: {},
    provided: new Set(),
    externalId: undefined,
    password: undefined,
    members: undefined,
  };
  // Extensions come first, so that a value under its URN wins over one under its bare name.
  const rest: [string, Member][] = [];
  const extensions = new Set<Schema>();
  for (const [key, member] of members) {
    const extension = extensionOfKey(type, key, rules);
    if (extension === undefined) {
      rest.push([key, member]);
      continue;
    }
    if (extensions.has(extension)) throw invalidSyntax(`The body has ${extension.id} more than once.`);
    extensions.add(extension);
    readExtension(draft, extension, member.value, rules);
  }
  for (const [key, member] of rest) readMember(draft, type, key, member, rules);
  requireAttributes(type, draft.document);
  draft.document.schemas = schemasOf(type, draft.document);
  return draft;
}

interface Member {
  readonly name: string;
  readonly value: unknown;
}

/** The members of a body by lower-case name; two that differ by case only are refused (MT-11, MT-13). */
function namedMembers(body: unknown): ReadonlyMap<string, Member> {
  if (!isRecord(body)) throw invalidSyntax('The body must be a JSON object.');
  const members = new Map<string, Member>();
  for (const name of Object.keys(body)) {
    const key = name.toLowerCase();
    const other = members.get(key);
    if (other !== undefined) throw invalidSyntax(`The body has both ${quoted(other.name)} and ${quoted(name)}.`);
    members.set(key, { name, value: body[name] });
  }
  return members;
}

function readMember(draft: Draft, type: ResourceType, key: string, member: Member, rules: ParseRules): void {
  if (key === 'schemas') return;
  const attribute = type.schema.attributes.get(key) ?? COMMON.get(key);
  if (attribute !== undefined) {
    readAttribute(draft, attribute, member.value, rules);
    return;
  }
  if (rules.bareExtensionNames) {
    for (const { schema } of type.extensions) {
      const bare = schema.attributes.get(key);
      if (bare === undefined) continue;
      if (!draft.provided.has(`${schema.id}:${bare.name}`)) {
        writeExtension(draft, schema, {
          [bare.name]: readExtensionAttribute(draft, schema, bare, member.value, rules),
        });
      }
      return;
    }
  }
  if (rules.unknownAttributes === 'refuse') {
    throw invalidSyntax(`Attribute ${quoted(member.name)} is not defined for ${type.name}.`);
  }
}

function readAttribute(draft: Draft, attribute: Attribute, given: unknown, rules: ParseRules): void {
  if (attribute.mutability === 'readOnly') return;
  const value = parseAttribute(attribute, given, rules, attribute.name);
  draft.provided.add(attribute.name);
  if (value === undefined) return;
  if (attribute === EXTERNAL_ID && typeof value === 'string') draft.externalId = value;
  else if (attribute === PASSWORD && typeof value === 'string') draft.password = value;
  else if (attribute === MEMBERS && Array.isArray(value)) draft.members = value.flatMap(memberReference);
  else draft.document[attribute.name] = value;
}

function memberReference(value: JsonValue): MemberReference[] {
  return isRecord(value) && typeof value.value === 'string' ? [{ value: value.value }] : [];
}

/** COM-16: an extension's attributes lie in an object under its URN; A-17: whether `schemas` names it or not. */
function readExtension(draft: Draft, schema: Schema, given: unknown, rules: ParseRules): void {
  draft.provided.add(schema.id);
  if (given === null || given === '' || (Array.isArray(given) && given.length === 0)) return;
  if (!isRecord(given)) throw invalidValue(schema.id, 'must be an object');
  const values: Record<string, JsonValue | undefined> = {};
  for (const [key, member] of namedMembers(given)) {
    const attribute = schema.attributes.get(key);
    if (attribute !== undefined) {
      values[attribute.name] = readExtensionAttribute(draft, schema, attribute, member.value, rules);
    } else if (rules.unknownAttributes === 'refuse') {
      throw invalidSyntax(`Attribute ${quoted(member.name)} is not defined by ${schema.id}.`);
    }
  }
  writeExtension(draft, schema, values);
}

function readExtensionAttribute(
  draft: Draft,
  schema: Schema,
  attribute: Attribute,
  given: unknown,
  rules: ParseRules,
): JsonValue | undefined {
  if (attribute.mutability === 'readOnly') return undefined;
  const path = `${schema.id}:${attribute.name}`;
  const value = parseAttribute(attribute, given, rules, path);
  draft.provided.add(path);
  return value;
}

function writeExtension(draft: Draft, schema: Schema, values: Readonly<Record<string, JsonValue | undefined>>): void {
  const existing = draft.document[schema.id];
  const merged: JsonObject = { ...(isJsonObject(existing) ? existing : {}) };
  for (const [name, value] of Object.entries(values)) if (value !== undefined) merged[name] = value;
  if (Object.keys(merged).length > 0) draft.document[schema.id] = merged;
}
