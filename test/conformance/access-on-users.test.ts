import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { updateConnection } from '../../src/connections/index.js';
import { listLog } from '../../src/log/index.js';
import { type AccessClient, type AccessServer, startAccessServer } from '../support/access-server.js';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const WIKI_USER = { value: 'wiki:user', display: 'Wiki: User', type: 'wiki' };
const WIKI_ADMIN = { value: 'wiki:admin', display: 'Wiki: Admin', type: 'wiki' };
const BOARD_USER = { value: 'board:user', display: 'Board: User', type: 'board' };

let access: AccessServer;
let seat: string;
let wikiUsers: string;
let shows: AccessClient;
let assigns: AccessClient;
let both: AccessClient;
let neither: AccessClient;

let people = 0;
const nextName = () => `person${++people}`;

beforeAll(async () => {
  access = await startAccessServer();
  const roles = [
    { key: 'admin', name: 'Admin', takesSeat: true },
    { key: 'user', name: 'User', takesSeat: true },
  ];
  const { licenceId } = await access.application({
    key: 'wiki',
    name: 'Wiki',
    roles,
    licence: { seats: 100, policy: 'wait' },
  });
  seat = `wiki:${licenceId}`;
  await access.application({ key: 'board', name: 'Board', roles: [{ key: 'user', name: 'User', takesSeat: false }] });
  shows = await access.client({ showEntitlements: true });
  assigns = await access.client({ assign: true });
  both = await access.client({ showEntitlements: true, assign: true });
  neither = await access.client();
  wikiUsers = await neither.group('wiki users');
  await access.grant('wiki:user', { kind: 'group', id: wikiUsers });
});
afterAll(() => access.close());

/** An administrator puts a user into the group that gives `wiki:user`. */
async function member(client: AccessClient, attributes: object = {}): Promise<string> {
  const id = await client.user(nextName(), attributes);
  await neither.join(wikiUsers, id);
  expect(await access.held(id)).toEqual(['wiki:user']);
  return id;
}

describe('access that is shown', () => {
  it('stands in roles and entitlements of reads, lists and answers, where the connection shows it', async () => {
    const id = await member(shows, { roles: [{ value: 'Chef', type: 'job' }] });
    const entitlements = [{ value: seat, display: 'Wiki', type: 'wiki' }];
    const expected = { roles: [{ value: 'Chef', type: 'job' }, WIKI_USER], entitlements };
    const read = await shows.get(id);
    expect(read.body).toMatchObject(expected);
    const list = await shows.request('GET', `/Users?filter=${encodeURIComponent(`id eq "${id}"`)}`);
    expect(list.body.Resources).toEqual([read.body]);
    const patched = await shows.patch(id, [{ op: 'add', path: 'title', value: 'Dr.' }]);
    expect(patched.body).toMatchObject({ ...expected, title: 'Dr.' });
    const projected = await shows.request('GET', `/Users/${id}?attributes=roles.value`);
    expect(projected.body).toEqual({
      schemas: [USER],
      id,
      roles: [{ value: 'Chef' }, { value: 'wiki:user' }],
    });
    expect(await access.stored(id)).toEqual({ roles: [{ value: 'Chef', type: 'job' }] });
  });

  it('is not there for other connections', async () => {
    const id = await member(neither);
    for (const client of [neither, assigns]) {
      const { body } = await client.get(id);
      expect(body).not.toHaveProperty('roles');
      expect(body).not.toHaveProperty('entitlements');
    }
    expect((await shows.get(id)).body.roles).toEqual([WIKI_USER]);
  });

  it('takes the License type of Okta for entitlements in that shape', async () => {
    const okta = await access.client({ showEntitlements: true, roles: 'okta' });
    const { body } = await okta.get(await member(okta));
    expect(body.entitlements).toEqual([{ value: seat, display: 'Wiki', type: 'License' }]);
    expect(body.roles).toEqual([WIKI_USER]);
  });

  it('gives the user another version when it changes, and only then', async () => {
    const id = await shows.user(nextName());
    const before = await shows.get(id);
    expect(before.headers.get('etag')).toBe('W/"1"');
    await neither.join(wikiUsers, id);
    const with_ = await shows.get(id);
    const tag = String(with_.headers.get('etag'));
    expect(tag).toMatch(/^W\/"1\.[0-9a-f]{16}"$/);
    expect(with_.body.meta).toEqual({ ...before.body.meta, version: tag });
    expect((await shows.get(id)).headers.get('etag')).toBe(tag);
    const notModified = await shows.request('GET', `/Users/${id}`, undefined, { 'if-none-match': tag });
    expect(notModified.status).toBe(304);
    // Who is not shown it sees the same user as before.
    expect((await neither.get(id)).headers.get('etag')).toBe('W/"1"');

    await neither.leave(wikiUsers, id);
    expect((await shows.request('GET', `/Users/${id}`, undefined, { 'if-none-match': tag })).status).toBe(200);
    const stale = await shows.patch(id, [{ op: 'add', path: 'title', value: 'x' }], { 'if-match': tag });
    expect(stale.status).toBe(412);
    expect((await shows.request('DELETE', `/Users/${id}`, undefined, { 'if-match': tag })).status).toBe(412);
    const fresh = await shows.patch(id, [{ op: 'add', path: 'title', value: 'x' }], { 'if-match': 'W/"1"' });
    expect([fresh.status, fresh.headers.get('etag')]).toEqual([200, 'W/"2"']);
  });

  it('is found by filters and sorted by, like what is written', async () => {
    const own = await access.client({ showEntitlements: true, assign: true, sees: 'own' });
    const [chef, admin, nobody] = [
      await own.user('a-chef', { roles: [{ value: 'Chef', display: 'Chef', type: 'job' }] }),
      await own.user('b-admin', { roles: [{ value: 'wiki:admin' }] }),
      await own.user('c-nobody'),
    ];
    const reader = await own.user('d-reader');
    await neither.join(wikiUsers, reader);
    const mine = async (filter: string) =>
      (await own.find(filter)).filter((id) => [chef, admin, nobody, reader].includes(id));
    const sorted = (...ids: string[]) => [...ids].sort();
    expect(await mine('roles[type eq "wiki"]')).toEqual(sorted(admin, reader));
    expect(await mine('roles.value eq "wiki:admin"')).toEqual([admin]);
    expect(await mine('roles eq "WIKI:ADMIN"')).toEqual([admin]);
    expect(await mine('roles[value eq "wiki:user" and type eq "wiki"]')).toEqual([reader]);
    expect(await mine('roles[value eq "wiki:user" and type eq "board"]')).toEqual([]);
    expect(await mine('roles[value eq "Chef" or display eq "wiki: admin"]')).toEqual(sorted(chef, admin));
    expect(await mine('roles.display co "admin"')).toEqual([admin]);
    expect(await mine('roles[display eq "wiki: user"]')).toEqual([reader]);
    expect(await mine('roles pr')).toEqual(sorted(chef, admin, reader));
    expect(await mine('not (roles pr)')).toEqual([nobody]);
    expect(await mine('roles.value ne "Chef"')).toEqual(sorted(admin, reader, nobody));
    expect(await mine('roles[primary eq true]')).toEqual([]);
    expect(await mine('roles[primary eq false and type eq "wiki"]')).toEqual(sorted(admin, reader));
    expect(await mine('entitlements[type eq "wiki"]')).toEqual(sorted(admin, reader));
    expect(await mine(`entitlements.value eq "${seat}"`)).toEqual(sorted(admin, reader));
    const { version } = (await own.get(admin)).body.meta;
    expect(await mine(`meta.version eq "${version.replaceAll('"', '\\"')}"`)).toEqual([admin]);
    expect(await mine('meta.version sw "W/\\"1."')).toEqual(sorted(admin, reader));
    expect(await mine('meta.version eq "W/\\"1\\""')).toEqual(sorted(chef, nobody));

    const list = await own.request('GET', '/Users?sortBy=roles.value&attributes=userName');
    const order = list.body.Resources.map(({ userName }: { userName: string }) => userName);
    expect(order.slice(0, 4)).toEqual(['a-chef', 'b-admin', 'd-reader', 'c-nobody']);
    // Who is not shown it finds what is written only.
    expect(await neither.find('roles[type eq "wiki"]')).toEqual([]);
  });
});

describe('what clients write', () => {
  it('stays as it was sent, published or not, where nothing is shown and nothing assigned', async () => {
    const roles = [{ value: 'wiki:user', type: 'wiki', display: 'Mine', primary: true }, { value: 'Chef' }];
    const id = await neither.user(nextName(), { roles, entitlements: [{ value: seat }] });
    const { body } = await neither.get(id);
    expect(body).toMatchObject({ roles, entitlements: [{ value: seat }] });
    expect([await access.held(id), await access.granted(id)]).toEqual([[], []]);
    expect((await neither.put(id, body)).body.meta).toEqual(body.meta);
  });

  it('is not stored when it only repeats what is shown, whatever is said beside it', async () => {
    const id = await member(shows);
    const { body } = await shows.get(id);
    const echoed = await shows.put(id, body);
    expect([echoed.status, echoed.body]).toEqual([200, body]);
    const changed = [{ value: 'WIKI:USER', display: 'Renamed', primary: true }, { value: 'Chef' }];
    const answer = await shows.put(id, { ...body, roles: changed });
    expect(answer.body.roles).toEqual([{ value: 'Chef' }, WIKI_USER]);
    expect(await access.stored(id)).toEqual({ roles: [{ value: 'Chef' }] });
    expect(await access.granted(id)).toEqual([]);
  });

  it('gives nothing without assign: a published role that is not held is passed over', async () => {
    const id = await shows.user(nextName(), { roles: [WIKI_ADMIN, { value: 'Chef' }] });
    await shows.patch(id, [{ op: 'add', path: 'roles', value: [{ value: 'board:user' }] }]);
    expect((await shows.get(id)).body.roles).toEqual([{ value: 'Chef' }]);
    expect([await access.held(id), await access.granted(id)]).toEqual([[], []]);
  });

  it('cannot take away what others gave', async () => {
    const id = await member(both);
    await access.grant('board:user', { kind: 'user', id });
    const { body } = await both.get(id);
    expect(body.roles).toEqual([BOARD_USER, WIKI_USER]);
    const { roles: _roles, ...without } = body;
    for (const answer of [
      await both.put(id, without),
      await both.put(id, { ...body, roles: [] }),
      await both.patch(id, [{ op: 'remove', path: 'roles' }]),
      await both.patch(id, [{ op: 'remove', path: 'roles[value eq "wiki:user"]' }]),
      await both.patch(id, [{ op: 'replace', path: 'roles', value: [] }]),
    ]) {
      expect([answer.status, answer.body]).toEqual([200, body]);
    }
    expect(await access.granted(id, null)).toEqual(['board:user']);
  });
});

describe('assignment', () => {
  it('makes direct grants of published roles, shows them, and takes them back', async () => {
    for (const client of [assigns, both]) {
      const id = await client.user(nextName(), { roles: [{ value: 'wiki:user' }, { value: 'Chef' }] });
      expect(await access.held(id)).toEqual(['wiki:user']);
      expect(await access.granted(id, client.connectionId)).toEqual(['wiki:user']);
      expect(await access.stored(id)).toEqual({ roles: [{ value: 'Chef' }] });
      expect((await client.get(id)).body.roles).toEqual([{ value: 'Chef' }, WIKI_USER]);

      const added = await client.patch(id, [{ op: 'add', path: 'roles', value: [{ value: 'board:user' }] }]);
      expect(added.body.roles).toEqual([{ value: 'Chef' }, BOARD_USER, WIKI_USER]);
      expect(added.body.meta.lastModified).not.toBe(added.body.meta.created);
      const { body } = await client.get(id);
      expect(await access.held(id)).toEqual(['board:user', 'wiki:user']);

      const replaced = await client.put(id, { ...body, roles: [{ value: 'board:user' }] });
      expect(replaced.body.roles).toEqual([BOARD_USER]);
      expect(await access.held(id)).toEqual(['board:user']);

      const removed = await client.patch(id, [{ op: 'remove', path: 'roles[value eq "board:user"]' }]);
      expect(removed.body).not.toHaveProperty('roles');
      expect([await access.held(id), await access.granted(id)]).toEqual([[], []]);
    }
  });

  it('writes the grants into the log entry of the user, with who gained', async () => {
    const id = await assigns.user(nextName(), { roles: [{ value: 'wiki:user' }] });
    await assigns.put(id, { schemas: [USER], userName: 'renamed-by-log-test', roles: [{ value: 'board:user' }] });
    const [update, create] = await listLog(access.server.database, {
      siteId: access.server.siteId,
      subjectId: id,
      limit: 2,
    });
    const change = (entry: typeof update, attribute: string) =>
      entry?.personal?.changes?.find((one) => one.attribute === attribute);
    expect(create?.action).toBe('user.create');
    expect(change(create, 'grants')).toEqual({ attribute: 'grants', new: ['wiki:user'] });
    expect(create?.subjects.map(({ effect }) => effect.split(':')[0])).toEqual(['access-granted']);
    expect(change(update, 'grants')).toEqual({ attribute: 'grants', old: ['wiki:user'], new: ['board:user'] });
    expect(update?.subjects.map(({ effect }) => effect.split(':')[0]).sort()).toEqual([
      'access-granted',
      'access-removed',
    ]);
  });

  it('knows a role whatever type and names the identity provider puts beside it', async () => {
    const entra = [{ primary: true, type: 'WindowsAzureActiveDirectoryRole', display: 'U', value: 'wiki:user' }];
    const id = await assigns.user(nextName(), { roles: entra });
    expect(await access.granted(id)).toEqual(['wiki:user']);
    const wrapped = [{ value: JSON.stringify({ id: 'x', value: 'board:user', displayName: 'Board' }), primary: false }];
    await assigns.patch(id, [{ op: 'replace', path: 'roles', value: wrapped }]);
    expect(await access.granted(id)).toEqual(['board:user']);
  });

  it('leaves direct grants alone where a PATCH says nothing of roles, or a PUT that keeps what it omits', async () => {
    const keeps = await access.client({ assign: true, putOmitted: 'keep' });
    const id = await keeps.user(nextName(), { roles: [{ value: 'wiki:user' }, { value: 'Chef' }] });
    await keeps.patch(id, [{ op: 'replace', path: 'active', value: true }]);
    await keeps.patch(id, [{ op: 'replace', value: { title: 'Dr.' } }]);
    await keeps.put(id, { schemas: [USER], userName: nextName() });
    expect(await access.granted(id)).toEqual(['wiki:user']);
    expect(await access.stored(id)).toEqual({ roles: [{ value: 'Chef' }] });
    await keeps.put(id, { schemas: [USER], userName: nextName(), roles: null });
    expect([await access.granted(id), await access.stored(id)]).toEqual([[], {}]);
  });

  it('turns what was written before it was switched on into a grant only when it is written again', async () => {
    const late = await access.client({ name: 'late' });
    const id = await late.user(nextName(), { roles: [{ value: 'wiki:user' }] });
    const actor = access.server.actor();
    await access.server.change.run(actor, { action: 'connection.update', objectType: 'Connection' }, () =>
      updateConnection(actor, 'late', { assign: true }),
    );
    await late.patch(id, [{ op: 'add', path: 'title', value: 'Dr.' }]);
    expect([await access.granted(id), await access.stored(id)]).toEqual([[], { roles: [{ value: 'wiki:user' }] }]);
    await late.put(id, (await late.get(id)).body);
    expect([await access.granted(id), await access.stored(id)]).toEqual([['wiki:user'], {}]);
  });

  it('waits or is refused where the licence is full, as every other way to a seat', async () => {
    const licence = { seats: 1, policy: 'wait' } as const;
    const { licenceId: waiting } = await access.application({ key: 'studio', name: 'Studio', licence });
    await access.application({ key: 'strict', name: 'Strict', licence: { seats: 1, policy: 'refuse' } });
    const first = await both.user(nextName(), { roles: [{ value: 'studio:user' }, { value: 'strict:user' }] });
    const second = await both.user(nextName(), { roles: [{ value: 'studio:user' }] });
    expect([await access.held(first), await access.held(second)]).toEqual([['strict:user', 'studio:user'], []]);
    // It is shown what it wrote, so that putting it back does not take the place away.
    const { body } = await both.get(second);
    expect(body.roles).toEqual([{ value: 'studio:user', display: 'Studio: user', type: 'studio' }]);
    expect(body).not.toHaveProperty('entitlements');
    expect((await both.put(second, body)).status).toBe(200);
    await access.setSeats(waiting, 2);
    expect(await access.held(second)).toEqual(['studio:user']);

    const refused = await both.patch(second, [
      { op: 'add', path: 'roles', value: [{ value: 'strict:user' }] },
      { op: 'add', path: 'title', value: 'Dr.' },
    ]);
    expect(refused.status).toBe(403);
    expect(refused.body.detail).toContain('no seat left');
    expect((await both.get(second)).body).not.toHaveProperty('title');
    const name = nextName();
    const created = await both.request('POST', '/Users', {
      schemas: [USER],
      userName: name,
      roles: [{ value: 'strict:user' }],
    });
    expect(created.status).toBe(403);
    expect(await both.find(`userName eq "${name}"`)).toEqual([]);
  });

  it('keeps the grants of connections and administrators apart', async () => {
    const id = await assigns.user(nextName());
    await access.grant('wiki:user', { kind: 'user', id });
    await assigns.patch(id, [{ op: 'add', path: 'roles', value: [{ value: 'wiki:user' }] }]);
    expect(await access.granted(id)).toEqual(['wiki:user', 'wiki:user']);
    await assigns.patch(id, [{ op: 'remove', path: 'roles' }]);
    expect([await access.granted(id, null), await access.held(id)]).toEqual([['wiki:user'], ['wiki:user']]);
    // An administrator takes the role back, whoever gave it.
    await assigns.patch(id, [{ op: 'add', path: 'roles', value: [{ value: 'wiki:user' }] }]);
    await access.ungrant('wiki:user', { kind: 'user', id });
    expect([await access.granted(id), await access.held(id)]).toEqual([[], []]);
  });
});

describe('a token that stands for a user', () => {
  it('changes neither roles nor entitlements, whatever the connection may do', async () => {
    for (const client of [assigns, both, shows, neither]) {
      const id = await client.user(nextName(), { roles: [{ value: 'Chef' }, { value: 'board:user' }] });
      const before = [await access.held(id), await access.granted(id), await access.stored(id)];
      const me = await client.as(id, 'write');
      const { body } = await me.request('GET', '/Me');
      const wanted = [...body.roles, { value: 'wiki:admin' }];
      const put = await me.request('PUT', '/Me', {
        ...body,
        title: 'Dr.',
        roles: wanted,
        entitlements: [{ value: seat }],
      });
      expect([put.status, put.body.title, put.body.roles]).toEqual([200, 'Dr.', body.roles]);
      const { roles: _roles, ...without } = body;
      expect((await me.request('PUT', '/Me', without)).body.roles).toEqual(body.roles);
      for (const operation of [
        { op: 'add', path: 'roles', value: [{ value: 'wiki:admin' }] },
        { op: 'remove', path: 'roles' },
        { op: 'add', value: { entitlements: [{ value: seat }] } },
      ]) {
        const patch = { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [operation] };
        expect((await me.request('PATCH', '/Me', patch)).status).toBe(403);
      }
      expect([await access.held(id), await access.granted(id), await access.stored(id)]).toEqual(before);
    }
  });
});

describe('ROL-05', () => {
  it('ROL-05 refuses values that are not published, where the connection says so', async () => {
    const published = await access.client({ roles: 'draft', assign: true, roleValues: 'published' });
    const id = await published.user(nextName(), {
      roles: [{ value: 'wiki:user' }],
      entitlements: [{ value: seat }],
    });
    const refusals = [
      await published.put(id, { schemas: [USER], userName: nextName(), roles: [{ value: 'Chef' }] }),
      await published.patch(id, [{ op: 'add', path: 'roles', value: [{ value: 'Chef' }] }]),
      await published.patch(id, [{ op: 'add', path: 'entitlements', value: [{ value: 'wiki:user' }] }]),
      await published.request('POST', '/Users', { schemas: [USER], userName: nextName(), roles: [{ display: 'x' }] }),
    ];
    for (const { status, body } of refusals) {
      expect([status, body.scimType]).toEqual([400, 'invalidValue']);
      expect(body.detail).toMatch(/^(roles|entitlements): .* is not published/);
    }
    expect(await access.granted(id)).toEqual(['wiki:user']);
    expect((await published.get(id)).body.entitlements).toEqual([{ value: seat }]);
  });
});
