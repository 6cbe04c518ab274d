import { type Database, join, raw, type Sql, sql } from '../../database/index.js';
import { orderBy, type SortKey } from '../filter/index.js';
import type { ListPart, ListPlan } from './plan-list.js';

/** Where a resource stands in a sorted list. */
export interface ListKey {
  /** Index of its part in the plan. */
  readonly part: number;
  readonly id: string;
  /** What it is sorted by, as text that PostgreSQL reads back as the same value; null without a value. */
  readonly key: string | null;
}

export type ValueKey = ListKey & { readonly key: string };

/** A part of the sorted list by numbers: those without a value are last, or first in descending order. */
export function selectKeysAt(database: Database, plan: ListPlan, offset: number, limit: number): Promise<ListKey[]> {
  return database.read<ListKey>(sql`
    SELECT listed.part, listed.id, listed.key::text AS key FROM (${branches(plan)}) listed
    ORDER BY ${orderBy(sql`listed.key`, plan.direction)}, listed.part, listed.id LIMIT ${limit} OFFSET ${offset}`);
}

/** Those with a value that lie beyond a place, nearest first. */
export function selectKeysBeyond(
  database: Database,
  plan: ListPlan,
  from: ValueKey | undefined,
  backward: boolean,
  limit: number,
): Promise<ValueKey[]> {
  const descending = (plan.direction === 'descending') !== backward;
  const beyond = from === undefined ? sql`` : sql` AND ${isBeyond(from, typeOf(plan), descending, backward)}`;
  const ties = backward ? sql` DESC` : sql``;
  return database.read<ValueKey>(sql`
    SELECT listed.part, listed.id, listed.key::text AS key FROM (${branches(plan)}) listed
    WHERE listed.key IS NOT NULL${beyond}
    ORDER BY listed.key${descending ? sql` DESC` : sql``}, listed.part${ties}, listed.id${ties} LIMIT ${limit}`);
}

/** The id of the resource at a place in the order of ids, from 0. */
export async function selectIdAt(database: Database, part: ListPart, offset: number): Promise<string | undefined> {
  const { from, id } = part.rows;
  const rows = await database.read<{ id: string }>(sql`
    SELECT ${id} AS id FROM ${from} WHERE ${matching(part)} ORDER BY ${id} LIMIT 1 OFFSET ${offset}`);
  return rows[0]?.id;
}

/** How many resources of a type match. */
export async function countMatching(database: Database, part: ListPart): Promise<number> {
  const rows = await database.read<{ total: number }>(
    sql`SELECT count(*) AS total FROM ${part.rows.from} WHERE ${matching(part)}`,
  );
  return rows[0]?.total ?? 0;
}

function branches(plan: ListPlan): Sql {
  const type = typeOf(plan);
  const selects = plan.parts.map(
    (part, index) => sql`
      SELECT ${raw(String(index))} AS part, (${part.rows.id})::text COLLATE "C" AS id, ${keyOfType(part.sortKey, type)} AS key
      FROM ${part.rows.from} WHERE ${matching(part)}`,
  );
  return join(selects, ' UNION ALL ');
}

function matching({ rows, condition }: ListPart): Sql {
  return condition === undefined ? rows.visible : sql`${rows.visible} AND ${condition}`;
}

/**
 * The half that leaves ties open comes first and stands alone, since an index can answer it. Ties are in the order of
 * types and ids in both directions.
 */
function isBeyond({ part, id, key }: ValueKey, type: SortKey['type'], descending: boolean, backward: boolean): Sql {
  const value = sql`${key}::${TYPE_NAMES[type]}`;
  const tied = sql`(listed.part, listed.id) ${backward ? raw('<') : raw('>')} (${part}::integer, ${id}::text)`;
  return descending
    ? sql`listed.key <= ${value} AND (listed.key < ${value} OR ${tied})`
    : sql`listed.key >= ${value} AND (listed.key > ${value} OR ${tied})`;
}

const TYPE_NAMES: Readonly<Record<SortKey['type'], Sql>> = {
  text: raw('text'),
  uuid: raw('uuid'),
  timestamp: raw('timestamptz'),
  boolean: raw('boolean'),
  jsonb: raw('jsonb'),
};

/** What the keys of all types can be compared as: text, where an attribute has a type of its own in each. */
function typeOf({ parts }: ListPlan): SortKey['type'] {
  const types = new Set(parts.map((part) => part.sortKey?.type).filter((type) => type !== undefined));
  const [only] = types;
  return only === undefined || types.size > 1 ? 'text' : only;
}

function keyOfType(key: SortKey | undefined, type: SortKey['type']): Sql {
  if (key === undefined) return type === 'text' ? sql`NULL::text COLLATE "C"` : sql`NULL::${TYPE_NAMES[type]}`;
  return key.type === type ? key.expression : sql`(${key.expression})::text COLLATE "C"`;
}
