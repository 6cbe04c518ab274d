import { createSign } from 'node:crypto';
import type { Emulator } from './google-emulator/index.ts';

/** An answer of the emulator, read as JSON where it is JSON. */
export interface GoogleAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: the tests look into answers of every shape
  readonly body: any;
}

export interface GoogleRequests {
  /** `path` is below /admin/directory/v1 unless it starts with /admin. */
  get(path: string, query?: Record<string, string>, headers?: Record<string, string>): Promise<GoogleAnswer>;
  post(path: string, body: object, query?: Record<string, string>): Promise<GoogleAnswer>;
  /** All pages of a list, each as it was answered. */
  walk(path: string, query?: Record<string, string>): Promise<GoogleAnswer[]>;
}

/** Asks with plain fetch, as a super administrator unless another token is given. */
export function googleRequests(emulator: Emulator, token = emulator.accessToken()): GoogleRequests {
  async function ask(method: string, path: string, query: Record<string, string>, rest: RequestInit = {}) {
    const prefix = path.startsWith('/admin') ? '' : '/admin/directory/v1';
    const search = new URLSearchParams(query).toString();
    const headers = { authorization: `Bearer ${token}`, ...(rest.headers as Record<string, string>) };
    const url = `${emulator.origin}${prefix}${path}${search && `?${search}`}`;
    return read(await fetch(url, { method, ...rest, headers }));
  }
  const requests: GoogleRequests = {
    get: (path, query = {}, headers = {}) => ask('GET', path, query, { headers }),
    post: (path, body, query = {}) =>
      ask('POST', path, query, { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    async walk(path, query = {}) {
      const pages = [await requests.get(path, query)];
      for (let last = pages[0]; last?.body.nextPageToken !== undefined; last = pages.at(-1)) {
        pages.push(await requests.get(path, { ...query, pageToken: last.body.nextPageToken }));
      }
      return pages;
    },
  };
  return requests;
}

export async function read(response: Response): Promise<GoogleAnswer> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parsed(text) };
}

/** What an error of the API says. */
export function refusal({ status, body }: GoogleAnswer) {
  const { code, message, errors } = body.error;
  const { reason, domain }: { reason: string; domain: string } = errors[0];
  return { status, code, reason, domain, message };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A signed assertion (RS256), valid for an hour unless the claims say otherwise. */
export function assertion(
  key: { client_email: string; private_key: string; token_uri: string },
  claims: object,
): string {
  const now = Math.floor(Date.now() / 1_000);
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const payload = { iss: key.client_email, aud: key.token_uri, iat: now, exp: now + 3_600, ...claims };
  const signed = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(payload)}`;
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key.private_key, 'base64url')}`;
}

/** Exchanges an assertion at the token endpoint. */
export async function exchange(
  origin: string,
  jwt: string,
  grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer',
): Promise<GoogleAnswer> {
  const body = new URLSearchParams({ grant_type: grantType, assertion: jwt });
  return read(await fetch(`${origin}/token`, { method: 'POST', body }));
}
