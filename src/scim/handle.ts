import { ScimError } from './errors.js';
import type { ScimContext, ScimEngine, ScimRequest, ScimResponse } from './request.js';
import type { ResourceHandlers } from './resources/index.js';
import { renderError, toScimError } from './to-scim-error.js';

/** Endpoints by name, e.g. `Users`. */
export type Endpoints = ReadonlyMap<string, ResourceHandlers>;

/** Hears of errors that are no answer to a client: they are 500 there and belong into the server's log. */
export type ReportError = (error: unknown, context: ScimContext) => void;

/** The protocol engine over the given endpoints; see ScimEngine. */
export function createEngine(endpoints: Endpoints, report: ReportError): ScimEngine {
  return {
    async handle(request, context) {
      try {
        return await route(endpoints, request, context);
      } catch (error) {
        const answer = toScimError(error);
        if (answer.status === 500 || answer.status === 503) report(error, context);
        return { status: answer.status, headers: answer.headers, body: renderError(answer) };
      }
    },
  };
}

function route(endpoints: Endpoints, request: ScimRequest, context: ScimContext): Promise<ScimResponse> {
  const [, name = '', id, ...rest] = request.path.split('/');
  const handlers = endpoints.get(name);
  if (handlers === undefined) throw unsupported(request) ?? unknownEndpoint(request);
  if (rest.length > 0 || id === '') throw unknownEndpoint(request);
  if (context.scope === 'read' && request.method !== 'GET' && request.method !== 'HEAD') throw readOnly();
  return id === undefined ? onEndpoint(handlers, request, context) : onResource(handlers, id, request, context);
}

function onEndpoint(handlers: ResourceHandlers, request: ScimRequest, context: ScimContext): Promise<ScimResponse> {
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      return handlers.list(request, context);
    case 'POST':
      return handlers.create(request, context);
    default:
      throw methodNotAllowed(request, 'GET, HEAD, POST');
  }
}

function onResource(
  handlers: ResourceHandlers,
  id: string,
  request: ScimRequest,
  context: ScimContext,
): Promise<ScimResponse> {
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      return handlers.read(id, request, context);
    case 'PUT':
      return handlers.replace(id, request, context);
    case 'PATCH':
      return handlers.patch(id, request, context);
    case 'DELETE':
      return handlers.remove(id, request, context);
    default:
      throw methodNotAllowed(request, 'GET, HEAD, PUT, PATCH, DELETE');
  }
}

/** Operations of RFC 7644 that this server does not offer: 501 tells that from an unknown endpoint (section 3.12). */
function unsupported({ path }: ScimRequest): ScimError | undefined {
  if (path === '/Bulk' || path === '/Me' || path.startsWith('/Me/')) {
    return new ScimError(501, undefined, `${path} is not supported; see ServiceProviderConfig.`);
  }
  return undefined;
}

function unknownEndpoint({ path }: ScimRequest): ScimError {
  return new ScimError(404, undefined, `There is no endpoint ${path.slice(0, 100)}; see ResourceTypes.`);
}

function methodNotAllowed({ method }: ScimRequest, allow: string): ScimError {
  return new ScimError(405, undefined, `${method} is not possible here; possible are ${allow}.`, { allow });
}

function readOnly(): ScimError {
  return new ScimError(403, undefined, 'The token has the scope read; changes need a token with the scope write.', {
    'www-authenticate': 'Bearer realm="rollcall", error="insufficient_scope", scope="write"',
  });
}
