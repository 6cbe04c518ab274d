import { describe, expect, it } from '@jest/globals';
import { expectAnswer, expectList } from '../support/idp-life.ts';
import { ENTERPRISE, GROUP, patchOp, USER, where } from '../support/idp-messages.ts';
import { useRequests } from '../support/idp-requests.ts';

const MANAGER = `${ENTERPRISE}:manager`;

/** What users of other provisioning servers complained of, as statements about this one: see peers-cases.ts. */
describe.each(['generic', 'entra'])('peers: what Entra ID sends, profile %s', (profile) => {
  const { life, send, create, person, createGroup, patch, patched, memberIds } = useRequests({
    connection: { profile },
  });

  it.each(['False', 'false', 'FALSE', false])('peers 1: Replace active with %p disables', async (value) => {
    const userName = `one-${typeof value}-${Buffer.from(String(value)).toString('hex')}@east.example`;
    const { id } = await create({ userName, active: true });
    expect((await patched(id, { op: 'Replace', path: 'active', value })).active).toBe(false);
    const back = String(value) === 'False' ? 'True' : 'true';
    expect((await patched(id, { op: 'Replace', path: 'active', value: back })).active).toBe(true);
  });

  it.each(['Add', 'Replace'])('peers 2: %s of a work address that is not there creates it', async (op) => {
    const id = await person(`two-${op}`);
    const path = 'emails[type eq "work"].value';
    const { emails } = await patched(id, { op, path, value: 'two@east.example' });
    expect(emails).toEqual([{ type: 'work', value: 'two@east.example' }]);
  });

  it('peers 3: replacing the work address leaves the home address alone', async () => {
    const home = { type: 'home', value: 'home@east.example', display: 'Home' };
    const work = { type: 'work', value: 'work@east.example', primary: true };
    const { id } = await create({ userName: 'three@east.example', emails: [home, work] });
    const path = 'emails[type eq "work"].value';
    const { emails } = await patched(id, { op: 'Replace', path, value: 'new@east.example' });
    expect(emails).toEqual([home, { ...work, value: 'new@east.example' }]);
  });

  it('peers 4: Add of an enterprise attribute works without the extension', async () => {
    const id = await person('four');
    const user = await patched(id, { op: 'Add', path: `${ENTERPRISE}:employeeNumber`, value: '4' });
    expect(user).toMatchObject({ schemas: [USER, ENTERPRISE], [ENTERPRISE]: { employeeNumber: '4' } });
  });

  it('peers 5: an empty string clears the manager', async () => {
    const { id } = await create({ userName: 'five@east.example', [ENTERPRISE]: { manager: { value: 'm' } } });
    expect(await patched(id, { op: 'Replace', path: MANAGER, value: '' })).not.toHaveProperty([ENTERPRISE]);
    expect(await patched(id, { op: 'Replace', path: MANAGER, value: '' })).not.toHaveProperty([ENTERPRISE]);
  });

  it('peers 6: a manager as a string is its value', async () => {
    const user = await create({ userName: 'six@east.example', [ENTERPRISE]: { manager: '123456' } });
    expect(user[ENTERPRISE].manager).toEqual({ value: '123456' });
    const after = await patched(user.id, { op: 'Add', path: MANAGER, value: '271' });
    expect(after[ENTERPRISE].manager).toEqual({ value: '271' });
  });

  it('peers 7: roles as JSON text are taken apart', async () => {
    const id = await person('seven');
    const value = [{ value: '{"id":"17ab","value":"Writer","displayName":"Writes"}' }];
    const { roles } = await patched(id, { op: 'Add', path: 'roles', value });
    expect(roles).toEqual([{ value: 'Writer', display: 'Writes' }]);
    const okta = await life().server.connect({ profile: 'okta' });
    const body = { schemas: [USER], userName: 'seven-okta@east.example', roles: value };
    expect((await okta.request('POST', '/Users', body)).body.roles).toEqual(value);
  });

  it('peers 8: several roles of a type that is nobody else’s', async () => {
    const type = 'WindowsAzureActiveDirectoryRole';
    const roles = ['Writer', 'Reader'].map((name) => ({ primary: false, type, display: name, value: name }));
    const user = await create({ userName: 'eight@east.example', roles });
    expect(user.roles).toEqual(roles);
    const { roles: after } = await patched(user.id, { op: 'replace', path: 'roles', value: roles.slice(1) });
    expect(after).toEqual(roles.slice(1));
  });

  it('peers 9: Remove of a value list removes only those; adding twice adds once', async () => {
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

  it('peers 10: other clients remove by a value list too', async () => {
    const ids = [await person('ten-a'), await person('ten-b'), await person('ten-c')];
    const group = await createGroup('Peer ten', ids);
    const remove = (value: unknown) => patch(`/Groups/${group}`, { op: 'remove', path: 'members', value });
    expectAnswer(await remove([{ value: ids[0], display: 'somebody', type: 'User' }]), 204);
    expectAnswer(await remove({ value: ids[1] }), 204);
    expect(await memberIds(group)).toEqual(ids.slice(2));
    expectAnswer(await remove([]), 204);
    expect(await memberIds(group)).toEqual(ids.slice(2));
  });

  it('peers 11: a group’s PATCH is 204 without members', async () => {
    const group = await createGroup('Peer eleven', [await person('eleven')]);
    const answer = await patch(`/Groups/${group}`, { op: 'replace', path: 'displayName', value: 'Peer 11' });
    expect([expectAnswer(answer, 204), answer.headers['content-type']]).toEqual([undefined, undefined]);
  });

  it('peers 12: a slash before the query; a member’s display and displayName are not taken over', async () => {
    const id = await person('twelve');
    expectList(await send('GET', `/Users/${where('userName eq "twelve@east.example"')}`), [id]);
    const members = [{ value: id, display: 'not me', displayName: 'nor me' }];
    const body = { schemas: [GROUP], displayName: 'Peer twelve', members };
    const group = expectAnswer(await send('POST', '/Groups', body), 201);
    expect(group.members).toEqual([
      { value: id, $ref: `${life().server.baseUrl}/Users/${id}`, display: 'twelve@east.example', type: 'User' },
    ]);
  });

  it('peers 13: a lookup without members has none; with them each is there once with its display', async () => {
    const id = await person('thirteen');
    const group = await createGroup('Peer thirteen', [id, id]);
    const query = where('displayName eq "Peer thirteen"');
    const without = await send('GET', `/Groups?excludedAttributes=members&${query.slice(1)}`);
    expectList(without, [group]);
    expect(without.text).not.toContain('members');
    const [found] = (await send('GET', `/Groups${query}`)).body.Resources;
    expect(found.members).toMatchObject([{ value: id, display: 'thirteen@east.example' }]);
  });

  it('peers 14: what is not quite the RFC’s is refused by the strict profile', async () => {
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

  it('peers 15: a bare word in a filter is refused, and never finds everybody', async () => {
    const answer = await send('GET', `/Users${where('externalId eq jyoung')}`);
    expect(expectAnswer(answer, 400).scimType).toBe('invalidFilter');
  });

  it('peers 16: users and groups are found by externalId', async () => {
    const { id } = await create({ userName: 'sixteen@east.example', externalId: 'ext-16' });
    const body = { schemas: [GROUP], displayName: 'Peer sixteen', externalId: 'ext-16' };
    const group = expectAnswer(await send('POST', '/Groups', body), 201).id;
    expectList(await send('GET', `/Users${where('externalId eq "ext-16"')}`), [id]);
    expectList(await send('GET', `/Groups${where('externalId eq "ext-16"')}`), [group]);
    expectList(await send('GET', `/Groups${where('externalId eq "EXT-16"')}`), []);
  });
});
