import type { Sql } from '../../database/index.js';
import type { ListRequest, ObjectView, Reader } from '../../directory/index.js';
import type { ListParameters } from './list-parameters.js';
import type { PageAnchors } from './page-anchors.js';

type Listed = Pick<ObjectView, 'id'>;

/** How a resource type is listed and counted. */
export interface ListSource<View extends Listed> {
  list(request: ListRequest): Promise<View[]>;
  /** Without a condition the total is known without looking at the objects. */
  countAll(): Promise<number>;
  countMatching(condition: Sql): Promise<number>;
}

export interface Page<View> {
  readonly totalResults: number;
  readonly startIndex: number;
  readonly items: readonly View[];
}

/**
 * One page of a query with its exact total. A first page that is not full is the whole answer, so the lookups that
 * identity providers make before every change cost one statement.
 */
export async function runList<View extends Listed>(
  source: ListSource<View>,
  reader: Reader,
  parameters: ListParameters,
  anchors: PageAnchors,
): Promise<Page<View>> {
  const { condition, order, startIndex, count } = parameters;
  const walk = `${reader.connectionId} ${parameters.shape}`;
  const after = order === undefined ? anchors.find(walk, startIndex) : undefined;
  const offset = after === undefined ? startIndex - 1 : 0;
  const page =
    count === 0 ? Promise.resolve([]) : source.list({ reader, condition, order, after, offset, limit: count });
  const total = condition === undefined ? source.countAll() : undefined;
  const [items, all] = await Promise.all([page, total]);
  const last = items[items.length - 1];
  if (order === undefined && last !== undefined) anchors.remember(walk, startIndex + items.length, last.id);
  const isWhole = startIndex === 1 && count > 0 && items.length < count;
  const totalResults =
    all ?? (condition === undefined || isWhole ? items.length : await source.countMatching(condition));
  return { totalResults, startIndex, items };
}
