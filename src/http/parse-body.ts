import { ScimError } from '../scim/index.js';
import { syntaxErrorPosition } from './syntax-error-position.js';

export interface StructureLimits {
  readonly depth: number;
  readonly attributes: number;
}

const BACKSLASH = 92;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The JSON of a body. What it is about is the engine's affair, and so is a body that is no object.
 * @throws ScimError 400 invalidSyntax that names the position or the limit
 */
export function parseBody(bytes: Buffer, limits: StructureLimits): unknown {
  const text = decode(bytes);
  if (text.trim() === '') throw invalidSyntax('The request has no body; a JSON object is needed.');
  requireStructure(text, limits);
  try {
    return JSON.parse(text);
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

/** Counts nesting and attributes without building anything. The text need not be JSON yet. */
function requireStructure(text: string, limits: StructureLimits): void {
  let depth = 0;
  let attributes = 0;
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
    }
  }
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
