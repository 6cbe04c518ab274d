import { describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { expectAnswer, expectList } from '../support/idp-life.ts';
import { ENTERPRISE, GROUP, patchOp, USER, where } from '../support/idp-messages.ts';
import { useRequests } from '../support/idp-requests.ts';
import { sendOnWire } from '../support/idp-wire.ts';

const MANAGER = `${ENTERPRISE}:manager`;

/** What users of other provisioning servers complained of, as statements about this one; the numbers are the list's. */
describe('peers: what clients send', () => {
  const { life, send, create, person, createGroup, patch, patched, memberIds } = useRequests();

  it.each(['False', 'false', 'FALSE', false])('peer 1: Replace active with %p disables', async (value) => {
    const userName = `one-${typeof value}-${Buffer.from(String(value)).toString('hex')}@east.example`;
    const { id } = await create({ userName, active: true });
    expect((await patched(id, { op: 'Replace', path: 'active', value })).active).toBe(false);
    const back = String(value) === 'False' ? 'True' : 'true';
    expect((await patched(id, { op: 'Replace', path: 'active', value: back })).active).toBe(true);
  });

  it.each(['Add', 'Replace'])('peer 2: %s of a work address that is not there creates it', async (op) => {
    const id = await person(`two-${op}`);
    const path = 'emails[type eq "work"].value';
    const { emails } = await patched(id, { op, path, value: 'two@east.example' });
    expect(emails).toEqual([{ type: 'work', value: 'two@east.example' }]);
  });

  it('peer 3: replacing the work address leaves the home address alone', async () => {
    const home = { type: 'home', value: 'home@east.example', display: 'Home' };
    const work = { type: 'work', value: 'work@east.example', primary: true };
    const { id } = await create({ userName: 'three@east.example', emails: [home, work] });
    const path = 'emails[type eq "work"].value';
    const { emails } = await patched(id, { op: 'Replace', path, value: 'new@east.example' });
    expect(emails).toEqual([home, { ...work, value: 'new@east.example' }]);
  });

  it('peer 4: Add of an enterprise attribute works without the extension', async () => {
    const id = await person('four');
    const user = await patched(id, { op: 'Add', path: `${ENTERPRISE}:employeeNumber`, value: '4' });
    expect(user).toMatchObject({ schemas: [USER, ENTERPRISE], [ENTERPRISE]: { employeeNumber: '4' } });
  });

  it('peer 5: an empty string clears the manager', async () => {
    const { id } = await create({ userName: 'five@east.example', [ENTERPRISE]: { manager: { value: 'm' } } });
    expect(await patched(id, { op: 'Replace', path: MANAGER, value: '' })).not.toHaveProperty([ENTERPRISE]);
    expect(await patched(id, { op: 'Replace', path: MANAGER, value: '' })).not.toHaveProperty([ENTERPRISE]);
  });

  it('peer 6: a manager as a string is its value', async () => {
    const user = await create({ userName: 'six@east.example', [ENTERPRISE]: { manager: '123456' } });
    expect(user[ENTERPRISE].manager).toEqual({ value: '123456' });
    const after = await patched(user.id, { op: 'Add', path: MANAGER, value: '271' });
    expect(after[ENTERPRISE].manager).toEqual({ value: '271' });
  });

  it('peer 7: roles as JSON text are taken apart', async () => {
    const id = await person('seven');
    const value = [{ value: '{"id":"17ab","value":"Writer","displayName":"Writes"}' }];
    const { roles } = await patched(id, { op: 'Add', path: 'roles', value });
    expect(roles).toEqual([{ value: 'Writer', display: 'Writes' }]);
  });

  it('peer 8: several roles of a type that is nobody else’s', async () => {
    const type = 'WindowsAzureActiveDirectoryRole';
    const roles = ['Writer', 'Reader'].map((name) => ({ primary: false, type, display: name, value: name }));
    const user = await create({ userName: 'eight@east.example', roles });
    expect(user.roles).toEqual(roles);
    const { roles: after } = await patched(user.id, { op: 'replace', path: 'roles', value: roles.slice(1) });
    expect(after).toEqual(roles.slice(1));
  });

  it('peer 9: Remove of a value list removes only those; adding twice adds once', async () => {
    const [first, second] = [await person('nine-a'), await person('nine-b')];
    const group = `/Groups/${await createGroup('Peer nine')}`;
    const value = [
      { $ref: null, value: first },
      { $ref: null, value: second },
    ];
    expectAnswer(await patch(group, { op: 'Add', path: 'members', value }), 204);
    expectAnswer(await patch(group, { op: 'Add', path: 'members', value: [...value, ...value] }), 204);
    expect(await memberIds(group.slice(8))).toEqual([first, second]);
    expectAnswer(await patch(group, { op: 'Remove', path: 'members', value: value.slice(0, 1) }), 204);
    expect(await memberIds(group.slice(8))).toEqual([second]);
  });

  it('peer 10: other clients remove by a value list too', async () => {
    const ids = [await person('ten-a'), await person('ten-b'), await person('ten-c')];
    const group = await createGroup('Peer ten', ids);
    const remove = (value: unknown) => patch(`/Groups/${group}`, { op: 'remove', path: 'members', value });
    expectAnswer(await remove([{ value: ids[0], display: 'somebody', type: 'User' }]), 204);
    expectAnswer(await remove({ value: ids[1] }), 204);
    expect(await memberIds(group)).toEqual(ids.slice(2));
    expectAnswer(await remove([]), 204);
    expect(await memberIds(group)).toEqual(ids.slice(2));
  });

  it('peer 11: a group’s PATCH is 204 without members', async () => {
    const group = await createGroup('Peer eleven', [await person('eleven')]);
    const answer = await patch(`/Groups/${group}`, { op: 'replace', path: 'displayName', value: 'Peer 11' });
    expect([expectAnswer(answer, 204), answer.headers['content-type']]).toEqual([undefined, undefined]);
  });

  it('peer 12: a slash before the query; a member’s display and displayName are not taken over', async () => {
    const id = await person('twelve');
    expectList(await send('GET', `/Users/${where('userName eq "twelve@east.example"')}`), [id]);
    const members = [{ value: id, display: 'not me', displayName: 'nor me' }];
    const body = { schemas: [GROUP], displayName: 'Peer twelve', members };
    const group = expectAnswer(await send('POST', '/Groups', body), 201);
    expect(group.members).toEqual([
      { value: id, $ref: `${life().server.baseUrl}/Users/${id}`, display: 'twelve@east.example', type: 'User' },
    ]);
  });

  it('peer 13: a lookup without members has none; with them each is there once with its display', async () => {
    const id = await person('thirteen');
    const group = await createGroup('Peer thirteen', [id, id]);
    const query = where('displayName eq "Peer thirteen"');
    const without = await send('GET', `/Groups?excludedAttributes=members&${query.slice(1)}`);
    expectList(without, [group]);
    expect(without.text).not.toContain('members');
    const [found] = (await send('GET', `/Groups${query}`)).body.Resources;
    expect(found.members).toMatchObject([{ value: id, display: 'thirteen@east.example' }]);
  });

  it('peer 14: what is not quite the RFC’s is refused by the strict profile', async () => {
    const strict = await life().server.connect({ profile: 'strict' });
    const body = { schemas: [USER], userName: 'fourteen@east.example' };
    const { id } = (await strict.request('POST', '/Users', body)).body;
    const loose = [
      { op: 'Replace', path: 'active', value: false },
      { op: 'replace', path: 'active', value: 'False' },
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'a@east.example' },
      { op: 'add', path: MANAGER, value: 'm' },
      { op: 'replace', value: { 'name.givenName': 'Ann' } },
    ];
    for (const operation of loose) {
      const { status } = await strict.request('PATCH', `/Users/${id}`, patchOp(operation));
      expect([operation, status]).toEqual([operation, 400]);
    }
    expect((await strict.request('GET', `/Users/${id}`)).body.meta.version).toBe('W/"1"');
  });

  it('peer 15: a bare word in a filter is refused, and never finds everybody', async () => {
    const answer = await send('GET', `/Users${where('externalId eq jyoung')}`);
    expect(expectAnswer(answer, 400).scimType).toBe('invalidFilter');
  });

  it('peer 16: users and groups are found by externalId', async () => {
    const { id } = await create({ userName: 'sixteen@east.example', externalId: 'ext-16' });
    const body = { schemas: [GROUP], displayName: 'Peer sixteen', externalId: 'ext-16' };
    const group = expectAnswer(await send('POST', '/Groups', body), 201).id;
    expectList(await send('GET', `/Users${where('externalId eq "ext-16"')}`), [id]);
    expectList(await send('GET', `/Groups${where('externalId eq "ext-16"')}`), [group]);
    expectList(await send('GET', `/Groups${where('externalId eq "EXT-16"')}`), []);
  });

  it('peer 17: replace of members sets exactly those, and none by []', async () => {
    const ids = [await person('seventeen-a'), await person('seventeen-b'), await person('seventeen-c')];
    const group = await createGroup('Peer seventeen', ids.slice(0, 2));
    const replace = (members: readonly string[]) =>
      patch(`/Groups/${group}`, { op: 'replace', path: 'members', value: members.map((value) => ({ value })) });
    expectAnswer(await replace(ids.slice(1)), 204);
    expect(await memberIds(group)).toEqual(ids.slice(1));
    expectAnswer(await replace([]), 204);
    expect(await memberIds(group)).toEqual([]);
  });

  it('peer 18: PUT of a group sets its members, and drops none without a word', async () => {
    const ids = [await person('eighteen-a'), await person('eighteen-b')];
    const group = await createGroup('Peer eighteen', ids.slice(0, 1));
    const members = ids.slice(1).map((value) => ({ value, display: 'somebody' }));
    const put = (more: object[]) =>
      send('PUT', `/Groups/${group}`, {
        schemas: [GROUP],
        displayName: 'Peer eighteen',
        members: [...members, ...more],
      });
    expect(expectAnswer(await put([]), 200).members).toMatchObject([{ value: ids[1] }]);
    expectAnswer(await put([{ value: 'gone' }]), 400);
    expect(await memberIds(group)).toEqual(ids.slice(1));
  });

  it('peer 19: a group needs no externalId, and renaming it makes no second one', async () => {
    const group = await createGroup('Peer nineteen');
    expectAnswer(
      await patch(`/Groups/${group}`, { op: 'replace', value: { displayName: 'Peer XIX', id: group } }),
      204,
    );
    expectList(await send('GET', `/Groups${where('displayName eq "Peer nineteen"')}`), []);
    expectList(await send('GET', `/Groups${where('displayName eq "Peer XIX"')}`), [group]);
  });

  it('peer 20: a trailing ? and the URNs of SCIM 1.1', async () => {
    const { server } = life();
    const { baseUrl, token } = await server.connect({ profile: 'onelogin' });
    const ask = (method: string, path: string, body: unknown) =>
      sendOnWire(
        method,
        server.origin,
        new URL(baseUrl).pathname + path,
        { Authorization: `Bearer ${token}`, 'Content-Type': 'application/scim+json' },
        body,
      );
    const schemas = ['urn:scim:schemas:core:2.0', 'urn:scim:schemas:extension:enterprise:2.0'];
    const user = expectAnswer(await ask('POST', '/Users', { schemas, userName: 'twenty@east.example' }), 201);
    const put = {
      schemas,
      userName: 'twenty@east.example',
      'urn:scim:schemas:extension:enterprise:2.0': { division: 'D' },
    };
    expect(expectAnswer(await ask('PUT', `/Users/${user.id}?`, put), 200)[ENTERPRISE]).toEqual({ division: 'D' });
    const group = expectAnswer(await ask('POST', '/Groups', { schemas, displayName: 'Peer twenty' }), 201);
    const add = patchOp({ op: 'add', path: 'members', value: [{ value: user.id }] });
    expectAnswer(await ask('PATCH', `/Groups/${group.id}?`, add), 204);
    expect(await memberIds(group.id)).toEqual([user.id]);
  });

  it('peer 21: a repeated add of a member is one row', async () => {
    const id = await person('twenty-one');
    const group = await createGroup('Peer twenty-one');
    const add = { op: 'add', path: 'members', value: [{ value: id }] };
    for (let n = 0; n < 3; n++) expectAnswer(await patch(`/Groups/${group}`, add), 204);
    const rows = await life().server.database.read(sql`SELECT 1 FROM memberships WHERE group_id = ${group}`);
    expect(rows).toHaveLength(1);
  });

  it('peer 23: application/json is taken, any other type is 415 with a SCIM error', async () => {
    const post = (name: string, type: string) =>
      send('POST', '/Users', { schemas: [USER], userName: `${name}@east.example` }, { 'Content-Type': type });
    expectAnswer(await post('twenty-three', 'application/json'), 201);
    for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded']) {
      expectAnswer(await post('twenty-three-more', type), 415);
    }
  });

  it('peer 24: the type may name the charset', async () => {
    for (const [n, type] of ['application/scim+json;charset=utf-8', 'Application/JSON; charset="UTF-8"'].entries()) {
      const body = { schemas: [USER], userName: `charset-${n}@east.example` };
      expectAnswer(await send('POST', '/Users', body, { 'Content-Type': type }), 201);
    }
  });
});
