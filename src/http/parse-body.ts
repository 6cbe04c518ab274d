import { ScimError } from '../scim/index.js';
import { syntaxErrorPosition } from './syntax-error-position.js';

export interface StructureLimits {
  readonly depth: number;
  readonly attributes: number;
}

const BACKSLASH = 92;
const FRACTION_OR_EXPONENT = /[.eE]/;
/** The compiler's libraries do not know the third argument of a reviver yet (ECMAScript 2026, Node 22). */
const parseJson = JSON.parse as (text: string, reviver?: typeof withSpelling) => unknown;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The JSON of a body. What it is about is the engine's affair, and so is a body that is no object. With `keepSpelling` a
 * whole number that is written with a fraction or an exponent is a bigint: `1.0` and `1e3` are decimals and no integers
 * (RFC 7643 section 2.3.4), and a JavaScript number does not show the difference.
 * @throws ScimError 400 invalidSyntax that names the position or the limit
 */
export function parseBody(bytes: Buffer, limits: StructureLimits, options: { keepSpelling: boolean }): unknown {
  const text = decode(bytes);
  if (text.trim() === '') throw invalidSyntax('The request has no body; a JSON object is needed.');
  const { hasDecimals } = inspect(text, limits);
  try {
    return hasDecimals && options.keepSpelling ? parseJson(text, withSpelling) : parseJson(text);
  } catch {
    // The engine's message may quote the body, and the log must not.
    throw invalidSyntax(`The body is not valid JSON: see position ${syntaxErrorPosition(text)}.`);
  }
}

function decode(bytes: Buffer): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    throw invalidSyntax('The body is not valid UTF-8.');
  }
}

function withSpelling(_name: string, value: unknown, { source }: { source?: string }): unknown {
  if (typeof value !== 'number' || !Number.isInteger(value)) return value;
  return FRACTION_OR_EXPONENT.test(source ?? '') ? BigInt(value) : value;
}

/**
 * Counts nesting and attributes, and looks for numbers with a fraction or an exponent, without building anything. The
 * text need not be JSON yet.
 */
function inspect(text: string, limits: StructureLimits): { hasDecimals: boolean } {
  let depth = 0;
  let attributes = 0;
  let hasDecimals = false;
  for (let index = 0; index < text.length; index++) {
    switch (text.charCodeAt(index)) {
      case 34: // "
        index = endOfString(text, index);
        break;
      case 58: // :
        if (++attributes > limits.attributes) {
          throw invalidSyntax(
            `The body has more than ${limits.attributes} attributes, the setting LIMIT_BODY_ATTRIBUTES.`,
          );
        }
        break;
      case 91: // [
      case 123: // {
        if (++depth > limits.depth) {
          throw invalidSyntax(`The body is nested deeper than ${limits.depth}, the setting LIMIT_BODY_DEPTH.`);
        }
        break;
      case 93: // ]
      case 125: // }
        depth--;
        break;
      case 46: // .
      case 69: // E
        hasDecimals = true;
        break;
      case 101: // e, which true and false have as well
        hasDecimals ||= isDigit(text.charCodeAt(index - 1));
        break;
    }
  }
  return { hasDecimals };
}

function isDigit(character: number): boolean {
  return character >= 48 && character <= 57;
}

/** The index of the closing quote; the text's length when there is none. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let before = end - 1;
    while (text.charCodeAt(before) === BACKSLASH) before--;
    // An even number of backslashes is as many characters, and leaves the quote alone.
    if ((end - before) % 2 === 1) return end;
  }
  return text.length;
}

function invalidSyntax(detail: string): ScimError {
  return new ScimError(400, 'invalidSyntax', detail);
}
