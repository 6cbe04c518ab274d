import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { createSite } from '../../src/directory/index.js';
import {
  type AnsweredRole,
  answerAccess,
  changeApplication,
  DEFAULT_SEAT_RULES,
  explain,
  findApplication,
} from '../../src/licensing/index.js';
import type { AccessClient } from '../support/access-server.js';
import { type ApiClient, type ApiServer, startApiServer } from '../support/api-server.js';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';

let server: ApiServer;
let idp: AccessClient;
let wiki: ApiClient;

beforeAll(async () => {
  server = await startApiServer();
  const roles = [
    { key: 'admin', name: 'Administrator', takesSeat: true },
    { key: 'user', takesSeat: true },
    { key: 'viewer', takesSeat: false },
  ];
  await server.application({ key: 'wiki', name: 'Wiki', roles, licence: { seats: 2, policy: 'wait' } });
  idp = await server.client();
  wiki = await server.api('wiki');
});
afterAll(() => server.close());

async function answer(user: string) {
  const { status, body } = await wiki.access(user);
  expect(status).toBe(200);
  return body;
}

const standings = (body: { roles: { key: string; standing: string }[] }) =>
  body.roles.map(({ key, standing }) => `${key} ${standing}`);

describe('access', () => {
  it('names the role in use, the others in order, and the groups that give them', async () => {
    const ann = await idp.user('Ann@Example.com', { displayName: 'Ann' });
    const inner = await idp.group('Writers', [ann]);
    const outer = await idp.group('Everybody', [inner]);
    await server.grant('wiki:user', { kind: 'group', id: outer });
    await server.grant('wiki:viewer', { kind: 'group', id: inner });
    await server.grant('wiki:viewer', { kind: 'user', id: ann });

    const expected = {
      access: true,
      reason: 'active',
      detail: 'Ann@Example.com has the role user of Wiki.',
      application: { key: 'wiki', name: 'Wiki' },
      user: { id: ann, userName: 'Ann@Example.com', displayName: 'Ann' },
      role: 'user',
      waitsFor: null,
      roles: [
        { key: 'user', name: 'user', standing: 'in-use', groups: [{ id: outer, name: 'Everybody' }], granted: false },
        { key: 'viewer', name: 'viewer', standing: 'lower', groups: [{ id: inner, name: 'Writers' }], granted: true },
      ],
    };
    expect(await answer(ann)).toEqual(expected);
    expect(await answer('ann@example.COM')).toEqual(expected);
  });

  it('waits for a seat, and is used meanwhile as far as there is room', async () => {
    const group = await idp.group('Administrators');
    await server.grant('wiki:admin', { kind: 'group', id: group });
    const [first, second, third] = [await idp.user('first'), await idp.user('second'), await idp.user('third')];
    await idp.join(group, first);
    await idp.join(group, second);
    const waiting = await answer('second');
    expect(waiting).toMatchObject({ access: false, reason: 'waiting-for-seat', role: null, waitsFor: 'admin' });
    expect(waiting.detail).toBe('second waits for a seat of Wiki in the role admin.');
    expect(standings(waiting)).toEqual(['admin waiting']);

    await server.grant('wiki:viewer', { kind: 'user', id: third });
    await idp.join(group, third);
    const below = await answer('third');
    expect(below).toMatchObject({ access: true, reason: 'active', role: 'viewer', waitsFor: 'admin' });
    expect(below.detail).toBe('third has the role viewer of Wiki, and waits for admin.');
    expect(standings(below)).toEqual(['admin waiting', 'viewer in-use']);
  });

  it('is withheld from who has no grant, is deactivated, is deleted or never was', async () => {
    expect(await answer('nobody')).toMatchObject({ access: false, reason: 'unknown-user', user: null, roles: [] });
    const bob = await idp.user('bob');
    expect(await answer('bob')).toMatchObject({ access: false, reason: 'no-grant', role: null, roles: [] });
    await server.grant('wiki:viewer', { kind: 'user', id: bob });
    expect(await answer('bob')).toMatchObject({ access: true, role: 'viewer' });
    await idp.patch(bob, [{ op: 'replace', path: 'active', value: false }]);
    const { state } = await stateOf(bob);
    const withheld = await answer('bob');
    expect(withheld).toMatchObject({ access: false, reason: state, role: null });
    expect(standings(withheld)).toEqual(['viewer withheld']);
    await idp.request('DELETE', `/Users/${bob}`);
    expect(await answer('bob')).toMatchObject({ reason: 'unknown-user' });
    expect(await answer(bob)).toMatchObject({ reason: 'unknown-user' });
  });

  it('is withheld from invited people where the settings say so', async () => {
    const eve = await idp.user('eve');
    const { database, siteId } = server.server;
    await database.write(sql`UPDATE users SET state = 'invited' WHERE id = ${eve}`);
    const { id } = await findApplication(database, siteId, 'wiki');
    const ask = (invitedTakeSeats: boolean) =>
      answerAccess(database, { siteId, id }, 'eve', { ...DEFAULT_SEAT_RULES, invitedTakeSeats });
    expect(await ask(false)).toMatchObject({ access: false, reason: 'invited' });
    expect(await ask(true)).toMatchObject({ access: false, reason: 'no-grant' });
  });

  it('is withheld from customers who were given seats only', async () => {
    const cleo = await idp.user('cleo');
    const group = await idp.group('Guests', [cleo]);
    await server.server.database.write(sql`UPDATE users SET user_type = 'customer' WHERE id = ${cleo}`);
    await server.grant('wiki:user', { kind: 'group', id: group });
    expect(await answer('cleo')).toMatchObject({ access: false, reason: 'customer-without-free-role' });
    await server.grant('wiki:viewer', { kind: 'group', id: group });
    expect(await answer('cleo')).toMatchObject({ access: true, role: 'viewer' });
  });

  it('finds a userName that looks like an id, holds a slash or is in another script, and an id before it', async () => {
    const odd = ['a/b c%2F?#', 'ЖÖ@example.com', '018f0000-0000-7000-8000-000000000000'];
    for (const userName of odd) {
      const id = await idp.user(userName);
      expect((await answer(userName)).user).toEqual({ id, userName, displayName: null });
    }
    expect((await answer('жö@EXAMPLE.com')).user.userName).toBe('ЖÖ@example.com');
    const dora = await idp.user('dora');
    const named = await idp.user(dora);
    expect((await answer(dora)).user.id).toBe(dora);
    expect((await answer(named)).user.userName).toBe(dora);
  });

  it('shows nothing of other applications and other sites', async () => {
    await server.application({ key: 'crm', roles: [{ key: 'agent', takesSeat: false }] });
    const fay = await idp.user('fay');
    await server.grant('crm:agent', { kind: 'user', id: fay });
    expect(await answer('fay')).toMatchObject({ access: false, reason: 'no-grant', roles: [] });
    const crm = await server.api('crm');
    expect((await crm.access('fay')).body).toMatchObject({ access: true, role: 'agent' });
    const { id: elsewhere } = await createSite(server.server.database, 'elsewhere', 'Elsewhere');
    const { request } = await server.server.connect({}, elsewhere);
    const made = await request('POST', '/Users', { schemas: [USER], userName: 'gil' });
    expect(made.status).toBe(201);
    for (const user of ['gil', made.body.id]) expect(await answer(user)).toMatchObject({ reason: 'unknown-user' });
  });

  it('does not come from a group that is deleted, though it could be restored', async () => {
    const hal = await idp.user('hal');
    const group = await idp.group('Former', [hal]);
    await server.grant('wiki:viewer', { kind: 'group', id: group });
    expect(await answer('hal')).toMatchObject({ access: true, roles: [{ key: 'viewer', groups: [{ id: group }] }] });
    expect((await idp.request('DELETE', `/Groups/${group}`)).status).toBe(204);
    expect(await answer('hal')).toMatchObject({ access: false, reason: 'no-grant', roles: [] });
  });

  it('is nobody’s while the application is disabled', async () => {
    const gus = await idp.user('gus');
    await server.grant('wiki:viewer', { kind: 'user', id: gus });
    const { database, change, siteId } = server.server;
    const { id } = await findApplication(database, siteId, 'wiki');
    const actor = server.server.actor();
    const set = (state: 'active' | 'disabled') =>
      change.run(actor, { action: 'application.change', objectType: 'Application' }, () =>
        changeApplication(actor, id, { state }),
      );
    await set('disabled');
    expect(await answer('gus')).toMatchObject({ access: false, reason: 'application-disabled' });
    await set('active');
    expect(await answer('gus')).toMatchObject({ access: true });
  });

  it('is for everybody what the paths say that an administrator sees', async () => {
    const { database, siteId, config } = server.server;
    const users = await database.read<{ id: string }>(sql`
      SELECT id FROM users WHERE site_id = ${siteId} AND deleted_at IS NULL`);
    expect(users.length).toBeGreaterThan(10);
    for (const { id } of users) {
      const { role, waitsFor, paths } = await explain(database, siteId, id, 'wiki', config.licensing);
      const answered = await answer(id);
      expect(answered).toMatchObject({ role, access: role !== null, waitsFor: waitsFor[0]?.role ?? null });
      const given = paths.map((path) => `${path.role} ${path.through.at(-1)?.id ?? 'by name'}`);
      const named = (answered.roles as AnsweredRole[]).flatMap(({ key, groups, granted }) => [
        ...groups.map((group) => `${key} ${group.id}`),
        ...(granted ? [`${key} by name`] : []),
      ]);
      expect(named.sort()).toEqual([...new Set(given)].sort());
    }
  });

  async function stateOf(id: string): Promise<{ state: string }> {
    const [row] = await server.server.database.read<{ state: string }>(sql`SELECT state FROM users WHERE id = ${id}`);
    return row ?? { state: '' };
  }
});
