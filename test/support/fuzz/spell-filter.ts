import fc from 'fast-check';
import type { Filter } from '../../../src/scim/filter/index.js';

/** Decides between spellings: a whole number below `most`. */
type Pick = (most: number) => number;

/** One of the many texts that mean this filter: blanks, needless parentheses, keywords in any case, escapes. */
export function spellings(filter: Filter, inBrackets = false): fc.Arbitrary<string> {
  return fc.array(fc.nat({ max: 999 }), { minLength: 1, maxLength: 60 }).map((choices) => {
    let next = 0;
    const pick: Pick = (most) => (choices[next++ % choices.length] ?? 0) % most;
    return spell(filter, pick, inBrackets);
  });
}

function spell(filter: Filter, pick: Pick, inBrackets: boolean): string {
  const text = bare(filter, pick, inBrackets);
  return pick(6) === 0 ? `(${blank(pick)}${text}${blank(pick)})` : text;
}

function bare(filter: Filter, pick: Pick, inBrackets: boolean): string {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const parts = filter.filters.map((part) => {
        const text = spell(part, pick, inBrackets);
        const isLooser = filter.kind === 'and' && part.kind === 'or' && !isWrapped(text);
        return isLooser ? `(${text})` : text;
      });
      return parts.join(` ${blank(pick)}${anyCase(filter.kind, pick)} ${blank(pick)}`);
    }
    case 'not':
      return `${anyCase('not', pick)}${blank(pick)}(${spell(filter.filter, pick, inBrackets)}${blank(pick)})`;
    case 'present':
      return `${filter.path} ${blank(pick)}${anyCase('pr', pick)}`;
    case 'compare': {
      const operand = typeof filter.operand === 'string' ? quote(filter.operand, pick) : JSON.stringify(filter.operand);
      return `${filter.path} ${anyCase(filter.operator, pick)} ${blank(pick)}${operand}`;
    }
    case 'valuePath':
      return `${filter.path}[${blank(pick)}${spell(filter.filter, pick, true)}${blank(pick)}]`;
  }
}

/** Whether the first parenthesis is closed by the last character; strings hold parentheses that do not count. */
function isWrapped(text: string): boolean {
  if (!text.startsWith('(')) return false;
  let depth = 0;
  const outside = text.replaceAll(/"(?:[^"\\]|\\.)*"/gs, (string) => '_'.repeat(string.length));
  for (const [index, character] of [...outside].entries()) {
    if (character === '(') depth++;
    if (character === ')' && --depth === 0) return index === [...outside].length - 1;
  }
  return false;
}

function blank(pick: Pick): string {
  return ['', '', '', ' ', '\t', '  ', '\n'][pick(7)] ?? '';
}

function anyCase(word: string, pick: Pick): string {
  const upper = word.charAt(0).toUpperCase() + word.slice(1);
  return [word, word, word.toUpperCase(), upper][pick(4)] ?? word;
}

function quote(text: string, pick: Pick): string {
  if (pick(3) > 0) return JSON.stringify(text);
  const units = text.split('').map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `"${units.join('')}"`;
}

/** A path in any case, as names are found. */
export function anyCasePaths(filter: Filter, flips: readonly boolean[]): Filter {
  let next = 0;
  const flipped = (path: string) =>
    path.replaceAll(/[a-z]/gi, (letter) =>
      flips[next++ % flips.length] === true ? letter.toUpperCase() : letter.toLowerCase(),
    );
  const walk = (part: Filter): Filter => {
    switch (part.kind) {
      case 'and':
      case 'or':
        return { kind: part.kind, filters: part.filters.map(walk) };
      case 'not':
        return { kind: 'not', filter: walk(part.filter) };
      case 'valuePath':
        return { kind: 'valuePath', path: flipped(part.path), filter: walk(part.filter) };
      default:
        return { ...part, path: flipped(part.path) };
    }
  };
  return walk(filter);
}
