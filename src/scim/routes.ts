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
  /** What belongs to no resource type, by path, e.g. `/Bulk`. */
  readonly others: ReadonlyMap<string, Operations>;
}

/**
 * Finds what a path offers: `/{Endpoint}`, `/{Endpoint}/{id}`, or one of the other places.
 * @returns undefined for a path that leads nowhere, or nowhere for this connection
 */
export function findOperations(
  { endpoints, others }: Places,
  path: string,
  context: ScimContext,
): Operations | undefined {
  const other = others.get(path);
  if (other !== undefined) return other;
  const [, name = '', id, ...rest] = path.split('/');
  const handlers = endpoints.get(name);
  if (handlers === undefined || rest.length > 0 || id === '') return undefined;
  if (handlers.serves?.(context) === false) return undefined;
  return id === undefined ? onEndpoint(handlers) : onResource(handlers, id);
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

function onEndpoint({ list, create }: ResourceHandlers): Operations {
  return { GET: list, ...(create && { POST: create }) };
}

function onResource({ read, replace, patch, remove }: ResourceHandlers, id: string): Operations {
  return {
    GET: (request, context) => read(id, request, context),
    ...(replace && { PUT: (request, context) => replace(id, request, context) }),
    ...(patch && { PATCH: (request, context) => patch(id, request, context) }),
    ...(remove && { DELETE: (request, context) => remove(id, request, context) }),
  };
}
