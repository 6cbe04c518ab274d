import { randomBytes, randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { createApp } from '../../src/app.js';
import { type Change, createChange } from '../../src/change/index.js';
import { type Config, loadConfig } from '../../src/config/index.js';
import {
  type ClientTraits,
  createAuthenticateApi,
  createClientTraits,
  createConnection,
  type NewConnection,
  rotateToken,
  type TokenScope,
} from '../../src/connections/index.js';
import type { Database } from '../../src/database/index.js';
import { type Actor, DEFAULT_SITE, ensureDefaultSite, findSite } from '../../src/directory/index.js';
import { entities } from '../../src/entities.js';
import { closeServer, createServer, listen } from '../../src/http/index.js';
import { createLogger } from '../../src/logger.js';
import type { ResourceTypes } from '../../src/scim/index.js';
import { createSecrets, type Secrets } from '../../src/secrets/index.js';
import { authenticatorOf } from '../../src/services.js';
import { createTestDatabase } from './test-database.js';

const YEAR = 31_536_000_000;

/** What an answer was; `body` is the JSON, or undefined where there was none. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers and fail where something is missing
  readonly body: any;
  readonly text: string;
}

/** A connection of the test server, and its token. */
export interface ScimClient {
  readonly connectionId: string;
  readonly key: string;
  readonly baseUrl: string;
  readonly token: string;
  /** `path` is below the base URL; a body that is no string is sent as JSON. Headers given as `null` are left out. */
  request(method: string, path: string, body?: unknown, headers?: Record<string, string | null>): Promise<Answer>;
  /** The same connection by a token that reaches this user alone. */
  as(userId: string, scope?: TokenScope): Promise<ScimClient>;
}

export type ConnectionSettings = Partial<NewConnection>;

export interface ScimServer extends ScimClient {
  readonly origin: string;
  readonly config: Config;
  readonly database: Database;
  readonly change: Change;
  readonly clientTraits: ClientTraits;
  readonly secrets: Secrets;
  /** What they are sealed by. */
  readonly secretKey: Buffer;
  readonly siteId: number;
  /** An administrator of the site. */
  actor(): Actor;
  /** Another connection of the same site, or of `siteId`. */
  connect(settings?: ConnectionSettings, siteId?: number): Promise<ScimClient>;
  close(): Promise<void>;
}

export interface ScimServerOptions {
  readonly connection?: ConnectionSettings;
  readonly limits?: Partial<Config['limits']>;
  readonly queries?: Partial<Config['queries']>;
  /** Whole sections in place of the defaults. */
  readonly settings?: Partial<Pick<Config, 'mail' | 'invitations' | 'licensing'>>;
  /** Served beside those of the RFC. */
  readonly types?: ResourceTypes;
}

/** The whole server on a port of its own with a database of its own, and a first connection. */
export async function startScimServer(options: ScimServerOptions = {}): Promise<ScimServer> {
  const test = await createTestDatabase({ entities });
  const { database } = test;
  const change = createChange(database, options.settings?.licensing);
  let app: RequestListener | undefined;
  const limits = { ...loadConfig().limits, ...options.limits };
  const server = await createServer((request, response) => app?.(request, response), {
    server: { tls: undefined },
    limits,
  });
  const { port } = await listen(server, { host: '127.0.0.1', port: 0 });
  const origin = `http://127.0.0.1:${port}`;
  const config = { ...testConfig(origin, limits, options.queries), ...options.settings };
  const logger = createLogger(process.env.LOG_LEVEL ?? 'silent');
  const clientTraits = createClientTraits(database);
  const secretKey = randomBytes(32);
  const secrets = createSecrets(secretKey);
  const tokens = { ...config.tokens, cacheMilliseconds: 0 };
  const authenticator = authenticatorOf({ ...config, tokens }, database, secrets);
  const services = {
    config,
    database,
    databaseUrl: test.url,
    change,
    authenticator,
    authenticateApi: createAuthenticateApi(database, 0),
    clientTraits,
    secrets,
    logger,
    close: async () => undefined,
  };
  app = createApp(services, options.types);

  await ensureDefaultSite(database);
  const { id: siteId } = await findSite(database, DEFAULT_SITE);
  const actorOf = (site: number): Actor => ({
    siteId: site,
    source: 'cli',
    connection: undefined,
    correlationId: randomUUID(),
  });
  const connect: ScimServer['connect'] = async (settings = {}, site = siteId) => {
    const actor = actorOf(site);
    const { connection, token: itsOwn } = await change.run(
      actor,
      { action: 'connection.create', objectType: 'Connection' },
      () => createConnection(actor, { ...defaults(), ...settings }),
    );
    const baseUrl = `${origin}/scim/v2/${connection.key}`;
    const { id: connectionId, key } = connection;
    const withToken = (token: string): ScimClient => ({
      connectionId,
      key,
      baseUrl,
      token,
      request: requestAs(baseUrl, token),
      async as(userId, scope = 'write') {
        const wanted = { scope, expiresAt: new Date(Date.now() + YEAR), userId };
        const created = await change.run(actor, { action: 'connection.rotate-token', objectType: 'Connection' }, () =>
          rotateToken(actor, connection.name, wanted),
        );
        return withToken(created.token);
      },
    });
    return withToken(itsOwn);
  };
  return {
    ...(await connect(options.connection)),
    origin,
    config,
    database,
    change,
    clientTraits,
    secrets,
    secretKey,
    siteId,
    actor: () => actorOf(siteId),
    connect,
    async close() {
      await closeServer(server, 1000);
      await test.drop();
    },
  };
}

function testConfig(publicUrl: string, limits: Config['limits'], queries: ScimServerOptions['queries']): Config {
  const config = loadConfig();
  return {
    ...config,
    server: { ...config.server, publicUrl },
    limits,
    queries: { ...config.queries, ...queries },
  };
}

function defaults(): NewConnection {
  return {
    name: `connection ${randomUUID()}`,
    type: 'scim',
    profile: 'generic',
    adopt: false,
    sees: 'site',
    passwords: 'ignore',
    // Long runs delete by the hundred.
    removalLimitPercent: 0,
    removalLimitCount: 0,
    scope: 'write',
    expiresAt: new Date(Date.now() + YEAR),
  };
}

function requestAs(baseUrl: string, token: string): ScimClient['request'] {
  return async (method, path, body, headers = {}) => {
    const sent = new Headers({ authorization: `Bearer ${token}` });
    if (body !== undefined) sent.set('content-type', 'application/scim+json');
    for (const [name, value] of Object.entries(headers)) {
      if (value === null) sent.delete(name);
      else sent.set(name, value);
    }
    const raw = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: sent,
      ...(body === undefined ? {} : { body: raw ? (body as string | Uint8Array<ArrayBuffer>) : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: text === '' ? undefined : JSON.parse(text),
    };
  };
}
