import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { type Client, unique } from './support/client.ts';
import { expectRefusal, expectUnchanged } from './support/refusal.ts';
import { countUsers, expectOk, metaOf, type Stage, startStage } from './support/stage.ts';
import { ENTERPRISE, GROUP, USER } from './support/urns.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

async function remove(client: Client, path: string): Promise<void> {
  expect(await client.delete(path)).toMatchObject({ status: 204, text: '' });
}

it('DEL-01: answers 204 without a body', async () => {
  const { generic, strict } = stage;
  for (const client of [generic, strict]) {
    for (const path of [`/Users/${(await client.user()).id}`, `/Groups/${(await client.group()).id}`]) {
      const answer = await client.delete(path);
      expect(answer).toMatchObject({ status: 204, text: '' });
      expect(answer.headers.get('content-type')).toBeNull();
    }
  }
});

it('DEL-02: what is deleted is 404 from then on', async () => {
  const { generic } = stage;
  const user = await generic.user();
  const group = await generic.group();
  for (const [path, body] of [
    [`/Users/${user.id}`, { schemas: [USER], userName: unique() }],
    [`/Groups/${group.id}`, { schemas: [GROUP], displayName: unique() }],
  ] as const) {
    await remove(generic, path);
    const answers = [
      await generic.get(path),
      await generic.put(path, { ...body, schemas: [...body.schemas] }),
      await generic.patch(path, { op: 'replace', path: 'displayName', value: 'x' }),
      await generic.delete(path),
    ];
    for (const answer of answers) expectRefusal(answer, { status: 404 });
  }
});

it('DEL-03: what is deleted is in no query and no total', async () => {
  const { generic } = stage;
  const userName = unique('gone');
  const user = await generic.user({ userName, emails: [{ value: `${userName}@example.com` }], externalId: userName });
  const total = await countUsers(generic, 'userName pr');
  const unfiltered = (await generic.get('/Users', { count: 0 })).body.totalResults;
  await remove(generic, `/Users/${user.id}`);
  for (const filter of [
    `id eq "${user.id}"`,
    `userName eq "${userName}"`,
    `emails.value eq "${userName}@example.com"`,
    `externalId eq "${userName}"`,
    `userName sw "${userName}"`,
  ]) {
    expect(await countUsers(generic, filter)).toBe(0);
  }
  expect(await countUsers(generic, 'userName pr')).toBe(Number(total) - 1);
  expect((await generic.get('/Users', { count: 0 })).body.totalResults).toBe(Number(unfiltered) - 1);

  const { id } = await generic.group();
  const groups = (await generic.get('/Groups', { count: 0 })).body.totalResults;
  await remove(generic, `/Groups/${id}`);
  expect((await generic.get('/Groups', { filter: `id eq "${id}"` })).body.totalResults).toBe(0);
  expect((await generic.get('/Groups', { count: 0 })).body.totalResults).toBe(Number(groups) - 1);
});

it('DEL-04: the userName is free at once, for a new id', async () => {
  const { generic } = stage;
  const userName = unique('Free');
  const first = await generic.user({ userName, externalId: 'first' });
  await remove(generic, `/Users/${first.id}`);
  const second = await generic.user({ userName: userName.toLowerCase() });
  expect(second.id).not.toBe(first.id);
  expect(second).not.toHaveProperty('externalId');
});

it('DEL-04: the userName is free for a user that is there already', async () => {
  const { generic } = stage;
  const first = await generic.user();
  const second = await generic.user();
  const rename = { op: 'replace', path: 'userName', value: first.userName ?? '' };
  expectRefusal(await generic.patch(`/Users/${second.id}`, rename), { status: 409, scimType: 'uniqueness' });
  await remove(generic, `/Users/${first.id}`);
  expectOk(await generic.patch(`/Users/${second.id}`, rename));
});

it('DEL-05: a version that is no longer there is 412, and nothing is deleted', async () => {
  const { generic } = stage;
  const user = await generic.user();
  const group = await generic.group();
  for (const [path, { version }] of [
    [`/Users/${user.id}`, metaOf(user)],
    [`/Groups/${group.id}`, metaOf(group)],
  ] as const) {
    await generic.patch(path, { op: 'replace', path: 'displayName', value: unique() });
    await expectUnchanged(generic, path, async () =>
      expectRefusal(await generic.send('DELETE', path, { headers: { 'if-match': version } }), { status: 412 }),
    );
    const now = metaOf(await generic.read(path)).version;
    expect((await generic.send('DELETE', path, { headers: { 'if-match': now } })).status).toBe(204);
    expect((await generic.get(path)).status).toBe(404);
  }
});

it('DEL-06: a deleted user is no member any more, and its groups have a new version', async () => {
  const { generic } = stage;
  const [leaving, staying] = [await generic.user(), await generic.user()];
  const group = await generic.group({ members: [{ value: leaving.id }, { value: staying.id }] });
  await remove(generic, `/Users/${leaving.id}`);
  const now = await generic.read(`/Groups/${group.id}`);
  expect(now.members).toEqual([expect.objectContaining({ value: staying.id })]);
  expect(metaOf(now).version).not.toBe(metaOf(group).version);
  expect(metaOf(now).lastModified > metaOf(group).lastModified).toBe(true);
  const found = await generic.get('/Groups', { filter: `members.value eq "${leaving.id}"` });
  expect(found.body.totalResults).toBe(0);
});

it('DEL-06: a deleted manager stays in those it led as an id alone, without a name and a URI that leads nowhere', async () => {
  const { generic } = stage;
  const manager = await generic.user({ displayName: 'Manager' });
  const { id } = await generic.user({ [ENTERPRISE]: { manager: { value: manager.id } } });
  await remove(generic, `/Users/${manager.id}`);
  const user = await generic.read(`/Users/${id}`);
  expect(user[ENTERPRISE]).toEqual({ manager: { value: manager.id } });
});

it('DEL-07: an unknown id is 404', async () => {
  const { generic } = stage;
  for (const id of ['0190aaaa-0000-7000-8000-000000000003', 'none', '%27']) {
    expectRefusal(await generic.delete(`/Users/${id}`), { status: 404 });
    expectRefusal(await generic.delete(`/Groups/${id}`), { status: 404 });
  }
  expect((await generic.delete('/Users')).status).toBe(405);
});

it('DEL-08: a deleted group is in nobody’s groups, and in no group above', async () => {
  const { generic } = stage;
  const user = await generic.user();
  const child = await generic.group({ members: [{ value: user.id }] });
  const parent = await generic.group({ members: [{ value: child.id }] });
  const before = await generic.read(`/Users/${user.id}`);
  expect(before.groups).toHaveLength(2);
  await remove(generic, `/Groups/${child.id}`);
  expect(await generic.read(`/Users/${user.id}`)).not.toHaveProperty('groups');
  expect(await generic.read(`/Groups/${parent.id}`)).not.toHaveProperty('members');
  for (const group of [child, parent]) {
    expect(await countUsers(generic, `id eq "${user.id}" and groups.value eq "${group.id}"`)).toBe(0);
  }
});

it('DEL-09: the row is kept for the grace period', async () => {
  const { generic, server } = stage;
  const { id } = await generic.user();
  await remove(generic, `/Users/${id}`);
  const rows = await server.database.read(
    sql`SELECT deleted_at FROM users WHERE site_id = ${server.siteId} AND id = ${id}`,
  );
  expect(rows).toEqual([{ deleted_at: expect.any(Date) }]);
});
