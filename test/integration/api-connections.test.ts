import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { newObjectId } from '../../src/directory/index.js';
import { type ApiServer, type ProgramClient, startApiServer } from '../support/api-server.js';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';

let server: ApiServer;
let api: ProgramClient;
let name: string;
let made: { id: string; baseUrl: string; token: string };

beforeAll(async () => {
  server = await startApiServer();
  api = await server.program();
});
afterAll(() => server.close());
beforeEach(async () => {
  name = `Okta ${newObjectId()}`;
  made = await api.done('POST', '/connections', { name, profile: 'okta', adopt: true });
});

const refused = async (method: string, path: string, body?: unknown, headers?: Record<string, string>) => {
  const { status, body: problem } = await api.request(method, path, body, headers);
  return [status, problem?.code];
};
const at = (path = '') => `/connections/${made.id}${path}`;
/** What SCIM answers to a token. */
const scim = async (token: string, path = '/Users', init: RequestInit = {}) =>
  (await fetch(made.baseUrl + path, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } }))
    .status;
const pause = () => new Promise((resolve) => setTimeout(resolve, 10));

describe('a connection', () => {
  it('is made with a token that works, found by id and name, changed and listed', async () => {
    expect(await scim(made.token)).toBe(200);
    const { body, headers } = await api.request('GET', at());
    expect(body).toMatchObject({
      name,
      type: 'scim',
      state: 'active',
      profile: 'okta',
      adopt: true,
      sees: 'site',
      removalLimitPercent: 20,
      tokens: [{ scope: 'write', state: 'valid', userId: null }],
      removals: { counted: 0, allowance: null },
    });
    expect(JSON.stringify(body)).not.toContain(made.token.slice(14));
    expect(await api.done('GET', `/connections/${encodeURIComponent(name)}`)).toEqual(body);

    const tag = headers.get('etag') ?? '';
    const changed = await api.request('PATCH', at(), { profile: 'entra', sees: 'own' }, { 'if-match': tag });
    expect(changed.body).toMatchObject({ profile: 'entra', sees: 'own', adopt: true });
    for (const [method, path, change] of [
      ['PATCH', '', { sees: 'site' }],
      ['POST', '/pause', {}],
    ] as const) {
      expect(await refused(method, at(path), change, { 'if-match': tag })).toEqual([412, 'request.stale']);
    }
    const { items } = await api.done('GET', '/connections?limit=1000');
    const { removals: _, ...listed } = changed.body;
    expect(items.find(({ id }: { id: string }) => id === made.id)).toEqual(listed);
  });

  it('is refused where a setting is none', async () => {
    for (const wrong of [{ profile: 'nothing' }, { sees: 'all' }, { removalLimitPercent: 101 }, {}, { nope: 1 }]) {
      expect(await refused('PATCH', at(), wrong)).toEqual([400, 'request.invalid']);
    }
    expect(await refused('POST', '/connections', { name })).toEqual([409, 'connection.name-taken']);
    expect(await refused('POST', '/connections', { name: ' ' })).toEqual([400, 'request.invalid']);
    expect(await refused('GET', '/connections/nothing')).toEqual([404, 'connection.not-found']);
  });

  it('that reads Google Workspace is shown, and has neither these settings nor tokens', async () => {
    await server.server.database.write(sql`UPDATE connections SET type = 'google' WHERE id = ${made.id}`);
    expect(await api.done('GET', at())).toMatchObject({ type: 'google' });
    for (const [method, path, body] of [
      ['PATCH', '', { sees: 'own' }],
      ['POST', '/tokens', {}],
      ['POST', '/pause', {}],
    ] as const) {
      expect(await refused(method, at(path), body)).toEqual([400, 'connection.is-google']);
    }
  });

  it('is paused and goes on', async () => {
    expect(await api.done('POST', at('/pause'), {})).toMatchObject({ state: 'paused' });
    await pause();
    expect(await scim(made.token)).toBe(503);
    expect(await api.done('POST', at('/resume'), {})).toMatchObject({ state: 'active' });
    await pause();
    expect(await scim(made.token)).toBe(200);
  });

  it('may remove more for a while', async () => {
    expect(await api.done('POST', at('/allow-removals'), { hours: 2, people: 7 })).toMatchObject({ people: 7 });
    expect((await api.done('GET', at())).removals.allowance).toMatchObject({ people: 7 });
    expect(await refused('POST', at('/allow-removals'), { hours: 0 })).toEqual([400, 'request.invalid']);
  });
});

describe('what proves who a client is', () => {
  it('is a token that is changed for another, for all or for one user', async () => {
    const second = await api.done('POST', at('/tokens'), { scope: 'read', expiresInDays: 60 });
    expect([await scim(made.token), await scim(second.token)]).toEqual([200, 200]);
    const body = JSON.stringify({ schemas: [USER], userName: `ann-${newObjectId()}` });
    const post = { method: 'POST', body, headers: { 'content-type': 'application/scim+json' } };
    expect(await scim(second.token, '/Users', post)).toBe(403);
    const { tokens } = await api.done('GET', at());
    expect(tokens).toHaveLength(2);
    expect((await api.request('DELETE', at(`/tokens/${second.tokenId}`))).status).toBe(204);
    await pause();
    expect(await scim(second.token)).toBe(401);
    expect(await refused('DELETE', at(`/tokens/${second.tokenId}`))).toEqual([404, 'connection.no-token']);

    const { id } = await api.done('POST', '/users', { userName: `bob-${newObjectId()}` });
    const own = await api.done('POST', at('/tokens'), { user: id });
    expect(own).toMatchObject({ userId: id, scope: 'read' });
    expect([await scim(own.token, '/Me'), await scim(own.token)]).toEqual([200, 403]);
    expect(await refused('POST', at('/tokens'), { user: 'nobody' })).toEqual([404, 'user.not-found']);
  });

  it('is a client of the token endpoint', async () => {
    const { clientId, clientSecret, tokenUrl } = await api.done('POST', at('/clients'), { scope: 'read' });
    const ask = async () => {
      const body = new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: clientSecret,
      });
      return fetch(tokenUrl, { method: 'POST', body });
    };
    const { access_token: token } = (await (await ask()).json()) as { access_token: string };
    expect(await scim(token)).toBe(200);
    expect((await api.request('DELETE', at(`/clients/${clientId}`))).status).toBe(204);
    await pause();
    expect((await ask()).status).toBe(401);
    expect(await refused('DELETE', at(`/clients/${clientId}`))).toEqual([404, 'connection.no-client']);
  });

  it('is a JWT of an issuer', async () => {
    const entra = await api.done('POST', at('/issuers'), { entraTenant: 'tenant-1' });
    expect(entra).toMatchObject({ issuer: 'https://sts.windows.net/tenant-1/', tenant: 'tenant-1', scope: 'write' });
    const own = { issuer: 'https://idp.example.com', audience: 'rollcall', clients: ['a'] };
    const other = await api.done('POST', at('/issuers'), own);
    expect((await api.done('GET', at())).issuers).toEqual([entra, other]);
    for (const [wrong, code] of [
      [own, 'connection.issuer-exists'],
      [{ ...own, issuer: 'ftp://idp.example.com' }, 'connection.issuer-invalid'],
      [{ ...own, entraTenant: 'x' }, 'request.invalid'],
      [{ issuer: own.issuer }, 'request.invalid'],
      [{}, 'request.invalid'],
    ] as const) {
      expect((await refused('POST', at('/issuers'), wrong))[1]).toBe(code);
    }
    expect((await api.request('DELETE', at(`/issuers/${entra.id}`))).status).toBe(204);
    expect(await refused('DELETE', at(`/issuers/${entra.id}`))).toEqual([404, 'connection.no-issuer']);
  });
});
