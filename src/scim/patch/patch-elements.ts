import { ScimError } from '../errors.js';
import { type BoundFilter, equalityTerms, matchesElement } from '../filter/index.js';
import type { Attribute, AttributePath, JsonObject, JsonValue } from '../schema/index.js';
import { type Candidate, collapseDuplicates, demoteOthers, elementKey, requireSettable, valueKey } from './element.js';
import { isObject } from './json.js';
import type { PatchKind } from './operation.js';

/** A step on a multi-valued attribute. */
interface ElementStep {
  readonly kind: PatchKind;
  readonly path: AttributePath;
  readonly filter: BoundFilter | undefined;
  readonly value: JsonValue | undefined;
  /** Whether a value path that meets nothing creates its element (design: typed value path on an absent element). */
  readonly createsElements: boolean;
}

/** The values of a multi-valued attribute after one step (RFC 7644 sections 3.5.2.1 to 3.5.2.3). */
export function patchElements(before: readonly JsonValue[], step: ElementStep): JsonValue[] {
  const { attribute } = step.path;
  const candidates =
    step.filter === undefined && step.path.subAttribute === undefined
      ? patchWhole(before, step)
      : patchSelected(before, step);
  return demoteOthers(attribute, canMakeDuplicates(step) ? collapseDuplicates(attribute, candidates) : candidates);
}

/** Looking for duplicates costs a key for each element: not worth it where neither type nor value is written. */
function canMakeDuplicates({ kind, path }: ElementStep): boolean {
  const part = path.subAttribute?.name;
  return kind !== 'remove' && (part === undefined || part === 'type' || part === 'value');
}

function kept(element: JsonValue): Candidate {
  return { element, touched: false };
}

function written(element: JsonValue): Candidate {
  return { element, touched: true };
}

function patchWhole(before: readonly JsonValue[], step: ElementStep): Candidate[] {
  const listed = step.value === undefined ? undefined : Array.isArray(step.value) ? step.value : [step.value];
  switch (step.kind) {
    case 'add':
      return [...before.map(kept), ...(listed ?? []).map(written)];
    case 'replace':
      return (listed ?? []).map(written);
    case 'remove':
      return listed === undefined ? [] : withoutListed(step.path.attribute, before, listed).map(kept);
  }
}

/** Removes the listed values; one that gives no type goes by its `value`, whatever the type of the stored one. */
function withoutListed(attribute: Attribute, before: readonly JsonValue[], listed: readonly JsonValue[]): JsonValue[] {
  const keys = new Set(listed.map((element) => elementKey(attribute, element)));
  const values = new Set(
    listed
      .filter(isObject)
      .filter((element) => element.value !== undefined && element.type === undefined)
      .map((element) => valueKey(attribute, element)),
  );
  return before.filter(
    (element) =>
      !keys.has(elementKey(attribute, element)) && !(isObject(element) && values.has(valueKey(attribute, element))),
  );
}

function patchSelected(before: readonly JsonValue[], step: ElementStep): Candidate[] {
  const { filter } = step;
  let found = false;
  const candidates = before.flatMap((element) => {
    if (filter !== undefined && !matchesElement(filter, element)) {
      return [kept(element)];
    }
    found = true;
    const after = patchElement(element, step);
    return after === undefined ? [] : [written(after)];
  });
  return found || step.kind === 'remove' ? candidates : [...candidates, ...createdElement(step).map(written)];
}

/** The element after the step; `undefined` when it goes. */
function patchElement(element: JsonValue, step: ElementStep): JsonValue | undefined {
  const { attribute, subAttribute } = step.path;
  if (subAttribute !== undefined) {
    return isObject(element) ? withSubAttribute(element, subAttribute, step) : element;
  }
  if (step.kind === 'remove') {
    return undefined;
  }
  if (step.value === undefined) {
    return step.kind === 'replace' ? undefined : element;
  }
  if (!isObject(element) || !isObject(step.value)) {
    return step.value;
  }
  for (const child of attribute.subAttributes.values()) {
    const after = step.value[child.name];
    if (after !== undefined) {
      requireSettable(child, element[child.name], after);
    }
  }
  // A replaced record keeps what selected it, so that `emails[type eq "work"]` with {"value": …} stays a work address.
  return step.kind === 'add' ? { ...element, ...step.value } : { ...selectedBy(step), ...step.value };
}

function withSubAttribute(element: JsonObject, subAttribute: Attribute, step: ElementStep): JsonObject | undefined {
  const value = step.kind === 'remove' ? undefined : step.value;
  requireSettable(subAttribute, element[subAttribute.name], value);
  if (value !== undefined) {
    return { ...element, [subAttribute.name]: value };
  }
  const { [subAttribute.name]: _unassigned, ...rest } = element;
  // An element cleared of its values says nothing any more: Entra ID clears an address by emails[…].value = "".
  const saysSomething = Object.keys(rest).some((name) => name !== 'type' && name !== 'primary');
  return saysSomething ? rest : undefined;
}

/** The sub-attributes that a filter of `eq` terms joined by `and` names, in canonical names and types (MV-07). */
function selectedBy(step: ElementStep): JsonObject {
  const terms = step.filter === undefined ? undefined : equalityTerms(step.filter);
  const selected: JsonObject = {};
  for (const { attribute, value } of terms ?? []) {
    if (attribute !== undefined) {
      selected[attribute] = value;
    }
  }
  const type = canonicalType(step.path.attribute, selected);
  return type === undefined ? selected : { ...selected, type };
}

/**
 * The element that a value path without a match asks for: built from its `eq` terms when they name one of the
 * attribute's canonical types or the primary value. Nothing when there is nothing to set. Throws 400 noTarget otherwise.
 */
function createdElement(step: ElementStep): JsonValue[] {
  const { attribute, subAttribute } = step.path;
  const selected = selectedBy(step);
  if (!step.createsElements || !isCreatable(attribute, selected)) {
    throw new ScimError(400, 'noTarget', `no value of ${attribute.name} matches`);
  }
  if (step.value === undefined) {
    return [];
  }
  if (subAttribute !== undefined) {
    return [{ ...selected, [subAttribute.name]: step.value }];
  }
  return isObject(step.value) ? [{ ...selected, ...step.value }] : [];
}

function canonicalType(attribute: Attribute, selected: JsonObject): string | undefined {
  const { type } = selected;
  if (typeof type !== 'string') {
    return undefined;
  }
  const canonical = attribute.subAttributes.get('type')?.canonicalValues ?? [];
  return canonical.find((value) => value.toLowerCase() === type.toLowerCase());
}

function isCreatable(attribute: Attribute, selected: JsonObject): boolean {
  return canonicalType(attribute, selected) !== undefined || selected.primary === true;
}
