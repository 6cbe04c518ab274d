import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import { distrustIssuer, type NewTrustedIssuer, trustIssuer } from '../../src/connections/index.js';
import { sql } from '../../src/database/index.js';
import { startIssuer, type TestIssuer } from '../support/issuer.js';
import { type ScimClient, type ScimServer, startScimServer } from '../support/scim-server.js';

const AUDIENCE = '8adf8e6e-67b2-4cf2-a259-e3dc5476c621';
const TENANT = '11111111-2222-3333-4444-555555555555';

let server: ScimServer;
let issuer: TestIssuer;
let connection: ScimClient;
let name: string;
let number = 0;
afterEach(() => issuer.close());
beforeAll(async () => {
  server = await startScimServer({ limits: { failedAuthentications: 10_000 } });
});
afterAll(() => server.close());
beforeEach(async () => {
  number += 1;
  name = `entra ${number}`;
  connection = await server.connect({ name });
  issuer = await startIssuer();
});

function trust(wanted: Partial<NewTrustedIssuer> = {}) {
  const actor = server.actor();
  const all = {
    issuer: issuer.issuer,
    audience: AUDIENCE,
    tenant: TENANT,
    jwksUrl: issuer.jwksUrl,
    clients: [],
    scope: 'write' as const,
    ...wanted,
  };
  const request = { action: 'connection.trust-issuer', objectType: 'Connection' } as const;
  return server.change.run(actor, request, () => trustIssuer(actor, name, all));
}

const claims = { aud: AUDIENCE, tid: TENANT, appid: 'provisioning' };
const ask = (token: string, method = 'GET', body?: unknown) =>
  connection.request(method, '/Users', body, { authorization: `Bearer ${token}` });

describe('a JWT of a trusted issuer', () => {
  it('AUTH-01: is taken in place of a token, with keys from its URL or from discovery', async () => {
    await trust();
    const answer = await ask(await issuer.sign(claims), 'POST', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: `of-${number}`,
    });
    expect(answer.status).toBe(201);
    for (let time = 0; time < 5; time++) expect((await ask(await issuer.sign(claims))).status).toBe(200);
    expect(issuer.asked()).toBe(1);
    await trust({ jwksUrl: null, audience: 'discovered' });
    expect((await ask(await issuer.sign({ ...claims, aud: 'discovered' }))).status).toBe(200);
  });

  it('may do what it is trusted to do and no more', async () => {
    await trust({ scope: 'read' });
    const token = await issuer.sign(claims);
    expect((await ask(token)).status).toBe(200);
    expect((await ask(token, 'POST', {})).status).toBe(403);
  });

  it('is refused for another audience, tenant, client or time, and the log says why', async () => {
    await trust({ clients: ['provisioning'] });
    const wrong = [
      await issuer.sign({ ...claims, aud: 'another' }),
      await issuer.sign({ ...claims, tid: 'another' }),
      await issuer.sign({ ...claims, appid: 'another' }),
      await issuer.sign(claims, { expiresIn: '-5 minutes' }),
      await issuer.sign(claims, { notBefore: '5 minutes' }),
      await issuer.sign({ ...claims, iss: 'https://elsewhere.example' }),
    ];
    for (const token of wrong) expect((await ask(token)).status).toBe(401);
    const codes = await server.database.read<{ code: string }>(sql`
      SELECT DISTINCT error_code AS code FROM log_entries
      WHERE connection_id = ${connection.connectionId} AND error_code LIKE 'connection.token%' ORDER BY 1`);
    expect(codes.map(({ code }) => code)).toEqual(['connection.token-expired', 'connection.token-not-for-us']);
    expect((await ask(await issuer.sign(claims, { expiresIn: '-30 seconds' }))).status).toBe(200);
  });

  it('signed with a shared secret, with no signature or with an unknown key is refused', async () => {
    await trust();
    expect((await ask(await issuer.sign(claims))).status).toBe(200);
    const guess = new TextEncoder().encode(JSON.stringify({ kty: 'RSA' }).padEnd(64));
    const shared = await new SignJWT({ iss: issuer.issuer, ...claims })
      .setProtectedHeader({ alg: 'HS256', kid: '1' })
      .setExpirationTime('5 minutes')
      .sign(guess);
    const header = Buffer.from('{"alg":"none"}').toString('base64url');
    const payload = Buffer.from(JSON.stringify({ iss: issuer.issuer, ...claims, exp: 9_999_999_999 })).toString(
      'base64url',
    );
    for (const token of [shared, `${header}.${payload}.`, await issuer.sign(claims, { kid: '99' })]) {
      expect((await ask(token)).status).toBe(401);
    }
  });

  it('is refused once the issuer is no longer trusted', async () => {
    const { id } = await trust();
    const token = await issuer.sign(claims);
    expect((await ask(token)).status).toBe(200);
    const actor = server.actor();
    const request = { action: 'connection.distrust-issuer', objectType: 'Connection' } as const;
    await server.change.run(actor, request, () => distrustIssuer(actor, name, id));
    expect((await ask(token)).status).toBe(401);
  });

  it.each<[string, Parameters<TestIssuer['behave']>[0]]>([
    ['answers with an error', (response) => response.writeHead(500).end('{}')],
    ['sends no keys', (response) => response.end('{"nothing":true}')],
    ['sends too much', (response) => response.end(`{"keys":["${'x'.repeat(400_000)}"]}`)],
    ['sends somebody elsewhere', (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
    ['hangs up', (response) => response.destroy()],
  ])('is no fault of the client where the issuer %s: 503 and later again', async (_what, behaviour) => {
    await trust();
    issuer.behave(behaviour);
    const answer = await ask(await issuer.sign(claims));
    expect(answer).toMatchObject({ status: 503, body: { status: '503' } });
    expect(answer.headers.get('retry-after')).toBe('5');
  });

  it('is checked with the keys that are known while the issuer is away', async () => {
    await trust();
    const token = await issuer.sign(claims);
    expect((await ask(token)).status).toBe(200);
    issuer.behave((response) => response.destroy());
    expect((await ask(token)).status).toBe(200);
  });
});

it.each<[string, Partial<NewTrustedIssuer>, string]>([
  ['plain http elsewhere', { issuer: 'http://login.example.com' }, 'connection.issuer-invalid'],
  ['keys over plain http', { jwksUrl: 'http://login.example.com/keys' }, 'connection.issuer-invalid'],
  ['no URL', { issuer: 'entra' }, 'connection.issuer-invalid'],
  ['no audience', { audience: ' ' }, 'connection.issuer-invalid'],
])('an issuer with %s cannot be trusted', async (_what, wanted, code) => {
  await expect(async () => trust(wanted)).rejects.toMatchObject({ code });
});

it('an issuer is trusted once for an audience', async () => {
  await trust();
  await expect(trust()).rejects.toMatchObject({ code: 'connection.issuer-exists' });
});
