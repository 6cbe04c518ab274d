import type { Database } from '../../database/index.js';
import { ScimError } from '../errors.js';
import type { ScimContext, ScimLimits, ScimResponse } from '../request.js';
import { cursorPage } from './cursor-page.js';
import type { Cursors } from './cursors.js';
import { indexPage } from './index-page.js';
import { listAnswer, type Page } from './list-answer.js';
import type { ListQuery } from './list-query.js';
import { createPageAnchors } from './page-anchors.js';
import { ALL_TYPES, type ListPlace, type ListPlan, planList } from './plan-list.js';
import type { SensitiveAttributes } from './sensitive-attributes.js';

export interface ListDependencies {
  readonly database: Database;
  readonly limits: ScimLimits;
  readonly cursors: Cursors;
  readonly sensitive: SensitiveAttributes;
}

/** Queries over one resource type or all (RFC 7644 sections 3.4.2 and 3.4.3), page by page. */
export interface Lists {
  /** @throws ScimError 400 invalidFilter, invalidValue, tooMany, or one of the cursor errors; 403 sensitive */
  answer(place: ListPlace, query: ListQuery, context: ScimContext): Promise<ScimResponse>;
}

export function createLists({ database, limits, cursors, sensitive }: ListDependencies): Lists {
  const byIndex = { database, anchors: createPageAnchors() };
  const byCursor = { database, cursors, pageSizeMax: limits.pageSizeMax };

  async function pageOf(place: ListPlace, plan: ListPlan, query: ListQuery): Promise<Page> {
    const asked = Math.max(0, query.count ?? limits.pageSizeDefault);
    if (query.cursor !== undefined) return cursorPage(byCursor, place, plan, query, asked);
    const startIndex = Math.max(1, query.startIndex ?? 1);
    const page = await indexPage(byIndex, plan, startIndex - 1, Math.min(limits.pageSizeMax, asked));
    return { ...page, startIndex };
  }

  return {
    async answer(place, query, context) {
      const plan = planList(place, query, context, { limits, sensitive });
      const page = await pageOf(place, plan, query);
      if (place.path === ALL_TYPES) requireFew(page.totalResults, limits.rootQueryResults);
      return listAnswer(page);
    },
  };
}

/** @param most 0 for no bound */
function requireFew(totalResults: number, most: number): void {
  if (most === 0 || totalResults <= most) return;
  const detail = `The query matches ${totalResults} resources; LIMIT_ROOT_QUERY_RESULTS allows ${most}: add a filter, or ask an endpoint.`;
  throw new ScimError(400, 'tooMany', detail);
}
