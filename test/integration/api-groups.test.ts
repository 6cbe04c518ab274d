import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newObjectId } from '../../src/directory/index.js';
import { listLog } from '../../src/log/index.js';
import type { AccessClient } from '../support/access-server.js';
import { type ApiServer, type ProgramClient, startApiServer } from '../support/api-server.js';
import { createCli, urlOf } from '../support/cli.js';

const cli = createCli();
const url = process.env.DATABASE_URL;
let server: ApiServer;
let idp: AccessClient;
let api: ProgramClient;

beforeAll(async () => {
  server = await startApiServer({ limits: { membersPerRequest: 6 } });
  process.env.DATABASE_URL = await urlOf(server.server.database);
  idp = await server.client();
  api = await server.program();
  await server.application({ key: 'wiki', licence: { seats: 100, policy: 'wait' } });
});
afterAll(async () => {
  if (url === undefined) delete process.env.DATABASE_URL;
  else process.env.DATABASE_URL = url;
  await server.close();
});

const named = (name: string) => `${name} ${newObjectId()}`;
const refused = async (method: string, path: string, body?: unknown, headers?: Record<string, string>) => {
  const { status, body: problem } = await api.request(method, path, body, headers);
  return [status, problem?.code];
};
const group = async (name: string): Promise<string> =>
  (await api.done('POST', '/groups', { displayName: named(name) })).id;
const members = (id: string, change: object) => api.done('POST', `/groups/${id}/members`, change);

/** A group that gives `wiki:user`, with as many people. */
async function giving(people: number): Promise<{ id: string; users: string[] }> {
  const id = await group('Giving');
  const users: string[] = [];
  for (let n = 0; n < people; n++) users.push(await idp.user(`member${n}-${newObjectId()}`));
  await members(id, { add: users });
  await server.grant('wiki:user', { kind: 'group', id });
  return { id, users };
}

describe('a group', () => {
  it('is created, renamed, found by name and deleted', async () => {
    const displayName = named('Sales');
    const { status, headers, body } = await api.request('POST', '/groups', { displayName });
    expect([status, headers.get('etag')]).toEqual([201, 'W/"1"']);
    expect(body).toMatchObject({ displayName, owner: null, protected: false, userCount: 0, groupCount: 0 });
    const renamed = named('Marketing');
    const patched = await api.request('PATCH', `/groups/${body.id}`, { displayName: renamed }, { 'if-match': 'W/"1"' });
    expect(patched.body).toMatchObject({ displayName: renamed, version: 2 });
    expect(await api.done('GET', `/groups/${encodeURIComponent(renamed)}`)).toEqual(patched.body);
    expect(await refused('PATCH', `/groups/${body.id}`, { displayName: 'x' }, { 'if-match': 'W/"1"' })).toEqual([
      412,
      'request.stale',
    ]);
    for (const wrong of [
      {},
      { displayName: '' },
      { displayName: 'x', nope: 1 },
      { displayName: 'x', members: [{ value: 'y' }] },
    ]) {
      expect(await refused('POST', '/groups', wrong)).toEqual([400, 'group.invalid']);
    }
    expect((await api.request('DELETE', `/groups/${body.id}`)).status).toBe(204);
    expect(await refused('GET', `/groups/${body.id}`)).toEqual([404, 'group.not-found']);
    expect(await api.done('POST', `/groups/${body.id}/restore`, {})).toMatchObject({ displayName: renamed });
    expect(await refused('POST', `/groups/${body.id}/restore`, {})).toEqual([404, 'group.not-found']);
  });

  it('whose name several have is told by id', async () => {
    const displayName = named('Twin');
    for (let n = 0; n < 2; n++) await api.done('POST', '/groups', { displayName });
    expect(await refused('GET', `/groups/${encodeURIComponent(displayName)}`)).toEqual([409, 'group.name-not-unique']);
  });

  it('takes and gives up many members in one call, all or none', async () => {
    const [id, inner] = [await group('Everybody'), await group('Inner')];
    const users: string[] = [];
    for (let n = 0; n < 4; n++) users.push(await idp.user(`many${n}-${newObjectId()}`));
    expect(await members(id, { add: [...users, inner] })).toMatchObject({ id, changed: true, version: 2 });
    expect(await members(id, { add: users })).toMatchObject({ changed: false, version: 2 });
    expect(await refused('POST', `/groups/${id}/members`, { add: [newObjectId()], remove: users })).toEqual([
      400,
      'group.unknown-member',
    ]);

    const first = await api.done('GET', `/groups/${id}/members?limit=3`);
    const second = await api.done('GET', `/groups/${id}/members?limit=3&cursor=${first.next}`);
    expect([first.items.length, second.next]).toEqual([3, null]);
    const listed = [...first.items, ...second.items].map(
      (one: { type: string; id: string }) => `${one.type} ${one.id}`,
    );
    expect(listed).toEqual([...users.sort().map((user) => `User ${user}`), `Group ${inner}`]);
    const whole = await api.done('GET', `/groups/${id}/members?limit=4`);
    expect((await api.done('GET', `/groups/${id}/members?cursor=${whole.next}&limit=4`)).items).toHaveLength(1);

    expect(await members(id, { remove: [...users.slice(1), inner] })).toMatchObject({ changed: true });
    expect(await api.done('GET', `/groups/${id}`)).toMatchObject({ userCount: 1, groupCount: 0 });
    const [entry] = await listLog(server.server.database, { siteId: server.server.siteId, subjectId: id, limit: 1 });
    expect(entry).toMatchObject({ action: 'group.update', source: 'api', subjectCount: 4 });
    for (const wrong of [{}, { add: ['ann'] }, { add: users.concat(users) }]) {
      expect(await refused('POST', `/groups/${id}/members`, wrong)).toEqual([400, 'request.invalid']);
    }
  });
});

describe('the deletion of a group that gives access', () => {
  it('names who loses what, and goes through with the confirmation of exactly that', async () => {
    const { id, users } = await giving(2);
    const { status, body } = await api.request('DELETE', `/groups/${id}`);
    expect([status, body.code, body.people]).toEqual([409, 'group.gives-access', 2]);
    expect(body.losses.map((loss: { userId: string }) => loss.userId).sort()).toEqual([...users].sort());
    expect(await api.done('GET', `/groups/${id}`)).toMatchObject({ userCount: 2 });
    expect((await api.request('DELETE', `/groups/${id}?confirmation=${body.confirmation}`)).status).toBe(204);
    expect(await server.held(users[0] ?? '')).toEqual([]);
  });

  it('is refused again where it would take more, less or other things than was confirmed', async () => {
    const { id, users } = await giving(2);
    const ask = async (confirmation?: string) => {
      const query = confirmation === undefined ? '' : `?confirmation=${confirmation}`;
      return (await api.request('DELETE', `/groups/${id}${query}`)).body;
    };
    const seen = await ask();
    const late = await idp.user(`late-${newObjectId()}`);
    await members(id, { add: [late] });
    const more = await ask(seen.confirmation);
    expect([more.code, more.people]).toEqual(['group.gives-access', 3]);
    expect(more.confirmation).not.toBe(seen.confirmation);
    expect(more.detail).toContain('not what was confirmed');
    await members(id, { remove: [late, users[0]] });
    expect(await ask(more.confirmation)).toMatchObject({ code: 'group.gives-access', people: 1 });
    // Back as it was, what was seen first holds again.
    await members(id, { add: [users[0]] });
    const { id: other } = await giving(1);
    expect(await refused('DELETE', `/groups/${other}?confirmation=${seen.confirmation}`)).toEqual([
      409,
      'group.gives-access',
    ]);
    expect(await ask(seen.confirmation)).toBeUndefined();
  });

  it('is one transaction: of deletions beside new members, none takes what nobody confirmed', async () => {
    for (let round = 0; round < 10; round++) {
      const { id } = await giving(1);
      const late = await idp.user(`late-${newObjectId()}`);
      const { confirmation } = (await api.request('DELETE', `/groups/${id}`)).body;
      const [deleted, added] = await Promise.all([
        api.request('DELETE', `/groups/${id}?confirmation=${confirmation}`),
        api.request('POST', `/groups/${id}/members`, { add: [late] }),
      ]);
      // Either the member came first, and the deletion is refused; or there was no group any more.
      expect([
        [204, 404],
        [409, 200],
      ]).toContainEqual([deleted.status, added.status]);
    }
  });

  it('is the same on the command line: --confirm for exactly that, --yes for whatever it is', async () => {
    const { id } = await giving(1);
    const { confirmation } = (await api.request('DELETE', `/groups/${id}`)).body;
    const asked = await cli.run('group', 'delete', id);
    expect([asked.code, asked.out]).toEqual([1, '']);
    expect(asked.error).toContain(`--confirm ${confirmation}`);
    expect((await cli.run('group', 'delete', id, '--confirm', 'other')).error).toContain('not what was confirmed');
    expect((await cli.run('group', 'delete', id, '--confirm', confirmation)).code).toBe(0);
    const { id: second } = await giving(2);
    expect((await cli.run('group', 'delete', second, '--yes')).code).toBe(0);
  });

  it('goes through at once where nobody loses anything', async () => {
    const { id, users } = await giving(1);
    const twin = await group('Twin');
    await members(twin, { add: users });
    await server.grant('wiki:user', { kind: 'group', id: twin });
    expect((await api.request('DELETE', `/groups/${id}`)).status).toBe(204);
    expect(await server.held(users[0] ?? '')).toEqual(['wiki:user']);
  });
});
