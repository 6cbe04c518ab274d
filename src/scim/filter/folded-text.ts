import { type Sql, sql } from '../../database/index.js';

/** As comparisonKey does it, but for its width variants: names of applications are short and typed by administrators. */
export function foldedText(expression: Sql): Sql {
  return sql`normalize(lower(${expression}))`;
}
