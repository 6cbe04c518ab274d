import { ScimError } from '../errors.js';

/** `word` is an attribute path, an operator, a keyword or an unquoted literal; what it is depends on its place. */
export type Token =
  | { readonly kind: '(' | ')' | '[' | ']'; readonly text: string; readonly position: number }
  | { readonly kind: 'word'; readonly text: string; readonly position: number }
  | { readonly kind: 'string'; readonly text: string; readonly position: number; readonly value: string };

const SPACES = new Set([' ', '\t', '\n', '\r']);
/** With the u flag a whole pair is one character and no surrogate. */
const HALF_PAIR = /\p{Surrogate}/u;
const PUNCTUATION = new Set(['(', ')', '[', ']']);

/**
 * Cuts a filter into tokens, looking at every character once. Between a string and a word there must be a space, or
 * `eq"a"and` would be read.
 * @throws ScimError 400 invalidFilter
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  while (position < text.length) {
    const character = text.charAt(position);
    if (SPACES.has(character)) {
      position += 1;
      continue;
    }
    const token = nextToken(text, position, character);
    const before = tokens.at(-1);
    if (before !== undefined && touches(before, token)) {
      throw filterError(`a space is missing before ${shown(token.text)}`, position);
    }
    tokens.push(token);
    position += token.text.length;
  }
  return tokens;
}

/** An error that tells where in the filter it is; positions count from 1, as a reader does. */
export function filterError(problem: string, position: number): ScimError {
  return new ScimError(400, 'invalidFilter', `Invalid filter: ${problem} (at character ${position + 1})`);
}

/** An attribute behind the URN of an extension must still be seen whole. */
const SHOWN_LENGTH = 160;

/** A piece of the client's text as an error repeats it. */
export function shown(text: string): string {
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}

function nextToken(text: string, position: number, character: string): Token {
  switch (character) {
    case '(':
    case ')':
    case '[':
    case ']':
      return { kind: character, text: character, position };
    case '"':
      return stringToken(text, position);
    default:
      return wordToken(text, position);
  }
}

function touches(before: Token, token: Token): boolean {
  if (before.position + before.text.length !== token.position) return false;
  return (before.kind === 'string' || before.kind === 'word') && (token.kind === 'string' || token.kind === 'word');
}

function wordToken(text: string, position: number): Token {
  let end = position + 1;
  while (end < text.length && isWordCharacter(text.charAt(end))) end += 1;
  return { kind: 'word', text: text.slice(position, end), position };
}

function isWordCharacter(character: string): boolean {
  return !SPACES.has(character) && !PUNCTUATION.has(character) && character !== '"';
}

function stringToken(text: string, position: number): Token {
  let end = position + 1;
  while (end < text.length && text.charAt(end) !== '"') end += text.charAt(end) === '\\' ? 2 : 1;
  if (end >= text.length) throw filterError('the quoted string does not end', position);
  const raw = text.slice(position, end + 1);
  const value = parseString(raw, position);
  // PostgreSQL's text holds neither; as no stored value does, a filter with one is a mistake.
  if (value.includes('\0') || HALF_PAIR.test(value)) {
    throw filterError('the quoted string holds U+0000 or half of a surrogate pair', position);
  }
  return { kind: 'string', text: raw, position, value };
}

function parseString(raw: string, position: number): string {
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch {
    throw filterError(`${shown(raw)} is not a JSON string`, position);
  }
  if (typeof value !== 'string') throw filterError(`${shown(raw)} is not a JSON string`, position);
  return value;
}
