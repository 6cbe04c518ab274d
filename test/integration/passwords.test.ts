import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { verify } from '@node-rs/argon2';
import { sql } from '../../src/database/index.js';
import { type ScimClient, type ScimServer, startScimServer } from '../support/scim-server.js';

const SECRET = 'correct-horse-battery-staple';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

let server: ScimServer;

beforeAll(async () => {
  server = await startScimServer();
});

afterAll(() => server.close());

function create(client: ScimClient, userName: string, password: unknown = SECRET) {
  return client.request('POST', '/Users', { schemas: [USER], userName, password });
}

async function hashes(id: string): Promise<string[]> {
  const rows = await server.database.read<{ hash: string }>(sql`SELECT hash FROM user_passwords WHERE user_id = ${id}`);
  return rows.map((row) => row.hash);
}

async function everythingLogged(): Promise<string> {
  return JSON.stringify(await server.database.read(sql`SELECT * FROM log_entries`));
}

describe('passwords that a client sends', () => {
  it('USR-02: are ignored by default: nothing is stored', async () => {
    const { status, body, text } = await create(server, 'ignored');
    expect(status).toBe(201);
    expect(text).not.toContain(SECRET);
    expect(await hashes(body.id)).toEqual([]);
  });

  it('are refused where the connection says so, and nothing is made', async () => {
    const client = await server.connect({ passwords: 'refuse' });
    const { status, body } = await create(client, 'refused');
    expect([status, body.scimType]).toEqual([400, 'invalidValue']);
    expect(body.detail).toContain('password');
    const found = await client.request('GET', '/Users?filter=userName%20eq%20%22refused%22');
    expect(found.body.totalResults).toBe(0);
  });

  it('USR-02, USR-03: are stored as argon2id where the connection says so, and can be changed', async () => {
    const client = await server.connect({ passwords: 'store' });
    const { body } = await create(client, 'stored');
    const [first = ''] = await hashes(body.id);
    expect(first).toMatch(/^\$argon2id\$/);
    expect(await verify(first, SECRET)).toBe(true);

    const patch = { schemas: [PATCH], Operations: [{ op: 'replace', value: { password: `${SECRET}2` } }] };
    expect((await client.request('PATCH', `/Users/${body.id}`, patch)).status).toBe(200);
    const [second = ''] = await hashes(body.id);
    expect(await verify(second, `${SECRET}2`)).toBe(true);
  });

  it('PUT-12: a PUT without a password keeps it', async () => {
    const client = await server.connect({ passwords: 'store' });
    const { body } = await create(client, 'kept');
    const before = await hashes(body.id);
    await client.request('PUT', `/Users/${body.id}`, { schemas: [USER], userName: 'kept', title: 'New' });
    expect(await hashes(body.id)).toEqual(before);
  });

  it('SEC-02: stand in no answer and no log entry; the log says that one was changed', async () => {
    const client = await server.connect({ passwords: 'store' });
    const { body } = await create(client, 'logged');
    const patch = { schemas: [PATCH], Operations: [{ op: 'replace', path: 'password', value: `${SECRET}3` }] };
    const answer = await client.request('PATCH', `/Users/${body.id}`, patch);
    expect(answer.text).not.toContain(SECRET);
    const log = await everythingLogged();
    expect(log).not.toContain(SECRET);
    expect(log).toContain('password');
  });

  it('USR-04: changePassword is advertised only where they are stored', async () => {
    const client = await server.connect({ passwords: 'store' });
    const supported = async (one: ScimClient) =>
      (await one.request('GET', '/ServiceProviderConfig')).body.changePassword.supported;
    expect([await supported(server), await supported(client)]).toEqual([false, true]);
  });
});
