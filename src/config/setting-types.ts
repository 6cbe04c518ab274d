import { isIP } from 'node:net';
import { z } from 'zod';

// A setting comes from YAML with its type or from the environment as text, so each of these takes both.
// The description is what the message about a wrong value says is allowed: see invalid-setting.ts.

/** A whole number between two limits, both included. */
export function integer(minimum: number, maximum: number) {
  return z
    .union([z.number(), z.string().trim().regex(/^\d+$/).transform(Number)])
    .pipe(z.int().min(minimum).max(maximum))
    .describe(`a whole number from ${minimum} to ${maximum}`);
}

/** `true` or `false`, and nothing that only looks like it. */
export function flag() {
  return z
    .union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')])
    .describe('true or false');
}

/** One of a few words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.enum(words).describe(`one of ${words.join(', ')}`);
}

/** Text without blanks around it. */
export function text(description: string) {
  return z.string().trim().min(1).describe(description);
}

/** A setting that may be left empty; empty is `undefined`. */
export function optional<Setting extends z.ZodType>(setting: Setting) {
  return z
    .preprocess((value) => (typeof value === 'string' && value.trim() === '' ? undefined : value), setting.optional())
    .describe(`${setting.description ?? 'a value'}, or empty`);
}

/** Several values: a YAML list, or text with commas between them. Empty is an empty list. */
export function list(item: z.ZodType<string, string>, description: string) {
  const split = (value: unknown) =>
    typeof value === 'string'
      ? value
          .split(',')
          .map((part) => part.trim())
          .filter((part) => part !== '')
      : value;
  return z.preprocess(split, z.array(item)).describe(description);
}

/** Values by name: a YAML object, or text such as `a=x,b=y`. Empty is none. */
export function named(value: z.ZodType<string, string>, description: string) {
  const split = (given: unknown) => {
    if (typeof given !== 'string') return given;
    const parts = given.split(',').filter((part) => part.trim() !== '');
    return Object.fromEntries(
      parts.map((part) => {
        const [name = '', ...rest] = part.split('=');
        return [name.trim(), rest.join('=').trim()];
      }),
    );
  };
  return z.preprocess(split, z.record(z.string().regex(/^[A-Za-z0-9_-]{1,64}$/), value)).describe(description);
}

/** A URL of one of the given schemes, as text without slashes at the end. */
export function url(schemes: readonly string[], description: string) {
  const isAllowed = (value: string) => URL.canParse(value) && schemes.includes(new URL(value).protocol);
  return z
    .string()
    .trim()
    .refine(isAllowed)
    .transform((value) => value.replace(/\/+$/, ''))
    .describe(description);
}

/** An IP address, with a subnet's prefix length where `subnet` says so, or a port where `port` does. */
export function address({ subnet = false, port = false }: { subnet?: boolean; port?: boolean }) {
  return z.string().refine((value) => isIP(value) > 0 || (subnet && isSubnet(value)) || (port && hasPort(value)));
}

function isSubnet(value: string): boolean {
  const [network = '', prefix = '', ...rest] = value.split('/');
  const longest = isIP(network) === 6 ? 128 : 32;
  return rest.length === 0 && isIP(network) > 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= longest;
}

function hasPort(value: string): boolean {
  const match = /^(?:\[(?<six>[^\]]+)\]|(?<four>[^:]+)):(?<port>\d{1,5})$/.exec(value);
  const port = Number(match?.groups?.port);
  return isIP(match?.groups?.six ?? match?.groups?.four ?? '') > 0 && port > 0 && port < 65536;
}
