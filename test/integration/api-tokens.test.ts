import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { API_SCOPES, revokeApiToken } from '../../src/connections/index.js';
import { sql } from '../../src/database/index.js';
import { createSite, createUser, type Document, newObjectId } from '../../src/directory/index.js';
import { listLog } from '../../src/log/index.js';
import { type ApiServer, type ProgramClient, startApiServer } from '../support/api-server.js';
import { createCli, urlOf } from '../support/cli.js';

interface Made {
  readonly id: string;
  readonly url: string;
  readonly token: string;
  readonly scopes: readonly string[];
  readonly expiresAt: string;
}

const cli = createCli();
const url = process.env.DATABASE_URL;
let server: ApiServer;
let api: ProgramClient;

beforeAll(async () => {
  server = await startApiServer();
  process.env.DATABASE_URL = await urlOf(server.server.database);
  await server.application({ key: 'wiki' });
  api = await server.program();
});
afterAll(async () => {
  if (url === undefined) delete process.env.DATABASE_URL;
  else process.env.DATABASE_URL = url;
  await server.close();
});

const ask = async (token: string, path = '/users') => (await server.send('GET', `/api/v1${path}`, { token })).status;

describe('rollcall api-token', () => {
  it('create shows a token once that works, list shows what it may do, revoke ends it', async () => {
    const argv = ['--name', 'backup', '--scope', 'directory:read', '--scope', 'log:read', '--expires', '90d'];
    const made = await cli.json<Made>('api-token', 'create', ...argv);
    expect(made.token).toMatch(/^rk_[a-z2-9]{10}_[\w-]{43}$/);
    expect(made.url).toMatch(/\/api\/v1$/);
    expect(made.scopes).toEqual(['directory:read', 'log:read']);
    expect(Math.round((Date.parse(made.expiresAt) - Date.now()) / 86_400_000)).toBe(90);
    expect(await ask(made.token)).toBe(200);
    const listed = await cli.json<{ id: string; name: string; state: string }[]>('api-token', 'list');
    expect(listed[0]).toMatchObject({ id: made.id, name: 'backup', state: 'valid', scopes: made.scopes });
    expect(JSON.stringify(listed)).not.toContain(made.token.slice(3, 13));

    await cli.json('api-token', 'revoke', made.id);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await ask(made.token)).toBe(401);
    const { database, siteId } = server.server;
    const [row] = await database.write<{ hash: Buffer }>(
      sql`SELECT secret_hash AS hash FROM api_tokens WHERE id = ${made.id}`,
    );
    expect(row?.hash).toHaveLength(32);
    for (const action of ['api-token.create', 'api-token.revoke']) {
      const [entry] = await listLog(database, { siteId, action, limit: 1 });
      expect(entry).toMatchObject({ outcome: 'success', objectType: 'ApiToken', objectId: made.id, source: 'cli' });
      expect(JSON.stringify(entry)).not.toContain(made.token.slice(14));
    }
  });

  it('create takes all that read, or all there are, and lives as long as the setting says', async () => {
    const read = await cli.json<Made>('api-token', 'create', '--name', 'r', '--scope', 'read');
    expect(read.scopes).toEqual(API_SCOPES.filter((scope) => scope.endsWith(':read')));
    const all = await cli.json<Made>('api-token', 'create', '--name', 'a', '--scope', 'all');
    expect(all.scopes).toEqual([...API_SCOPES]);
    expect(Math.round((Date.parse(all.expiresAt) - Date.now()) / 86_400_000)).toBe(365);
    const text = await cli.run('api-token', 'create', '--name', 'x', '--scope', 'read');
    expect(text.out).toMatch(/^Name +x\n[\s\S]*\nToken +rk_[\s\S]*copy it now/);
  });

  it.each([
    [['create', '--scope', 'read'], 2, '--name'],
    [['create', '--name', 'x'], 2, '--scope'],
    [['create', '--name', ' ', '--scope', 'read'], 1, 'api-token.no-name'],
    [['create', '--name', 'x', '--scope', 'everything'], 2, '--scope is read, all, or one of'],
    [['revoke', 'none'], 1, 'api-token.not-found'],
  ])('%p says in one line what is wrong', async (argv, code, line) => {
    const done = await cli.run('api-token', ...argv);
    expect([done.code, done.out]).toEqual([code, '']);
    expect(done.error).toContain(line);
    expect(done.error.trimEnd()).not.toContain('\n');
  });
});

describe('a token of the API', () => {
  it('is none of an application or connection, and theirs are none of it', async () => {
    const wiki = await server.api('wiki');
    const path = '/applications/wiki/users/ann/access';
    expect([await ask(api.token, path), await ask(wiki.token), await ask(server.server.token)]).toEqual([
      403, 403, 401,
    ]);
    const scim = await fetch(`${server.server.baseUrl}/Users`, { headers: { authorization: `Bearer ${api.token}` } });
    expect(scim.status).toBe(401);
  });

  it('reaches its own site alone', async () => {
    const { database, change } = server.server;
    const { id: elsewhere } = await createSite(database, 'elsewhere', 'Elsewhere');
    const other = await server.program(API_SCOPES, elsewhere);
    const { id } = await other.done('POST', '/users', { userName: 'gil' });
    for (const user of [id, 'gil']) expect((await api.request('GET', `/users/${user}`)).status).toBe(404);
    expect((await api.request('PATCH', `/users/${id}`, { title: 'x' })).status).toBe(404);
    expect((await other.done('GET', '/users')).items).toHaveLength(1);
    const token = await change
      .run(
        { ...server.server.actor(), siteId: elsewhere },
        { action: 'api-token.revoke', objectType: 'ApiToken' },
        () => revokeApiToken({ ...server.server.actor(), siteId: elsewhere }, api.tokenId),
      )
      .catch((error: { code: string }) => error.code);
    expect(token).toBe('api-token.not-found');
  });

  it('ends when it expires or is revoked, which is noted once', async () => {
    const { database, siteId, change } = server.server;
    const gone = await server.program();
    await change.run(server.server.actor(), { action: 'api-token.revoke', objectType: 'ApiToken' }, () =>
      revokeApiToken(server.server.actor(), gone.tokenId),
    );
    const late = await server.program();
    await database.write(
      sql`UPDATE api_tokens SET expires_at = now() - interval '1 second' WHERE id = ${late.tokenId}`,
    );
    await new Promise((resolve) => setTimeout(resolve, 10));
    for (let again = 0; again < 3; again++) expect([await ask(gone.token), await ask(late.token)]).toEqual([401, 401]);
    const noted = await listLog(database, { siteId, action: 'api-token.refuse-token', limit: 2 });
    expect(noted.map(({ errorCode, objectId }) => [errorCode, objectId])).toEqual([
      ['api-token.token-expired', late.tokenId],
      ['api-token.token-revoked', gone.tokenId],
    ]);
  });

  it('may not ask more often than the setting says', async () => {
    const limited = await startApiServer({ limits: { requestsPerSecond: 1 } });
    try {
      const { request } = await limited.program();
      const answers = [];
      for (let sent = 0; sent < 4; sent++) answers.push((await request('GET', '/users')).body.code);
      expect(answers).toContain('limit.requests');
    } finally {
      await limited.close();
    }
  });
});

describe('the routes of tokens', () => {
  it('make, list and revoke them, and give away no more than the caller has', async () => {
    const made = await api.done('POST', '/api-tokens', { name: 'sync', scopes: ['directory:read'], expiresInDays: 7 });
    expect(await ask(made.token)).toBe(200);
    expect(Math.round((Date.parse(made.expiresAt) - Date.now()) / 86_400_000)).toBe(7);
    const { items } = await api.done('GET', '/api-tokens?limit=1000');
    expect(items.at(-1)).toMatchObject({
      id: made.id,
      name: 'sync',
      state: 'expires-soon',
      scopes: ['directory:read'],
    });
    expect(JSON.stringify(items)).not.toContain(made.token.slice(3, 13));
    expect((await api.request('DELETE', `/api-tokens/${made.id}`)).status).toBe(204);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await ask(made.token)).toBe(401);
    expect((await api.request('DELETE', `/api-tokens/${made.id}`)).status).toBe(404);

    const small = await server.program(['tokens:write', 'directory:read']);
    const wanted = { name: 'more', scopes: ['directory:read', 'directory:write'] };
    const { status, body } = await small.request('POST', '/api-tokens', wanted);
    expect([status, body.code]).toEqual([403, 'api-token.more-than-own']);
    expect(body.detail).toContain('directory:write');
    await small.done('POST', '/api-tokens', { ...wanted, scopes: ['directory:read'] });
  });
});

describe('permissions', () => {
  it('open their own routes, each and no others', async () => {
    const programs = new Map<string, ProgramClient>();
    for (const scope of API_SCOPES) programs.set(scope, await server.program([scope]));
    const routes = server.routes.filter(({ permission }) => programs.has(permission));
    expect(routes.length).toBeGreaterThan(10);
    for (const route of routes) {
      const path = route.path.replaceAll(/\{[^}]+\}/g, newObjectId());
      for (const [scope, { request }] of programs) {
        // What the body should be is asked behind the permission.
        const { status, body } = await request(route.method, path, route.body === null ? undefined : 'nothing');
        const denied = status === 403 && body.code === 'token.scope';
        expect([route.id, scope, denied]).toEqual([route.id, scope, scope !== route.permission]);
      }
    }
  });
});

describe('a token that is used for what it must not do', () => {
  it('is noted once, under its id', async () => {
    const small = await server.program(['directory:read']);
    for (let again = 0; again < 3; again++) {
      expect((await small.request('POST', '/users', { userName: 'x' })).body.code).toBe('token.scope');
    }
    const { database, siteId } = server.server;
    const noted = await listLog(database, { siteId, apiTokenId: small.tokenId, limit: 10 });
    expect(noted).toMatchObject([
      {
        action: 'api-token.refuse-scope',
        errorCode: 'api-token.token-scope',
        objectId: small.tokenId,
        source: 'system',
      },
    ]);
    expect(noted[0]?.personal?.advice).toContain('directory:write');
  });
});

describe('an Idempotency-Key', () => {
  const keyed = (key: string) => ({ 'idempotency-key': key });
  const key = () => newObjectId();
  const named = () => `once-${newObjectId()}`;

  it('has a request carried out once; who sends it again gets the first answer', async () => {
    const [userName, sent] = [named(), key()];
    const first = await api.request('POST', '/users', { userName }, keyed(sent));
    const second = await api.request('POST', '/users', { userName }, keyed(sent));
    expect([first.status, second.status, second.text]).toEqual([201, 201, first.text]);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect([first.headers.get('idempotency-replayed'), second.headers.get('etag')]).toEqual([null, 'W/"1"']);
    expect((await api.done('GET', `/users?search=${userName}`)).items).toHaveLength(1);
    const other = await server.program();
    expect((await other.request('POST', '/users', { userName }, keyed(sent))).body.code).toBe('user.user-name-taken');
  });

  it('is refused for another body or address', async () => {
    const [userName, sent] = [named(), key()];
    const { id } = (await api.request('POST', '/users', { userName }, keyed(sent))).body;
    for (const [path, body] of [
      ['/users', { userName: named() }],
      ['/groups', { displayName: 'x' }],
      [`/users/${id}/deactivate`, {}],
    ] as const) {
      const { status, body: problem } = await api.request('POST', path, body, keyed(sent));
      expect([path, status, problem.code]).toEqual([path, 409, 'idempotency.other-request']);
    }
    expect((await api.request('POST', '/users', { userName }, keyed('ä'))).body.code).toBe('idempotency.key');
  });

  it('can be used again where the request was refused', async () => {
    const [userName, sent] = [named(), key()];
    const taken = await api.done('POST', '/users', { userName });
    expect((await api.request('POST', '/users', { userName }, keyed(sent))).status).toBe(409);
    await api.done('DELETE', `/users/${taken.id}`);
    expect((await api.request('POST', '/users', { userName }, keyed(sent))).status).toBe(201);
  });

  it('of many at once lets one through', async () => {
    const [userName, sent] = [named(), key()];
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => api.request('POST', '/users', { userName }, keyed(sent))),
    );
    const bodies = new Set(answers.filter(({ status }) => status === 201).map(({ body }) => body.id));
    expect(bodies.size).toBe(1);
    const others = answers.filter(({ status }) => status !== 201);
    expect(others.every(({ body }) => body.code === 'idempotency.in-progress')).toBe(true);
  });

  it('is sure of what happened where the process died: done is done, and what is not can be tried again', async () => {
    const { database } = server.server;
    const [userName, sent] = [named(), key()];
    await api.request('POST', '/users', { userName }, keyed(sent));
    await database.write(sql`UPDATE api_requests SET answer = NULL WHERE key = ${sent}`);
    const waiting = await api.request('POST', '/users', { userName }, keyed(sent));
    expect([waiting.body.code, waiting.headers.get('retry-after')]).toEqual(['idempotency.in-progress', '1']);
    await database.write(sql`UPDATE api_requests SET started_at = now() - interval '1 hour' WHERE key = ${sent}`);
    const lost = await api.request('POST', '/users', { userName }, keyed(sent));
    expect([lost.status, lost.body.code]).toEqual([409, 'idempotency.answer-lost']);

    const user = await api.done('GET', `/users/${userName}`);
    await api.done('DELETE', `/users/${user.id}`);
    await database.write(sql`UPDATE api_requests SET done = false WHERE key = ${sent}`);
    expect((await api.request('POST', '/users', { userName }, keyed(sent))).status).toBe(201);
  });

  it('writes down in the transaction of the change that it was carried out', async () => {
    const { database, change, siteId } = server.server;
    const [attempt, sent, userName] = [newObjectId(), key(), named()];
    await database.write(sql`
      INSERT INTO api_requests (site_id, token_id, key, attempt, request_hash)
      VALUES (${siteId}, ${api.tokenId}, ${sent}, ${attempt}, '\\x00')`);
    const receipt = sql`UPDATE api_requests SET done = true WHERE attempt = ${attempt}`;
    const actor = { ...server.server.actor(), receipt };
    const document: Document = { userName };
    const profile = {
      userName,
      displayName: undefined,
      active: true,
      managerId: undefined,
      emails: [],
      document,
      folded: document,
    };
    const create = () =>
      change.run(actor, { action: 'user.create', objectType: 'User' }, () =>
        createUser(actor, { profile, externalId: undefined, passwordHash: undefined }),
      );
    const done = async () =>
      (await database.write<{ done: boolean }>(sql`SELECT done FROM api_requests WHERE attempt = ${attempt}`))[0]?.done;
    await create();
    expect(await done()).toBe(true);
    await database.write(sql`UPDATE api_requests SET done = false WHERE attempt = ${attempt}`);
    await expect(create()).rejects.toMatchObject({ code: 'user.user-name-taken' });
    expect(await done()).toBe(false);
  });

  it('keeps answers sealed', async () => {
    const [userName, sent] = [named(), key()];
    await api.request('POST', '/users', { userName }, keyed(sent));
    const [row] = await server.server.database.write<{ answer: Buffer }>(sql`
      SELECT answer FROM api_requests WHERE key = ${sent}`);
    expect(row?.answer.length).toBeGreaterThan(100);
    expect(row?.answer.includes(userName)).toBe(false);
    // By a key that is gone.
    await server.server.database.write(sql`UPDATE api_requests SET answer = ${Buffer.alloc(64)} WHERE key = ${sent}`);
    expect((await api.request('POST', '/users', { userName }, keyed(sent))).body.code).toBe('idempotency.answer-lost');
  });
});
