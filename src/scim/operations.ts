import type { ScimContext, ScimRequest, ScimResponse } from './request.js';

export type Operation = (request: ScimRequest, context: ScimContext) => Promise<ScimResponse>;

/** What can be done at one place, by method. The Allow header of a 405 names the same methods. */
export type Operations = Readonly<Partial<Record<Method, Operation>>>;

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
type Method = (typeof METHODS)[number];

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
