import { ScimError } from '../errors.js';
import type { BoundFilter } from '../filter/index.js';
import type { PatchRules } from '../profiles/index.js';
import { type AttributePath, COMMON, type JsonValue, MANAGER_REFERENCE, parseAttributeValue } from '../schema/index.js';
import { isUnassigned } from './json.js';
import type { PatchOperation, PatchTarget } from './operation.js';
import type { ParseContext } from './parse-context.js';
import type { SentOperation } from './parse-envelope.js';
import { parseMemberChange } from './parse-members.js';
import { clears, parseElement, parseList, parseParts } from './parse-operation-value.js';
import { parseSchemasChange } from './parse-schemas-change.js';

/**
 * The checked operations that an operation on one attribute stands for: one, or one for each part of a complex value.
 * `isKey` tells that the attribute is a key of a path-less value, where readOnly ones are ignored.
 * Throws 400 invalidValue and mutability.
 */
export function parseAttributeOperation(
  context: ParseContext,
  sent: SentOperation,
  path: AttributePath,
  filter: BoundFilter | undefined,
  isKey: boolean,
): PatchOperation[] {
  const { attribute, subAttribute } = path;
  if (attribute.mutability === 'readOnly' || subAttribute?.mutability === 'readOnly') {
    if (isKey) {
      return [];
    }
    throw new ScimError(400, 'mutability', `${(subAttribute ?? attribute).name} is readOnly`);
  }
  if (attribute === COMMON.get('schemas')) {
    return isKey ? [] : onSchemas(context, sent, filter);
  }
  if (attribute === COMMON.get('externalid')) {
    return onExternalId(context, sent, path);
  }
  if (path.extension === undefined && attribute.name === 'members' && context.type.name === 'Group') {
    const change = parseMemberChange(sent.kind, path, filter, sent.value, context.rules);
    return change === undefined ? [] : [operation(sent, { kind: 'members', change }, undefined)];
  }
  if (path.extension === undefined && attribute.name === 'password' && attribute.mutability === 'writeOnly') {
    return onPassword(context, sent, path, isKey);
  }
  return sent.kind === 'remove' ? onRemove(context, sent, path, filter) : onWrite(context, sent, path, filter);
}

function operation(sent: SentOperation, target: PatchTarget, value: JsonValue | undefined): PatchOperation {
  return { label: sent.label, kind: sent.kind, target, value };
}

function onSchemas(context: ParseContext, sent: SentOperation, filter: BoundFilter | undefined): PatchOperation[] {
  const cleared = parseSchemasChange(context.type, sent.kind, filter, sent.value, context.rules);
  return cleared.map((schema) => operation(sent, { kind: 'extension', schema }, undefined));
}

function onExternalId(context: ParseContext, sent: SentOperation, path: AttributePath): PatchOperation[] {
  const { kind, value } = sent;
  const isCleared = kind === 'remove' || value === undefined || clears(value);
  const parsed = isCleared ? undefined : parseAttributeValue(path, value, context.rules);
  return [operation(sent, { kind: 'externalId' }, parsed)];
}

/** A password can be changed, never taken away; a client that sends an empty one in a whole profile does not know it. */
function onPassword(context: ParseContext, sent: SentOperation, path: AttributePath, isKey: boolean): PatchOperation[] {
  const { kind, value } = sent;
  if (kind === 'remove' || value === undefined) {
    throw new ScimError(400, 'mutability', 'password cannot be removed');
  }
  if (!clears(value)) {
    return [operation(sent, { kind: 'password' }, parseAttributeValue(path, value, context.rules))];
  }
  if (isKey) {
    return [];
  }
  throw new ScimError(400, 'invalidValue', 'password must be a string that is not empty');
}

function onRemove(
  context: ParseContext,
  sent: SentOperation,
  path: AttributePath,
  filter: BoundFilter | undefined,
): PatchOperation[] {
  const { attribute, subAttribute } = path;
  const target: PatchTarget = { kind: 'attribute', path, filter };
  if (attribute.multiValued && filter === undefined && subAttribute === undefined && (sent.value ?? null) !== null) {
    return onRemoveListed(context, sent, path, sent.value ?? null);
  }
  const required = subAttribute ?? (filter === undefined ? attribute : undefined);
  if (required?.required === true) {
    throw new ScimError(400, 'mutability', `${required.name} is required and cannot be removed`);
  }
  return [operation(sent, target, undefined)];
}

/** As for members: a list names what is to go, and never empties the attribute. */
function onRemoveListed(
  context: ParseContext,
  sent: SentOperation,
  path: AttributePath,
  value: JsonValue,
): PatchOperation[] {
  const listed = clears(value) ? [] : parseList(path, value, context.rules);
  return listed.length === 0 ? [] : [operation(sent, { kind: 'attribute', path, filter: undefined }, listed)];
}

function onWrite(
  context: ParseContext,
  sent: SentOperation,
  path: AttributePath,
  filter: BoundFilter | undefined,
): PatchOperation[] {
  const { attribute, subAttribute } = path;
  const value = sent.value ?? null;
  if (clears(value)) {
    return onClear(sent, path, filter);
  }
  if (subAttribute !== undefined && subAttribute === MANAGER_REFERENCE) {
    return onReference(context, sent, path, value);
  }
  if (subAttribute === undefined && attribute.type === 'complex' && !attribute.multiValued) {
    return parseParts(path, value, context.rules).flatMap((part) => write(sent, part.path, undefined, part.value));
  }
  return write(sent, path, filter, parseWritten(path, filter, value, context.rules));
}

function write(
  sent: SentOperation,
  path: AttributePath,
  filter: BoundFilter | undefined,
  value: JsonValue | undefined,
): PatchOperation[] {
  return isUnassigned(value)
    ? onClear(sent, path, filter)
    : [operation(sent, { kind: 'attribute', path, filter }, value)];
}

/** A manager's `$ref` is rendered from `value`; alone it names the same resource (RFC 7643 section 4.3). */
function onReference(
  context: ParseContext,
  sent: SentOperation,
  path: AttributePath,
  value: JsonValue,
): PatchOperation[] {
  const whole: AttributePath = { ...path, subAttribute: undefined };
  return onWrite(context, { ...sent, value: { $ref: value } }, whole, undefined);
}

function parseWritten(
  path: AttributePath,
  filter: BoundFilter | undefined,
  value: JsonValue,
  rules: PatchRules,
): JsonValue | undefined {
  const { attribute, subAttribute } = path;
  if (subAttribute !== undefined) {
    const list = subAttribute.multiValued && !Array.isArray(value) ? [value] : value;
    return parseAttributeValue(path, list, rules);
  }
  if (!attribute.multiValued) {
    return parseAttributeValue(path, value, rules);
  }
  return filter === undefined ? parseList(path, value, rules) : parseElement(path, value, rules);
}

/** Adding nothing to a multi-valued attribute does nothing; everything else that is sent empty is unassigned. */
function onClear(sent: SentOperation, path: AttributePath, filter: BoundFilter | undefined): PatchOperation[] {
  const { attribute, subAttribute } = path;
  const cleared = subAttribute ?? attribute;
  if (sent.kind === 'add' && cleared.multiValued) {
    return [];
  }
  if (cleared.required && filter === undefined) {
    throw new ScimError(400, 'invalidValue', `${cleared.name} is required`);
  }
  return [operation(sent, { kind: 'attribute', path, filter }, undefined)];
}
