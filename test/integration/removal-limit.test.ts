import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { allowRemovals, forgetOldRemovals, readRemovals } from '../../src/connections/index.js';
import { sql } from '../../src/database/index.js';
import { foldObjectCounts, newObjectId } from '../../src/directory/index.js';
import { listLog } from '../../src/log/index.js';
import { type AccessClient, type AccessServer, startAccessServer } from '../support/access-server.js';
import { fingerprint } from '../support/invariants.js';
import type { Answer, ConnectionSettings } from '../support/scim-server.js';

const HOUR = 3_600_000;
const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

let access: AccessServer;
beforeAll(async () => {
  access = await startAccessServer();
});
afterAll(() => access.close());

let connections = 0;

/** A connection with its limit, and that many users of it. */
async function stage(limit: ConnectionSettings, users: number) {
  connections += 1;
  const name = `idp ${connections}`;
  const client = await access.client({ name, ...limit });
  const ids: string[] = [];
  const prefix = `c${connections}`;
  for (let n = 0; n < users; n++) ids.push(await client.user(`${prefix}-user${n}`));
  return { client, ids, name };
}

const remove = (client: AccessClient, id: string) => client.request('DELETE', `/Users/${id}`);
const setActive = (client: AccessClient, id: string, active: boolean) =>
  client.patch(id, [{ op: 'replace', path: 'active', value: active }]);
const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status);

async function one<T>(steps: readonly (() => Promise<T>)[]): Promise<T[]> {
  const done: T[] = [];
  for (const step of steps) done.push(await step());
  return done;
}

async function allow(name: string, people: number | null, milliseconds = HOUR): Promise<void> {
  const actor = access.server.actor();
  const until = new Date(Date.now() + milliseconds);
  await access.server.change.run(actor, { action: 'connection.allow-removals', objectType: 'Connection' }, () =>
    allowRemovals(actor, name, { until, people }),
  );
}

/** What the connection has removed lies further back. */
async function goBy({ connectionId }: AccessClient, hours: number): Promise<void> {
  await access.server.database.write(sql`
    UPDATE connection_removals SET at = at - make_interval(hours => ${hours}::integer)
    WHERE connection_id = ${connectionId}`);
}

const counted = ({ connectionId: id }: AccessClient) =>
  readRemovals(access.server.database, { siteId: access.server.siteId, id, removalWindowHours: 24 });

const count = (removalLimitCount: number) => ({ removalLimitCount, removalLimitPercent: 0 });
const percent = (removalLimitPercent: number, removalMinimumBase: number) => ({
  removalLimitCount: 0,
  removalLimitPercent,
  removalMinimumBase,
});

describe('a connection with a limit for removals', () => {
  it('lets exactly as many through of 50 at once, and holds the others', async () => {
    const { client, ids } = await stage(count(10), 50);
    const answers = await Promise.all(ids.map((id) => remove(client, id)));
    expect(statuses(answers).filter((status) => status === 204)).toHaveLength(10);
    expect(statuses(answers).filter((status) => status === 403)).toHaveLength(40);
    const left = await client.request('GET', '/Users?count=0&filter=userName%20sw%20%22c1-%22');
    expect(left.body.totalResults).toBe(40);
  });

  it('says what to do, always in the same words; changes nothing and is in the log', async () => {
    const { client, ids, name } = await stage(count(1), 3);
    await remove(client, ids[0] ?? '');
    const before = await fingerprint(access.server.database);
    const held = [await remove(client, ids[1] ?? ''), await setActive(client, ids[2] ?? '', false)];
    expect(await fingerprint(access.server.database)).toEqual(before);
    for (const { status, body } of held) {
      expect([status, body.status, body.scimType]).toEqual([403, '403', undefined]);
      expect(body.detail).toBe(held[0]?.body.detail);
      expect(body.detail).toContain(`rollcall connection allow-removals "${name}" --for 1h`);
    }
    const [entry] = await listLog(access.server.database, {
      siteId: access.server.siteId,
      subjectId: ids[1] ?? '',
      limit: 1,
    });
    expect(entry).toMatchObject({
      action: 'user.delete',
      outcome: 'failure',
      errorCode: 'connection.removal-limit',
      personal: { details: { removed: 1, asked: 1, most: 1 } },
    });
  });

  it('counts a deactivation, once for each person, and no other change', async () => {
    const { client, ids } = await stage(count(2), 4);
    const [ann = '', bob = '', cleo = '', dan = ''] = ids;
    const answers = await one([
      () => setActive(client, ann, false),
      () => setActive(client, ann, false),
      () => setActive(client, ann, true),
      () => setActive(client, ann, false),
      () => remove(client, ann),
      () => client.patch(bob, [{ op: 'replace', path: 'title', value: 'x' }]),
      () => setActive(client, bob, false),
      () => setActive(client, cleo, false),
      () => setActive(client, dan, true),
    ]);
    expect(statuses(answers)).toEqual([200, 200, 200, 200, 204, 200, 200, 403, 200]);
    expect((await client.get(cleo)).body.active).toBe(true);
  });

  it('takes the percentage of the users that it had, from the minimum base on', async () => {
    const { client, ids } = await stage(percent(20, 10), 10);
    await foldObjectCounts(access.server.database);
    const answers = await one(ids.slice(0, 3).map((id) => () => remove(client, id)));
    // 20 % of ten is two, also when two of the ten are gone.
    expect(statuses(answers)).toEqual([204, 204, 403]);

    const small = await stage(percent(20, 10), 9);
    const all = await one(small.ids.map((id) => () => remove(small.client, id)));
    expect(new Set(statuses(all))).toEqual(new Set([204]));
  });

  it('may go on when the window has moved on, and nothing of it is kept for longer', async () => {
    const { client, ids } = await stage(count(1), 3);
    expect(statuses(await one(ids.slice(0, 2).map((id) => () => remove(client, id))))).toEqual([204, 403]);
    await goBy(client, 25);
    expect(statuses(await one(ids.slice(1).map((id) => () => remove(client, id))))).toEqual([204, 403]);
    await forgetOldRemovals(access.server.database);
    const kept = await access.server.database.write(sql`
      SELECT 1 FROM connection_removals WHERE connection_id = ${client.connectionId}`);
    expect(kept).toHaveLength(1);
  });

  it('may go on while an administrator allows it: so many people, for so long', async () => {
    const { client, ids, name } = await stage(count(1), 8);
    const next = (from: number, to: number) => one(ids.slice(from, to).map((id) => () => remove(client, id)));
    expect(statuses(await next(0, 2))).toEqual([204, 403]);
    await allow(name, 2);
    expect(statuses(await next(1, 4))).toEqual([204, 204, 403]);
    await allow(name, null);
    expect(statuses(await next(3, 6))).toEqual([204, 204, 204]);
    await access.server.database.write(sql`
      UPDATE removal_allowances SET until = now() WHERE connection_id = ${client.connectionId}`);
    expect(statuses(await next(6, 7))).toEqual([403]);
    // What was allowed does not count when the one before it is out of the window.
    expect(await counted(client)).toEqual({ counted: 1, allowance: null });
    await access.server.database.write(sql`
      UPDATE connection_removals SET at = at - interval '25 hours'
      WHERE connection_id = ${client.connectionId} AND NOT allowed`);
    expect(statuses(await next(6, 8))).toEqual([204, 403]);
  });

  it('is held operation by operation in a bulk request', async () => {
    const { client, ids } = await stage(count(2), 4);
    const Operations = [
      ...ids.slice(0, 3).map((id) => ({ method: 'DELETE', path: `/Users/${id}` })),
      {
        method: 'PATCH',
        path: `/Users/${ids[3]}`,
        data: { schemas: [PATCH], Operations: [{ op: 'add', path: 'title', value: 'x' }] },
      },
    ];
    const { status, body } = await client.request('POST', '/Bulk', { schemas: [BULK], Operations });
    expect(status).toBe(200);
    const answered: { status: string; response?: { detail: string } }[] = body.Operations;
    expect(answered.map((operation) => operation.status)).toEqual(['204', '204', '403', '200']);
    expect(answered[2]?.response?.detail).toContain('allow-removals');
  });

  it('has its own: neither administrators nor other connections are held', async () => {
    const { client, ids } = await stage(count(1), 2);
    await remove(client, ids[0] ?? '');
    const other = await stage({ ...count(0), adopt: true }, 2);
    expect(statuses(await one(other.ids.map((id) => () => remove(other.client, id))))).toEqual([204, 204]);
    expect((await remove(client, other.ids[0] ?? '')).status).toBe(404);
    // Somebody else's user: only the link goes, which is no removal.
    const theirs = await other.client.user(`theirs-${connections}`);
    expect((await remove(client, theirs)).status).toBe(204);
    expect((await client.get(theirs)).status).toBe(200);
  });
});

describe('a group that gives access', () => {
  async function staffed(limit: number, people: number) {
    const { client, ids, name } = await stage({ ...count(limit), unknownMembers: 'skip' }, people);
    const key = `app${connections}`;
    await access.application({ key });
    const group = await client.group(`Staff ${connections}`, ids);
    await access.grant(`${key}:user`, { kind: 'group', id: group });
    return { client, ids, group, name, key };
  }

  const emptyings: [string, (client: AccessClient, group: string) => Promise<Answer>][] = [
    ['a DELETE', (client, group) => client.request('DELETE', `/Groups/${group}`)],
    [
      'a PUT without members',
      (client, group) =>
        client.request('PUT', `/Groups/${group}`, { schemas: [GROUP], displayName: 'Staff', members: [] }),
    ],
    [
      'a PATCH that removes members',
      (client, group) =>
        client.request('PATCH', `/Groups/${group}`, {
          schemas: [PATCH],
          Operations: [{ op: 'remove', path: 'members' }],
        }),
    ],
    [
      'a PUT whose members are unknown',
      (client, group) =>
        client.request('PUT', `/Groups/${group}`, {
          schemas: [GROUP],
          displayName: 'Staff',
          members: [{ value: newObjectId() }],
        }),
    ],
  ];

  it.each(emptyings)('counts as all who lose access by %s', async (_what, empty) => {
    const { client, ids, group, name } = await staffed(2, 3);
    const before = await fingerprint(access.server.database);
    expect((await empty(client, group)).status).toBe(403);
    expect(await fingerprint(access.server.database)).toEqual(before);
    await allow(name, 3);
    expect((await empty(client, group)).status).toBeLessThan(300);
    expect(await Promise.all(ids.map((id) => access.held(id)))).toEqual([[], [], []]);
  });

  it('counts nobody who keeps the access through another, and single members never', async () => {
    const { client, ids, group, key } = await staffed(1, 3);
    const second = await client.group(`Also ${connections}`, ids);
    await access.grant(`${key}:user`, { kind: 'group', id: second });
    expect((await client.request('DELETE', `/Groups/${group}`)).status).toBe(204);
    for (const id of ids) await client.leave(second, id);
    expect(await counted(client)).toMatchObject({ counted: 0 });
    expect(await Promise.all(ids.map((id) => access.held(id)))).toEqual([[], [], []]);
  });

  it('that gives nothing may go', async () => {
    const { client, ids } = await stage(count(1), 3);
    const group = await client.group(`Plain ${connections}`, ids);
    expect((await client.request('DELETE', `/Groups/${group}`)).status).toBe(204);
  });

  it('counts as those in and below it', async () => {
    const { client, ids } = await stage(count(1), 2);
    const key = `app${connections}`;
    await access.application({ key });
    const inner = await client.group(`Inner ${connections}`, ids);
    const outer = await client.group(`Outer ${connections}`, [inner]);
    await access.grant(`${key}:user`, { kind: 'group', id: outer });
    expect((await client.request('DELETE', `/Groups/${outer}`)).status).toBe(403);
    expect((await client.request('DELETE', `/Groups/${inner}`)).status).toBe(403);
    expect(await access.held(ids[0] ?? '')).toEqual([`${key}:user`]);
  });
});

it('no limit: nothing is noted', async () => {
  const { client, ids } = await stage(count(0), 2);
  await Promise.all(ids.map((id) => remove(client, id)));
  const kept = await access.server.database.write(sql`
    SELECT 1 FROM connection_removals WHERE connection_id = ${client.connectionId}`);
  expect(kept).toEqual([]);
});
