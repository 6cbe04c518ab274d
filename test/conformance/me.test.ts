import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import type { JsonValue } from '../../src/scim/schema/index.js';
import type { ScimClient } from '../support/scim-server.js';
import { type Answer, type Client, patchBody, type Resource, unique } from './support/client.ts';
import { expectRefusal } from './support/refusal.ts';
import { clientOf, expectOk, metaOf, type Stage, startStage } from './support/stage.ts';
import { SEARCH_REQUEST, USER } from './support/urns.ts';

let stage: Stage;
let connection: ScimClient;
let client: Client;
beforeAll(async () => {
  stage = await startStage();
  connection = await stage.server.connect();
  client = clientOf(connection);
});
afterAll(() => stage.close());

/** A user and what its own token reaches. */
async function person(scope?: 'read' | 'write'): Promise<{ user: Resource; location: string; me: Client }> {
  const user = await client.user({ title: 'before' });
  const me = clientOf(await connection.as(user.id, scope));
  return { user, location: `${client.baseUrl}/Users/${user.id}`, me };
}

const EVERY_METHOD = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

function send(asking: Client, method: string, path: string, body: JsonValue = {}): Promise<Answer> {
  return asking.send(method, path, method === 'GET' || method === 'DELETE' ? {} : { body });
}

it('ME-01: for a token that stands for nobody, every method is 501', async () => {
  for (const path of ['/Me', '/Me/emails']) {
    for (const method of EVERY_METHOD) expectRefusal(await send(client, method, path), { status: 501, names: /\/Me/ });
  }
});

it('ME-03, ME-04: GET answers with the resource, its permanent URI and its version', async () => {
  const { user, location, me } = await person();
  const answer = expectOk(await me.get('/Me'));
  expect(answer.body).toEqual(user);
  expect(metaOf(answer.body).location).toBe(location);
  expect(answer.headers.get('location')).toBe(location);
  expect(answer.headers.get('content-location')).toBe(location);
  expect(answer.headers.get('etag')).toBe(metaOf(user).version);
  const some = expectOk(await me.get('/Me', { attributes: 'title' }));
  expect(some.body).toEqual({ schemas: [USER], id: user.id, title: 'before' });
  const known = await me.send('GET', '/Me', { headers: { 'if-none-match': metaOf(user).version } });
  expect(known.status).toBe(304);
  const head = await me.send('HEAD', '/Me');
  expect([head.status, head.text, head.headers.get('location')]).toEqual([200, '', location]);
});

it('ME-03, ME-04: PUT and PATCH change the resource by the same rules', async () => {
  const { user, location, me } = await person();
  const { userName = '' } = user;
  const put = expectOk(await me.put('/Me', { schemas: [USER], userName, title: 'put' }));
  const patched = expectOk(await me.patch('/Me', { op: 'replace', path: 'nickName', value: 'patched' }));
  for (const answer of [put, patched]) {
    expect(answer.headers.get('location')).toBe(location);
    expect(metaOf(answer.body).location).toBe(location);
  }
  expect(await client.read(`/Users/${user.id}`)).toMatchObject({ userName, title: 'put', nickName: 'patched' });
  const stale = await me.send('PATCH', '/Me', {
    body: patchBody({ op: 'replace', path: 'title', value: 'late' }),
    headers: { 'if-match': metaOf(user).version },
  });
  expectRefusal(stale, { status: 412 });
  expectRefusal(await me.put('/Me', { schemas: [USER], title: 'nameless' }), { scimType: 'invalidValue' });
  expectRefusal(await me.patch('/Me', { op: 'replace', path: 'id', value: 'x' }), { scimType: 'mutability' });
  const taken = await client.user();
  const conflict = await me.patch('/Me', { op: 'replace', path: 'userName', value: taken.userName ?? null });
  expectRefusal(conflict, { status: 409, scimType: 'uniqueness' });
});

it('ME-03, ME-04: DELETE deletes the resource, and a subject without one is 404', async () => {
  const { user, location, me } = await person();
  const answer = expectOk(await me.delete('/Me'), 204);
  expect(answer.headers.get('location')).toBe(location);
  expectRefusal(await client.get(`/Users/${user.id}`), { status: 404 });
  expectRefusal(await me.get('/Me'), { status: 404 });
  expectRefusal(await me.put('/Me', { schemas: [USER], userName: unique('user') }), { status: 404 });
  expectRefusal(await me.patch('/Me', { op: 'replace', path: 'title', value: 'x' }), { status: 404 });
  expectRefusal(await me.delete('/Me'), { status: 404 });
});

it('ME-04: POST is not possible: who has a token has a resource', async () => {
  const { me } = await person();
  const answer = await me.post('/Me', { schemas: [USER], userName: unique('user') });
  expectRefusal(answer, { status: 405 });
  expect(answer.headers.get('allow')).toBe('GET, HEAD, PUT, PATCH, DELETE');
  expectRefusal(await me.get('/Me/emails'), { status: 403 });
});

describe("ME-05: a user's token reaches", () => {
  it('its own resource at its permanent URI as well', async () => {
    const { user, me } = await person();
    expect(expectOk(await me.get(`/Users/${user.id}`)).body).toEqual(user);
    expectOk(await me.patch(`/Users/${user.id}`, { op: 'replace', path: 'title', value: 'own' }));
  });

  it('nothing else, and does not learn what there is', async () => {
    const { user, me } = await person();
    const other = await client.user();
    const group = await client.group({ members: [{ value: user.id }] });
    const paths = [
      `/Users/${other.id}`,
      `/Users/${randomUUID()}`,
      `/Groups/${group.id}`,
      '/Users',
      '/Groups',
      '/',
      '/Bulk',
    ];
    const words = new Set<unknown>();
    for (const path of [...paths, '/Nothing', '/Roles']) {
      for (const method of EVERY_METHOD) {
        const answer = await send(me, method, path);
        expectRefusal(answer, { status: 403, names: /\/Me/ });
        words.add(answer.body.detail);
      }
    }
    for (const path of ['/.search', '/Users/.search', '/Groups/.search', `/Users/${user.id}/.search`]) {
      expectRefusal(await me.post(path, { schemas: [SEARCH_REQUEST] }), { status: 403, names: /\/Me/ });
    }
    expect(words.size).toBe(1);
    expect(await client.read(`/Users/${other.id}`)).toEqual(other);
  });

  it('nothing at another base URL', async () => {
    const { me } = await person();
    const token = (await connection.as((await client.user()).id)).token;
    const other = await stage.server.connect();
    const answer = await other.request('GET', '/Me', undefined, { authorization: `Bearer ${token}` });
    expect(answer.status).toBe(401);
    expectOk(await me.get('/Me'));
  });

  it('only for reading, when it may only read', async () => {
    const { user, me } = await person('read');
    expect(expectOk(await me.get('/Me')).body).toEqual(user);
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      expectRefusal(await send(me, method, '/Me'), { status: 403, names: /scope/ });
    }
  });
});

it('who is deactivated is out, and cannot come back by themselves', async () => {
  const { user, me } = await person();
  expectOk(await client.patch(`/Users/${user.id}`, { op: 'replace', path: 'active', value: false }));
  const answer = await me.patch('/Me', { op: 'replace', path: 'active', value: true });
  expectRefusal(answer, { status: 401 });
  expectRefusal(await me.get('/Me'), { status: 401 });
  expectOk(await client.patch(`/Users/${user.id}`, { op: 'replace', path: 'active', value: true }));
  expectOk(await me.get('/Me'));
});

it("tokens of users do not push out the connection's own, nor those of other users", async () => {
  const { user, me } = await person();
  for (let made = 0; made < 3; made++) await person();
  const [second, third] = [clientOf(await connection.as(user.id)), clientOf(await connection.as(user.id))];
  expectRefusal(await me.get('/Me'), { status: 401 });
  for (const token of [second, third]) expectOk(await token.get('/Me'));
  expectOk(await client.get('/Users', { count: 0 }));
});

it('the log tells that the user did it', async () => {
  const { user, me } = await person();
  const correlationId = randomUUID();
  const body = patchBody({ op: 'replace', path: 'title', value: 'by myself' });
  expectOk(await me.send('PATCH', '/Me', { body, headers: { 'x-request-id': correlationId } }));
  const entries = await stage.server.database.write(sql`
    SELECT action, object_id AS "objectId", connection_id AS "connectionId", personal ->> 'byUser' AS "byUser"
    FROM log_entries WHERE correlation_id = ${correlationId}`);
  expect(entries).toEqual([
    { action: 'user.update', objectId: user.id, connectionId: connection.connectionId, byUser: user.id },
  ]);
});
