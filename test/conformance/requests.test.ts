import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, type ScimServer, startScimServer } from '../support/scim-server.js';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';
const JSON_TYPE = 'application/scim+json;charset=utf-8';

let server: ScimServer;
let count = 0;
const user = (more: object = {}) => ({ schemas: [USER], userName: `user${++count}@example.com`, ...more });

beforeAll(async () => {
  server = await startScimServer({
    limits: { bodyBytes: 4096, groupBodyBytes: 65_536, bodyDepth: 8, bodyAttributes: 50 },
  });
});
afterAll(() => server.close());

function expectError({ status, headers, body }: Answer, wanted: number, scimType?: string): void {
  expect([status, body.scimType]).toEqual([wanted, scimType]);
  expect(headers.get('content-type')).toBe(JSON_TYPE);
  expect(body).toMatchObject({ schemas: [ERROR], status: String(wanted), detail: expect.any(String) });
}

describe('media types', () => {
  it('MT-01 MT-02 MT-05 take SCIM JSON and JSON, in any case and with parameters', async () => {
    for (const type of [
      'application/scim+json',
      'application/json; charset=UTF-8',
      'Application/SCIM+JSON;charset="utf-8"',
    ]) {
      expect((await server.request('POST', '/Users', user(), { 'content-type': type })).status).toBe(201);
    }
  });

  it('MT-03 MT-04 MT-07 are answered with SCIM JSON whatever is accepted', async () => {
    for (const accept of [null, '*/*', 'application/scim+json', 'application/json;q=0.5', 'text/html']) {
      const { status, headers } = await server.request('GET', '/Users', undefined, { accept });
      expect([status, headers.get('content-type')]).toEqual([200, JSON_TYPE]);
    }
  });

  it('MT-06 are SCIM JSON when there is none, and 415 when it is another', async () => {
    const bytes = new TextEncoder().encode(JSON.stringify(user()));
    expect((await server.request('POST', '/Users', bytes, { 'content-type': null })).status).toBe(201);
    for (const type of ['text/xml', 'application/json; charset=iso-8859-1']) {
      expectError(await server.request('POST', '/Users', user(), { 'content-type': type }), 415);
    }
    expectError(await server.request('POST', '/Users', user(), { 'content-encoding': 'gzip' }), 415);
  });
});

describe('bodies', () => {
  it('MT-08 are UTF-8, both ways', async () => {
    const displayName = 'Zoë 山田 😀';
    const { body } = await server.request('POST', '/Users', user({ displayName }));
    expect((await server.request('GET', `/Users/${body.id}`)).body.displayName).toBe(displayName);
    const broken = new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]);
    expectError(await server.request('POST', '/Users', broken), 400, 'invalidSyntax');
  });

  it('MT-10 ERR-06 that are no JSON are refused with the position of the mistake, and not quoted', async () => {
    for (const [text, position] of [
      ['{"userName":secret}', 12],
      ['{"a":1', 6],
      ['{"a":[1,]}', 8],
      ['{} {}', 3],
    ] as const) {
      const answer = await server.request('POST', '/Users', text);
      expectError(answer, 400, 'invalidSyntax');
      expect(answer.body.detail).toContain(`position ${position}`);
      expect(answer.text).not.toContain('secret');
    }
  });

  it('MT-11 that are no object, or empty, are refused', async () => {
    for (const text of ['[]', '"x"', 'null', '1', '', ' ']) {
      expectError(await server.request('POST', '/Users', text), 400, 'invalidSyntax');
    }
  });

  it('SEC-03 that are nested too deeply or hold too much are refused', async () => {
    const deep = await server.request('POST', '/Users', `${'['.repeat(9)}${']'.repeat(9)}`);
    expectError(deep, 400, 'invalidSyntax');
    expect(deep.body.detail).toContain('LIMIT_BODY_DEPTH');
    const wide = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`a${index}`, 1]));
    expect((await server.request('POST', '/Users', wide)).body.detail).toContain('LIMIT_BODY_ATTRIBUTES');
  });

  it('SEC-03 may hold brackets and quotes in strings', async () => {
    const displayName = `${'[{:'.repeat(60)} \\" \\\\`;
    const { status, body } = await server.request('POST', '/Users', user({ displayName }));
    expect([status, body.displayName]).toEqual([201, displayName]);
  });

  it('SEC-03 over the limit get 413 that names the setting, groups having their own', async () => {
    const long = user({ displayName: 'x'.repeat(5000) });
    const answer = await server.request('POST', '/Users', long);
    expectError(answer, 413);
    expect(answer.body.detail).toContain('LIMIT_BODY_BYTES');
    expect((await server.request('POST', '/Groups', long)).status).not.toBe(413);
  });

  it('SEC-03 over the limit get 413 also when their length is not announced', async () => {
    expect(await postInPieces('x'.repeat(1024), 200)).toBe(413);
  });

  it('log their refusal with the action that was asked for', async () => {
    const { headers } = await server.request('POST', '/Users', '{', { 'x-request-id': 'refused-body' });
    expect(headers.get('x-request-id')).toBe('refused-body');
    const rows = await server.database.dataSource.query(
      `SELECT action, outcome, error_code FROM log_entries WHERE correlation_id = 'refused-body'`,
    );
    expect(rows).toEqual([{ action: 'user.create', outcome: 'failure', error_code: 'scim.invalidSyntax' }]);
  });
});

describe('names and their order', () => {
  it('MT-12 are taken in any case and answered as the schema spells them', async () => {
    const userName = `user${++count}@example.com`;
    const sent = `{"SCHEMAS":["${USER.toUpperCase()}"],"UserName":"${userName}","nickname":"n","NAME":{"GIVENNAME":"Ada"},
      "EMAILS":[{"Value":"${userName}","TYPE":"work","Primary":true}],"${ENTERPRISE.toUpperCase()}":{"Department":"d"}}`;
    const { status, body } = await server.request('POST', '/Users', sent);
    expect(status).toBe(201);
    const expected = {
      schemas: [USER, ENTERPRISE],
      userName,
      nickName: 'n',
      name: { givenName: 'Ada' },
      emails: [{ value: userName, type: 'work', primary: true }],
      [ENTERPRISE]: { department: 'd' },
    };
    expect(body).toMatchObject(expected);
    const read = await server.request('GET', `/Users/${body.id}`);
    expect(Object.keys(read.body).sort()).toEqual([...Object.keys(expected), 'active', 'id', 'meta'].sort());
    expect(read.body).toEqual(body);
  });

  it.each([
    ['of the resource', '"title":"a","TITLE":"b"', 'TITLE'],
    ['of a complex attribute', '"name":{"givenName":"a","GivenName":"b"}', 'givenName'],
    ['of an element', '"emails":[{"value":"a@example.com","VALUE":"b@example.com"}]', 'value'],
    ['of an extension', `"${ENTERPRISE}":{"department":"a","Department":"b"}`, 'Department'],
    ['that are URNs', `"${ENTERPRISE}":{},"${ENTERPRISE.toUpperCase()}":{}`, 'enterprise'],
  ])('MT-13 %s that differ by case alone are refused', async (_where, twice, named) => {
    const userName = `user${++count}@example.com`;
    const answer = await server.request('POST', '/Users', `{"schemas":["${USER}"],"userName":"${userName}",${twice}}`);
    expectError(answer, 400, 'invalidSyntax');
    expect(answer.body.detail).toContain(named);
    const filter = encodeURIComponent(`userName eq "${userName}"`);
    expect((await server.request('GET', `/Users?filter=${filter}`)).body.totalResults).toBe(0);
  });

  it('MT-14 MT-16 may come in any order, in objects and in schemas', async () => {
    const attributes = {
      schemas: [USER, ENTERPRISE],
      name: { givenName: 'Ada', familyName: 'Berg' },
      emails: [{ value: 'a@example.com', type: 'work', primary: true }],
      [ENTERPRISE]: { department: 'd', division: 'e' },
    };
    const { body } = await server.request('POST', '/Users', { userName: `user${++count}@example.com`, ...attributes });
    const path = `/Users/${body.id}`;
    const { id, meta, ...stored } = (await server.request('GET', path)).body;
    const turned = { ...reversed(stored), schemas: [ENTERPRISE, USER] };
    expect(Object.keys(turned)[0]).not.toBe(Object.keys(stored)[0]);
    // The same in another order is no change, in PUT and in PATCH; the order in schemas stays the server's.
    const put = await server.request('PUT', path, turned);
    expect([put.status, put.body]).toEqual([200, { id, meta, ...stored }]);
    const operations = [{ value: { emails: turned.emails, name: turned.name }, op: 'replace' }];
    const patch = await server.request('PATCH', path, { Operations: operations, schemas: [PATCH_OP] });
    expect([patch.status, patch.body]).toEqual([200, { id, meta, ...stored }]);
  });
});

describe('URLs', () => {
  it('HTTP-01 MT-09 that lead nowhere are 404 with an error body', async () => {
    for (const path of ['/Nope', '/Users/x/y', '/Users%00']) expectError(await server.request('GET', path), 404);
    const outside = await fetch(`${server.origin}/scim`);
    expect([outside.status, outside.headers.get('content-type')]).toEqual([404, JSON_TYPE]);
  });

  it('HTTP-02 with a method that is not offered are 405 with Allow', async () => {
    const answer = await server.request('PUT', '/Users', user());
    expectError(answer, 405);
    expect(answer.headers.get('allow')).toContain('POST');
  });

  it('HTTP-03 HTTP-09 have unknown parameters ignored, and are decoded once', async () => {
    const userName = 'a+b%2B@example.com';
    await server.request('POST', '/Users', user({ userName }));
    const filter = encodeURIComponent(`userName eq "${userName}"`);
    for (const path of [`/Users?foo=bar&filter=${filter}`, `/Users/?filter=${filter.replaceAll('%20', '+')}&`]) {
      expect((await server.request('GET', path)).body.totalResults).toBe(1);
    }
  });

  it('HTTP-04 HTTP-05 ERR-07 speak version 2, by name or by default', async () => {
    const at = (path: string) =>
      fetch(`${server.origin}${path}`, { headers: { authorization: `Bearer ${server.token}` } });
    expect((await at(`/scim/${server.key}/Users`)).status).toBe(200);
    const old = await at(`/scim/v9/${server.key}/Users`);
    expect([old.status, await old.json()]).toMatchObject([400, { scimType: 'invalidVers' }]);
  });

  it('HTTP-09 ERR-01 with broken percent-encoding are 400', async () => {
    for (const path of ['/Users/%zz', '/Users/%ff', '/Users?filter=%', '/Users?filter=%c3']) {
      expectError(await server.request('GET', path), 400, 'invalidSyntax');
    }
  });

  it('HTTP-07 SEC-06 are the same in Location and meta.location', async () => {
    const { headers, body } = await server.request('POST', '/Users', user());
    expect(body.meta.location).toBe(`${server.baseUrl}/Users/${body.id}`);
    expect(headers.get('location')).toBe(body.meta.location);
  });
});

it('HTTP-10 MT-09 ERR-03: a failure of the server is 500, says that and nothing of the inside', async () => {
  const broken = await startScimServer();
  try {
    await broken.database.dataSource.query('ALTER TABLE users RENAME TO users_elsewhere');
    for (const [method, path, sent] of [
      ['GET', '/Users', undefined],
      ['POST', '/Users', user()],
    ] as const) {
      const answer = await broken.request(method, path, sent, { 'x-request-id': 'unexpected' });
      expectError(answer, 500);
      expect(answer.body.detail.length).toBeGreaterThan(20);
      expect(answer.headers.get('x-request-id')).toBe('unexpected');
      expect(answer.text).not.toMatch(/relation|users_|SELECT|INSERT|\bat \w+ \(|node_modules|\.ts\b/);
    }
  } finally {
    await broken.close();
  }
});

describe('beside SCIM', () => {
  it('health, readiness and metrics need no token, and metrics name no connection', async () => {
    for (const path of ['/healthz', '/readyz']) {
      const response = await fetch(`${server.origin}${path}`);
      expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
    }
    const metrics = await (await fetch(`${server.origin}/metrics`)).text();
    expect(metrics).toContain('route="/scim/Users",status="201"');
    expect(metrics).not.toContain(server.key);
  });
});

/** The same with the members of each object the other way round; lists keep their order. */
// biome-ignore lint/suspicious/noExplicitAny: JSON of any shape
function reversed(value: any): any {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).reverse();
  return Object.fromEntries(members.map(([name, member]) => [name, reversed(member)]));
}

/** Sends a body in chunks; the answer may come before the last one. */
function postInPieces(piece: string, pieces: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sending = httpRequest(`${server.baseUrl}/Users`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
    });
    sending.on('response', (response) => {
      resolve(response.statusCode);
      response.resume();
    });
    sending.on('error', reject);
    for (let sent = 0; sent < pieces; sent++) sending.write(piece);
    sending.end();
  });
}
