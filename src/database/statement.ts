import { createHash } from 'node:crypto';

/** A statement with its parameters; `Sql` of sql-template-tag is one. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** What pg is given: with a name it is prepared once per connection, without one it is parsed every time. */
export interface NamedStatement {
  name?: string;
  text: string;
  values: unknown[];
}

/**
 * More distinct texts than the program itself has, and a bound for those that clients make: each filter shape is a
 * text of its own, and every named text stays in the memory of every connection (about 50 kB with its plan).
 */
const MOST_NAMED_TEXTS = 500;

/** Gives each distinct text a short name, the first `most` of them; later texts run unnamed. */
export function createStatementNames(most: number = MOST_NAMED_TEXTS): (statement: Statement) => NamedStatement {
  const names = new Map<string, string>();
  return ({ text, values }) => {
    let name = names.get(text);
    if (name === undefined && names.size < most) {
      // 96 bits: two texts with the same name would be refused by pg
      name = createHash('sha256').update(text).digest('base64url').slice(0, 16);
      names.set(text, name);
    }
    // pg only reads the values, but asks for a mutable array
    const parameters = values as unknown[];
    return name === undefined ? { text, values: parameters } : { name, text, values: parameters };
  };
}
