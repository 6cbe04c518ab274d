import type { z } from 'zod';
import { type InputError, Problem } from './problem.js';

/** What came with a request, not looked at yet. */
export interface RawInput {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Reads and parses the JSON. */
  body(): Promise<unknown>;
}

interface InputSchemas {
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly body: z.ZodType | null;
}

/** With the flag a whole pair is one character. */
const HALF_A_PAIR = /\p{Surrogate}/u;

/** More are no help to anybody. */
const MOST_ERRORS = 10;

/** Parses everything that came with a request. @throws Problem `request.invalid` that names each place */
export async function parseInput(
  schemas: InputSchemas,
  input: RawInput,
): Promise<{ params: unknown; query: unknown; body: unknown }> {
  const errors: InputError[] = [];
  const parse = (place: InputError['in'], schema: z.ZodType, value: unknown): unknown => {
    if (holdsBadText(value)) {
      errors.push({
        in: place,
        name: '',
        detail: 'a text holds NUL, or half of a surrogate pair, which cannot be kept',
      });
      return undefined;
    }
    const { success, data, error } = schema.safeParse(value);
    if (success) return data;
    errors.push(...error.issues.map((issue) => inputError(place, issue)));
    return undefined;
  };
  const params = parse('path', schemas.params, input.params);
  const query = parse('query', schemas.query, queryObject(input.query));
  const body = schemas.body === null ? undefined : parse('body', schemas.body, await input.body());
  const [first] = errors;
  if (first === undefined) return { params, query, body };
  const place = first.name === '' ? first.in : `${first.in}: ${first.name}`;
  throw new Problem(400, 'request.invalid', `${place}: ${first.detail}`, {}, errors.slice(0, MOST_ERRORS));
}

/** Text that PostgreSQL does not take, or that would come back as another; in names of members as well. */
function holdsBadText(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0') || HALF_A_PAIR.test(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, inner]) => holdsBadText(name) || holdsBadText(inner));
}

function inputError(place: InputError['in'], { path, message }: z.core.$ZodIssue): InputError {
  return { in: place, name: path.map(String).join('.'), detail: message };
}

/** A parameter that is there more than once is a list, which a schema refuses unless it wants one. */
function queryObject(query: URLSearchParams): Record<string, string | string[]> {
  return Object.fromEntries(
    [...new Set(query.keys())].map((name) => {
      const values = query.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}
