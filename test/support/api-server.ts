import { createApi, createRoutes, problemSchema } from '../../src/api/index.js';
import {
  APPLICATION_SCOPES,
  createApplicationToken,
  type NewApplicationToken,
  revokeApplicationTokens,
} from '../../src/connections/index.js';
import { type AccessServer, startAccessServer } from './access-server.js';
import type { Answer, ScimServerOptions } from './scim-server.js';

const YEAR = 31_536_000_000;

/** The routes as the server of these tests has them. */
export type ApiRoute = ReturnType<typeof createRoutes>[number];

export interface ApiServer extends AccessServer {
  readonly routes: readonly ApiRoute[];
  /** A client with a token of the application. */
  api(applicationKey: string, token?: Partial<NewApplicationToken>): Promise<ApiClient>;
  /** Any request below the origin; every answer is held to what the routes declare. */
  send(method: string, path: string, options?: SendOptions): Promise<Answer>;
}

export interface SendOptions {
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ApiClient {
  readonly token: string;
  readonly tokenId: string;
  /** `path` is below the application's own URL. */
  request(method: string, path: string, body?: unknown): Promise<Answer>;
  /** What the server answers about a person. */
  access(user: string): Promise<Answer>;
  revoke(): Promise<void>;
}

export async function startApiServer(options: ScimServerOptions = {}): Promise<ApiServer> {
  const access = await startAccessServer(options);
  const { database, change, config, origin } = access.server;
  const { routes } = createApi(
    createRoutes({
      database,
      rules: config.licensing,
      activity: config.activity,
      limits: config.limits,
      publicUrl: config.server.publicUrl,
    }),
  );

  const send: ApiServer['send'] = async (method, path, { token, body, headers = {} } = {}) => {
    const response = await fetch(`${origin}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer: Answer = {
      status: response.status,
      headers: response.headers,
      text,
      body: text === '' ? undefined : JSON.parse(text),
    };
    requireDeclared(routes, await describedBy(routes), method, path, answer);
    return answer;
  };

  return {
    ...access,
    routes,
    send,
    async api(key, wanted = {}) {
      const actor = access.server.actor();
      const request = { action: 'application.create-token', objectType: 'Application' } as const;
      const { token, id } = await change.run(actor, request, () =>
        createApplicationToken(actor, key, {
          scopes: APPLICATION_SCOPES,
          expiresAt: new Date(Date.now() + YEAR),
          ...wanted,
        }),
      );
      const url = `/api/v1/applications/${key}`;
      return {
        token,
        tokenId: id,
        request: (method, path, body) => send(method, url + path, { token, body }),
        access: (user) => send('GET', `${url}/users/${encodeURIComponent(user)}/access`, { token }),
        async revoke() {
          const revoking = { action: 'application.revoke-token', objectType: 'Application' } as const;
          await change.run(actor, revoking, () => revokeApplicationTokens(actor, key, id));
        },
      };
    },
  };
}

type Described = Readonly<
  Record<string, Readonly<Record<string, { responses: Readonly<Record<string, { description: string }>> }>>>
>;

/** The paths of the OpenAPI document. */
async function describedBy(routes: readonly ApiRoute[]): Promise<Described> {
  const input = { params: {}, query: new URLSearchParams(), body: async () => undefined };
  const context = { caller: undefined, correlationId: '' };
  const document = await routes.find(({ id }) => id === 'getOpenApi')?.answer(input, context);
  return (document as { paths: Described }).paths;
}

/** Throws where an answer is not what its route declares, or an error is no problem document or not described. */
function requireDeclared(
  routes: readonly ApiRoute[],
  described: Described,
  method: string,
  path: string,
  answer: Answer,
): void {
  const { status, headers, body, text } = answer;
  const wrong = (what: string) => new Error(`${method} ${path}, ${status}: ${what}`);
  const type = headers.get('content-type');
  const pathname = path.split('?', 1)[0] ?? '';
  const declared = routes.find(
    (one) => one.method === (method === 'HEAD' ? 'GET' : method) && pattern(one.path).test(pathname),
  );
  if (status >= 400) {
    if (type !== 'application/problem+json') throw wrong(`an error is a ${type}`);
    if (method === 'HEAD') return;
    const problem = problemSchema.parse(body);
    if (problem.status !== status) throw wrong(`the body says ${problem.status}`);
    if (problem.correlationId !== headers.get('x-request-id')) throw wrong('another correlation id');
    if (declared === undefined) return;
    const { responses } = described[declared.path]?.[method.toLowerCase()] ?? {};
    if (!responses?.[status]?.description.includes(`\`${problem.code}\``))
      throw wrong(`${problem.code} is not described`);
    return;
  }
  if (declared === undefined) throw wrong('it is answered and not declared');
  if (declared.status !== status) throw wrong(`${declared.status} is declared`);
  if (method === 'HEAD') return;
  if (declared.output === null) {
    if (text !== '') throw wrong('it has a body');
    return;
  }
  if (type !== 'application/json') throw wrong(`it is a ${type}`);
  declared.output.parse(body);
}

function pattern(path: string): RegExp {
  return new RegExp(`^/api/v1${path.replaceAll('.', '\\.').replaceAll(/\{[^}]+\}/g, '[^/]+')}$`);
}
