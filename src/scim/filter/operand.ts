import type { Operand } from './filter.js';
import { filterError, shown, type Token } from './lexer.js';

/** RFC 8259 section 6; no part of it can match a text in two ways, so it runs in linear time. */
const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

/**
 * Reads the operand of a comparison: a JSON string, number, `true`, `false` or `null`.
 * @throws ScimError 400 invalidFilter naming what stands there instead (A-23: unquoted text is refused)
 */
export function parseOperand(token: Token | undefined, operator: string, end: number): Operand {
  if (token === undefined) throw filterError(`${operator} needs a value`, end);
  if (token.kind === 'string') return token.value;
  if (token.kind !== 'word') throw filterError(`${operator} needs a value instead of ${token.text}`, token.position);
  switch (token.text) {
    case 'true':
      return true;
    case 'false':
      return false;
    case 'null':
      return null;
  }
  if (!NUMBER.test(token.text)) {
    throw filterError(`the value ${shown(token.text)} must be quoted, as JSON strings are`, token.position);
  }
  const number = Number(token.text);
  if (!Number.isFinite(number)) throw filterError(`the number ${shown(token.text)} is too large`, token.position);
  // -0 equals 0 and would not survive formatFilter.
  return number === 0 ? 0 : number;
}
