import { ScimError } from './errors.js';
import { ME, requireOwn } from './me.js';
import { allowedMethods, operationOf } from './operations.js';
import type { ScimContext, ScimEngine, ScimRequest, ScimResponse } from './request.js';
import { findOperations, type Places } from './routes.js';
import { renderError, toScimError } from './to-scim-error.js';

/** Hears of errors that are no answer to a client: they are 500 there and belong into the server's log. */
export type ReportError = (error: unknown, context: ScimContext) => void;

/** The protocol engine over the given places; see ScimEngine. */
export function createEngine(places: Places, report: ReportError): ScimEngine {
  return {
    async handle(request, context) {
      try {
        return await answer(places, request, context);
      } catch (error) {
        const refusal = toScimError(error);
        if (refusal.status === 500 || refusal.status === 503) report(error, context);
        return { status: refusal.status, headers: refusal.headers, body: renderError(refusal) };
      }
    },
  };
}

function answer(places: Places, request: ScimRequest, context: ScimContext): Promise<ScimResponse> {
  requireOwn(request, context);
  const operations = findOperations(places, request.path, context);
  if (operations === undefined) throw unsupported(request) ?? unknownEndpoint(request);
  if (context.scope === 'read' && !isRead(request)) throw readOnly();
  const operation = operationOf(operations, request.method);
  if (operation === undefined) throw methodNotAllowed(request, allowedMethods(operations));
  return operation(request, context);
}

/** Whether a request changes nothing. A search is a read that needs POST (RFC 7644 section 3.4.3). */
export function isRead({ method, path }: Pick<ScimRequest, 'method' | 'path'>): boolean {
  return method === 'GET' || method === 'HEAD' || (method === 'POST' && path.endsWith('/.search'));
}

/** Operations of RFC 7644 that this server does not offer: 501 tells that from an unknown endpoint (section 3.12). */
function unsupported({ path }: ScimRequest): ScimError | undefined {
  if (path === ME || path.startsWith(`${ME}/`)) {
    return new ScimError(501, undefined, `${ME} is there for tokens of users; this one is the connection's.`);
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
