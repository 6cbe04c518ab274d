import type { Route } from '../../src/api/index.js';
import { routesOf } from '../../src/app.js';
import {
  API_SCOPES,
  APPLICATION_SCOPES,
  type ApiScope,
  createApiToken,
  createApplicationToken,
  type NewApplicationToken,
  revokeApplicationTokens,
} from '../../src/connections/index.js';
import { type AccessServer, startAccessServer } from './access-server.js';
import { type Contract, createContract, type OpenApi } from './api-contract.js';
import type { Answer, ScimServerOptions } from './scim-server.js';

const YEAR = 31_536_000_000;

export interface ApiServer extends AccessServer {
  readonly routes: readonly Route[];
  /** A client with a token of the application. */
  api(applicationKey: string, token?: Partial<NewApplicationToken>): Promise<ApiClient>;
  /** A program with an API token of the site, or of `siteId`; it may do everything unless it is said otherwise. */
  program(scopes?: readonly ApiScope[], siteId?: number): Promise<ProgramClient>;
  /** Any request below the origin; every answer is held to what the OpenAPI document says. */
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

export interface ProgramClient {
  readonly token: string;
  readonly tokenId: string;
  /** `path` is below /api/v1. */
  request(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** The body of an answer that has to be a success. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers and fail where something is missing
  done(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<any>;
}

export async function startApiServer(options: ScimServerOptions = {}): Promise<ApiServer> {
  const access = await startAccessServer(options);
  const { database, change, config, origin } = access.server;
  let contract: Contract | undefined;
  const contractOf = async () =>
    createContract((await (await fetch(`${origin}/api/v1/openapi.json`)).json()) as OpenApi);

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
    contract ??= await contractOf();
    contract(method, path, answer);
    return answer;
  };

  return {
    ...access,
    routes: routesOf(config, database),
    send,
    async program(scopes = API_SCOPES, siteId = access.server.siteId) {
      const actor = { ...access.server.actor(), siteId };
      const wanted = { name: 'a program', scopes, expiresAt: new Date(Date.now() + YEAR) };
      const { token, id } = await change.run(actor, { action: 'api-token.create', objectType: 'ApiToken' }, () =>
        createApiToken(actor, wanted),
      );
      const request: ProgramClient['request'] = (method, path, body, headers = {}) =>
        send(method, `/api/v1${path}`, { token, body, headers });
      return {
        token,
        tokenId: id,
        request,
        async done(method, path, body, headers) {
          const { status, text, body: answered } = await request(method, path, body, headers);
          if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`);
          return answered;
        },
      };
    },
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
