import type { Database } from '../../database/index.js';
import type { ShownText } from './list-source.js';
import type { PageAnchors } from './page-anchors.js';
import type { ListPart, ListPlan } from './plan-list.js';
import { selectIdAt, selectKeysAt } from './select-keys.js';
import { showKeys } from './show-keys.js';
import { countPart, countPlan } from './total-results.js';

export interface IndexPage {
  /** Exact. */
  readonly totalResults: number;
  readonly texts: readonly ShownText[];
}

export interface IndexPaging {
  readonly database: Database;
  readonly anchors: PageAnchors;
}

/** The page of a query that starts behind `offset` resources. */
export function indexPage(paging: IndexPaging, plan: ListPlan, offset: number, count: number): Promise<IndexPage> {
  return plan.parts.some((part) => part.sortKey !== undefined)
    ? sortedPage(paging, plan, offset, count)
    : typeByType(paging, plan, offset, count);
}

async function sortedPage(
  { database }: IndexPaging,
  plan: ListPlan,
  offset: number,
  count: number,
): Promise<IndexPage> {
  const keys = count === 0 ? [] : await selectKeysAt(database, plan, offset, count);
  const [items, totalResults] = await Promise.all([
    showKeys(plan, keys),
    isWhole(offset, count, keys) ? keys.length : countPlan(database, plan),
  ]);
  return { totalResults, texts: items.map(({ text }) => text).filter((text) => text !== undefined) };
}

/** Without an order of their own resources come by type and id. */
async function typeByType(paging: IndexPaging, plan: ListPlan, offset: number, count: number): Promise<IndexPage> {
  let totalResults = 0;
  const texts: ShownText[] = [];
  for (const part of plan.parts) {
    const skipped = Math.max(0, offset - totalResults);
    const page = await pageOfPart(paging, plan, part, skipped, count - texts.length);
    totalResults += page.totalResults;
    texts.push(...page.texts);
  }
  return { totalResults, texts };
}

/**
 * One page of one type with its exact total. A first page that is not full is the whole answer, so the lookups that
 * identity providers make before every change cost one statement.
 */
async function pageOfPart(
  paging: IndexPaging,
  plan: ListPlan,
  part: ListPart,
  offset: number,
  count: number,
): Promise<IndexPage> {
  const page = count === 0 ? Promise.resolve([]) : resourcesAt(paging, plan, part, offset, count);
  // Known at once; of what is filtered only when the page does not tell.
  const all = part.condition === undefined ? part.source.countAll(plan.reader) : undefined;
  const [shown, total] = await Promise.all([page, all]);
  const totalResults = total ?? (isWhole(offset, count, shown) ? shown.length : undefined);
  return {
    totalResults: totalResults ?? (await countPart(paging.database, plan, part)),
    texts: shown.map(({ text }) => text),
  };
}

async function resourcesAt(
  { database, anchors }: IndexPaging,
  plan: ListPlan,
  part: ListPart,
  offset: number,
  limit: number,
) {
  const { source, condition, projection } = part;
  const walk = `${plan.reader.connectionId} ${source.type.endpoint} ${plan.filter}`;
  let from: string | undefined;
  if (offset > 0) {
    from = anchors.find(walk, offset) ?? (await selectIdAt(database, part, offset - 1));
    if (from === undefined) return [];
  }
  const shown = await source.show({ kind: 'range', condition, from, backward: false, limit }, projection, plan.context);
  const last = shown[shown.length - 1];
  if (last !== undefined) anchors.remember(walk, offset + shown.length, last.id);
  return shown;
}

function isWhole(offset: number, count: number, found: readonly unknown[]): boolean {
  return offset === 0 && found.length < count;
}
