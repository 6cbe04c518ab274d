import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, patchBody, unique } from './support/client.ts';
import { expectRefusal } from './support/refusal.ts';
import { type Stage, startStage } from './support/stage.ts';
import { USER } from './support/urns.ts';

let stage: Stage;
let userPath: string;
beforeAll(async () => {
  stage = await startStage();
  userPath = `/Users/${(await stage.generic.user({ userName: 'taken' })).id}`;
});
afterAll(() => stage.close());

type Case = [status: number, scimType: string | undefined, what: string, send: () => Promise<Answer>];

const TITLE = { op: 'add', path: 'title', value: 'x' };
const headers = (name: string, value: string) => ({ headers: { [name]: value } });

// ERR-01 to ERR-04: the whole body, its media type, and that only a 400 and a 409 tell a scimType.
describe('ERR-01, ERR-02, ERR-03, ERR-04, MT-09: the body and the status of', () => {
  it.each<Case>([
    [400, 'invalidSyntax', 'a body that is no JSON', () => stage.generic.send('POST', '/Users', { body: '{' })],
    [400, 'invalidValue', 'a value that is missing', () => stage.generic.post('/Users', { schemas: [USER] })],
    [400, 'invalidFilter', 'a filter', () => stage.generic.get('/Users', { filter: 'x' })],
    [400, 'invalidPath', 'a path', () => stage.generic.patch(userPath, { ...TITLE, path: 'shoeSize' })],
    [400, 'noTarget', 'a remove without a path', () => stage.generic.patch(userPath, { op: 'remove' })],
    [400, 'mutability', 'a readOnly attribute', () => stage.generic.patch(userPath, { ...TITLE, path: 'id' })],
    [401, undefined, 'a missing token', () => stage.generic.send('GET', '/Users', headers('authorization', ''))],
    [401, undefined, 'a wrong token', () => stage.generic.send('GET', '/Users', headers('authorization', 'Bearer x'))],
    [404, undefined, 'an unknown resource', () => stage.generic.get('/Users/nobody')],
    [404, undefined, 'an unknown endpoint', () => stage.generic.get('/Nothing')],
    [404, undefined, 'an endpoint below a resource', () => stage.generic.get(`${userPath}/emails`)],
    [405, undefined, 'a method an endpoint lacks', () => stage.generic.send('DELETE', '/Users')],
    [405, undefined, 'a method a resource lacks', () => stage.generic.post(userPath, { schemas: [USER] })],
    [409, 'uniqueness', 'a name in use', () => stage.generic.post('/Users', { schemas: [USER], userName: 'Taken' })],
    [
      412,
      undefined,
      'a stale version',
      () => stage.generic.send('PATCH', userPath, { body: patchBody(TITLE), ...headers('if-match', 'W/"99"') }),
    ],
    [
      415,
      undefined,
      'another media type',
      () => stage.generic.send('POST', '/Users', { body: '<a/>', ...headers('content-type', 'text/xml') }),
    ],
    [501, undefined, 'what is not supported', () => stage.generic.get('/Me')],
  ])('%d %s: %s', async (status, scimType, _what, send) => {
    expectRefusal(await send(), { status, ...(scimType === undefined ? {} : { scimType }) });
  });

  it('a token that may only read, and its challenge', async () => {
    const reader = await stage.connect({ scope: 'read' });
    const answer = await reader.patch(userPath, TITLE);
    expectRefusal(answer, { status: 403, names: /scope/ });
    expect(answer.headers.get('www-authenticate')).toMatch(/insufficient_scope/);
    expect((await reader.get(userPath)).status).toBe(200);
  });

  it('401 says how to come in, 405 what is allowed', async () => {
    const refused = await stage.generic.send('GET', '/Users', headers('authorization', 'Bearer x'));
    expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer .*invalid_token/);
    expect((await stage.generic.send('DELETE', '/Users')).headers.get('allow')).toBe('GET, HEAD, POST');
  });
});

it.each([
  ['the attribute', 'PATCH', { ...TITLE, path: 'active', value: 'perhaps' }, /active/],
  ['the operation', 'PATCH', { ...TITLE, path: 'active', value: 'perhaps' }, /Operations\[0\]/],
  ['the operator', 'GET', 'title like "x"', /like/],
  ['the limit', 'GET', `title eq "${'x'.repeat(5000)}"`, /4096/],
  ['the place', 'GET', 'title eq "x" x', /character 14/],
] as const)('ERR-06: detail names %s', async (_what, method, wrong, names) => {
  const { generic } = stage;
  const answer =
    method === 'GET'
      ? await generic.get('/Users', { filter: String(wrong) })
      : await generic.patch(userPath, typeof wrong === 'string' ? {} : wrong);
  expectRefusal(answer, { scimType: String(answer.body.scimType), names });
});

it.each(['v1', 'v3', 'V1'])('ERR-07: version %s is not spoken here', async (version) => {
  const { origin, key, token } = stage.server;
  const response = await fetch(`${origin}/scim/${version}/${key}/Users`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ status: '400', scimType: 'invalidVers' });
});

it('ERR-08: a name in use is 409 by POST, PUT and PATCH', async () => {
  const { generic } = stage;
  const { id, userName } = await generic.user();
  const refusal = { status: 409, scimType: 'uniqueness', names: /userName/ };
  const body = { schemas: [USER], userName: 'TAKEN' };
  expectRefusal(await generic.post('/Users', body), refusal);
  expectRefusal(await generic.put(`/Users/${id}`, body), refusal);
  expectRefusal(await generic.patch(`/Users/${id}`, { op: 'replace', path: 'userName', value: 'taken' }), refusal);
  expect(await generic.read(`/Users/${id}`)).toMatchObject({ userName });
  // Whose it is stays with the log.
  expect(JSON.stringify((await generic.post('/Users', body)).body)).not.toContain(userPath.slice(7));
});

it('ERR-08: a name is free at once when its user is deleted', async () => {
  const { generic } = stage;
  const userName = unique('again');
  const { id } = await generic.user({ userName });
  await generic.delete(`/Users/${id}`);
  expect((await generic.user({ userName })).id).not.toBe(id);
});
