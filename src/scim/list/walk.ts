import { type Database, type Sql, sql } from '../../database/index.js';
import type { ListPlan } from './plan-list.js';
import { type ListKey, selectKeysBeyond, type ValueKey } from './select-keys.js';
import { type PageItem, showKeys } from './show-keys.js';

/**
 * A stretch of a walk whose order is one key: the resources of all types that have a value to sort by, or those of one
 * type that have none (all of them without `sortBy`), which come in the order of their ids.
 */
type Stretch = 'values' | number;

/**
 * The resources of a query beyond a place, in the order of the list. A place is a key and not a number, so whatever
 * others create or delete meanwhile, nothing that stays is passed over or met twice (RFC 9865 section 2).
 * @param from undefined for the start
 * @param backward the resources before the place instead of those behind it
 */
export async function walk(
  database: Database,
  plan: ListPlan,
  from: ListKey | undefined,
  backward: boolean,
  limit: number,
): Promise<PageItem[]> {
  const stretches = backward ? stretchesOf(plan).reverse() : stretchesOf(plan);
  const first = from === undefined ? 0 : stretches.indexOf(from.key === null ? from.part : 'values');
  const items: PageItem[] = [];
  for (const [index, stretch] of stretches.slice(first).entries()) {
    if (items.length >= limit) break;
    const start = index === 0 ? from : undefined;
    const rest = limit - items.length;
    items.push(
      ...(stretch === 'values'
        ? await walkValues(database, plan, start, backward, rest)
        : await walkPart(plan, stretch, start, backward, rest)),
    );
  }
  return backward ? items.reverse() : items;
}

function stretchesOf({ parts, direction }: ListPlan): Stretch[] {
  const withoutValue = [...parts.keys()];
  if (parts.every((part) => part.sortKey === undefined)) return withoutValue;
  return direction === 'ascending' ? ['values', ...withoutValue] : [...withoutValue, 'values'];
}

async function walkValues(
  database: Database,
  plan: ListPlan,
  from: ListKey | undefined,
  backward: boolean,
  limit: number,
): Promise<PageItem[]> {
  // Whose key is null stands in another stretch.
  const keys = await selectKeysBeyond(database, plan, from as ValueKey | undefined, backward, limit);
  return showKeys(plan, keys);
}

async function walkPart(
  plan: ListPlan,
  index: number,
  from: ListKey | undefined,
  backward: boolean,
  limit: number,
): Promise<PageItem[]> {
  const part = plan.parts[index];
  if (part === undefined) return [];
  const condition = withoutValue(part.condition, part.sortKey?.expression);
  const wanted = { kind: 'range', condition, from: from?.id, backward, limit } as const;
  const shown = await part.source.show(wanted, part.projection, plan.context);
  return shown.map(({ id, text }) => ({ part: index, id, key: null, text }));
}

function withoutValue(condition: Sql | undefined, key: Sql | undefined): Sql | undefined {
  if (key === undefined) return condition;
  const missing = sql`(${key}) IS NULL`;
  return condition === undefined ? missing : sql`${condition} AND ${missing}`;
}
