import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { findApplication, removeRole } from '../../src/licensing/index.js';
import { type AccessClient, type AccessServer, startAccessServer } from '../support/access-server.js';
import { settleAll } from '../support/licensing/settle-all.js';

const STUDIO = [{ value: 'studio:user' }];

let access: AccessServer;
let client: AccessClient;

beforeEach(async () => {
  access = await startAccessServer();
  client = await access.client({ showEntitlements: true, assign: true });
});

afterEach(() => access.close());

const studio = (seats: number, policy: 'wait' | 'refuse' = 'wait') =>
  access.application({ key: 'studio', name: 'Studio', licence: { seats, policy } });
const assign = (id: string) => client.patch(id, [{ op: 'add', path: 'roles', value: STUDIO }]);
const unassign = (id: string) => client.patch(id, [{ op: 'remove', path: 'roles[value eq "studio:user"]' }]);

async function people(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) ids.push(await client.user(`user${n}`));
  return ids;
}

interface Counts {
  readonly held: number;
  readonly waiting: number;
  readonly grants: number;
  /** As the licence counts them. */
  readonly used: number;
}

/** What is kept; and that a recalculation of everybody finds the same. */
async function counts(): Promise<Counts> {
  const { server } = access;
  expect(await settleAll(server, server.actor())).toEqual([]);
  const [row] = await server.database.write<Counts>(sql`
    SELECT (SELECT count(*) FROM entitlements) AS held, (SELECT count(*) FROM waiting_places) AS waiting,
      (SELECT count(*) FROM grants) AS grants, (SELECT sum(seats_used) FROM licences) AS used`);
  if (row === undefined) throw new Error('counts are one row');
  return row;
}

/** A direct grant is made under the user's row lock and the shared structure lock: see licensing/access.ts. */
describe('assignments at the same time', () => {
  it('50 of them at a limit of 10 take 10 seats; the others wait', async () => {
    await studio(10);
    const ids = await people(50);
    const answers = await Promise.all(ids.map(assign));
    expect(answers.map(({ status }) => status)).toEqual(ids.map(() => 200));
    expect(await counts()).toEqual({ held: 10, waiting: 40, grants: 50, used: 10 });
  });

  it('50 of them at a limit of 10 that refuses: 10 are made, 40 are 403 and leave nothing behind', async () => {
    await studio(10, 'refuse');
    const ids = await people(25);
    const created = Array.from({ length: 25 }, (_, n) =>
      client.request('POST', '/Users', {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
        userName: `new${n}`,
        roles: STUDIO,
      }),
    );
    const answers = await Promise.all([...created, ...ids.map(assign)]);
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(40);
    expect(await counts()).toEqual({ held: 10, waiting: 0, grants: 10, used: 10 });
  });

  it('the same role given to a user 20 times at once is one grant', async () => {
    await studio(10);
    const [id = ''] = await people(1);
    await Promise.all(Array.from({ length: 20 }, () => assign(id)));
    expect(await counts()).toEqual({ held: 1, waiting: 0, grants: 1, used: 1 });
  });

  it('who gives up a waiting grant while seats come free gets none', async () => {
    const { licenceId } = await studio(0);
    const ids = await people(20);
    for (const id of ids) await assign(id);
    for (const [n, id] of ids.entries()) {
      await Promise.all([unassign(id), access.setSeats(licenceId, n)]);
      expect(await access.held(id)).toEqual([]);
    }
    expect(await counts()).toEqual({ held: 0, waiting: 0, grants: 0, used: 0 });
  });

  it('a seat that is given back while another assigns goes to one of those who want it', async () => {
    await studio(1);
    const ids = await people(21);
    await assign(ids[0] ?? '');
    for (let n = 1; n < ids.length; n++) {
      await Promise.all([unassign(ids[n - 1] ?? ''), assign(ids[n] ?? '')]);
      expect(await access.held(ids[n] ?? '')).toEqual(['studio:user']);
    }
    expect(await counts()).toEqual({ held: 1, waiting: 0, grants: 1, used: 1 });
  });

  it('a user who is deactivated or deleted while being assigned holds nothing', async () => {
    await studio(100);
    const ids = await people(30);
    for (const [n, id] of ids.entries()) {
      const end =
        n % 2 === 0
          ? client.patch(id, [{ op: 'replace', path: 'active', value: false }])
          : client.request('DELETE', `/Users/${id}`);
      await Promise.all([assign(id), end]);
      expect(await access.held(id)).toEqual([]);
    }
    expect(await counts()).toMatchObject({ held: 0, waiting: 0, used: 0 });
  });

  it('a user who is assigned while leaving the group that gave the role keeps it by the grant', async () => {
    await studio(100);
    const group = await client.group('studio users');
    await access.grant('studio:user', { kind: 'group', id: group });
    const ids = await people(20);
    for (const id of ids) {
      await client.join(group, id);
      const [assigned] = await Promise.all([assign(id), client.leave(group, id)]);
      // Where the role was still shown, it was not the connection's to give.
      const granted = await access.granted(id);
      expect(await access.held(id)).toEqual(granted);
      expect(assigned?.status).toBe(200);
    }
    const { held, grants } = await counts();
    expect(grants - 1).toBe(held);
  });

  it('a role that is removed while it is assigned leaves no grant and no access', async () => {
    const { server } = access;
    const roles = [
      { key: 'user', takesSeat: false },
      { key: 'guest', takesSeat: false },
    ];
    for (let round = 0; round < 10; round++) {
      const key = `app${round}`;
      await access.application({ key, roles });
      const id = await client.user(`round${round}`);
      const applicationId = (await findApplication(server.database, server.siteId, key)).id;
      const actor = server.actor();
      const [answer] = await Promise.all([
        client.patch(id, [{ op: 'add', path: 'roles', value: [{ value: `${key}:user` }] }]),
        server.change.run(actor, { action: 'role.remove', objectType: 'Application' }, () =>
          removeRole(actor, applicationId, 'user'),
        ),
      ]);
      expect(answer.status).toBe(200);
      expect([await access.held(id), await access.granted(id)]).toEqual([[], []]);
    }
    expect(await settleAll(server, server.actor())).toEqual([]);
  });
});
