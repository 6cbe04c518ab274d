import { RollcallError } from '../../errors/index.js';
import { isRecord, type JsonValue } from '../json.js';

/** Finds a value in an object of Google; undefined where there is none. */
export type ReadSource = (resource: unknown) => JsonValue | undefined;

const SEGMENT = /^([A-Za-z_][\w-]*)(?:\[([^\]]*)\])?$/;

/**
 * Reads what a mapping says of where a value comes from: paths with dots, elements of lists by `[primary]`,
 * `[type=work]` or `[0]`, a constant in single quotes, and alternatives by `|` of which the first with a value counts:
 * `organizations[primary].title | organizations[0].title | 'none'`.
 * @throws RollcallError `google.mapping` (invalid)
 */
export function parseSource(expression: string): ReadSource {
  const alternatives = expression.split('|').map((alternative) => parseAlternative(alternative.trim(), expression));
  return (resource) => {
    for (const read of alternatives) {
      const value = cleaned(read(resource));
      if (value !== undefined) return value;
    }
    return undefined;
  };
}

/** The fields of Google's object that an expression looks at: they have to be asked for. `customSchemas/HR` is one. */
export function fieldsOfSource(expression: string): string[] {
  const paths = expression.split('|').map((alternative) => alternative.trim());
  return paths.flatMap((path) => {
    if (path.startsWith("'")) return [];
    const [field = '', schema] = path.split(/[.[]/, 2);
    return [field === 'customSchemas' && schema !== undefined ? `${field}/${schema}` : field];
  });
}

function parseAlternative(text: string, whole: string): (resource: unknown) => unknown {
  const constant = /^'([^']*)'$/.exec(text)?.[1];
  if (constant !== undefined) return () => constant;
  const steps = text.split(/\.(?![^[]*\])/).map((segment) => parseSegment(segment, whole));
  return (resource) => steps.reduce<unknown>((value, step) => step(value), resource);
}

function parseSegment(segment: string, whole: string): (value: unknown) => unknown {
  const [, name, selector] = SEGMENT.exec(segment) ?? [];
  if (name === undefined) {
    const message = `"${whole.slice(0, 200)}" is no source of a mapping: write for example organizations[primary].title.`;
    throw new RollcallError('invalid', 'google.mapping', message);
  }
  const member = (value: unknown) => (isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined);
  if (selector === undefined) return member;
  const choose = parseSelector(selector);
  return (value) => {
    const list = member(value);
    return Array.isArray(list) ? choose(list) : undefined;
  };
}

function parseSelector(selector: string): (list: readonly unknown[]) => unknown {
  if (/^\d+$/.test(selector)) return (list) => list[Number(selector)];
  const [name = '', wanted] = selector.split('=', 2);
  return (list) =>
    list.find(
      (element) => isRecord(element) && (wanted === undefined ? element[name] === true : element[name] === wanted),
    );
}

/** Google pads the missing name of people with one name by a zero-width space; blank text is no value. */
function cleaned(value: unknown): JsonValue | undefined {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) {
    const elements = value.map(cleaned).filter((element) => element !== undefined);
    return elements.length === 0 ? undefined : elements;
  }
  if (!isRecord(value)) return undefined;
  const members = Object.entries(value).flatMap(([name, member]) => {
    const kept = cleaned(member);
    return kept === undefined ? [] : [[name, kept] as const];
  });
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

export function cleanText(text: string): string | undefined {
  const trimmed = text.replaceAll('\u200B', '').trim();
  return trimmed === '' ? undefined : trimmed;
}
