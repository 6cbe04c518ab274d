import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { revokeToken, rotateToken, setConnectionState } from '../../src/connections/index.js';
import { type ScimServer, startScimServer } from '../support/scim-server.js';

const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';
const YEAR = 31_536_000_000;

let server: ScimServer;
beforeAll(async () => {
  server = await startScimServer();
});
afterAll(() => server.close());

/** Longer than the authenticator remembers a connection in these tests. */
const forgotten = () => new Promise((resolve) => setTimeout(resolve, 20));

const refusals = (connectionId: string): Promise<{ action: string; error_code: string }[]> =>
  server.database.dataSource.query(
    `SELECT action, error_code FROM log_entries WHERE connection_id = $1 AND action LIKE 'connection.refuse%' ORDER BY at`,
    [connectionId],
  );

describe('authentication', () => {
  it('AUTH-01 asks for a token', async () => {
    const { status, headers, body } = await server.request('GET', '/Users', undefined, { authorization: null });
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Bearer realm="rollcall"');
    expect(body).toMatchObject({ schemas: [ERROR], status: '401' });
    expect(body.scimType).toBeUndefined();
  });

  it('AUTH-02 AUTH-09 refuses what is no token of this connection, all alike', async () => {
    const other = await server.connect();
    const stranger = server.token.replace(server.key, 'aaaaaaaaaa');
    const sent = [
      'Bearer x',
      `Bearer ${other.token}`,
      `Bearer ${stranger}`,
      'Bearer a b',
      'Basic eDp5',
      `Bearer ${server.token}x`,
    ];
    const answers = await Promise.all(
      sent.map((authorization) => server.request('GET', '/Users', undefined, { authorization })),
    );
    for (const { status, headers, text } of answers) {
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toBe('Bearer realm="rollcall", error="invalid_token"');
      expect(text).toBe(answers[0]?.text);
    }
    const unknown = await fetch(`${server.origin}/scim/v2/aaaaaaaaaa/Users`, {
      headers: { authorization: `Bearer ${stranger}` },
    });
    expect([unknown.status, await unknown.text()]).toEqual([401, answers[0]?.text]);
  });

  it('AUTH-06 has tokens of 256 random bits, none twice', async () => {
    const secrets = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const { key, token } = await server.connect();
        expect(token.startsWith(`rc_${key}_`)).toBe(true);
        return Buffer.from(token.slice(`rc_${key}_`.length), 'base64url');
      }),
    );
    for (const secret of secrets) expect(secret).toHaveLength(32);
    expect(new Set(secrets.map((secret) => secret.toString('hex'))).size).toBe(20);
    expect(new Set(Buffer.concat(secrets)).size).toBeGreaterThan(200);
  });

  it('AUTH-06 takes no token from the URL', async () => {
    const { status } = await server.request('GET', `/Users?access_token=${server.token}`, undefined, {
      authorization: null,
    });
    expect(status).toBe(401);
  });

  it('AUTH-01 comes before the body is read', async () => {
    const { status } = await server.request('POST', '/Users', '{'.repeat(2_000_000), { authorization: null });
    expect(status).toBe(401);
  });

  it('AUTH-05 refuses an expired token, and says so in the log once', async () => {
    const expired = await server.connect({ expiresAt: new Date(Date.now() - 1000) });
    for (let time = 0; time < 3; time++) expect((await expired.request('GET', '/Users')).status).toBe(401);
    expect(await refusals(expired.connectionId)).toEqual([
      { action: 'connection.refuse-token', error_code: 'connection.token-expired' },
    ]);
  });

  it('AUTH-05 refuses a revoked token, and takes its successor', async () => {
    const client = await server.connect({ name: 'rotated' });
    const actor = server.actor();
    const what = { action: 'connection.rotate-token', objectType: 'Connection' } as const;
    const { token } = await server.change.run(actor, what, () =>
      rotateToken(actor, 'rotated', { scope: 'write', expiresAt: new Date(Date.now() + YEAR), userId: undefined }),
    );
    await forgotten();
    // Two are valid at once, for the change-over.
    for (const valid of [client.token, token]) {
      expect((await client.request('GET', '/Users', undefined, { authorization: `Bearer ${valid}` })).status).toBe(200);
    }
    await server.change.run(actor, { ...what, action: 'connection.revoke-token' }, () =>
      revokeToken(actor, 'rotated', undefined),
    );
    await forgotten();
    expect((await client.request('GET', '/Users')).status).toBe(401);
    expect((await refusals(client.connectionId)).map((row) => row.error_code)).toEqual(['connection.token-revoked']);
  });

  it('AUTH-03 AUTH-04 lets a token with the scope read do nothing but read', async () => {
    const reader = await server.connect({ scope: 'read' });
    expect((await reader.request('GET', '/Users')).status).toBe(200);
    for (const [method, path] of [
      ['POST', '/Users'],
      ['PUT', '/Users/x'],
      ['PATCH', '/Groups/x'],
      ['DELETE', '/Users/x'],
      ['POST', '/Bulk'],
    ] as const) {
      const { status, headers, body } = await reader.request(method, path, method === 'DELETE' ? undefined : {});
      expect([method, status, body.status]).toEqual([method, 403, '403']);
      expect(headers.get('www-authenticate')).toContain('error="insufficient_scope"');
    }
    expect(await refusals(reader.connectionId)).toEqual([
      { action: 'connection.refuse-scope', error_code: 'connection.read-only-token' },
    ]);
  });

  it('SEC-09 gives 503 with Retry-After while the connection is paused', async () => {
    const client = await server.connect({ name: 'paused' });
    const actor = server.actor();
    await server.change.run(actor, { action: 'connection.pause', objectType: 'Connection' }, () =>
      setConnectionState(actor, 'paused', 'paused'),
    );
    await forgotten();
    for (const path of ['/Users', '/Schemas']) {
      const { status, headers, body } = await client.request('GET', path);
      expect([status, body.status]).toEqual([503, '503']);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
  });

  it('SEC-02 SEC-05 lets tokens neither into the log nor into answers', async () => {
    const rows = await server.database.dataSource.query('SELECT row_to_json(e)::text AS text FROM log_entries e');
    expect(rows.map((row: { text: string }) => row.text).join('\n')).not.toContain(server.token.slice(15));
  });
});
