import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { createSite } from '../../src/directory/index.js';
import { patchBody, resourcesOf, unique } from './support/client.ts';
import { expectRefusal } from './support/refusal.ts';
import { expectNoUser, expectOk, type Stage, startStage } from './support/stage.ts';
import { ENTERPRISE, USER } from './support/urns.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const otherSite = async () => (await createSite(stage.server.database, unique('site'), 'Site')).id;

it('SEC-01: what identity providers look for may stand in the URL', async () => {
  const { generic } = stage;
  for (const filter of [
    'userName eq "x"',
    'externalId eq "x"',
    'emails.value eq "x"',
    'emails[type eq "work"].value eq "x"',
  ]) {
    expectOk(await generic.get('/Users', { filter }));
  }
});

it.each(['store', 'ignore', 'refuse'] as const)(
  'SEC-02: a password is nowhere in clear text (%s)',
  async (passwords) => {
    const client = await stage.connect({ passwords });
    const secret = unique('pA7-correct-horse');
    const userName = unique('secretive');
    const created = await client.post('/Users', { schemas: [USER], userName, password: secret });
    if (passwords === 'refuse') {
      expectRefusal(created, { scimType: 'invalidValue', names: /password/ });
      await expectNoUser(client, userName);
    }
    const { id } = await client.user();
    const answers = [
      created,
      await client.patch(`/Users/${id}`, { op: 'replace', path: 'password', value: secret }),
      await client.patch(`/Users/${id}`, { op: 'replace', value: { password: secret } }),
      await client.put(`/Users/${id}`, { schemas: [USER], userName: unique(), password: secret }),
      await client.post('/Users', { schemas: [USER], password: secret }),
      await client.patch(`/Users/${id}`, { op: 'replace', path: 'password', value: [secret, secret] }),
      await client.patch(`/Users/${id}`, { op: 'replace', path: 'password', value: { value: secret } }),
    ];
    for (const { text } of answers) expect(text).not.toContain(secret);
    const rows = await stage.server.database.write<{ text: string }>(sql`
    SELECT u::text AS text FROM users u UNION ALL SELECT l::text FROM log_entries l`);
    expect(rows.filter(({ text }) => text.includes(secret))).toEqual([]);
  },
);

describe('SEC-03: names that mean something to JavaScript', () => {
  const KEYS = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'];

  it.each(KEYS)('%s in bodies', async (key) => {
    const { generic, strict } = stage;
    const value = '{"active":false,"polluted":true}';
    const userName = unique('proto');
    const body = (name: string) =>
      `{"schemas":["${USER}"],"userName":"${name}","${key}":${value},"name":{"givenName":"a","${key}":${value}},` +
      `"emails":[{"value":"a@example.com","${key}":${value}}],"${ENTERPRISE}":{"division":"x","${key}":${value}}}`;
    const answer = expectOk(await generic.send('POST', '/Users', { body: body(userName) }), 201);
    expect(answer.body).toMatchObject({ active: true, name: { givenName: 'a' }, [ENTERPRISE]: { division: 'x' } });
    expect(answer.text).not.toContain('polluted');
    const path = `/Users/${String(answer.body.id)}`;
    const operations = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[
      {"op":"add","value":{"${key}":${value},"title":"x"}},{"op":"add","path":"name","value":{"${key}":${value}}}]}`;
    expect(expectOk(await generic.send('PATCH', path, { body: operations })).text).not.toContain('polluted');
    expect(Object.keys(Object.prototype)).toEqual([]);
    const refused = await strict.send('POST', '/Users', { body: body(unique('proto')) });
    expectRefusal(refused, { scimType: 'invalidSyntax', names: new RegExp(key) });
  });

  it.each(KEYS)('%s in paths, filters and parameters', async (key) => {
    const { generic } = stage;
    const { id } = await generic.user();
    for (const path of [key, `${key}.active`, `name.${key}`, `emails[${key} eq "x"].value`]) {
      const answer = await generic.patch(`/Users/${id}`, { op: 'add', path, value: 'x' });
      expect(String(answer.body.scimType)).toMatch(/^invalid(Path|Filter)$/);
    }
    expectRefusal(await generic.get('/Users', { filter: `${key} pr` }), { scimType: 'invalidFilter', names: key });
    expectRefusal(await generic.get('/Users', { sortBy: key }), { scimType: 'invalidValue', names: key });
    expectOk(await generic.get('/Users', { attributes: key }));
    expectRefusal(await generic.get(`/${key}`), { status: 404 });
    expectRefusal(await generic.get(`/Users/${key}`), { status: 404 });
  });
});

it('SEC-05, SEC-10: names and external ids of one site say nothing about another', async () => {
  const { generic } = stage;
  const theirs = await stage.connect({}, await otherSite());
  const [userName, externalId] = [unique('same'), unique('external')];
  const [one, two] = [await generic.user({ userName, externalId }), await theirs.user({ userName, externalId })];
  expect(one.id).not.toBe(two.id);
  for (const [client, id] of [
    [generic, one.id],
    [theirs, two.id],
  ] as const) {
    for (const filter of [`userName eq "${userName}"`, `externalId eq "${externalId}"`]) {
      expect(resourcesOf(await client.get('/Users', { filter })).map((user) => user.id)).toEqual([id]);
    }
  }
  const another = await generic.user({ externalId });
  expect(another.externalId).toBe(externalId);
});

it('SEC-05: an external id is shown to its own connection only', async () => {
  const { generic } = stage;
  const neighbour = await stage.connect();
  const externalId = unique('external');
  const { id } = await generic.user({ externalId });
  expect(await neighbour.read(`/Users/${id}`)).not.toHaveProperty('externalId');
  for (const filter of [`externalId eq "${externalId}"`, `externalId sw "${externalId}"`]) {
    expect(resourcesOf(await neighbour.get('/Users', { filter }))).toEqual([]);
    expect(resourcesOf(await generic.get('/Users', { filter }))).toHaveLength(1);
  }
});

it('SEC-06: URIs hold no userinfo, whatever the request says of itself', async () => {
  const { generic } = stage;
  const headers = { 'x-forwarded-host': 'user:secret@evil.example', 'x-forwarded-proto': 'gopher' };
  const answer = await generic.send('POST', '/Users', { body: { schemas: [USER], userName: unique() }, headers });
  expect(expectOk(answer, 201).text).not.toMatch(/evil|@/);
  expect(answer.headers.get('location')).toBe(`${generic.baseUrl}/Users/${String(answer.body.id)}`);
});

describe('SEC-07, SEC-08: userName is prepared where it is compared and returned as it was sent', () => {
  it.each([
    ['NFC and NFD', 'Ren\u00e9e', 'Rene\u0301e'],
    ['full and half width', 'Ａda', 'Ada'],
    ['upper and lower case', 'ÅSE', 'åse'],
    ['width and case', 'ＢＯＢ', 'bob'],
  ])('%s', async (_what, sent, other) => {
    for (const client of [stage.generic, stage.strict]) {
      const suffix = unique('x');
      const { id, userName } = await client.user({ userName: sent + suffix });
      expect(userName).toBe(sent + suffix);
      const twin = await client.post('/Users', { schemas: [USER], userName: other + suffix });
      expectRefusal(twin, { status: 409, scimType: 'uniqueness', names: /userName/ });
      const found = await client.get('/Users', { filter: `userName eq "${other + suffix}"` });
      expect(resourcesOf(found).map((user) => user.id)).toEqual([id]);
    }
  });

  it('blanks and symbols are taken', async () => {
    for (const client of [stage.generic, stage.strict]) {
      const userName = `${unique('Ada')} Berg ☃ #1`;
      expect((await client.user({ userName })).userName).toBe(userName);
    }
  });
});

it('SEC-09: the token of one site opens no other', async () => {
  const { generic, server } = stage;
  const theirs = await stage.connect({}, await otherSite());
  const { id } = await theirs.user();
  const as = (path: string, method = 'GET', body?: string) =>
    fetch(`${theirs.baseUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/scim+json' },
      ...(body === undefined ? {} : { body }),
    });
  const operation = JSON.stringify(patchBody({ op: 'add', path: 'title', value: 'x' }));
  for (const response of [await as('/Users'), await as(`/Users/${id}`), await as(`/Users/${id}`, 'PATCH', operation)]) {
    expect(response.status).toBe(401);
    expect(await response.text()).not.toContain(id);
  }
  expect(await theirs.read(`/Users/${id}`)).not.toHaveProperty('title');
  expect((await generic.get(`/Users/${id}`)).status).toBe(404);
});
