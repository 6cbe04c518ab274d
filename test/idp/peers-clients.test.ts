import { describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { expectAnswer, expectList } from '../support/idp-life.ts';
import { ENTERPRISE, GROUP, patchOp, USER, where } from '../support/idp-messages.ts';
import { useRequests } from '../support/idp-requests.ts';
import { sendOnWire } from '../support/idp-wire.ts';

describe.each(['generic', 'okta', 'jumpcloud'])('peers: what other clients send, profile %s', (profile) => {
  const { life, send, person, createGroup, patch, memberIds } = useRequests({ connection: { profile } });

  it('peers 17: replace of members sets exactly those, and none by []', async () => {
    const ids = [await person('seventeen-a'), await person('seventeen-b'), await person('seventeen-c')];
    const group = await createGroup('Peer seventeen', ids.slice(0, 2));
    const replace = (members: readonly string[]) =>
      patch(`/Groups/${group}`, { op: 'replace', path: 'members', value: members.map((value) => ({ value })) });
    expectAnswer(await replace(ids.slice(1)), 204);
    expect(await memberIds(group)).toEqual(ids.slice(1));
    expectAnswer(await replace([]), 204);
    expect(await memberIds(group)).toEqual([]);
  });

  it('peers 18: PUT of a group sets its members, and drops none without a word', async () => {
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

  it('peers 19: a group needs no externalId, and renaming it makes no second one', async () => {
    const group = await createGroup('Peer nineteen');
    expectAnswer(
      await patch(`/Groups/${group}`, { op: 'replace', value: { displayName: 'Peer XIX', id: group } }),
      204,
    );
    expectList(await send('GET', `/Groups${where('displayName eq "Peer nineteen"')}`), []);
    expectList(await send('GET', `/Groups${where('displayName eq "Peer XIX"')}`), [group]);
  });

  it('peers 20: a trailing ? and the URNs of SCIM 1.1', async () => {
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

  it('peers 21: a repeated add of a member is one row', async () => {
    const id = await person('twenty-one');
    const group = await createGroup('Peer twenty-one');
    const add = { op: 'add', path: 'members', value: [{ value: id }] };
    for (let n = 0; n < 3; n++) expectAnswer(await patch(`/Groups/${group}`, add), 204);
    const rows = await life().server.database.read(sql`SELECT 1 FROM memberships WHERE group_id = ${group}`);
    expect(rows).toHaveLength(1);
  });

  it('peers 23: application/json is taken, any other type is 415 with a SCIM error', async () => {
    const post = (name: string, type: string) =>
      send('POST', '/Users', { schemas: [USER], userName: `${name}@east.example` }, { 'Content-Type': type });
    expectAnswer(await post('twenty-three', 'application/json'), 201);
    for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded']) {
      expectAnswer(await post('twenty-three-more', type), 415);
    }
  });

  it('peers 24: the type may name the charset', async () => {
    for (const [n, type] of ['application/scim+json;charset=utf-8', 'Application/JSON; charset="UTF-8"'].entries()) {
      const body = { schemas: [USER], userName: `charset-${n}@east.example` };
      expectAnswer(await send('POST', '/Users', body, { 'Content-Type': type }), 201);
    }
  });
});
