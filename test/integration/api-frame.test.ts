import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { PERMISSIONS } from '../../src/api/route.js';
import { APPLICATION_SCOPES } from '../../src/connections/index.js';
import { sql } from '../../src/database/index.js';
import { listLog } from '../../src/log/index.js';
import { createContract } from '../support/api-contract.js';
import { type ApiClient, type ApiServer, startApiServer } from '../support/api-server.js';
import { onServer, SERVER_URL } from '../support/server-url.ts';

let server: ApiServer;
let wiki: ApiClient;

beforeAll(async () => {
  server = await startApiServer();
  await server.application({ key: 'wiki' });
  await server.application({ key: 'crm' });
  wiki = await server.api('wiki');
});
afterAll(() => server.close());

const WIKI = '/api/v1/applications/wiki';

describe('every route', () => {
  it('has a permission, schemas, and says what it leaves in the log', () => {
    expect(server.routes.length).toBeGreaterThan(1);
    for (const route of server.routes) {
      const named = (what: string, fine: boolean) => expect([route.id, what, fine]).toEqual([route.id, what, true]);
      named('permission', PERMISSIONS.includes(route.permission));
      named('params', route.params instanceof z.ZodObject);
      named('query', route.query instanceof z.ZodObject);
      named('output', route.status === 204 ? route.output === null : route.output instanceof z.ZodType);
      named('summary', route.summary !== '' && route.description !== '');
      const names = [...route.path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
      expect([route.id, Object.keys(route.params.shape)]).toEqual([route.id, names]);
      if (route.method === 'GET') {
        named('a read has no body', route.body === null);
        named('a read leaves nothing in the log', route.log === null);
      } else {
        // What a PUT puts somewhere may all be said by its address.
        const needsNone = route.method === 'DELETE' || route.method === 'PUT';
        named('a write has a body', route.body instanceof z.ZodType || needsNone);
        const action = typeof route.log === 'string' && /^[a-z-]+\.[a-z-]+$/.test(route.log);
        const excused = typeof route.log === 'object' && route.log !== null && route.log.notLogged.length > 40;
        named('a write leaves an action in the log, or says why not', action || excused);
      }
      const ofApplication = APPLICATION_SCOPES.some((scope) => scope === route.permission);
      named('a route of applications names the application', !ofApplication || names[0] === 'key');
    }
    const ids = server.routes.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('stands in the OpenAPI document, which needs no token', async () => {
    const { status, body } = await server.send('GET', '/api/v1/openapi.json');
    expect(status).toBe(200);
    expect(body.openapi).toMatch(/^3\.1\./);
    expect(body.servers).toEqual([{ url: `${server.server.origin}/api/v1` }]);
    const described = Object.entries(body.paths as Record<string, object>).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.sort()).toEqual(server.routes.map(({ method, path }) => `${method} ${path}`).sort());
    for (const route of server.routes) {
      const operation = body.paths[route.path][route.method.toLowerCase()];
      expect(operation.operationId).toBe(route.id);
      const ofApplication = APPLICATION_SCOPES.some((scope) => scope === route.permission);
      const scheme = ofApplication ? 'application' : 'administrator';
      expect(operation.security).toEqual(route.permission === 'public' ? [] : [{ [scheme]: [route.permission] }]);
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining([String(route.status), '400', '503']));
      for (const { status: declared, code } of route.problems) {
        expect(operation.responses[declared].description).toContain(code);
      }
    }
    expect(references(body).filter((reference) => !resolves(body, reference))).toEqual([]);
  });
});

function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = '$ref' in value && typeof value.$ref === 'string' ? [value.$ref] : [];
  return [...own, ...Object.values(value).flatMap(references)];
}

function resolves(document: object, reference: string): boolean {
  let at: unknown = document;
  for (const name of reference.split('/').slice(1)) at = (at as Record<string, unknown> | undefined)?.[name];
  return at !== undefined;
}

describe('the contract that answers in these tests are held to', () => {
  it('is the document, and sees what is missing, too much, of another type or not described', async () => {
    const { token } = await server.program();
    const good = await server.send('GET', '/api/v1/site', { token });
    const refused = await server.send('GET', '/api/v1/users/nobody', { token });
    const contract = createContract((await server.send('GET', '/api/v1/openapi.json')).body);
    const { name: _, ...less } = good.body;
    for (const [path, answer, what] of [
      ['/api/v1/site', { ...good, body: less }, 'name'],
      ['/api/v1/site', { ...good, body: { ...good.body, secret: 1 } }, 'additional'],
      ['/api/v1/site', { ...good, body: { ...good.body, createdAt: 'yesterday' } }, 'date-time'],
      ['/api/v1/site', { ...good, status: 201 }, 'status'],
      ['/api/v1/users/nobody', { ...refused, body: { ...refused.body, code: 'user.other' } }, 'not described'],
      ['/api/v1/users/ann', good, 'ETag'],
      ['/api/v1/nothing', good, 'not declared'],
    ] as const) {
      expect(() => contract('GET', path, answer)).toThrow(what);
    }
    expect(() => contract('GET', '/api/v1/site', good)).not.toThrow();
  });
});

describe('the frame', () => {
  it('answers an unknown address with a problem and a wrong method with Allow', async () => {
    for (const path of [
      '/api',
      '/api/',
      '/api/v1',
      '/api/v2/openapi.json',
      '/api/v1/nothing',
      `${WIKI}/users//access`,
    ]) {
      const { status, body } = await server.send('GET', path, { token: wiki.token });
      expect([path, status, body.code]).toEqual([path, 404, 'route.unknown']);
    }
    const wrong = await wiki.request('DELETE', '/users/ann/access');
    expect([wrong.status, wrong.body.code, wrong.headers.get('allow')]).toEqual([405, 'route.method', 'GET, HEAD']);
  });

  it('answers HEAD as GET without a body', async () => {
    const { status, text, headers } = await wiki.request('HEAD', '/users/ann/access');
    expect([status, text]).toEqual([200, '']);
    expect(Number(headers.get('content-length'))).toBeGreaterThan(10);
  });

  it('refuses what no schema knows and broken encoding', async () => {
    const unknown = await wiki.request('GET', '/users/ann/access?verbose=1');
    expect([unknown.status, unknown.body.code]).toEqual([400, 'request.invalid']);
    expect(unknown.body.detail).toContain('verbose');
    expect(unknown.body.errors).toHaveLength(1);
    for (const path of [`${WIKI}/users/%FF/access`, `${WIKI}/users/ann/access?a=%FF`]) {
      const { status, body } = await server.send('GET', path, { token: wiki.token });
      expect([path, status, body.code]).toEqual([path, 400, 'request.url']);
    }
  });

  it('keeps the number of a request, and tells caches and browsers to keep out', async () => {
    const path = `${WIKI}/users/ann/access`;
    const { headers } = await server.send('GET', path, { token: wiki.token, headers: { 'x-request-id': 'abc-1' } });
    expect(headers.get('x-request-id')).toBe('abc-1');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('names routes in the metrics by themselves, never by what a client sent', async () => {
    await wiki.access('somebody@example.com');
    await server.send('GET', '/api/v1/secret-name');
    const text = await (await fetch(`${server.server.origin}/metrics`)).text();
    expect(text).toContain('route="/api/v1/applications/{key}/users/{user}/access"');
    expect(text).toContain('route="/api/other"');
    expect(text).not.toMatch(/somebody|secret-name/);
  });
});

describe('a token', () => {
  const ask = (token: string | undefined, key = 'wiki') =>
    server.send('GET', `/api/v1/applications/${key}/users/ann/access`, { token });

  it('is needed and is one of an application', async () => {
    const missing = await ask(undefined);
    expect([missing.status, missing.body.code]).toEqual([401, 'token.missing']);
    expect(missing.headers.get('www-authenticate')).toBe('Bearer realm="rollcall"');
    const { server: scim } = server;
    for (const wrong of [
      'nonsense',
      `ra_${'a'.repeat(10)}_${'b'.repeat(43)}`,
      `${wiki.token.slice(0, -1)}~`,
      scim.token,
    ]) {
      const { status, body, headers } = await ask(wrong);
      expect([status, body.code]).toEqual([401, 'token.invalid']);
      expect(headers.get('www-authenticate')).toContain('error="invalid_token"');
    }
    // And the other way round.
    expect((await fetch(`${scim.baseUrl}/Users`, { headers: { authorization: `Bearer ${wiki.token}` } })).status).toBe(
      401,
    );
  });

  it('is good for its application alone, and does not say whether there are others', async () => {
    const [other, none] = [await ask(wiki.token, 'crm'), await ask(wiki.token, 'nothing')];
    expect([other.status, other.body.code]).toEqual([403, 'token.other-application']);
    expect(none.body).toEqual({ ...other.body, correlationId: none.body.correlationId });
  });

  it('may do what its scopes say', async () => {
    const { token } = await server.api('wiki', { scopes: ['activity:write'] });
    const { status, body, headers } = await ask(token);
    expect([status, body.code]).toEqual([403, 'token.scope']);
    expect(headers.get('www-authenticate')).toContain('scope="access:read"');
  });

  it('ends when it expires or is revoked, which is noted once', async () => {
    const expired = await server.api('wiki', { expiresAt: new Date(Date.now() - 1000) });
    expect((await ask(expired.token)).body.code).toBe('token.invalid');
    const revoked = await server.api('wiki');
    expect((await ask(revoked.token)).status).toBe(200);
    await revoked.revoke();
    // What was remembered of it is forgotten after a millisecond here.
    await new Promise((resolve) => setTimeout(resolve, 10));
    for (let again = 0; again < 3; again++) expect((await ask(revoked.token)).status).toBe(401);
    const { database, siteId } = server.server;
    const noted = await listLog(database, { siteId, action: 'application.refuse-token', limit: 10 });
    expect(noted.map(({ errorCode, source }) => [errorCode, source])).toEqual([
      ['application.token-revoked', 'system'],
      ['application.token-expired', 'system'],
    ]);
  });

  it('is made and revoked with an entry in the log that holds no secret', async () => {
    const made = await server.api('crm');
    await made.revoke();
    const { database, siteId } = server.server;
    for (const action of ['application.create-token', 'application.revoke-token']) {
      const [entry] = await listLog(database, { siteId, action, limit: 1 });
      expect(entry).toMatchObject({ outcome: 'success', objectType: 'Application', changed: ['tokens'] });
      expect(JSON.stringify(entry)).not.toContain(made.token.slice('ra_0123456789_'.length));
    }
  });
});

describe('limits', () => {
  it('hold up an application that asks too often and addresses that guess', async () => {
    const limited = await startApiServer({ limits: { requestsPerSecond: 1, failedAuthentications: 2 } });
    try {
      await limited.application({ key: 'wiki' });
      const client = await limited.api('wiki');
      const answers = [];
      for (let sent = 0; sent < 4; sent++) answers.push(await client.access('ann'));
      expect(answers.map(({ status }) => status)).toContain(429);
      const refused = answers.find(({ status }) => status === 429);
      expect(refused?.body.code).toBe('limit.requests');
      expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
      const guesses = [];
      for (let sent = 0; sent < 3; sent++) {
        guesses.push(await limited.send('GET', `${WIKI}/users/ann/access`, { token: 'guess' }));
      }
      expect(guesses.map(({ status, body }) => [status, body.code])).toEqual([
        [401, 'token.invalid'],
        [401, 'token.invalid'],
        [429, 'limit.failed-authentications'],
      ]);
    } finally {
      await limited.close();
    }
  });
});

describe('a database that is away', () => {
  it('is 503 with Retry-After, and what needs none is answered', async () => {
    const without = await startApiServer();
    await without.application({ key: 'wiki' });
    const { request, access } = await without.api('wiki');
    const { database } = without.server;
    const [row] = await database.read<{ name: string }>(sql`SELECT current_database() AS name`);
    await database.close();
    try {
      const lastActiveAt = new Date(0).toISOString();
      const answers = [await access('ann'), await request('PUT', '/users/ann/activity', { lastActiveAt })];
      for (const { status, body, headers } of answers) {
        expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'database.unavailable', '5']);
      }
      expect((await without.send('GET', '/api/v1/openapi.json')).status).toBe(200);
    } finally {
      // Its database cannot be closed a second time, and has to go all the same.
      await without.close().catch(() => undefined);
      await onServer(process.env[SERVER_URL] ?? '', `DROP DATABASE ${row?.name} WITH (FORCE)`);
    }
  });
});
