import { ENTERPRISE, type Json, type Named, type Step, type Term } from './patch-steps.ts';

// RFC 7644 section 3.5.2 in the plainest words, on the few attributes that the generated operations know. Nothing of
// the server's is used.

export interface Model {
  readonly document: Fields;
  externalId: string | undefined;
  /** Of a group. */
  members: readonly string[];
  /** Who may be a member: others are refused. */
  readonly candidates?: readonly string[];
}

type Fields = { [name: string]: Json };

/** What of the two profiles matters here. */
export interface Tolerance {
  /** Strings for booleans and for complex values, lists of one, bare names of the extension, `op` in any case. */
  readonly sloppyValues: boolean;
  readonly keysAreTaken: boolean;
  readonly createsTargets: boolean;
  readonly ignoresUnknown: boolean;
}

export const GENERIC: Tolerance = {
  sloppyValues: true,
  keysAreTaken: true,
  createsTargets: true,
  ignoresUnknown: true,
};
export const STRICT: Tolerance = {
  sloppyValues: false,
  keysAreTaken: false,
  createsTargets: false,
  ignoresUnknown: false,
};

/** The whole request is refused. */
export class Refused extends Error {}

const CANONICAL: Readonly<Record<string, readonly string[]>> = {
  emails: ['work', 'home', 'other'],
  phoneNumbers: ['work', 'home', 'mobile', 'fax', 'pager', 'other'],
};
const REQUIRED = new Set(['userName']);
const PARTS: Readonly<Record<string, readonly string[]>> = {
  name: ['formatted', 'familyName', 'givenName'],
  manager: ['value'],
};
/** Known and the server's to say: ignored in objects. */
const SERVERS_PARTS = new Set(['displayName', '$ref']);

/** @throws Refused, and nothing of `before` is changed in any case */
export function patched(before: Model, steps: readonly Step[], tolerance: Tolerance, isGroup = false): Model {
  const model: Model = { ...before, document: structuredClone(before.document) };
  const required = isGroup ? new Set(['displayName']) : REQUIRED;
  for (const step of steps) take(model, step, tolerance, required);
  for (const name of required) refuseIf(model.document[name] === undefined);
  return model;
}

function refuseIf(condition: boolean): void {
  if (condition) throw new Refused();
}

function take(model: Model, step: Step, tolerance: Tolerance, required: ReadonlySet<string>): void {
  const { op, named, keys, value } = step;
  refuseIf(step.sentOp !== op && !tolerance.sloppyValues);
  refuseIf(op !== 'remove' && value === undefined);
  if (named === undefined) {
    refuseIf(op === 'remove' || keys === undefined);
    for (const key of keys ?? []) takeKey(model, op, key, tolerance, required);
    return;
  }
  if (named.target.kind === 'extension') {
    if (op === 'remove' || value === null) delete model.document[ENTERPRISE];
    else {
      refuseIf(keys === undefined);
      for (const key of keys ?? []) takeKey(model, op, key, tolerance, required);
    }
    return;
  }
  refuseIf(named.spelling.isBare && !tolerance.sloppyValues);
  refuseIf(named.target.kind === 'readOnly' || named.target.kind === 'unknown');
  write(model, op, named, value, tolerance, required);
}

function takeKey(
  model: Model,
  op: Step['op'],
  key: Named & { readonly value: Json },
  tolerance: Tolerance,
  required: ReadonlySet<string>,
): void {
  const { target, spelling, value } = key;
  const isUnknown =
    target.kind === 'unknown' ||
    (spelling.isPath && !tolerance.keysAreTaken) ||
    (spelling.isBare && !tolerance.sloppyValues);
  if (isUnknown) {
    refuseIf(!tolerance.ignoresUnknown);
    return;
  }
  if (target.kind !== 'readOnly') write(model, op, key, value, tolerance, required);
}

function write(
  model: Model,
  op: Step['op'],
  { target }: Named,
  value: Json | undefined,
  tolerance: Tolerance,
  required: ReadonlySet<string>,
): void {
  const { document } = model;
  switch (target.kind) {
    case 'externalId':
      model.externalId = op === 'remove' ? undefined : (text(value, tolerance) as string | undefined);
      return;
    case 'single': {
      const after =
        op === 'remove' ? undefined : target.name === 'active' ? flag(value, tolerance) : text(value, tolerance);
      refuseIf(after === undefined && required.has(target.name));
      put(document, target.extended, target.name, after);
      return;
    }
    case 'part': {
      const whole = get(document, target.extended, target.name) as Fields | undefined;
      const after = { ...whole };
      set(after, target.part, op === 'remove' ? undefined : text(value, tolerance));
      put(document, target.extended, target.name, after);
      return;
    }
    case 'complex': {
      const whole = get(document, target.extended, target.name) as Fields | undefined;
      put(
        document,
        target.extended,
        target.name,
        op === 'remove' ? undefined : merged(target.name, whole, value, tolerance),
      );
      return;
    }
    case 'list':
    case 'chosen': {
      const before = (document[target.name] ?? []) as Fields[];
      const after =
        target.kind === 'list'
          ? whole(target.name, op, before, value, tolerance)
          : chosen(target.name, target.terms, target.part, op, before, value, tolerance);
      put(document, false, target.name, once(after));
      return;
    }
    case 'members':
      model.members = membersAfter(model, op, undefined, value, tolerance);
      return;
    case 'member':
      model.members = membersAfter(model, op, target.id, value, tolerance);
      return;
    case 'membersOfType': {
      const goes = op === 'remove' || (op === 'replace' && isNothing(value));
      // A member cannot become another.
      refuseIf(!goes && !isNothing(value));
      if (goes) model.members = model.members.filter((id) => !target.ids.includes(id));
    }
  }
}

function get(document: Fields, extended: boolean, name: string): Json | undefined {
  return extended ? (document[ENTERPRISE] as Fields | undefined)?.[name] : document[name];
}

function put(document: Fields, extended: boolean, name: string, value: Json | undefined): void {
  if (!extended) {
    set(document, name, value);
    return;
  }
  const extension = { ...(document[ENTERPRISE] as Fields | undefined) };
  set(extension, name, value);
  set(document, ENTERPRISE, extension);
}

/** RFC 7643 section 2.5: what is empty is not there. */
function set(fields: Fields, name: string, value: Json | undefined): void {
  if (value === undefined || (typeof value === 'object' && (value === null || Object.keys(value).length === 0))) {
    delete fields[name];
  } else fields[name] = value;
}

function isEmpty(value: Json | undefined): boolean {
  const blank = (each: Json | undefined) => each === undefined || each === null || each === '';
  return blank(value) || (Array.isArray(value) && value.every(blank));
}

function alone(value: Json | undefined, { sloppyValues }: Tolerance): Json | undefined {
  return sloppyValues && Array.isArray(value) && value.length === 1 ? value[0] : value;
}

function text(value: Json | undefined, tolerance: Tolerance): Json | undefined {
  if (isEmpty(value)) return undefined;
  const one = alone(value, tolerance);
  refuseIf(typeof one !== 'string');
  return one;
}

function flag(value: Json | undefined, tolerance: Tolerance): Json | undefined {
  if (isEmpty(value)) return undefined;
  const one = alone(value, tolerance);
  if (typeof one === 'string' && tolerance.sloppyValues && /^(true|false)$/i.test(one))
    return one.toLowerCase() === 'true';
  refuseIf(typeof one !== 'boolean');
  return one;
}

/** parts that are not named stay. */
function merged(
  name: string,
  before: Fields | undefined,
  value: Json | undefined,
  tolerance: Tolerance,
): Json | undefined {
  if (isEmpty(value)) return undefined;
  const one = alone(value, tolerance);
  //
  if (typeof one === 'string' && name === 'manager' && tolerance.sloppyValues) return { ...before, value: one };
  refuseIf(typeof one !== 'object' || one === null || Array.isArray(one));
  const after = { ...before };
  for (const [part, given] of Object.entries(one as Fields)) {
    if (PARTS[name]?.includes(part)) set(after, part, text(given, tolerance));
    else refuseIf(!tolerance.ignoresUnknown && !(name === 'manager' && SERVERS_PARTS.has(part)));
  }
  return after;
}

/** The elements that a client gives, each as it is stored, and none twice. */
function given(name: string, value: Json | undefined, tolerance: Tolerance): Fields[] {
  const list = Array.isArray(value) ? value : [value ?? null];
  const parsed = list.flatMap((each): Fields[] => {
    if (each === null || each === '') return [];
    refuseIf(typeof each !== 'object' || Array.isArray(each));
    const element: Fields = {};
    for (const [part, sent] of Object.entries(each as Fields)) {
      if (part === 'primary') set(element, part, flag(sent, tolerance));
      else if (part === 'type') set(element, part, canonical(name, text(sent, tolerance)));
      else if (part === 'value' || part === 'display') set(element, part, text(sent, tolerance));
      else refuseIf(!tolerance.ignoresUnknown);
    }
    return Object.keys(element).length === 0 ? [] : [element];
  });
  const kept = once(parsed);
  refuseIf(kept.filter(({ primary }) => primary === true).length > 1);
  return kept;
}

/** MV-07 */
function canonical(name: string, type: Json | undefined): Json | undefined {
  return CANONICAL[name]?.find((each) => each === String(type).toLowerCase()) ?? type;
}

function caseless(value: Json | undefined): string {
  return String(value ?? '')
    .toLowerCase()
    .normalize('NFC');
}

/** What makes two elements the same: type and value, or everything where there is no value. */
function key(element: Fields): string {
  const { type, value } = element;
  if (value !== undefined) return JSON.stringify([caseless(type), caseless(value)]);
  return JSON.stringify(Object.entries(element).sort());
}

/** MV-03: the same element stands there once; it is the primary one if any of its like was. */
function once(elements: readonly Fields[]): Fields[] {
  const kept = new Map<string, Fields>();
  for (const element of elements) {
    const twin = kept.get(key(element));
    if (twin === undefined) kept.set(key(element), element);
    else if (element.primary === true) kept.set(key(element), { ...twin, primary: true });
  }
  return [...kept.values()];
}

/** An element and whether the operation wrote to it. */
type Touched = readonly [element: Fields, touched: boolean];

/** Joins an element that is the same as a former one to it, and leaves one primary element at most. */
function settled(elements: readonly Touched[], mayRepeat: boolean): Fields[] {
  const kept: Touched[] = [];
  for (const [element, touched] of elements) {
    const at = mayRepeat ? kept.findIndex(([former]) => key(former) === key(element)) : -1;
    const twin = kept[at];
    if (twin === undefined) kept.push([element, touched]);
    else kept[at] = [{ ...twin[0], ...element, ...spelling(twin[0]) }, touched || twin[1]];
  }
  const promoted = kept.filter(([element, touched]) => touched && element.primary === true);
  refuseIf(promoted.length > 1);
  return kept.map(([element, touched]) =>
    promoted.length === 1 && !touched && element.primary === true ? { ...element, primary: false } : element,
  );
}

function spelling({ type, value }: Fields): Fields {
  return { ...(type === undefined ? {} : { type }), ...(value === undefined ? {} : { value }) };
}

function whole(
  name: string,
  op: Step['op'],
  before: Fields[],
  value: Json | undefined,
  tolerance: Tolerance,
): Fields[] {
  if (op === 'remove') {
    if (value === undefined || value === null) return [];
    // a list removes what it lists, and never everything.
    const listed = isEmpty(value) ? [] : given(name, value, tolerance);
    return before.filter(
      (element) =>
        !listed.some(
          (each) =>
            key(each) === key(element) ||
            (each.value !== undefined && each.type === undefined && caseless(each.value) === caseless(element.value)),
        ),
    );
  }
  const elements = isEmpty(value) ? [] : given(name, value, tolerance);
  const written = elements.map((element): Touched => [element, true]);
  return settled(op === 'add' ? [...before.map((each): Touched => [each, false]), ...written] : written, true);
}

function chosen(
  name: string,
  terms: readonly Term[],
  part: string | undefined,
  op: Step['op'],
  before: Fields[],
  value: Json | undefined,
  tolerance: Tolerance,
): Fields[] {
  refuseIf(terms.some((term) => term.part === 'primary' && term.quoted) && !tolerance.sloppyValues);
  const after = op === 'remove' ? undefined : newValue(name, part, value, tolerance);
  if (op === 'add' && part === undefined && after === undefined) return before;
  const isHit = (element: Fields) => terms.every((term) => meets(element, term));
  const start: Fields = Object.fromEntries(terms.map((term) => [term.part, term.value]));
  if (start.type !== undefined) set(start, 'type', canonical(name, start.type));
  const elements = before.flatMap((element): Touched[] => {
    if (!isHit(element)) return [[element, false]];
    if (part === undefined) {
      if (after === undefined) return [];
      return [[{ ...(op === 'add' ? element : start), ...(after as Fields) }, true]];
    }
    const changed = { ...element };
    set(changed, part, after);
    // An address that lost its value says nothing any more.
    const saysSomething =
      after !== undefined || Object.keys(changed).some((each) => each !== 'type' && each !== 'primary');
    return saysSomething ? [[changed, true]] : [];
  });
  if (op !== 'remove' && !before.some(isHit)) {
    //
    const isNamed = CANONICAL[name]?.includes(String(start.type)) || start.primary === true;
    refuseIf(!tolerance.createsTargets || !isNamed);
    if (after !== undefined)
      elements.push([part === undefined ? { ...start, ...(after as Fields) } : { ...start, [part]: after }, true]);
  }
  return settled(elements, op !== 'remove' && (part === undefined || part === 'type' || part === 'value'));
}

function newValue(
  name: string,
  part: string | undefined,
  value: Json | undefined,
  tolerance: Tolerance,
): Json | undefined {
  if (isEmpty(value)) return undefined;
  if (part === 'primary') return flag(value, tolerance);
  if (part === 'type') return canonical(name, text(value, tolerance));
  if (part !== undefined) return text(value, tolerance);
  const [element, ...more] = given(name, value, tolerance);
  refuseIf(element === undefined || more.length > 0);
  return element;
}

function meets(element: Fields, { part, value }: Term): boolean {
  if (part === 'primary') return (element.primary === true) === value;
  return element[part] !== undefined && caseless(element[part]) === caseless(value);
}

function isNothing(value: Json | undefined): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

function membersAfter(
  { members: before, candidates = [] }: Model,
  op: Step['op'],
  only: string | undefined,
  value: Json | undefined,
  { sloppyValues }: Tolerance,
): readonly string[] {
  const isCleared = isNothing(value);
  const ids = (): string[] =>
    (Array.isArray(value) ? value : [value ?? null]).map((each) => {
      const id =
        typeof each === 'object' && each !== null && !Array.isArray(each) ? each.value : sloppyValues ? each : null;
      refuseIf(typeof id !== 'string' || id === '');
      return String(id);
    });
  const added = (): string[] => {
    refuseIf(ids().some((id) => !candidates.includes(id)));
    return ids();
  };
  if (only !== undefined) {
    if (op === 'remove' || (op === 'replace' && isCleared)) return before.filter((id) => id !== only);
    if (isCleared) return before;
    // A member cannot become another.
    refuseIf(ids().some((id) => id !== only) || !candidates.includes(only));
    return [...new Set([...before, only])];
  }
  switch (op) {
    case 'add':
      return isCleared ? before : [...new Set([...before, ...added()])];
    case 'replace':
      return isCleared ? [] : [...new Set(added())];
    case 'remove': {
      if (value === undefined || value === null) return [];
      const gone = ids();
      return before.filter((id) => !gone.includes(id));
    }
  }
}
