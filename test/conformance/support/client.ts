import { expect } from '@jest/globals';
import type { JsonObject, JsonValue } from '../../../src/scim/schema/index.js';
import { GROUP, PATCH_OP, USER } from './urns.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; an empty object when there is none. */
  readonly body: JsonObject;
}

export interface RequestOptions {
  /** An object is sent as JSON, a string as it is. */
  readonly body?: JsonValue | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Send = (method: string, path: string, options?: RequestOptions) => Promise<Answer>;

/** A resource as an answer showed it. */
export type Resource = JsonObject & { readonly id: string };

type Query = Readonly<Record<string, string | number>>;

/** Named objects that a test made for itself; a query's answer is looked at through them, whatever else there is. */
export interface Cast<Name extends string> {
  readonly ids: Readonly<Record<Name, string>>;
  /** Who of the cast a filter finds, in the order of the names. */
  matching(filter: string): Promise<Name[]>;
  /** The cast in the order of the answer. */
  listed(query: Query): Promise<Name[]>;
}

/** What a test does as one connection. */
export interface Client {
  /** The connection's base URL. */
  readonly baseUrl: string;
  readonly send: Send;
  get(path: string, query?: Query): Promise<Answer>;
  post(path: string, body: JsonValue): Promise<Answer>;
  put(path: string, body: JsonValue): Promise<Answer>;
  patch(path: string, ...operations: JsonValue[]): Promise<Answer>;
  delete(path: string): Promise<Answer>;
  /** A user that must come to be; with a userName of its own unless one is given. */
  user(attributes?: JsonObject): Promise<Resource>;
  group(attributes?: JsonObject): Promise<Resource>;
  read(path: string): Promise<Resource>;
  users<Name extends string>(attributes: Readonly<Record<Name, JsonObject>>): Promise<Cast<Name>>;
  groups<Name extends string>(attributes: Readonly<Record<Name, JsonObject>>): Promise<Cast<Name>>;
}

let counter = 0;

/** A word that no other test uses. */
export function unique(word = 'name'): string {
  counter += 1;
  return `${word}-${counter}`;
}

export function patchBody(...operations: JsonValue[]): JsonObject {
  return { schemas: [PATCH_OP], Operations: operations };
}

export function query(parameters: Query): string {
  const pairs = Object.entries(parameters).map(([name, value]): [string, string] => [name, String(value)]);
  return new URLSearchParams(pairs).toString();
}

export function createClient(baseUrl: string, send: Send): Client {
  const get: Client['get'] = (path, parameters = {}) => {
    const text = query(parameters);
    return send('GET', text === '' ? path : `${path}?${text}`);
  };

  async function create(path: string, body: JsonObject): Promise<Resource> {
    const answer = await send('POST', path, { body });
    expect(answer).toMatchObject({ status: 201 });
    return asResource(answer.body);
  }

  async function cast<Name extends string>(
    path: string,
    bodies: Readonly<Record<Name, JsonObject>>,
    make: (attributes: JsonObject) => Promise<Resource>,
  ): Promise<Cast<Name>> {
    const ids: Partial<Record<Name, string>> = {};
    const names = Object.keys(bodies) as Name[];
    // One after the other: ids grow with time, and with them the order without sortBy.
    for (const name of names) ids[name] = (await make(bodies[name])).id;
    const listed = async (parameters: Query): Promise<Name[]> => {
      const answer = await get(path, { count: 1000, ...parameters });
      expect(answer).toMatchObject({ status: 200 });
      return resourcesOf(answer).flatMap(({ id }) => names.filter((name) => ids[name] === id));
    };
    return {
      ids: ids as Record<Name, string>,
      listed,
      async matching(filter) {
        const found = await listed({ filter });
        return names.filter((name) => found.includes(name));
      },
    };
  }

  const user: Client['user'] = (attributes = {}) =>
    create('/Users', { schemas: [USER], userName: unique('user'), ...attributes });
  const group: Client['group'] = (attributes = {}) =>
    create('/Groups', { schemas: [GROUP], displayName: unique('group'), ...attributes });

  return {
    baseUrl,
    send,
    get,
    post: (path, body) => send('POST', path, { body }),
    put: (path, body) => send('PUT', path, { body }),
    patch: (path, ...operations) => send('PATCH', path, { body: patchBody(...operations) }),
    delete: (path) => send('DELETE', path),
    user,
    group,
    async read(path) {
      const answer = await get(path);
      expect(answer).toMatchObject({ status: 200 });
      return asResource(answer.body);
    },
    users: (attributes) => cast('/Users', attributes, user),
    groups: (attributes) => cast('/Groups', attributes, group),
  };
}

export function resourcesOf({ body }: Answer): Resource[] {
  const { Resources: resources } = body;
  if (!Array.isArray(resources)) throw new Error('The answer has no Resources');
  return resources.map(asResource);
}

function asResource(value: JsonValue): Resource {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || typeof value.id !== 'string') {
    throw new Error(`Not a resource: ${JSON.stringify(value)}`);
  }
  return { ...value, id: value.id };
}
