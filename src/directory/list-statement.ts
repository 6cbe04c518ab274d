import { type Sql, sql } from '../database/index.js';
import { isLiving } from './living.js';
import type { ListRequest, ObjectRows, Reader } from './views.js';
import { visibleTo } from './visibility.js';

/** A table of objects under the alias by which conditions of lists know it. */
export interface ObjectTable {
  readonly name: Sql;
  readonly alias: Sql;
}

/** The rows of a table that a reader sees. */
export function visibleRows({ name, alias }: ObjectTable, reader: Reader): ObjectRows {
  return { from: sql`${name} ${alias}`, id: sql`${alias}.id`, visible: visibleTo(reader, alias) };
}

/**
 * The statement of a list. Named objects come in any order, a part of all in the order of their ids, and backwards
 * what lies before a place.
 * @param tables the table under its alias, with what is joined to it
 */
export function listStatement(columns: Sql, tables: Sql, { alias }: ObjectTable, request: ListRequest): Sql {
  const { reader, wanted } = request;
  if (wanted.kind === 'named') {
    return sql`
      SELECT ${columns} FROM ${tables}
      WHERE ${visibleTo(reader, alias, isLiving(alias))} AND ${alias}.id = ANY (${wanted.ids}::uuid[])`;
  }
  const { condition, from, backward, limit } = wanted;
  const matching = condition === undefined ? sql`` : sql` AND ${condition}`;
  const beyond =
    from === undefined ? sql`` : backward ? sql` AND ${alias}.id < ${from}` : sql` AND ${alias}.id > ${from}`;
  return sql`
    SELECT ${columns} FROM ${tables} WHERE ${visibleTo(reader, alias)}${matching}${beyond}
    ORDER BY ${alias}.id${backward ? sql` DESC` : sql``} LIMIT ${limit}`;
}
