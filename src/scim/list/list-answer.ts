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
  const body = texts.every((text) => typeof text === 'string') ? `${head}${texts.join(',')}]}` : streamed(head, texts);
  return { status: 200, headers: {}, body };
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
