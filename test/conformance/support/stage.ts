import { expect } from '@jest/globals';
import type { JsonObject } from '../../../src/scim/schema/index.js';
import {
  type ConnectionSettings,
  type ScimClient,
  type ScimServer,
  type ScimServerOptions,
  startScimServer,
} from '../../support/scim-server.js';
import { type Answer, type Client, createClient } from './client.ts';

/** One server with the same site seen through a `generic` and a `strict` connection. */
export interface Stage {
  readonly server: ScimServer;
  readonly generic: Client;
  readonly strict: Client;
  /** Another connection, of the same site unless one is given. */
  connect(settings?: ConnectionSettings, siteId?: number): Promise<Client>;
  close(): Promise<void>;
}

/** What `meta` of a returned resource holds. */
export interface Meta {
  readonly resourceType: string;
  readonly created: string;
  readonly lastModified: string;
  readonly location: string;
  readonly version: string;
}

export async function startStage(options?: ScimServerOptions): Promise<Stage> {
  const server = await startScimServer(options);
  const connect: Stage['connect'] = async (settings, siteId) => clientOf(await server.connect(settings, siteId));
  return {
    server,
    generic: clientOf(server),
    strict: await connect({ profile: 'strict' }),
    connect,
    close: () => server.close(),
  };
}

/** @throws Error where a part is missing or no string */
export function metaOf({ meta }: JsonObject): Meta {
  if (typeof meta !== 'object' || meta === null || Array.isArray(meta)) throw new Error('The resource has no meta');
  const { resourceType, created, lastModified, location, version } = meta;
  const parts = { resourceType, created, lastModified, location, version };
  for (const [name, part] of Object.entries(parts)) {
    if (typeof part !== 'string') throw new Error(`meta.${name} is no string`);
  }
  return parts as { [Name in keyof Meta]: string };
}

/** The part of a base URL that two answers can be compared by. */
export function pathOf(client: Client, url: string): string {
  expect(url.startsWith(`${client.baseUrl}/`)).toBe(true);
  return url.slice(client.baseUrl.length);
}

/** How many users a filter finds. */
export async function countUsers(client: Client, filter: string): Promise<unknown> {
  const answer = await client.get('/Users', { filter });
  expect(answer).toMatchObject({ status: 200 });
  return answer.body.totalResults;
}

/** A POST that must be refused and leave no user of that name behind. */
export async function expectNoUser(client: Client, userName: string): Promise<void> {
  expect(await countUsers(client, `userName eq ${JSON.stringify(userName)}`)).toBe(0);
}

export function expectOk(answer: Answer, status = 200): Answer {
  expect({ status: answer.status, body: answer.body }).toMatchObject({ status });
  return answer;
}

export function clientOf({ baseUrl, request }: ScimClient): Client {
  return createClient(baseUrl, async (method, path, { body, headers } = {}) => {
    const answer = await request(method, path, body, headers);
    return { ...answer, body: answer.body ?? {} };
  });
}
