import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newObjectId } from '../../src/directory/index.js';
import { type ApiServer, type ProgramClient, startApiServer } from '../support/api-server.js';

let server: ApiServer;
let api: ProgramClient;
const ids: Record<string, string> = {};

beforeAll(async () => {
  server = await startApiServer({ limits: { requestsPerSecond: 0 } });
  api = await server.program();
  await server.application({ key: 'wiki', licence: { seats: 3, policy: 'wait' } });
  const { id: user } = await api.done('POST', '/users', { userName: 'ann' });
  const { id: group } = await api.done('POST', '/groups', { displayName: 'Team' });
  const { id: connection } = await api.done('POST', '/connections', { name: 'Okta' });
  const { id: grant } = await api.done('POST', '/grants', { application: 'wiki', role: 'user', user });
  const { licences } = await api.done('GET', '/applications/wiki');
  Object.assign(ids, { user, group, connection, grant, key: 'wiki', role: 'user', licence: licences[0].id });
});
afterAll(() => server.close());

const TEXTS = [
  '\0',
  'a\0b',
  "'; DROP TABLE users; --",

  '%',
  '\u202e',
  'x'.repeat(3000),
  '-1',
  '1e999',
  'null',
  '{}',
];
const BODIES: readonly unknown[] = [
  null,
  [],
  'text',
  7,
  { '\0': 1 },
  { __proto__: { admin: true }, constructor: 1 },
  { name: '\0', displayName: 'a\0b', userName: 'a\0b', reason: '\0', key: '\0', url: '\0', hash: '\0' },
  { userName: '\ud800', displayName: '\ud800', name: '\ud800', reason: '\ud800' },
  { add: ['\0'], remove: null, changes: [{ change: 'grant' }], roles: [{ key: '\0' }], scopes: ['\0'] },
  { limit: 1e308, seats: -0.5, hours: 1e308, days: Number.MAX_SAFE_INTEGER, expiresInDays: 1e308, people: -1 },
];

describe('every route', () => {
  it('answers hostile addresses, parameters and bodies with what is wrong, and never with 500', async () => {
    const failed: string[] = [];
    const sent = async (method: string, path: string, body?: unknown) => {
      const { status, text } = await api.request(method, path, body);
      if (status >= 500) failed.push(`${method} ${path.slice(0, 100)} ${JSON.stringify(body)}: ${text.slice(0, 200)}`);
    };
    for (const { method, path, query, body, permission } of server.routes) {
      if (permission === 'access:read' || permission === 'activity:write') continue;
      const at = (wanted: (name: string) => string | undefined) =>
        path.replaceAll(/\{([^}]+)\}/g, (_, name: string) =>
          encodeURIComponent(wanted(name) ?? ids[name] ?? newObjectId()),
        );
      const valid = at(() => undefined);
      const something = body === null ? undefined : {};
      for (const [, name] of path.matchAll(/\{([^}]+)\}/g)) {
        for (const text of TEXTS)
          await sent(
            method,
            at((one) => (one === name ? text : undefined)),
            something,
          );
      }
      for (const name of Object.keys(query.shape)) {
        for (const text of TEXTS) await sent(method, `${valid}?${name}=${encodeURIComponent(text)}`, something);
      }
      if (body !== null) for (const one of BODIES) await sent(method, valid, one);
    }
    expect(failed).toEqual([]);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it('refuses text that cannot be kept, wherever it stands, and keeps all other text as it is', async () => {
    const refused = async (method: string, path: string, body?: object) =>
      (await api.request(method, path, body)).body.code;
    expect(await refused('GET', '/users/a%00b')).toBe('request.invalid');
    expect(await refused('GET', '/log?action=%00')).toBe('request.invalid');
    for (const bad of ['\0', '\ud800', 'a\udc00b']) {
      for (const [method, path, body] of [
        ['POST', '/users', { userName: bad }],
        ['PATCH', `/users/${ids.user}`, { name: { givenName: bad } }],
        ['PATCH', `/users/${ids.user}`, { [bad]: 1 }],
        ['POST', `/users/${ids.user}/suspend`, { reason: bad }],
        ['PATCH', '/applications/wiki', { name: bad }],
        ['POST', '/api-tokens', { name: bad, scopes: ['log:read'] }],
      ] as const) {
        expect([path, bad, await refused(method, path, body)]).toEqual([path, bad, 'request.invalid']);
      }
    }
    const name = "Zoë '); DROP TABLE users; -- \u202e \u{1f600} <b>&amp;</b>";
    expect((await api.done('PATCH', '/applications/wiki', { name })).name).toBe(name);
    expect((await api.done('POST', '/users', { userName: name })).userName).toBe(name);
  });
});
