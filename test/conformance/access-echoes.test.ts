import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import {
  addRole,
  changeApplication,
  findApplication,
  removeApplication,
  removeLicence,
  removeRole,
} from '../../src/licensing/index.js';
import { type AccessClient, type AccessServer, startAccessServer } from '../support/access-server.js';

let access: AccessServer;
let shows: AccessClient;
let both: AccessClient;
let local: AccessClient;
let key: string;
let licenceId: string;
let users: string;
let number = 0;

beforeAll(async () => {
  access = await startAccessServer();
  shows = await access.client({ showEntitlements: true });
  both = await access.client({ showEntitlements: true, assign: true });
  local = await access.client();
});
afterAll(() => access.close());

/** Each test has an application and a group of its own. */
beforeEach(async () => {
  key = `app${++number}`;
  ({ licenceId } = await access.application({
    key,
    roles: [
      { key: 'user', takesSeat: true },
      { key: 'guest', takesSeat: false },
    ],
    licence: { seats: 100, policy: 'wait' },
  }));
  users = await local.group(`${key} users`);
  await access.grant(`${key}:user`, { kind: 'group', id: users });
});

async function member(client: AccessClient): Promise<string> {
  const id = await client.user(`person${++number}`);
  await local.join(users, id);
  expect((await client.get(id)).body).toMatchObject({
    roles: [{ value: `${key}:user` }],
    entitlements: [{ value: `${key}:${licenceId}` }],
  });
  return id;
}

async function expectNothing(userId: string): Promise<void> {
  const has = [await access.held(userId), await access.granted(userId), await access.stored(userId)];
  expect(has).toEqual([[], [], {}]);
}

describe('a body that was read before access went', () => {
  it('neither brings it back nor leaves it written, with assign or without', async () => {
    for (const client of [shows, both]) {
      const id = await member(client);
      const { body } = await client.get(id);
      await local.leave(users, id);
      const answer = await client.put(id, { ...body, title: 'Dr.' });
      expect(answer.body).toMatchObject({ title: 'Dr.' });
      for (const attribute of ['roles', 'entitlements']) expect(answer.body).not.toHaveProperty(attribute);
      await client.patch(id, [{ op: 'replace', path: 'roles', value: body.roles }]);
      await client.patch(id, [{ op: 'replace', value: { roles: body.roles, entitlements: body.entitlements } }]);
      await client.put(id, { ...body, meta: undefined });
      await expectNothing(id);
    }
  });

  it('is told from an assignment by the version that the client has seen', async () => {
    const id = await member(both);
    const stale = (await both.get(id)).body;
    await local.leave(users, id);
    const fresh = (await both.get(id)).body;
    const roles = [{ value: `${key}:user` }];
    const granted = () => access.granted(id, both.connectionId);

    await both.put(id, { ...stale, roles });
    expect(await granted()).toEqual([]);
    await both.put(id, { ...(await both.get(id)).body, roles });
    expect(await granted()).toEqual([`${key}:user`]);
    await both.put(id, { ...fresh, roles: [] });
    expect(await granted()).toEqual([]);

    const { headers, body } = await both.get(id);
    const { meta: _meta, ...unversioned } = body;
    await both.put(id, { ...unversioned, roles });
    await both.put(id, { ...unversioned, roles }, { 'if-match': '*' });
    await both.put(id, { ...unversioned, roles }, { 'if-match': `W/"1", ${(await both.get(id)).headers.get('etag')}` });
    expect(await granted()).toEqual([]);
    await both.put(id, { ...unversioned, roles }, { 'if-match': String(headers.get('etag')) });
    expect(await granted()).toEqual([`${key}:user`]);
    await both.patch(id, [{ op: 'remove', path: 'roles' }]);
    await both.patch(id, [{ op: 'add', path: 'roles', value: roles }]);
    expect(await granted()).toEqual([`${key}:user`]);
  });

  it('does not give the lower role that the person had before a higher one', async () => {
    const id = await both.user(`person${++number}`);
    const guests = await local.group(`${key} guests`, [id]);
    await access.grant(`${key}:guest`, { kind: 'group', id: guests });
    const { body } = await both.get(id);
    expect(body.roles).toMatchObject([{ value: `${key}:guest` }]);
    await local.join(users, id);
    await both.put(id, body);
    expect([await access.held(id), await access.granted(id)]).toEqual([[`${key}:user`], []]);
  });

  it('leaves no trace of roles, licences and applications that were taken away meanwhile', async () => {
    const actor = access.server.actor();
    const { change, database, siteId } = access.server;
    const applicationId = (await findApplication(database, siteId, key)).id;
    const run = (action: string, command: Parameters<typeof change.run>[2]) =>
      change.run(actor, { action, objectType: 'Application' }, command);
    const [ann, bob] = [await member(shows), await member(both)];
    const bodies = [(await shows.get(ann)).body, (await both.get(bob)).body];
    const echo = async () => {
      await shows.put(ann, bodies[0]);
      await both.put(bob, bodies[1]);
    };

    await run('licence.remove', () => removeLicence(actor, licenceId));
    await echo();
    expect((await shows.get(ann)).body).not.toHaveProperty('entitlements');
    await run('role.remove', () => removeRole(actor, applicationId, 'user'));
    await echo();
    await run('role.add', () => addRole(actor, applicationId, { key: 'user', takesSeat: true }, 'guest'));
    // Read anew and put back as it is: what was left over of the old role would be taken for the new one.
    await both.put(bob, (await both.get(bob)).body);
    await expectNothing(ann);
    await expectNothing(bob);

    await run('application.remove', () => removeApplication(actor, applicationId));
    await echo();
    await expectNothing(ann);
    await expectNothing(bob);
  });
});

describe('an application that is switched off', () => {
  it('ROL-05 has roles that are not supported, which nobody is offered and a strict connection cannot write', async () => {
    const draft = await access.client({ roles: 'draft', assign: true, roleValues: 'published' });
    const okta = await access.client({ roles: 'okta' });
    const id = await draft.user(`person${++number}`, { roles: [{ value: `${key}:user` }] });
    const { database, change, siteId, actor } = access.server;
    const applicationId = (await findApplication(database, siteId, key)).id;
    const administrator = actor();
    await change.run(administrator, { action: 'application.change', objectType: 'Application' }, () =>
      changeApplication(administrator, applicationId, { state: 'disabled' }),
    );

    const roles = await draft.request('GET', `/Roles?filter=${encodeURIComponent(`type eq "${key}"`)}`);
    expect(roles.body.Resources.map(({ supported }: { supported: boolean }) => supported)).toEqual([false, false]);
    const supported = await draft.request('GET', `/Entitlements?filter=${encodeURIComponent('supported eq true')}`);
    expect(supported.text).not.toContain(licenceId);
    expect((await okta.request('GET', `/Roles/${key}:user`)).status).toBe(404);

    // What it gave stays and comes back; what is new is refused.
    expect(await access.held(id)).toEqual([]);
    const { body } = await draft.get(id);
    expect(body.roles).toMatchObject([{ value: `${key}:user` }]);
    expect((await draft.put(id, body)).status).toBe(200);
    expect(await access.granted(id)).toEqual([`${key}:user`]);
    const refused = await draft.patch(id, [{ op: 'add', path: 'roles', value: [{ value: `${key}:guest` }] }]);
    expect([refused.status, refused.body.scimType]).toEqual([400, 'invalidValue']);
  });
});

describe('customers', () => {
  it('cannot be assigned a role that takes a seat', async () => {
    const id = await both.user(`person${++number}`);
    await access.server.database.write(sql`UPDATE users SET user_type = 'customer' WHERE id = ${id}`);
    const assign = (role: string) =>
      both.patch(id, [{ op: 'add', path: 'roles', value: [{ value: `${key}:${role}` }] }]);
    const refused = await assign('user');
    expect([refused.status, refused.body.detail]).toEqual([400, expect.stringContaining('customer')]);
    expect((await assign('guest')).status).toBe(200);
    expect(await access.held(id)).toEqual([`${key}:guest`]);
  });
});
