import { randomUUID } from 'node:crypto';
import type { Administration } from '../administration/index.js';
import type { AuthenticatedProgram } from '../connections/index.js';
import type { ApiRequest, ApiResponse } from './api-request.js';
import type { ApiServices } from './api-services.js';
import { authorise } from './authorise.js';
import { createEventStreams } from './event-streams.js';
import { createIdempotency, type Receive } from './idempotency/index.js';
import { createMatchRoute, routeName } from './match-route.js';
import { Problem } from './problem.js';
import { isKeyed, type Route } from './route.js';

export interface Api {
  readonly routes: readonly Route[];
  /**
   * Answers a request: which route, who asks, may they, what do they say, then the route itself.
   * @param onRoute hears the route's name as soon as it is known
   * @throws Problem; RollcallError of the domain; see `toProblem`
   */
  handle(request: ApiRequest, onRoute: (name: string) => void): Promise<ApiResponse>;
}

/** RFC 9110 section 8.3: JSON is UTF-8 and has no charset. */
const JSON_TYPE = { 'content-type': 'application/json' };

export function createApi(routes: readonly Route[], services: ApiServices): Api {
  const match = createMatchRoute(routes);
  const once = createIdempotency(services);
  const eventsOf = createEventStreams(services.config.limits.eventStreams);
  return {
    routes,
    async handle(request, onRoute) {
      const { route, params } = match(request);
      onRoute(routeName(route));
      const caller = route.permission === 'public' ? undefined : await request.authenticate();
      if (caller !== undefined) authorise(route, caller, params);
      else if (route.method !== 'GET') request.countPublic();
      const ifMatch = request.header('if-match');
      if (ifMatch !== undefined && !route.conditional && route.method !== 'GET') throw noPrecondition();
      let body: Promise<unknown> | undefined;
      const readBody = () => {
        body ??= request.body();
        return body;
      };
      const query = queryOf(request.target);
      const perform: Receive = async (receipt) => {
        const administration =
          caller?.kind === 'program'
            ? administrationOf(services, route, caller, { correlationId: request.correlationId, receipt })
            : undefined;
        const context = { caller, administration, ifMatch, correlationId: request.correlationId, services };
        const answered = await route.answer({ params, query, body: readBody }, context);
        return route.events === true ? eventsOf(answered as AsyncIterable<unknown>) : responseOf(route, answered);
      };
      const key = request.header('idempotency-key');
      if (key === undefined || caller?.kind !== 'program' || !isKeyed(route)) return perform(undefined);
      const described = { method: request.method, target: request.target, body: await readBody() };
      return once({ caller, key, described, attempt: randomUUID() }, perform);
    },
  };
}

/** Whoever changes something is answered by the primary: a replica may not know of it yet. */
function administrationOf(
  services: ApiServices,
  { method }: Route,
  { siteId, siteKey, tokenId }: AuthenticatedProgram,
  request: Pick<Administration['actor'], 'correlationId' | 'receipt'>,
): Administration {
  const { database } = services;
  return {
    ...services,
    database: method === 'GET' ? database : { ...database, read: (statement) => database.write(statement) },
    site: { id: siteId, key: siteKey },
    actor: { siteId, source: 'api', connection: undefined, apiTokenId: tokenId, ...request },
  };
}

function responseOf(route: Route, answered: unknown): ApiResponse {
  const { status } = route;
  if (route.output === null) return { status, headers: {}, body: undefined };
  const etag = route.etag?.(answered);
  const headers = { ...JSON_TYPE, ...(etag === undefined ? {} : { etag }) };
  return { status, headers, body: JSON.stringify(answered) };
}

/** To pass it over would be to write what the client wanted to be refused. */
function noPrecondition(): Problem {
  return new Problem(400, 'request.precondition', 'If-Match means nothing here: this address has no entity tag.');
}

/** URLSearchParams overlooks broken percent-encoding. */
function queryOf(target: string): URLSearchParams {
  const mark = target.indexOf('?');
  const text = mark === -1 ? '' : target.slice(mark + 1);
  try {
    if (text.includes('%')) decodeURIComponent(text);
  } catch {
    throw new Problem(400, 'request.url', 'The query of the URL is not valid percent-encoded UTF-8.');
  }
  return new URLSearchParams(text);
}
