import { invalid } from '../http/answer.ts';

/** One condition of a `query`; they are joined by AND, there is no OR. */
export interface Clause {
  /** Undefined for a bare word. */
  readonly field: string | undefined;
  readonly operator: '=' | ':' | '<' | '<=' | '>' | '>=';
  readonly value: string;
  /** Whether the value ended in `*`. */
  readonly prefix: boolean;
}

const CLAUSE = /\s*(?:([A-Za-z][\w.]*)\s*(<=|>=|=|:|<|>)\s*)?(?:'((?:[^'\\]|\\.)*)'|([^\s'=:<>]+))(\*)?(?=\s|$)/y;

/** @throws GoogleError 400 "Invalid Input" */
export function parseQuery(text: string): Clause[] {
  const clauses: Clause[] = [];
  CLAUSE.lastIndex = 0;
  while (text.slice(CLAUSE.lastIndex).trim() !== '') {
    const match = CLAUSE.exec(text);
    if (match === null) throw invalid();
    const [, field, operator = ':', quoted, bare = '', star] = match;
    const starred = star !== undefined || bare.endsWith('*');
    clauses.push({
      field,
      operator: operator as Clause['operator'],
      value: quoted === undefined ? bare.replace(/\*$/, '') : quoted.replaceAll(/\\(.)/g, '$1'),
      prefix: starred,
    });
  }
  return clauses;
}

export type TextMatch = 'exact' | 'prefix' | 'word';

/** A test of texts by what the field allows; letter case does not count. @throws GoogleError 400 */
export function textTest(
  { operator, value, prefix }: Clause,
  allowed: readonly TextMatch[],
): (text: string) => boolean {
  const wanted = value.toLowerCase();
  const way: TextMatch | undefined =
    operator === '=' ? 'exact' : operator === ':' ? (prefix ? 'prefix' : 'word') : undefined;
  if (way === undefined || !allowed.includes(way) || (way === 'exact' && prefix)) throw invalid();
  if (way === 'exact') return (text) => text.toLowerCase() === wanted;
  if (way === 'prefix') return (text) => text.toLowerCase().startsWith(wanted);
  return (text) =>
    ` ${text.toLowerCase().replaceAll(/[\s@.,-]+/g, ' ')} `.includes(` ${wanted.replaceAll(/[\s@.,-]+/g, ' ')} `);
}

/** @throws GoogleError 400 where it is neither true nor false */
export function flagOf({ operator, value }: Clause): boolean {
  if (operator !== '=' || !/^(true|false)$/i.test(value)) throw invalid();
  return value.toLowerCase() === 'true';
}
