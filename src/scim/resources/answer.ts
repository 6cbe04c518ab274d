import type { ObjectView } from '../../directory/index.js';
import type { Page } from '../list/index.js';
import type { ScimResponse } from '../request.js';
import { entityTag } from './preconditions.js';

/**
 * The answer about one resource: Location and Content-Location both name it, ETag its version.
 * @param endpoint `/Users`
 */
export function resourceAnswer(
  status: number,
  view: Pick<ObjectView, 'id' | 'version'>,
  location: string,
  body: ScimResponse['body'],
): ScimResponse {
  const headers = {
    etag: entityTag(view.version),
    location,
    ...(body === undefined ? {} : { 'content-location': location }),
  };
  return { status, headers, body };
}

/** A ListResponse (RFC 7644 section 3.4.2) around rendered resources; `itemsPerPage` is what this page holds. */
export function listAnswer(page: Page<unknown>, resources: readonly string[] | AsyncIterable<string>): ScimResponse {
  const head = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":${page.totalResults},"startIndex":${page.startIndex},"itemsPerPage":${page.items.length},"Resources":[`;
  return {
    status: 200,
    headers: {},
    body: Symbol.asyncIterator in resources ? streamed(head, resources) : `${head}${resources.join(',')}]}`,
  };
}

async function* streamed(head: string, resources: AsyncIterable<string>): AsyncIterable<string> {
  yield head;
  for await (const piece of resources) yield piece;
  yield ']}';
}
