import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { newObjectId, updateGroup } from '../../src/directory/index.js';
import { addDefaultGroup, addGrant, findApplication, verifyLicensing } from '../../src/licensing/index.js';
import { listLog } from '../../src/log/index.js';
import type { AccessClient } from '../support/access-server.js';
import { type ApiClient, type ApiServer, startApiServer } from '../support/api-server.js';
import { createCli, urlOf } from '../support/cli.js';

const DAY = 86_400_000;

interface Item {
  readonly userName: string;
  readonly reclaimable: boolean;
  readonly lastActiveAt: string | null;
  readonly licence: string;
  readonly role: string;
  readonly grants: readonly { readonly role: string }[];
  readonly groups: readonly { readonly id: string; readonly name: string }[];
  readonly obstacles: readonly { readonly code: string }[];
  readonly outcome: string | null;
}

interface Batch {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly hash: string;
  readonly left?: number;
  readonly items: readonly Item[];
}

const cli = createCli();
const url = process.env.DATABASE_URL;
const { RECLAIM_BATCH_PEOPLE: people } = process.env;
let server: ApiServer;
let idp: AccessClient;
let key: string;
let app: ApiClient;
/** A local default group of the application for its role `user`. */
let staff: string;

beforeAll(async () => {
  server = await startApiServer();
  process.env.DATABASE_URL = await urlOf(server.server.database);
  idp = await server.client({ assign: true });
});
beforeEach(async () => {
  key = `app-${newObjectId()}`;
  const roles = [
    { key: 'admin', takesSeat: true },
    { key: 'user', takesSeat: true },
    { key: 'viewer', takesSeat: false },
  ];
  await server.application({ key, name: 'Wiki', roles, licence: { seats: 5, policy: 'wait' } });
  app = await server.api(key);
  staff = await localGroup('Staff');
  await makeDefault(staff);
});
afterAll(async () => {
  if (url === undefined) delete process.env.DATABASE_URL;
  else process.env.DATABASE_URL = url;
  if (people === undefined) delete process.env.RECLAIM_BATCH_PEOPLE;
  else process.env.RECLAIM_BATCH_PEOPLE = people;
  await server.close();
});

/** A group that nobody owns; the connection put those into it who are named. */
async function localGroup(name: string, members: readonly string[] = []): Promise<string> {
  const id = await idp.group(name, members);
  await server.server.database.write(sql`UPDATE groups SET owner_connection_id = NULL WHERE id = ${id}`);
  return id;
}

const roleId = async (role: string) => {
  const { database, siteId } = server.server;
  return (await findApplication(database, siteId, key)).roles.find((one) => one.key === role)?.id ?? '';
};

async function makeDefault(groupId: string, role = 'user'): Promise<void> {
  const { change } = server.server;
  const [actor, id] = [server.server.actor(), await roleId(role)];
  const request = { action: 'default-group.add', objectType: 'Application' } as const;
  await change.run(actor, request, () => addDefaultGroup(actor, id, groupId));
}

/** As an administrator does it. */
async function join(groupId: string, ...ids: string[]): Promise<void> {
  const { change, database } = server.server;
  const actor = server.server.actor();
  await change.run(actor, { action: 'group.update', objectType: 'Group' }, () =>
    updateGroup(database, actor, groupId, {
      members: [{ kind: 'add', ids }],
      unknownMembers: 'reject',
      edit: ({ displayName, document }) => ({
        profile: { displayName, document, folded: document },
        externalId: undefined,
      }),
    }),
  );
}

async function unusedUser(name: string, reported?: number): Promise<string> {
  const id = await idp.user(`${name}-${newObjectId()}`);
  if (reported !== undefined) {
    const lastActiveAt = new Date(Date.now() - reported * DAY).toISOString();
    await app.request('PUT', `/users/${id}/activity`, { lastActiveAt });
  }
  return id;
}

async function agoGiven(days: number): Promise<void> {
  await server.server.database.write(sql`UPDATE entitlements SET since = since - make_interval(days => ${days})`);
}

const grant = (id: string, role = 'user') => server.grant(`${key}:${role}`, { kind: 'user', id });
const reclaim = (...argv: string[]) => cli.json<Batch>('application', 'reclaim', ...argv);
const make = (days = 30) => reclaim(key, '--days', String(days));
const apply = (batch: Batch) => reclaim('apply', batch.id, '--hash', batch.hash);
const first = ({ userName }: { userName: string }) => userName.split('-')[0];
const outcomes = ({ items }: Batch) => Object.fromEntries(items.map((item) => [first(item), item.outcome]));

async function entries(action: string) {
  const { database, siteId } = server.server;
  const { id } = await findApplication(database, siteId, key);
  return (await listLog(database, { siteId, action, limit: 100 })).filter(({ objectId }) => objectId === id);
}

describe('rollcall application reclaim', () => {
  it('writes down whose seats are unused and what would be removed, and changes nothing', async () => {
    const [ann, bob, cleo] = [await unusedUser('ann', 60), await unusedUser('bob'), await unusedUser('cleo', 2)];
    await join(staff, ann, bob, cleo);
    await grant(ann, 'admin');
    await grant(ann, 'viewer');
    await agoGiven(90);

    const batch = await make();
    expect(batch).toMatchObject({ state: 'open', name: 'Wiki, unused for 30 days', left: 0 });
    expect(batch.items).toMatchObject([
      {
        reclaimable: true,
        lastActiveAt: null,
        role: 'user',
        licence: 'Wiki',
        grants: [],
        groups: [{ id: staff, name: 'Staff' }],
        obstacles: [],
        outcome: null,
      },
      { reclaimable: true, role: 'admin', grants: [{ role: 'admin' }], groups: [{ id: staff }], obstacles: [] },
    ]);
    expect(batch.items.map(first)).toEqual(['bob', 'ann']);
    for (const id of [ann, bob, cleo]) expect((await server.held(id)).length).toBe(1);
    expect(await entries('reclaim.create')).toMatchObject([{ outcome: 'success', subjectCount: 0 }]);
    expect(await reclaim('show', batch.id)).toEqual({ ...batch, left: undefined });
  });

  it('takes back what was reviewed, once, and lets those in who wait', async () => {
    const [ann, bob] = [await unusedUser('ann', 60), await unusedUser('bob', 50)];
    const busy = [await unusedUser('cleo', 1), await unusedUser('dora', 1), await unusedUser('eve', 1)];
    await join(staff, ann, bob, ...busy);
    await grant(ann, 'admin');
    await grant(ann, 'viewer');
    await agoGiven(90);
    const fay = await unusedUser('fay');
    await join(staff, fay);
    expect(await server.held(fay)).toEqual([]);
    const group = async () => (await idp.request('GET', `/Groups/${staff}`)).body;
    const before = await group();

    const batch = await make();
    const applied = await apply(batch);
    expect(applied).toMatchObject({ state: 'applied' });
    expect(outcomes(applied)).toEqual({ ann: 'reclaimed', bob: 'reclaimed' });
    expect(await server.held(ann)).toEqual([`${key}:viewer`]);
    expect(await server.held(bob)).toEqual([]);
    expect(await server.granted(ann)).toEqual([`${key}:viewer`]);
    for (const id of [...busy, fay]) expect(await server.held(id)).toEqual([`${key}:user`]);

    const after = await group();
    expect(after.members.map((member: { value: string }) => member.value).sort()).toEqual([...busy, fay].sort());
    expect(after.meta.version).not.toBe(before.meta.version);
    expect(Date.parse(after.meta.lastModified)).toBeGreaterThan(Date.parse(before.meta.lastModified));

    const [entry] = await entries('reclaim.apply');
    const effects = (id: string) =>
      entry?.subjects
        .filter((subject) => subject.id === id)
        .map(({ effect }) => effect.split(':')[0])
        .sort();
    expect(effects(ann)).toEqual(['access-changed', 'grant-removed', 'member-removed', 'seat-reclaimed']);
    expect(effects(bob)).toEqual(['access-removed', 'member-removed', 'seat-reclaimed']);
    expect(effects(fay)).toEqual(['access-granted']);
    expect(effects(staff)).toEqual(['member-removed']);
    expect(entry?.personal?.changes?.[0]).toMatchObject({ new: { batch: batch.id, hash: batch.hash, reclaimed: 2 } });

    const again = await cli.run('application', 'reclaim', 'apply', batch.id, '--hash', batch.hash);
    expect([again.code, again.error]).toEqual([1, expect.stringContaining('reclaim.decided')]);
    const { database, siteId, config } = server.server;
    expect(await verifyLicensing(database, siteId, config.licensing)).toEqual([]);
  });

  it('leaves out who became active, whose way changed, or who has no seat any more, and names them', async () => {
    const ids: Record<string, string> = {};
    for (const name of ['active', 'granted', 'left', 'idle']) ids[name] = await unusedUser(name, 60);
    const { active = '', granted = '', left = '', idle = '' } = ids;
    await join(staff, active, granted, left, idle);
    await agoGiven(90);
    const batch = await make();
    expect(batch.items.every(({ reclaimable }) => reclaimable)).toBe(true);

    await app.request('PUT', `/users/${active}/activity`, { lastActiveAt: new Date().toISOString() });
    await grant(granted, 'user');
    await idp.request('DELETE', `/Users/${left}`);

    const { out } = await cli.run('application', 'reclaim', 'apply', batch.id, '--hash', batch.hash);
    expect(out).toMatch(/^Took back 1 seat of app-/);
    expect(out).toMatch(/active-\S+ +became active since/);
    expect(out).toMatch(/granted-\S+ +not what was reviewed any more/);
    expect(out).toMatch(/left-\S+ +has no seat any more/);
    expect(outcomes(await reclaim('show', batch.id))).toEqual({
      active: 'active-since',
      granted: 'changed',
      left: 'seat-gone',
      idle: 'reclaimed',
    });
    for (const id of [active, granted]) expect(await server.held(id)).toEqual([`${key}:user`]);
    expect(await server.held(idle)).toEqual([]);
  });

  it('names what it cannot take back, and why, and leaves it when it is applied', async () => {
    const names = ['owned', 'pushed', 'assigned', 'other', 'both', 'mixed'] as const;
    const ids = Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await unusedUser(name, 60)] as const)),
    );
    const id = (name: (typeof names)[number]) => ids[name] ?? '';
    const { licences } = await findApplication(server.server.database, server.server.siteId, key);
    await server.setSeats(licences[0]?.id ?? '', 10);
    // A group of the connection above which stands the one with the role.
    const parent = await localGroup('Everybody');
    const owned = await idp.group('Pushed group', [id('owned'), id('mixed')]);
    await server.grant(`${key}:user`, { kind: 'group', id: parent });
    await join(parent, owned);
    await makeDefault(await localGroup('Released', [id('pushed')]));
    await idp.patch(id('assigned'), [{ op: 'add', path: 'roles', value: [{ value: `${key}:user` }] }]);
    const department = await localGroup('Department');
    await server.grant(`${key}:user`, { kind: 'group', id: department });
    await join(department, id('other'));
    const shared = await localGroup('Shared');
    await makeDefault(shared);
    const second = `second-${newObjectId()}`;
    await server.application({ key: second });
    await server.grant(`${second}:user`, { kind: 'group', id: shared });
    await join(shared, id('both'));
    await join(staff, id('mixed'));
    await agoGiven(90);

    const batch = await make();
    const reasons = Object.fromEntries(
      batch.items.map((item) => [first(item), item.obstacles.map(({ code }) => code)]),
    );
    expect(reasons).toEqual({
      owned: ['group-of-connection'],
      pushed: ['member-of-connection'],
      assigned: ['grant-of-connection'],
      other: ['no-default-group'],
      both: ['gives-other-applications'],
      mixed: ['group-of-connection'],
    });
    expect(batch.items.some(({ reclaimable }) => reclaimable)).toBe(false);
    const { out } = await cli.run('application', 'reclaim', 'show', batch.id);
    expect(out).toContain('6 seats cannot be taken back here');
    expect(out).toMatch(/owned-\S+ .*comes from the group Pushed group of connection \S+: remove it there/);
    expect(out).toContain(`the group Shared gives ${second} too`);

    expect(new Set(Object.values(outcomes(await apply(batch))))).toEqual(new Set(['not-reclaimable']));
    for (const name of names) expect((await server.held(id(name))).sort()).toContain(`${key}:user`);
  });

  it('is applied only by the hash that was shown', async () => {
    const ann = await unusedUser('ann', 60);
    await join(staff, ann);
    await agoGiven(90);
    const [batch, other] = [await make(), await make()];
    for (const hash of [other.hash, '', 'x']) {
      const { code, error } = await cli.run('application', 'reclaim', 'apply', batch.id, '--hash', hash);
      expect([code, error]).toEqual([1, expect.stringContaining('reclaim.hash')]);
    }
    await server.server.database.write(sql`
      UPDATE reclaim_items SET reviewed = reviewed || '{"groups": []}' WHERE batch_id = ${batch.id}`);
    await expect(apply(batch)).rejects.toThrow('reclaim.hash');
    expect(await server.held(ann)).toEqual([`${key}:user`]);
    expect((await entries('reclaim.apply')).every(({ outcome }) => outcome === 'failure')).toBe(true);
  });

  it('expires, and can be discarded even then, once', async () => {
    await join(staff, await unusedUser('ann', 60));
    await agoGiven(90);
    const batch = await make();
    await server.server.database.write(sql`UPDATE reclaim_batches SET expires_at = now() WHERE id = ${batch.id}`);
    await expect(apply(batch)).rejects.toThrow('reclaim.expired');
    expect(await reclaim('show', batch.id)).toMatchObject({ state: 'expired' });
    await reclaim('discard', batch.id);
    expect(await reclaim('show', batch.id)).toMatchObject({ state: 'discarded' });
    await expect(reclaim('discard', batch.id)).rejects.toThrow('reclaim.decided');
    expect(await entries('reclaim.discard')).toMatchObject([{ outcome: 'success' }]);
    const listed = await cli.json<Batch[]>('application', 'reclaim', 'list', key);
    expect(listed).toMatchObject([{ id: batch.id, state: 'discarded', people: 1, reclaimable: 1, reclaimed: 0 }]);
  });

  it('holds RECLAIM_BATCH_PEOPLE at most, those unused longest, and says how many are left', async () => {
    const ids = [await unusedUser('ann', 60), await unusedUser('bob', 80), await unusedUser('cleo', 70)];
    await join(staff, ...ids);
    await agoGiven(90);
    process.env.RECLAIM_BATCH_PEOPLE = '2';
    const batch = await make();
    expect([batch.items.map(first), batch.left]).toEqual([['bob', 'cleo'], 1]);
    const { out } = await cli.run('application', 'reclaim', key, '--days', '30', '--name', 'Spring cleaning');
    expect(out).toMatch(/^Batch +[0-9a-f-]{36}\nName +Spring cleaning\n/);
    expect(out).toContain('1 more unused seat did not fit in');
    expect(out).toMatch(/rollcall application reclaim apply [0-9a-f-]{36} --hash [0-9a-f]{64}\n$/);
    delete process.env.RECLAIM_BATCH_PEOPLE;
  });

  it('says in one line what is wrong', async () => {
    for (const [argv, code, line] of [
      [[key], 2, '--days'],
      [[key, '--days', 'x'], 2, 'whole number'],
      [['nothing', '--days', '3'], 1, 'application.not-found'],
      [[key, '--days', '3'], 1, 'reclaim.nothing-unused'],
      [['create', 'show', '--days', '3'], 1, 'application.not-found'],
      [['show', 'x'], 1, 'reclaim.not-found'],
      [['show', newObjectId()], 1, 'reclaim.not-found'],
      [['apply', newObjectId()], 2, '--hash'],
      [['apply', 'x', '--hash', 'x'], 1, 'reclaim.not-found'],
      [['discard', newObjectId()], 1, 'reclaim.not-found'],
    ] as const) {
      const done = await cli.run('application', 'reclaim', ...argv);
      expect([argv, done.code, done.out]).toEqual([argv, code, '']);
      expect(done.error).toContain(line);
    }
  });

  it('beside writers of every kind keeps seats right', async () => {
    const people = await Promise.all(Array.from({ length: 5 }, (_, index) => unusedUser(`p${index}`, 60)));
    await join(staff, ...people);
    await agoGiven(90);
    const batch = await make();
    const [extra = '', ...others] = people;
    const { change } = server.server;
    const actor = server.server.actor();
    const role = await roleId('admin');
    await Promise.all([
      apply(batch),
      ...others.map((id) => app.request('PUT', `/users/${id}/activity`, { lastActiveAt: new Date().toISOString() })),
      ...Array.from({ length: 4 }, async () => join(staff, await unusedUser('new'))),
      change.run(actor, { action: 'grant.add', objectType: 'Grant' }, () =>
        addGrant(actor, role, { kind: 'user', id: extra }),
      ),
    ]);
    const { database, siteId, config } = server.server;
    expect(await verifyLicensing(database, siteId, config.licensing)).toEqual([]);
  });
});
