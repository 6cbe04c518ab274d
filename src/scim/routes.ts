import { ALL_TYPES, type ListPlace, type Lists, parseSearchRequest, parseUrlQuery } from './list/index.js';
import { aliased, ME } from './me.js';
import type { Operation, Operations } from './operations.js';
import type { ScimContext } from './request.js';
import type { ResourceHandlers } from './resources/index.js';

export interface Places {
  /** Resource types by the name of their endpoint, e.g. `Users`. */
  readonly endpoints: ReadonlyMap<string, ResourceHandlers>;
  readonly lists: Lists;
  /** What belongs to no resource type, by path, e.g. `/Bulk`. */
  readonly others: ReadonlyMap<string, Operations>;
}

/** The last part of a search's path (RFC 7644 section 3.4.3). */
const SEARCH = '.search';

/**
 * Finds what a path offers: `/`, `/{Endpoint}`, either with `.search`, `/{Endpoint}/{id}`, `/Me`, or one of the others.
 * @returns undefined for a path that leads nowhere, or nowhere for this connection
 */
export function findOperations(places: Places, path: string, context: ScimContext): Operations | undefined {
  const { endpoints, lists, others } = places;
  const other = others.get(path);
  if (other !== undefined) return other;
  const [, name = '', id, ...rest] = path.split('/');
  if (path === ALL_TYPES) return { GET: query(lists, everything(endpoints, context)) };
  if (path === `/${SEARCH}`) return { POST: search(lists, everything(endpoints, context)) };
  if (path === ME) return ofMe(endpoints, context);
  const handlers = endpoints.get(name);
  const source = handlers?.source(context);
  if (handlers === undefined || source === undefined || rest.length > 0 || id === '') return undefined;
  const place = { path: `/${name}`, sources: [source] };
  if (id === SEARCH) return { POST: search(lists, place) };
  if (id !== undefined) return onResource(handlers, id);
  return { GET: query(lists, place), ...(handlers.create && { POST: handlers.create }) };
}

function ofMe(endpoints: Places['endpoints'], { userId }: ScimContext): Operations | undefined {
  const users = endpoints.get('Users');
  return users === undefined || userId === undefined ? undefined : aliased(onResource(users, userId), userId);
}

/** All that the connection is served (RFC 7644 section 3.4.2.1); discovery resources are no part of it (LST-13). */
function everything(endpoints: Places['endpoints'], context: ScimContext): ListPlace {
  const sources = [...endpoints.values()].map((handlers) => handlers.source(context));
  return { path: ALL_TYPES, sources: sources.filter((source) => source !== undefined) };
}

function query(lists: Lists, place: ListPlace): Operation {
  return async (request, context) => lists.answer(place, parseUrlQuery(request.query), context);
}

function search(lists: Lists, place: ListPlace): Operation {
  return async (request, context) => lists.answer(place, parseSearchRequest(request.body()), context);
}

function onResource({ read, replace, patch, remove }: ResourceHandlers, id: string): Operations {
  return {
    GET: (request, context) => read(id, request, context),
    ...(replace && { PUT: (request, context) => replace(id, request, context) }),
    ...(patch && { PATCH: (request, context) => patch(id, request, context) }),
    ...(remove && { DELETE: (request, context) => remove(id, request, context) }),
  };
}
