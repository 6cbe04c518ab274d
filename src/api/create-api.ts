import type { AuthenticatedApplication } from '../connections/index.js';
import { createMatchRoute, routeName } from './match-route.js';
import { Problem } from './problem.js';
import type { Route } from './route.js';

/** A request as the API sees it, whatever server it came to. */
export interface ApiRequest {
  /** Upper case. */
  readonly method: string;
  /** The path and query of the request line, undecoded. */
  readonly target: string;
  readonly correlationId: string;
  /** Who it is. @throws Problem 401, 429 */
  authenticate(): Promise<AuthenticatedApplication>;
  /** Reads the body and parses it as JSON. @throws Problem 400, 413, 415 */
  body(): Promise<unknown>;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

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

export function createApi(routes: readonly Route[]): Api {
  const match = createMatchRoute(routes);
  return {
    routes,
    async handle(request, onRoute) {
      const { route, params } = match(request);
      onRoute(routeName(route));
      const caller = route.permission === 'public' ? undefined : await request.authenticate();
      if (caller !== undefined) authorise(route, caller, params);
      const input = { params, query: queryOf(request.target), body: () => request.body() };
      const answered = await route.answer(input, { caller, correlationId: request.correlationId });
      const { status } = route;
      if (route.output === null) return { status, headers: {}, body: undefined };
      return { status, headers: JSON_TYPE, body: JSON.stringify(answered) };
    },
  };
}

/** A token is of one application, and says nothing of whether there are others. */
function authorise(route: Route, caller: AuthenticatedApplication, params: Readonly<Record<string, string>>): void {
  const { permission } = route;
  if (permission === 'public') return;
  if (!caller.scopes.includes(permission)) {
    throw new Problem(403, 'token.scope', `The token needs the scope ${permission} for this.`, {
      'www-authenticate': `Bearer realm="rollcall", error="insufficient_scope", scope="${permission}"`,
    });
  }
  if (params.key !== caller.applicationKey) {
    const detail = `The token is of the application "${caller.applicationKey}" and good for that alone.`;
    throw new Problem(403, 'token.other-application', detail);
  }
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
