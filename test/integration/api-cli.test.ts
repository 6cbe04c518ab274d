import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiServer, startApiServer } from '../support/api-server.js';
import { createCli, urlOf } from '../support/cli.js';

interface Made {
  readonly id: string;
  readonly url: string;
  readonly token: string;
  readonly scopes: readonly string[];
  readonly expiresAt: string;
}

interface Listed {
  readonly id: string;
  readonly state: string;
  readonly scopes: readonly string[];
}

const cli = createCli();
const url = process.env.DATABASE_URL;
let server: ApiServer;

beforeAll(async () => {
  server = await startApiServer();
  process.env.DATABASE_URL = await urlOf(server.server.database);
  await server.application({ key: 'wiki' });
});
afterAll(async () => {
  if (url === undefined) delete process.env.DATABASE_URL;
  else process.env.DATABASE_URL = url;
  await server.close();
});

describe('rollcall application token', () => {
  const ask = async (token: string) =>
    (await server.send('GET', '/api/v1/applications/wiki/users/ann/access', { token })).status;
  const list = () => cli.json<Listed[]>('application', 'token', 'list', 'wiki');

  it('create shows a token once that works, list shows what it may do, revoke ends it', async () => {
    const made = await cli.json<Made>('application', 'token', 'create', 'wiki', '--expires', '90d');
    expect(made.token).toMatch(/^ra_[a-z2-9]{10}_[\w-]{43}$/);
    expect(made.url).toMatch(/\/api\/v1\/applications\/wiki$/);
    expect(made.scopes).toEqual(['access:read', 'activity:write']);
    expect(Math.round((Date.parse(made.expiresAt) - Date.now()) / 86_400_000)).toBe(90);
    expect(await ask(made.token)).toBe(200);
    const listed = await list();
    expect(listed).toMatchObject([{ id: made.id, state: 'valid', scopes: made.scopes }]);
    expect(JSON.stringify(listed)).not.toContain(made.token.slice(0, 13));

    await cli.json('application', 'token', 'revoke', 'wiki', '--token', made.id);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await ask(made.token)).toBe(401);
    expect((await list())[0]?.state).toBe('revoked');
  });

  it('create takes scopes, and its text says to copy the token', async () => {
    const made = await cli.json<Made>('application', 'token', 'create', 'wiki', '--scope', 'activity:write');
    expect(made.scopes).toEqual(['activity:write']);
    expect(await ask(made.token)).toBe(403);
    const text = await cli.run('application', 'token', 'create', 'wiki');
    expect(text.out).toMatch(/^Application +wiki\n[\s\S]*\nToken +ra_[\s\S]*copy it now/);
    expect((await cli.run('application', 'token', 'list', 'wiki')).out).toMatch(/TOKEN +SCOPES +STATE/);
    expect((await cli.run('application', 'token', 'revoke', 'wiki', '--all')).out).toMatch(
      /^Revoked 2 tokens of wiki\./,
    );
  });

  it.each([
    [['create', 'nothing'], 1, 'application.not-found'],
    [['create', 'wiki', '--scope', 'all'], 2, '--scope is one of access:read, activity:write'],
    [['list', 'nothing'], 1, 'application.not-found'],
    [['revoke', 'wiki'], 2, 'say which'],
    [['revoke', 'wiki', '--token', 'none'], 1, 'application.no-token'],
    [['revoke', 'wiki', '--all'], 1, 'application.no-token'],
  ])('%p says in one line what is wrong', async (argv, code, line) => {
    const done = await cli.run('application', 'token', ...argv);
    expect([done.code, done.out]).toEqual([code, '']);
    expect(done.error).toContain(line);
    expect(done.error.trimEnd()).not.toContain('\n');
  });
});
