import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { unique } from './support/client.ts';
import { expectRefusal } from './support/refusal.ts';
import { countUsers, expectOk, type Stage, startStage } from './support/stage.ts';
import { ENTERPRISE, USER } from './support/urns.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

it('GET-01: a resource is read by its id', async () => {
  const { generic } = stage;
  const user = await generic.user({ title: 't' });
  const group = await generic.group();
  expect(expectOk(await generic.get(`/Users/${user.id}`)).body).toEqual(user);
  expect(expectOk(await generic.get(`/Groups/${group.id}`)).body).toEqual(group);
});

it('GET-02: an unknown id is 404, whatever it looks like', async () => {
  const { generic } = stage;
  for (const path of ['/Users', '/Groups']) {
    for (const id of ['0190aaaa-0000-7000-8000-000000000000', 'none', '1', '%00', '%C3%A4', 'a'.repeat(2000), "'"]) {
      expectRefusal(await generic.get(`${path}/${id}`), { status: 404 });
    }
  }
});

it('GET-03: shows exactly what is returned always or by default', async () => {
  const client = await stage.connect({ passwords: 'store' });
  const sent = {
    externalId: unique(),
    name: { familyName: 'f' },
    displayName: 'd',
    emails: [{ value: 'a@example.com' }],
    [ENTERPRISE]: { department: 'd' },
  };
  const { id, userName } = await client.user({ ...sent, password: 'Secret-1' });
  expect(await client.read(`/Users/${id}`)).toEqual({
    ...sent,
    id,
    userName,
    schemas: [USER, ENTERPRISE],
    active: true,
    meta: expect.anything(),
  });
});

it('GET-04: neither userName nor externalId addresses a resource', async () => {
  const { generic } = stage;
  const externalId = unique('external');
  const { userName } = await generic.user({ externalId });
  for (const name of [userName, externalId]) {
    expectRefusal(await generic.get(`/Users/${name}`), { status: 404 });
  }
});

it('GET-05: an id of another type is 404, and that object stays as it is', async () => {
  const { generic } = stage;
  const user = await generic.user();
  const group = await generic.group();
  for (const [wrong, right, resource] of [
    ['/Groups', '/Users', user],
    ['/Users', '/Groups', group],
  ] as const) {
    expectRefusal(await generic.get(`${wrong}/${resource.id}`), { status: 404 });
    expectRefusal(await generic.delete(`${wrong}/${resource.id}`), { status: 404 });
    expectRefusal(await generic.patch(`${wrong}/${resource.id}`, { op: 'replace', path: 'displayName', value: 'x' }), {
      status: 404,
    });
    expect(await generic.read(`${right}/${resource.id}`)).toEqual(resource);
  }
});

it('GET-06: the ETag is meta.version', async () => {
  const { generic } = stage;
  for (const path of [`/Users/${(await generic.user()).id}`, `/Groups/${(await generic.group()).id}`]) {
    const answer = expectOk(await generic.get(path));
    expect(answer.headers.get('etag')).toMatch(/^W\/"[^"]+"$/);
    expect(answer.body.meta).toMatchObject({ version: answer.headers.get('etag') });
  }
});

it('GET-07: a filter on a single resource is ignored', async () => {
  const { generic } = stage;
  const user = await generic.user();
  expect(expectOk(await generic.get(`/Users/${user.id}`, { filter: 'userName eq "somebody else"' })).body).toEqual(
    user,
  );
});

it('GET-08: inactive users are still there', async () => {
  const { generic } = stage;
  const { id } = await generic.user({ active: false });
  expect(await generic.read(`/Users/${id}`)).toMatchObject({ active: false });
  expect(await countUsers(generic, `id eq "${id}"`)).toBe(1);
  expect(await countUsers(generic, `id eq "${id}" and active eq false`)).toBe(1);
});
