import type { ScimResponse } from '../request.js';
import type { ShownText } from './list-source.js';

/** A page of a query as the ListResponse tells of it. */
export interface Page {
  readonly totalResults: number;
  /** Absent when paging goes by cursor (RFC 9865 section 2). */
  readonly startIndex?: number;
  readonly nextCursor?: string | undefined;
  readonly previousCursor?: string | undefined;
  readonly texts: readonly ShownText[];
}

/**
 * Longer pages go out in pieces: as one text, a page of 1,000 users with 20 groups each is 6 MB, and made and thrown away
 * for every request it keeps the garbage collector busy.
 */
const MOST_TOGETHER = 200;

/** A ListResponse (RFC 7644 section 3.4.2); `itemsPerPage` is what this page holds. */
export function listAnswer({ texts, totalResults, startIndex, nextCursor, previousCursor }: Page): ScimResponse {
  const about = {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults,
    startIndex,
    itemsPerPage: texts.length,
    nextCursor,
    previousCursor,
  };
  const head = `${JSON.stringify(about).slice(0, -1)},"Resources":[`;
  const isShort = texts.length <= MOST_TOGETHER && texts.every((text) => typeof text === 'string');
  return { status: 200, headers: {}, body: isShort ? `${head}${texts.join(',')}]}` : streamed(head, texts) };
}

async function* streamed(head: string, texts: readonly ShownText[]): AsyncIterable<string> {
  let before = head;
  for (const text of texts) {
    yield before;
    if (typeof text === 'string') yield text;
    else yield* text;
    before = ',';
  }
  yield ']}';
}
