import type { Database } from '../../database/index.js';
import { ScimError } from '../errors.js';
import { type CursorState, type Cursors, invalidCursor } from './cursors.js';
import type { Page } from './list-answer.js';
import type { ListQuery } from './list-query.js';
import type { ListPlace, ListPlan } from './plan-list.js';
import type { ListKey } from './select-keys.js';
import type { PageItem } from './show-keys.js';
import { countPlan } from './total-results.js';
import { walk } from './walk.js';

export interface CursorPaging {
  readonly database: Database;
  readonly cursors: Cursors;
  /** Resources on a page at most. */
  readonly pageSizeMax: number;
}

/** A page of a walk by cursor (RFC 9865). Its total is that of the first page: later ones do not count again. */
export async function cursorPage(
  { database, cursors, pageSizeMax }: CursorPaging,
  place: ListPlace,
  plan: ListPlan,
  query: ListQuery,
  count: number,
): Promise<Page> {
  const binding = bindingOf(place, plan, query);
  const state = query.cursor === undefined || query.cursor === '' ? undefined : cursors.open(query.cursor, binding);
  if (state !== undefined) requireSameCount(state, query);
  const asked = state?.count ?? count;
  const size = Math.min(asked, pageSizeMax);
  if (size === 0) return { totalResults: await countPlan(database, plan), texts: [] };

  const start = state === undefined ? undefined : keyOf(state, plan);
  // One more than is shown tells whether there are more.
  const before = state?.backward === true ? await walk(database, plan, start, true, size + 1) : [];
  const backward = before.length > 0;
  // When what was before a page is gone, that page is the first.
  const from = state?.backward === true ? undefined : start;
  const found = backward ? before : await walk(database, plan, from, false, size + 1);
  const hasMore = found.length > size;
  const items = hasMore ? (backward ? found.slice(1) : found.slice(0, size)) : found;
  const totalResults = state?.totalResults ?? (hasMore ? await countPlan(database, plan) : items.length);

  const cursorAt = (item: PageItem | undefined, toEarlier: boolean): string | undefined => {
    const endpoint = item === undefined ? undefined : plan.parts[item.part]?.source.type.endpoint;
    if (item === undefined || endpoint === undefined) return undefined;
    const { id, key } = item;
    return cursors.seal({ endpoint, id, key, backward: toEarlier, count: asked, totalResults }, binding);
  };
  const hasEarlier = backward ? hasMore : from !== undefined;
  const hasLater = backward || hasMore;
  return {
    totalResults,
    nextCursor: hasLater ? cursorAt(items[items.length - 1], false) : undefined,
    previousCursor: hasEarlier ? cursorAt(items[0], true) : undefined,
    texts: items.map(({ text }) => text).filter((text) => text !== undefined),
  };
}

/**
 * All that a cursor is good for: who walks and what they see (RFC 9865 section 5.2), and the query, which has to stay
 * the same (section 2).
 */
function bindingOf({ path }: ListPlace, { reader }: ListPlan, query: ListQuery): string {
  const { siteId, connectionId, sees } = reader;
  const { filter, sortBy, sortOrder, attributes, excludedAttributes } = query;
  const projection = [attributes.join(), excludedAttributes.join()];
  return JSON.stringify([siteId, connectionId, sees, path, filter, sortBy, sortOrder, ...projection]);
}

function requireSameCount({ count }: CursorState, query: ListQuery): void {
  if (query.count === undefined || Math.max(0, query.count) === count) return;
  throw new ScimError(400, 'invalidCount', `count: must be ${count} on every page of a walk, as on the first.`);
}

function keyOf({ endpoint, id, key }: CursorState, plan: ListPlan): ListKey {
  const part = plan.parts.findIndex(({ source }) => source.type.endpoint === endpoint);
  // The server was started with other resource types since.
  if (part === -1) throw invalidCursor();
  return { part, id, key };
}
