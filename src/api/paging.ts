import { z } from 'zod';
import type { Administration } from '../administration/index.js';
import type { Config } from '../config/index.js';
import { Problem } from './problem.js';

export type PageLimits = Pick<Config['limits'], 'pageSizeDefault' | 'pageSizeMax'>;

/** The parameters by which a list is paged through. */
export function pageQuery({ pageSizeDefault, pageSizeMax }: PageLimits) {
  return {
    limit: z.coerce
      .number<string>()
      .int()
      .min(1)
      .max(pageSizeMax, { error: `at most ${pageSizeMax}, the setting LIMIT_PAGE_SIZE_MAX` })
      .default(pageSizeDefault)
      .describe('How many at most.'),
    cursor: z.string().optional().describe('`next` of the page before, asked for with the same parameters.'),
  };
}

/** A page of a list. */
export function pageSchema<Item extends z.ZodType>(item: Item) {
  return z.strictObject({
    items: z.array(item),
    next: z.string().nullable().describe('The cursor of the next page; null: there is none.'),
  });
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** What a page was asked for. */
export interface PageRequest<Position> {
  /** Which list it is, with the ids in its path: a cursor of another is refused. */
  readonly list: readonly string[];
  readonly query: { readonly limit: number; readonly cursor?: string | undefined };
  /** Of where a page ended. */
  readonly position: z.ZodType<Position>;
}

/**
 * A page of a list that is walked by key. Cursors are positions that the client keeps for us: sealed, since a key may
 * be a name and URLs are written to logs, and bound to the list and its filters.
 * @param read those behind a position, in the order of the list
 * @throws Problem `request.cursor`
 */
export async function pageOf<Item, Position>(
  { secrets, site }: Pick<Administration, 'secrets' | 'site'>,
  { list, query, position }: PageRequest<Position>,
  read: (after: Position | undefined, limit: number) => Promise<readonly Item[]>,
  positionOf: (item: Item) => Position,
): Promise<Page<Item>> {
  const { limit, cursor, ...filters } = query;
  const binding = JSON.stringify([site.id, list, Object.entries(filters).sort()]);
  const after = cursor === undefined ? undefined : open(cursor);
  // One more than is shown tells whether there are more.
  const found = await read(after, limit + 1);
  const items = found.slice(0, limit);
  const last = items.at(-1);
  if (found.length <= limit || last === undefined) return { items, next: null };
  const sealed = secrets.seal('api-cursor', Buffer.from(JSON.stringify(positionOf(last))), binding);
  return { items, next: sealed.toString('base64url') };

  function open(text: string): Position {
    try {
      return position.parse(JSON.parse(secrets.open('api-cursor', Buffer.from(text, 'base64url'), binding).toString()));
    } catch (error) {
      const detail = 'The cursor is not one of this list with these parameters: begin again without it.';
      throw new Problem(400, 'request.cursor', detail, {}, [], { cause: error });
    }
  }
}

/** A page of a list that is short enough to be read whole. @param keyOf unique, in the order of the list */
export function pageOfAll<Item>(
  administration: Pick<Administration, 'secrets' | 'site'>,
  request: Omit<PageRequest<string>, 'position'>,
  all: readonly Item[],
  keyOf: (item: Item) => string,
): Promise<Page<Item>> {
  const sorted = all.map((item) => ({ item, key: keyOf(item) })).sort((left, right) => (left.key < right.key ? -1 : 1));
  const read = async (after: string | undefined) =>
    sorted.filter(({ key }) => after === undefined || key > after).map(({ item }) => item);
  return pageOf(administration, { ...request, position: z.string() }, read, keyOf);
}
