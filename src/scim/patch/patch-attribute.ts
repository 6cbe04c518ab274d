import { ScimError } from '../errors.js';
import type { PatchRules } from '../profiles/index.js';
import type { Attribute, JsonObject, JsonValue } from '../schema/index.js';
import { requireSettable } from './element.js';
import { isObject, isUnassigned } from './json.js';
import type { PatchOperation, PatchTarget } from './operation.js';
import { patchElements } from './patch-elements.js';
import { readAttribute, writeAttribute } from './stored-attribute.js';

type AttributeTarget = Extract<PatchTarget, { kind: 'attribute' }>;

/**
 * Carries out one operation on an attribute of `document`, which is written to; nothing below it is.
 * Throws 400 noTarget, mutability or invalidValue.
 */
export function patchAttribute(
  document: JsonObject,
  operation: PatchOperation,
  target: AttributeTarget,
  rules: PatchRules,
): void {
  const { path } = target;
  const { attribute } = path;
  const before = readAttribute(document, path);
  const after = afterOperation(before, operation, target, rules);
  requireSettable(attribute, before, after);
  requireSettableParts(attribute, before, after);
  if (attribute.required && before !== undefined && isUnassigned(after)) {
    throw new ScimError(400, 'mutability', `${attribute.name} is required and cannot be removed`);
  }
  requireRoom(attribute, before, after, rules);
  writeAttribute(document, path, after);
}

/** A complex value that goes or is replaced takes its parts along, and those may be immutable. */
function requireSettableParts(attribute: Attribute, before: JsonValue | undefined, after: JsonValue | undefined): void {
  if (!isObject(before)) return;
  for (const part of attribute.subAttributes.values()) {
    requireSettable(part, before[part.name], isObject(after) ? after[part.name] : undefined);
  }
}

/** The limit of one request is no limit: what many requests, or many operations, add up to must be within it too. */
function requireRoom(
  attribute: Attribute,
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  { limits }: PatchRules,
): void {
  const most = limits.valuesPerAttribute;
  if (!Array.isArray(after) || after.length <= most || after.length <= asList(before).length) return;
  const detail = `${attribute.name} must not have more than ${most} values (LIMIT_VALUES_PER_ATTRIBUTE)`;
  throw new ScimError(400, 'invalidValue', detail);
}

function afterOperation(
  before: JsonValue | undefined,
  operation: PatchOperation,
  target: AttributeTarget,
  rules: PatchRules,
): JsonValue | undefined {
  const { kind, value } = operation;
  const { path, filter } = target;
  const { attribute, subAttribute } = path;
  if (attribute.multiValued) {
    return patchElements(asList(before), { kind, path, filter, value, createsElements: rules.createMissingTarget });
  }
  if (subAttribute !== undefined) {
    return withSubAttribute(isObject(before) ? before : {}, subAttribute, operation);
  }
  return kind === 'remove' ? undefined : value;
}

function withSubAttribute(before: JsonObject, subAttribute: Attribute, operation: PatchOperation): JsonObject {
  const { kind, value } = operation;
  const { [subAttribute.name]: present, ...rest } = before;
  const after = subAttribute.multiValued
    ? patchElements(asList(present), {
        kind,
        path: { extension: undefined, attribute: subAttribute, subAttribute: undefined },
        filter: undefined,
        value,
        createsElements: false,
      })
    : kind === 'remove'
      ? undefined
      : value;
  requireSettable(subAttribute, present, isUnassigned(after) ? undefined : after);
  return after === undefined || isUnassigned(after) ? rest : { ...rest, [subAttribute.name]: after };
}

function asList(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}
