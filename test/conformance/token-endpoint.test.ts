import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, SignJWT } from 'jose';
import { addOAuthClient, type CreatedOAuthClient, revokeOAuthClient } from '../../src/connections/index.js';
import { type ScimClient, type ScimServer, startScimServer } from '../support/scim-server.js';

const YEAR = 31_536_000_000;

let server: ScimServer;
let connection: ScimClient;
let name: string;
let client: CreatedOAuthClient;
beforeAll(async () => {
  server = await startScimServer({ limits: { failedAuthentications: 10_000 } });
  name = 'oauth';
  connection = await server.connect({ name });
  client = await addClient();
});
afterAll(() => server.close());

function addClient(scope: 'read' | 'write' = 'write', expiresAt = new Date(Date.now() + YEAR)) {
  const actor = server.actor();
  const request = { action: 'connection.add-client', objectType: 'Connection' } as const;
  return server.change.run(actor, request, () => addOAuthClient(actor, name, { scope, expiresAt }));
}

const tokenUrl = () => `${server.origin}/oauth2/${connection.key}/token`;
const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

async function ask(form: Record<string, string> | string, headers: Record<string, string> = {}, url = tokenUrl()) {
  const response = await fetch(url, {
    method: 'POST',
    body: typeof form === 'string' ? form : new URLSearchParams(form).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  });
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
}

const grant = { grant_type: 'client_credentials' };
const inBody = ({ clientId, clientSecret } = client) => ({ client_id: clientId, client_secret: clientSecret });
const withToken = (token: string, method = 'GET', path = '/Users', body?: unknown) =>
  connection.request(method, path, body, { authorization: `Bearer ${token}` });

describe('the token endpoint', () => {
  it('AUTH-01: gives a client a token that works, by header and by body', async () => {
    for (const answer of [
      await ask({ ...grant, ...inBody() }),
      await ask(grant, { authorization: basic(client.clientId, client.clientSecret) }),
    ]) {
      expect(answer).toMatchObject({
        status: 200,
        body: { access_token: expect.any(String), token_type: 'Bearer', expires_in: 3600, scope: 'scim.write' },
      });
      expect(answer.headers.get('cache-control')).toBe('no-store');
      const token = answer.body.access_token;
      expect((await withToken(token)).status).toBe(200);
      const created = await withToken(token, 'POST', '/Users', {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
        userName: token.slice(-12),
      });
      expect(created.status).toBe(201);
      expect(decodeJwt(token)).toMatchObject({
        iss: `${server.origin}/oauth2/${connection.key}`,
        aud: connection.baseUrl,
        sub: client.clientId,
      });
    }
  });

  it('gives no more than the client may have, and less where it asks for less', async () => {
    const reader = await addClient('read');
    expect(await ask({ ...grant, ...inBody(reader), scope: 'scim.write' })).toMatchObject({
      status: 400,
      body: { error: 'invalid_scope' },
    });
    for (const [who, scope] of [
      [reader, ''],
      [client, 'scim.read'],
    ] as const) {
      const { body } = await ask({ ...grant, ...inBody(who), scope });
      expect(body.scope).toBe('scim.read');
      expect((await withToken(body.access_token)).status).toBe(200);
      expect((await withToken(body.access_token, 'POST', '/Users', {})).status).toBe(403);
    }
  });

  it('ends a client’s tokens with the client', async () => {
    const short = await addClient();
    const { body } = await ask({ ...grant, ...inBody(short) });
    expect((await withToken(body.access_token)).status).toBe(200);
    const actor = server.actor();
    const request = { action: 'connection.revoke-client', objectType: 'Connection' } as const;
    await server.change.run(actor, request, () => revokeOAuthClient(actor, name, short.clientId));
    expect((await withToken(body.access_token)).status).toBe(401);
    expect(await ask({ ...grant, ...inBody(short) })).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    const again = () => revokeOAuthClient(actor, name, short.clientId);
    await expect(server.change.run(actor, request, again)).rejects.toMatchObject({ code: 'connection.no-client' });
  });

  it('gives nothing to a client that has expired', async () => {
    const old = await addClient('write', new Date(Date.now() - 1000));
    expect(await ask({ ...grant, ...inBody(old) })).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });

  it.each<[string, Record<string, string> | string, number, string]>([
    ['no grant type', {}, 400, 'invalid_request'],
    ['another grant type', { grant_type: 'password' }, 400, 'unsupported_grant_type'],
    ['an unknown scope', { ...grant, scope: 'admin' }, 400, 'invalid_scope'],
    ['a scope that every object has', { ...grant, scope: 'constructor' }, 400, 'invalid_scope'],
    ['a parameter twice', 'grant_type=client_credentials&grant_type=client_credentials', 400, 'invalid_request'],
    ['a body that is too long', { ...grant, padding: 'x'.repeat(10_000) }, 413, 'invalid_request'],
  ])('refuses %s with an error of RFC 6749', async (_what, form, status, error) => {
    const authorization = basic(client.clientId, client.clientSecret);
    expect(await ask(form, { authorization })).toMatchObject({
      status,
      body: { error, error_description: expect.any(String) },
    });
  });

  it('refuses a wrong or missing client, and tells nobody whether it exists', async () => {
    const wrong = [
      await ask({ ...grant, client_id: client.clientId, client_secret: 'wrong' }),
      await ask({ ...grant, client_id: 'nobody', client_secret: client.clientSecret }),
      await ask({ ...grant, ...inBody() }, {}, tokenUrl().replace(connection.key, 'zzzzzzzzzz')),
    ];
    for (const { status, body } of wrong) expect({ status, body }).toEqual({ status: 401, body: wrong[0]?.body });
    expect((await ask(grant)).status).toBe(401);
    const broken = await ask(grant, { authorization: 'Basic %%%' });
    expect(broken.status).toBe(401);
    expect(broken.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
    const both = await ask({ ...grant, ...inBody() }, { authorization: basic(client.clientId, client.clientSecret) });
    expect(both).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  it('takes only forms, and only POST', async () => {
    expect(await ask('{}', { 'content-type': 'application/json' })).toMatchObject({ status: 400 });
    const get = await fetch(tokenUrl());
    expect(get.status).toBe(405);
    expect(get.headers.get('allow')).toBe('POST');
  });

  it('is described where RFC 8414 looks for it, and in ServiceProviderConfig', async () => {
    const url = `${server.origin}/.well-known/oauth-authorization-server/oauth2/${connection.key}`;
    const metadata = (await (await fetch(url)).json()) as Record<string, unknown>;
    expect(metadata).toMatchObject({
      issuer: `${server.origin}/oauth2/${connection.key}`,
      token_endpoint: tokenUrl(),
      grant_types_supported: ['client_credentials'],
    });
    expect((await fetch(url.replace(connection.key, 'zzzzzzzzzz'))).status).toBe(404);
    const config = (await connection.request('GET', '/ServiceProviderConfig')).body;
    expect(config.authenticationSchemes).toEqual([
      expect.objectContaining({ type: 'oauthbearertoken', primary: true }),
      expect.objectContaining({ type: 'oauth2', documentationUri: url }),
    ]);
  });
});

describe('an access token', () => {
  it('of another connection is refused', async () => {
    const other = await server.connect();
    const { body } = await ask({ ...grant, ...inBody() });
    const answer = await other.request('GET', '/Users', undefined, { authorization: `Bearer ${body.access_token}` });
    expect(answer.status).toBe(401);
  });

  it('that somebody else has signed, changed or unsigned is refused', async () => {
    const { body } = await ask({ ...grant, ...inBody() });
    const [header, payload, signature] = String(body.access_token).split('.');
    const claims = decodeJwt(body.access_token);
    const sign = (alg: string, typ: string) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg, typ })
        .sign(new TextEncoder().encode('a guess that is long enough ok!'));
    const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');
    const raised = Buffer.from(JSON.stringify({ ...claims, scope: 'write', exp: 9_999_999_999 })).toString('base64url');
    for (const forged of [
      await sign('HS256', 'at+jwt'),
      `${none}.${payload}.`,
      `${header}.${raised}.${signature}`,
      `${header}.${payload}`,
      'a.b.c',
    ]) {
      const answer = await withToken(forged);
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toContain('invalid_token');
    }
  });
});

it('AUTH-11, SEC-11: too many refusals from an address are answered with 429, and good tokens still pass', async () => {
  const strict = await startScimServer({ limits: { failedAuthentications: 3 } });
  try {
    const wrong = () => strict.request('GET', '/Users', undefined, { authorization: 'Bearer nothing' });
    for (let time = 0; time < 3; time++) expect((await wrong()).status).toBe(401);
    const refused = await wrong();
    expect(refused).toMatchObject({
      status: 429,
      body: { status: '429', detail: expect.stringContaining('LIMIT_FAILED_AUTHENTICATIONS') },
    });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await strict.request('GET', '/Users')).status).toBe(200);
    const form = { ...grant, client_id: 'x', client_secret: 'y' };
    const token = await ask(form, {}, `${strict.origin}/oauth2/${strict.key}/token`);
    expect(token.status).toBe(429);
  } finally {
    await strict.close();
  }
});

it('AUTH-11: a connection that asks more often than it may is told when to come again', async () => {
  const slow = await startScimServer({ limits: { requestsPerSecond: 1 } });
  try {
    const other = await slow.connect();
    const answers = await Promise.all(Array.from({ length: 6 }, () => slow.request('GET', '/Users')));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(2);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.body).toMatchObject({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      detail: expect.stringContaining('LIMIT_REQUESTS_PER_SECOND'),
    });
    expect(refused?.headers.get('retry-after')).toBe('1');
    expect((await other.request('GET', '/Users')).status).toBe(200);
  } finally {
    await slow.close();
  }
});
