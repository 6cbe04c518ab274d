import { type Sql, sql } from './sql.js';

/**
 * Rows for a set-based statement, as the expression behind FROM: `made` has the columns. A line of JSON a row is read
 * in 0.6 of the time of one document with all rows, and that faster than arrays of a column each (measured with 1,000
 * users of 2 kB).
 * @param columns names and types as in a column definition list; what a row does not have is NULL
 */
export function jsonRows(rows: readonly object[], columns: Sql): Sql {
  return jsonLines(rows.map((row) => JSON.stringify(row)).join('\n'), columns);
}

/** The same for rows that are text already, one a line: JSON.stringify writes none with a line break. */
export function jsonLines(lines: string, columns: Sql): Sql {
  return sql`
    string_to_table(${lines}, ${'\n'}) AS line CROSS JOIN LATERAL jsonb_to_record(line::jsonb) AS made (${columns})`;
}
