import { isObject, type JsonObject, type JsonValue } from '../state/json.ts';
import { apiError } from './answer.ts';

/** What a `fields` mask keeps: 'all' below a name, or only the names inside. */
export type Mask = 'all' | ReadonlyMap<string, Mask>;
type Names = Map<string, 'all' | Names>;

/**
 * Reads a mask such as `nextPageToken,users(id,name/givenName)`.
 * @param known names that exist, by the path of the list or object they are in; a path that is missing allows any name
 * @throws GoogleError 400 invalidParameter
 */
export function parseFields(text: string, known: ReadonlyMap<string, ReadonlySet<string>>): Mask {
  const tokens = text.replaceAll(/\s/g, '').match(/[^,()/]+|[,()/]/g) ?? [];
  let position = 0;

  function selection(path: string): Names {
    const names: Names = new Map();
    do term(names, path);
    while (tokens[position] === ',' && ++position);
    return names;
  }

  /** A name with what is wanted inside it: `a`, `a/b` or `a(b,c)`. */
  function term(names: Names, path: string): void {
    const name = tokens[position++];
    if (name === undefined || /^[,()/]$/.test(name)) throw wrong(name ?? text);
    if (name !== '*' && known.get(path)?.has(name) === false) throw wrong(name);
    const inside = path === '' ? name : `${path}/${name}`;
    if (tokens[position] === '/') {
      position += 1;
      const inner: Names = new Map();
      term(inner, inside);
      merge(names, name, inner);
    } else if (tokens[position] === '(') {
      position += 1;
      merge(names, name, selection(inside));
      if (tokens[position++] !== ')') throw wrong(text);
    } else {
      merge(names, name, 'all');
    }
  }

  const mask = selection('');
  if (position < tokens.length) throw wrong(text);
  return mask;
}

function merge(names: Names, name: string, inner: 'all' | Names): void {
  const there = names.get(name);
  if (there === undefined || inner === 'all') names.set(name, inner);
  else if (there !== 'all') for (const [key, value] of inner) merge(there, key, value);
}

/** What a mask leaves of a value; arrays are looked through. */
export function applyMask(value: JsonValue, mask: Mask): JsonValue {
  if (mask === 'all') return value;
  if (Array.isArray(value)) return value.map((item) => applyMask(item, mask));
  if (!isObject(value)) return value;
  const kept: Record<string, JsonValue> = {};
  const everything = mask.get('*');
  for (const [name, inner] of Object.entries(value as JsonObject)) {
    const wanted = mask.get(name) ?? everything;
    if (wanted !== undefined && inner !== undefined) kept[name] = applyMask(inner, wanted);
  }
  return kept;
}

function wrong(selection: string) {
  return apiError(400, 'invalidParameter', `Invalid field selection ${selection}`, {
    location: 'fields',
    locationType: 'parameter',
  });
}
