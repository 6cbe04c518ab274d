import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ScimServer, startScimServer } from '../support/scim-server.js';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

let server: ScimServer;

beforeAll(async () => {
  server = await startScimServer({ limits: { documentBytes: 2048 } });
});

afterAll(() => server.close());

describe('LIMIT_DOCUMENT_BYTES', () => {
  it('stops a user that grows by small requests, and changes nothing', async () => {
    const { body } = await server.request('POST', '/Users', { schemas: [USER], userName: 'growing' });
    const add = (n: number) =>
      server.request('PATCH', `/Users/${body.id}`, {
        schemas: [PATCH],
        Operations: [{ op: 'add', path: 'emails', value: [{ value: `${'x'.repeat(500)}${n}@example.com` }] }],
      });
    let answer = await add(0);
    for (let n = 1; n < 10 && answer.status === 200; n++) answer = await add(n);

    expect([answer.status, answer.body.scimType]).toEqual([400, 'invalidValue']);
    expect(answer.body.detail).toContain('LIMIT_DOCUMENT_BYTES');
    const stored = await server.request('GET', `/Users/${body.id}`);
    expect(stored.body.emails).toHaveLength(3);
    expect(stored.body.meta.version).toBe('W/"4"');
  });

  it('holds for a create and a replace as well', async () => {
    const title = 'x'.repeat(3000);
    const created = await server.request('POST', '/Users', { schemas: [USER], userName: 'large', title });
    expect(created.status).toBe(400);
    const { body } = await server.request('POST', '/Users', { schemas: [USER], userName: 'small' });
    const replaced = await server.request('PUT', `/Users/${body.id}`, { schemas: [USER], userName: 'small', title });
    expect(replaced.status).toBe(400);
  });
});
