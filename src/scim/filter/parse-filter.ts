import { ScimError } from '../errors.js';
import {
  COMPARISON_OPERATORS,
  type ComparisonOperator,
  type Filter,
  type FilterLimits,
  joinFilters,
} from './filter.js';
import { filterError, shown, type Token, tokenize } from './lexer.js';
import { parseOperand } from './operand.js';
import { isPathText } from './path-text.js';

export interface FilterSyntax {
  /** `emails[type eq "work"].value eq "a@b"` means `emails[type eq "work" and value eq "a@b"]`. */
  readonly subAttributeOfValuePath: boolean;
  /** Whether the text stands in the brackets of a value path. */
  readonly inBrackets?: boolean;
}

/**
 * Parses a filter of RFC 7644 section 3.4.2.2 with its errata, in time linear in its length. Nothing is resolved:
 * `bindFilter` does that.
 * @throws ScimError 400 invalidFilter, naming the operator, value or limit and the place
 */
export function parseFilter(
  text: string,
  limits: FilterLimits,
  syntax: FilterSyntax = { subAttributeOfValuePath: true },
): Filter {
  if (text.length > limits.length) {
    throw new ScimError(
      400,
      'invalidFilter',
      `The filter is longer than the limit of ${limits.length} characters (LIMIT_FILTER_LENGTH)`,
    );
  }
  return new Parser(text, limits, syntax).parse();
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #end: number;
  readonly #limits: FilterLimits;
  readonly #syntax: FilterSyntax;
  #next = 0;
  #depth = 0;
  #terms = 0;
  #inBrackets: boolean;

  constructor(text: string, limits: FilterLimits, syntax: FilterSyntax) {
    this.#tokens = tokenize(text);
    this.#end = text.length;
    this.#limits = limits;
    this.#syntax = syntax;
    this.#inBrackets = syntax.inBrackets ?? false;
  }

  parse(): Filter {
    if (this.#tokens.length === 0) throw filterError('it is empty', 0);
    const filter = this.#disjunction();
    const rest = this.#peek();
    if (rest !== undefined) throw filterError(`unexpected ${shown(rest.text)}`, rest.position);
    return filter;
  }

  #disjunction(): Filter {
    const filters = [this.#conjunction()];
    while (this.#takeKeyword('or')) filters.push(this.#conjunction());
    return joinFilters('or', filters);
  }

  #conjunction(): Filter {
    const filters = [this.#factor()];
    while (this.#takeKeyword('and')) filters.push(this.#factor());
    return joinFilters('and', filters);
  }

  #factor(): Filter {
    const token = this.#take();
    if (token?.kind === '(') return this.#group(token);
    if (token?.kind !== 'word') {
      const found = token === undefined ? 'it ends' : `there is ${shown(token.text)}`;
      throw filterError(`an attribute is expected where ${found}`, token?.position ?? this.#end);
    }
    if (token.text.toLowerCase() === 'not') return { kind: 'not', filter: this.#negated() };
    return this.#attributeExpression(token);
  }

  #group(open: Token): Filter {
    this.#enter(open);
    const filter = this.#disjunction();
    this.#leave(open, ')');
    return filter;
  }

  #negated(): Filter {
    const open = this.#take();
    if (open?.kind !== '(') throw filterError('not must be followed by (', open?.position ?? this.#end);
    return this.#group(open);
  }

  #attributeExpression(token: Token): Filter {
    const path = token.text;
    const keyword = path.toLowerCase();
    if (keyword === 'and' || keyword === 'or' || !isPathText(path)) {
      throw filterError(`${shown(path)} is not an attribute`, token.position);
    }
    const bracket = this.#peek();
    return bracket?.kind === '[' ? this.#valuePath(path, bracket) : this.#test(path);
  }

  #valuePath(path: string, open: Token): Filter {
    if (this.#inBrackets) throw filterError('a value path cannot stand inside a value path', open.position);
    this.#next += 1;
    this.#enter(open);
    this.#inBrackets = true;
    const inner = this.#disjunction();
    this.#inBrackets = false;
    const close = this.#leave(open, ']');
    const after = this.#peek();
    if (after?.kind !== 'word' || after.position !== close.position + 1) {
      return { kind: 'valuePath', path, filter: inner };
    }
    return { kind: 'valuePath', path, filter: joinFilters('and', [inner, this.#subAttributeTest(after)]) };
  }

  #subAttributeTest(token: Token): Filter {
    const name = token.text.slice(1);
    const wellFormed = token.text.startsWith('.') && isPathText(name) && !name.includes('.');
    if (!wellFormed || !this.#syntax.subAttributeOfValuePath) {
      throw filterError(`unexpected ${shown(token.text)} after ]`, token.position);
    }
    this.#next += 1;
    return this.#test(name);
  }

  #test(path: string): Filter {
    this.#terms += 1;
    const token = this.#take();
    if (this.#terms > this.#limits.terms) {
      throw filterError(
        `it has more terms than the limit of ${this.#limits.terms}, LIMIT_FILTER_TERMS`,
        token?.position ?? this.#end,
      );
    }
    if (token?.kind !== 'word') throw filterError(`${shown(path)} needs an operator`, token?.position ?? this.#end);
    const name = token.text.toLowerCase();
    if (name === 'pr') return { kind: 'present', path };
    const operator = comparisonOperator(name);
    if (operator === undefined) throw filterError(`the operator ${shown(token.text)} does not exist`, token.position);
    return { kind: 'compare', path, operator, operand: parseOperand(this.#take(), operator, this.#end) };
  }

  #enter(open: Token): void {
    this.#depth += 1;
    if (this.#depth > this.#limits.depth) {
      throw filterError(
        `it is nested deeper than the limit of ${this.#limits.depth}, LIMIT_FILTER_DEPTH`,
        open.position,
      );
    }
  }

  #leave(open: Token, kind: ')' | ']'): Token {
    this.#depth -= 1;
    const token = this.#take();
    if (token?.kind === kind) return token;
    const found = token === undefined ? '' : ` before ${shown(token.text)}`;
    throw filterError(`${open.text} is not closed${found}`, token?.position ?? open.position);
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#next];
  }

  #take(): Token | undefined {
    const token = this.#tokens[this.#next];
    this.#next += 1;
    return token;
  }

  #takeKeyword(keyword: 'and' | 'or'): boolean {
    const token = this.#peek();
    if (token?.kind !== 'word' || token.text.toLowerCase() !== keyword) return false;
    this.#next += 1;
    return true;
  }
}

function comparisonOperator(name: string): ComparisonOperator | undefined {
  return COMPARISON_OPERATORS.find((operator) => operator === name);
}
