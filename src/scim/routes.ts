import { ALL_TYPES, type ListPlace, type Lists, parseSearchRequest, parseUrlQuery } from './list/index.js';
import type { ScimContext, ScimRequest, ScimResponse } from './request.js';
import type { ResourceHandlers } from './resources/index.js';

export type Operation = (request: ScimRequest, context: ScimContext) => Promise<ScimResponse>;

/** What can be done at one place, by method. The Allow header of a 405 names the same methods. */
export type Operations = Readonly<Partial<Record<Method, Operation>>>;

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
type Method = (typeof METHODS)[number];

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
 * Finds what a path offers: `/`, `/{Endpoint}`, either with `.search`, `/{Endpoint}/{id}`, or one of the other places.
 * @returns undefined for a path that leads nowhere, or nowhere for this connection
 */
export function findOperations(places: Places, path: string, context: ScimContext): Operations | undefined {
  const { endpoints, lists, others } = places;
  const other = others.get(path);
  if (other !== undefined) return other;
  const [, name = '', id, ...rest] = path.split('/');
  if (path === ALL_TYPES) return { GET: query(lists, everything(endpoints, context)) };
  if (path === `/${SEARCH}`) return { POST: search(lists, everything(endpoints, context)) };
  const handlers = endpoints.get(name);
  const source = handlers?.source(context);
  if (handlers === undefined || source === undefined || rest.length > 0 || id === '') return undefined;
  const place = { path: `/${name}`, sources: [source] };
  if (id === SEARCH) return { POST: search(lists, place) };
  if (id !== undefined) return onResource(handlers, id);
  return { GET: query(lists, place), ...(handlers.create && { POST: handlers.create }) };
}

/** The operation of a method; HEAD is a GET whose body the HTTP server leaves out. */
export function operationOf(operations: Operations, method: string): Operation | undefined {
  const name = METHODS.find((known) => known === (method === 'HEAD' ? 'GET' : method));
  return name === undefined ? undefined : operations[name];
}

/** The Allow header of a place (RFC 9110 section 10.2.1). */
export function allowedMethods(operations: Operations): string {
  return METHODS.filter((method) => operations[method] !== undefined)
    .flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
    .join(', ');
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
