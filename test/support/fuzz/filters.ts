import fc from 'fast-check';
import type { ComparisonOperator, Filter, Operand } from '../../../src/scim/filter/index.js';
import type { Attribute, Shape } from './shapes.ts';

const OPERATORS = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const;
const ORDER: readonly ComparisonOperator[] = ['gt', 'ge', 'lt', 'le'];
const TEXT_OPERATORS: readonly ComparisonOperator[] = [...OPERATORS, 'eq', 'eq', 'eq'];
const EQUALITY: readonly ComparisonOperator[] = ['eq', 'eq', 'ne'];

/** Values that stand at each path of the resources that are searched, so that filters find something. */
export type Known = ReadonlyMap<string, readonly Operand[]>;

/** Any text that is well-formed Unicode without NUL, astral and combining characters included. */
export const anyText = fc.string({ unit: 'binary', maxLength: 12 }).filter((text) => !text.includes('\0'));

const strangeText = fc.constantFrom(
  ...['', ' ', '%', '_', '\\', '"', "'", '$1', 'é', 'e\u0301', 'É', 'ＡＢ', 'ß', 'İ', 'ς', 'Σ', '\u{1f600}', '\ufffd'],
  ...['\u0301', '\u{10ffff}', '[', ')', ' and ', 'eq', '--', '\n', '\t', '\u00a0', 'null', 'true', '0'],
);

const moment = fc
  .tuple(
    fc.integer({ min: Date.parse('2025-12-30T00:00:00Z'), max: Date.parse('2026-02-03T00:00:00Z') }),
    fc.constantFrom('Z', 'Z', '+00:00', '+02:00', '-05:30', '+14:00', ''),
    fc.constantFrom('', '.5', '.123', '.000001', '.9999999'),
  )
  .map(([time, zone, fraction]) => `${new Date(time).toISOString().slice(0, 19)}${fraction}${zone}`);

const decimal = fc.oneof(
  fc.integer({ min: -50, max: 50 }),
  fc.integer({ min: -500, max: 500 }).map((number) => number / 10),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number)),
  fc.maxSafeInteger(),
);

/** Pieces and other spellings of a known value. */
function variants(known: readonly Operand[]): fc.Arbitrary<string> {
  const strings = known.filter((value) => typeof value === 'string');
  if (strings.length === 0) return strangeText;
  const pieces = fc.tuple(fc.constantFrom(...strings), fc.nat(), fc.nat(), fc.nat({ max: 9 }));
  return pieces.map(([text, from, length, change]) => {
    const points = [...text];
    const start = points.length === 0 ? 0 : from % points.length;
    const piece = points.slice(start, start + 1 + (length % 6)).join('');
    return [text, text, text, text.toUpperCase(), text.toLowerCase(), text.normalize('NFD')][change] ?? piece;
  });
}

/** A filter for resources of a shape. A few name or compare what cannot be: those must be refused. */
export function filters(shape: Shape, known: Known, depth = 3): fc.Arbitrary<Filter> {
  const core = shape.attributes.map((attribute) => ({ attribute, path: attribute.name, urn: shape.urn }));
  const extension = shape.extension;
  const extended = (extension?.attributes ?? []).map((attribute) => ({
    attribute,
    path: `${extension?.urn}:${attribute.name}`,
    urn: extension?.urn ?? '',
  }));
  const tops = [...core, ...extended];
  const leaves = tops.flatMap((top) => [top, ...top.attribute.parts.map((part) => below(top, part))]);
  const lists = tops.filter(({ attribute }) => attribute.many || attribute.kind === 'complex');
  const test = fc
    .constantFrom(...leaves)
    .chain(({ attribute, path }) =>
      fc.oneof(tests(attribute, known.get(path) ?? []).map((each) => onPath(each, path))),
    );
  const valuePath = fc.constantFrom(...lists).chain(({ attribute, path }) =>
    tree(
      fc.constantFrom(...elementParts(attribute)).chain((part) => {
        const at = attribute.kind === 'complex' ? `${path}.${part.name}` : path;
        return tests(part, known.get(at) ?? []).map((each) => onPath(each, part.name));
      }),
      2,
    ).map((filter): Filter => ({ kind: 'valuePath', path, filter })),
  );
  const foreign = fc.constantFrom('nothing', 'emails.nothing', 'urn:example:x', 'value', 'meta.created.x');
  const wrong = fc.oneof(
    foreign.map((path): Filter => ({ kind: 'present', path })),
    fc
      .tuple(fc.constantFrom(...leaves), fc.constantFrom(...OPERATORS), fc.oneof(strangeText, decimal, fc.boolean()))
      .map(([{ path }, operator, operand]): Filter => ({ kind: 'compare', path, operator, operand })),
  );
  return tree(fc.oneof({ weight: 12, arbitrary: test }, { weight: 6, arbitrary: valuePath }, wrong), depth);
}

function below(top: { attribute: Attribute; path: string; urn: string }, part: Attribute) {
  return { attribute: part, path: `${top.path}.${part.name}`, urn: top.urn };
}

function elementParts({ kind, name, parts, ...rest }: Attribute): Attribute[] {
  return kind === 'complex' ? [...parts] : [{ ...rest, kind, name: 'value', parts: [], many: false }];
}

type Test = { readonly kind: 'present' } | { readonly kind: 'compare'; operator: ComparisonOperator; operand: Operand };

function onPath(test: Test, path: string): Filter {
  return { ...test, path };
}

/** What can be asked of one attribute. */
function tests(attribute: Attribute, known: readonly Operand[]): fc.Arbitrary<Test> {
  const valued = attribute.kind === 'complex' ? attribute.parts.find(({ name }) => name === 'value') : attribute;
  const compare = (operators: readonly ComparisonOperator[], operands: fc.Arbitrary<Operand>): fc.Arbitrary<Test> =>
    fc
      .tuple(fc.constantFrom(...operators), operands)
      .map(([operator, operand]) => ({ kind: 'compare', operator, operand }));
  const general: fc.Arbitrary<Test>[] = [fc.constant({ kind: 'present' }), compare(EQUALITY, fc.constant(null))];
  const special = (operators: readonly ComparisonOperator[], operands: fc.Arbitrary<Operand>) =>
    fc.oneof({ weight: 5, arbitrary: compare(operators, operands) }, ...general);
  const stored = known.length === 0 ? [] : [fc.constantFrom(...known)];
  switch (valued?.kind) {
    case 'text':
    case 'exact':
    case 'reference':
      return special(TEXT_OPERATORS, fc.oneof({ weight: 4, arbitrary: variants(known) }, strangeText, anyText));
    case 'binary':
      return special(EQUALITY, fc.oneof(variants(known), strangeText));
    case 'dateTime':
      return special([...EQUALITY, ...ORDER], fc.oneof(...stored, moment));
    case 'number':
      return special([...EQUALITY, ...ORDER], fc.oneof(...stored, decimal));
    case 'boolean':
      return special(EQUALITY, fc.oneof(fc.boolean(), fc.constantFrom('True', 'false')));
    default:
      return fc.oneof(...general);
  }
}

/** Tests joined by `and`, `or` and `not`. */
function tree(test: fc.Arbitrary<Filter>, depth: number): fc.Arbitrary<Filter> {
  if (depth === 0) return test;
  const inner = tree(test, depth - 1);
  return fc.oneof(
    { weight: 3, arbitrary: test },
    fc
      .tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(inner, { minLength: 2, maxLength: 3 }))
      .map(([kind, parts]) => joined(kind, parts)),
    inner.map((filter): Filter => ({ kind: 'not', filter })),
  );
}

/** As the parser gives it: nothing of its own kind in an `and` or `or`. */
function joined(kind: 'and' | 'or', parts: readonly Filter[]): Filter {
  return { kind, filters: parts.flatMap((part) => (part.kind === kind ? part.filters : [part])) };
}

/** The values of resources by path, as `filters` wants them. */
export function knownValues(shape: Shape, resources: readonly unknown[]): Known {
  const known = new Map<string, Set<Operand>>();
  const note = (path: string, value: unknown): void => {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (typeof each === 'string' || typeof each === 'number' || typeof each === 'boolean') {
        known.set(path, (known.get(path) ?? new Set()).add(each));
      } else if (typeof each === 'object' && each !== null) {
        const separator = path === shape.extension?.urn ? ':' : path === '' ? '' : '.';
        for (const [name, member] of Object.entries(each)) note(`${path}${separator}${name}`, member);
      }
    }
    // A complex attribute stands for its value.
    const values = known.get(`${path}.value`);
    if (values !== undefined) known.set(path, values);
  };
  for (const resource of resources) note('', resource);
  return new Map([...known].map(([path, values]) => [path, [...values].slice(0, 200)]));
}
