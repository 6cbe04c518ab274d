import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { deleteUserConfirmed } from '../../src/administration/index.js';
import { eraseUserEverywhere } from '../../src/change/index.js';
import { sql } from '../../src/database/index.js';
import {
  type Command,
  deactivateUser,
  findUsers,
  reactivateByDecision,
  restoreUser,
  suspendUser,
} from '../../src/directory/index.js';
import { changeUserType, readWaitingPlaces } from '../../src/licensing/index.js';
import { createLifeCycle } from '../../src/life-cycle.js';
import { listLog } from '../../src/log/index.js';
import { CORE_TYPES } from '../../src/scim/index.js';
import { type AccessClient, type AccessServer, startAccessServer } from '../support/access-server.js';
import { brokenInvariants, fingerprint } from '../support/invariants.js';

const HOUR = 3_600_000;
const GRACE_DAYS = 30;

let access: AccessServer;
let client: AccessClient;
let run: <Result>(command: Command<Result> | Promise<Command<Result>>) => Promise<Result>;

beforeAll(async () => {
  access = await startAccessServer();
  const { change } = access.server;
  run = async (command) => {
    const made = await command;
    const { action, objectType } = made;
    const objectId = made.objectId;
    return change.run(
      actor(),
      objectId === undefined ? { action, objectType } : { action, objectType, objectId },
      () => made,
    );
  };
});
afterAll(() => access.close());

afterEach(async () => {
  expect(await brokenInvariants(access.server.database, CORE_TYPES)).toEqual([]);
});

beforeEach(async () => {
  client = await access.client();
});

const actor = () => access.server.actor();
const lifeCycle = () => createLifeCycle(access.server.database, access.server.change, GRACE_DAYS);

let keys = 0;

/** An application with that many seats, whose group holds the people in this order; and their ids. */
async function staff(seats: number, names: readonly string[], policy: 'wait' | 'refuse' = 'wait') {
  keys += 1;
  const key = `app${keys}`;
  const application = await access.application({ key, licence: { seats, policy } });
  const ids: string[] = [];
  for (const name of names) ids.push(await client.user(`${name}-${keys}`, { displayName: key }));
  const group = await client.group(`Staff ${keys}`);
  await access.grant(`${key}:user`, { kind: 'group', id: group });
  for (const id of ids) await client.join(group, id);
  const holders = async () => {
    const held = await Promise.all(ids.map(async (id) => (await access.held(id)).length > 0));
    return names.filter((_, index) => held[index]);
  };
  return { ids, group, key, holders, licenceId: application.licenceId };
}

const suspension = (until?: Date) => ({ reason: 'left the laptop in a train', until });
const setActive = (id: string, active: boolean) => client.patch(id, [{ op: 'replace', path: 'active', value: active }]);
const shownActive = async (id: string) => (await client.get(id)).body?.active;
const lastEntry = async (subjectId: string, action?: string) =>
  (await listLog(access.server.database, { siteId: access.server.siteId, subjectId, action, limit: 1 }))[0];
const waits = async (id: string) => (await readWaitingPlaces(access.server.database, access.server.siteId, id)).length;

async function stateOf(id: string): Promise<string | undefined> {
  for (const state of ['deletion-scheduled', 'deleted', undefined] as const) {
    const found = await findUsers(access.server.database, access.server.siteId, { state, limit: 10_000 });
    const user = found.find((one) => one.id === id);
    if (user !== undefined) return user.state;
  }
  return undefined;
}

/** Time goes by for one user. */
async function goBy(id: string, hours: number): Promise<void> {
  await access.server.database.write(sql`
    UPDATE users SET deleted_at = deleted_at - make_interval(hours => ${hours}::integer),
      suspended_until = suspended_until - make_interval(hours => ${hours}::integer)
    WHERE id = ${id}`);
}

describe('a suspension', () => {
  it('frees the seat at once for the next in the queue, and keeps groups and place', async () => {
    const { ids, group, holders } = await staff(1, ['ann', 'bob', 'cleo']);
    const [ann = '', bob = ''] = ids;
    expect(await holders()).toEqual(['ann']);

    await run(suspendUser(actor(), ann, suspension()));

    expect(await holders()).toEqual(['bob']);
    expect(await shownActive(ann)).toBe(false);
    expect((await client.get(ann)).body.groups).toMatchObject([{ value: group }]);
    const entry = await lastEntry(ann);
    expect(entry).toMatchObject({ action: 'user.suspend', outcome: 'success' });
    expect(entry?.subjects).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: ann, effect: expect.stringMatching(/^access-removed/) }),
        expect.objectContaining({ id: bob, effect: expect.stringMatching(/^access-granted/) }),
      ]),
    );
    expect(entry?.steps.map(({ step }) => step)).toEqual(['match', 'decide', 'apply', 'licence']);
  });

  it('of somebody who waits keeps the place and is skipped', async () => {
    const { ids, holders, licenceId } = await staff(1, ['ann', 'bob', 'cleo']);
    const [ann = '', bob = ''] = ids;
    await run(suspendUser(actor(), bob, suspension()));
    await setActive(ann, false);
    expect(await holders()).toEqual(['cleo']);
    await run(reactivateByDecision(actor(), bob));
    // Bob has a place before everybody else, and nobody is evicted for him.
    expect(await holders()).toEqual(['cleo']);
    await setActive(ann, true);
    await access.setSeats(licenceId, 2);
    expect(await holders()).toEqual(['bob', 'cleo']);
  });

  it('ends in waiting where no seat is free, and is refused where the licence refuses', async () => {
    const waiting = await staff(1, ['ann', 'bob']);
    await run(suspendUser(actor(), waiting.ids[0] ?? '', suspension()));
    await run(reactivateByDecision(actor(), waiting.ids[0] ?? ''));
    expect(await waiting.holders()).toEqual(['bob']);
    expect(await waits(waiting.ids[0] ?? '')).toBe(1);

    const refusing = await staff(1, ['ann'], 'refuse');
    const [ann = ''] = refusing.ids;
    await run(suspendUser(actor(), ann, suspension()));
    const bob = await client.user(`bob-${refusing.key}`);
    await client.join(refusing.group, bob);
    await expect(run(reactivateByDecision(actor(), ann))).rejects.toMatchObject({ code: 'licence.out-of-seats' });
    expect(await stateOf(ann)).toBe('suspended');
    expect(await shownActive(ann)).toBe(false);
  });

  it('is not lifted by the connection that owns the user, whose word holds afterwards', async () => {
    const { ids, holders } = await staff(1, ['ann']);
    const [ann = ''] = ids;
    await run(suspendUser(actor(), ann, suspension()));
    for (const active of [true, false, true]) {
      const { status, body } = await setActive(ann, active);
      expect([status, body.active]).toEqual([200, false]);
      expect(await stateOf(ann)).toBe('suspended');
    }
    expect(await holders()).toEqual([]);
    expect((await lastEntry(ann))?.steps).toContainEqual({
      step: 'decide',
      result: 'stays suspended: what is said of active holds after the suspension',
    });
    await run(reactivateByDecision(actor(), ann));
    expect(await holders()).toEqual(['ann']);
  });

  it('of somebody whom the connection deactivated meanwhile ends in deactivated', async () => {
    const { ids, holders } = await staff(1, ['ann']);
    const [ann = ''] = ids;
    await run(suspendUser(actor(), ann, suspension()));
    await setActive(ann, false);
    await run(reactivateByDecision(actor(), ann));
    expect(await stateOf(ann)).toBe('deactivated');
    expect(await holders()).toEqual([]);
    await run(reactivateByDecision(actor(), ann));
    expect(await holders()).toEqual(['ann']);
  });

  it.each(['put', 'patch'] as const)('is not touched by a %s that says nothing of active', async (method) => {
    const { ids, holders } = await staff(1, ['ann']);
    const [ann = ''] = ids;
    await run(suspendUser(actor(), ann, suspension()));
    const { userName, schemas } = (await client.get(ann)).body;
    if (method === 'put') await client.put(ann, { schemas, userName, title: 'Captain' });
    else await client.patch(ann, [{ op: 'add', value: { title: 'Captain' } }]);
    const { active, title } = (await client.get(ann)).body;
    expect([active, title]).toEqual([false, 'Captain']);
    await run(reactivateByDecision(actor(), ann));
    expect(await holders()).toEqual(['ann']);
  });

  it('needs a reason and an end that lies ahead; a refusal changes nothing', async () => {
    const { ids } = await staff(1, ['ann']);
    const [ann = ''] = ids;
    const before = await fingerprint(access.server.database);
    const suspend = (reason: string, until?: Date) => async () => run(suspendUser(actor(), ann, { reason, until }));
    await expect(suspend(' ')).rejects.toMatchObject({ code: 'user.no-reason' });
    await expect(suspend('x', new Date(Date.now() - 1))).rejects.toMatchObject({ code: 'user.suspension-in-the-past' });
    await expect(run(reactivateByDecision(actor(), ann))).rejects.toMatchObject({ code: 'user.wrong-state' });
    expect(await fingerprint(access.server.database)).toEqual(before);
  });

  it('can be given another reason and end, and be turned into a deactivation', async () => {
    const { ids } = await staff(1, ['ann']);
    const [ann = ''] = ids;
    await run(suspendUser(actor(), ann, suspension()));
    const until = new Date(Date.now() + HOUR);
    await run(suspendUser(actor(), ann, { reason: 'on leave', until }));
    const [user] = await findUsers(access.server.database, access.server.siteId, { prefix: `ann-${keys}`, limit: 1 });
    expect(user).toMatchObject({ suspensionReason: 'on leave', suspendedUntil: until, resumesTo: 'active' });
    await run(deactivateUser(actor(), ann));
    const [after] = await findUsers(access.server.database, access.server.siteId, { prefix: `ann-${keys}`, limit: 1 });
    expect(after).toMatchObject({ state: 'deactivated', suspensionReason: null, suspendedAt: null, resumesTo: null });
  });
});

describe('the end of suspensions by time', () => {
  it('brings everybody back whose day has come, and nobody else; several processes at once do it once', async () => {
    const { ids, key, holders } = await staff(4, ['ann', 'bob', 'cleo', 'dan']);
    for (const id of ids) await run(suspendUser(actor(), id, suspension(new Date(Date.now() + HOUR))));
    for (const id of ids.slice(0, 3)) await goBy(id, 2);
    await setActive(ids[1] ?? '', false);
    await Promise.all([lifeCycle(), lifeCycle(), lifeCycle()].map((each) => each.endSuspensions()));
    expect(await Promise.all(ids.map(stateOf))).toEqual(['active', 'deactivated', 'active', 'suspended']);
    expect(await holders()).toEqual(['ann', 'cleo']);
    expect((await client.get(ids[0] ?? '')).body.active).toBe(true);
    expect(await client.find(`active eq true and displayName eq "${key}"`)).toEqual([ids[0], ids[2]].sort());
    const ended = await listLog(access.server.database, {
      siteId: access.server.siteId,
      subjectId: ids[0] ?? '',
      action: 'user.end-suspension',
      limit: 10,
    });
    expect(ended.filter(({ outcome }) => outcome === 'success')).toHaveLength(1);
  });

  it('leaves those suspended whom a licence refuses, says so once, and lets the others come back', async () => {
    const { ids, group, holders, key } = await staff(1, ['ann'], 'refuse');
    const [ann = ''] = ids;
    const other = await client.user(`other-${key}`);
    const until = new Date(Date.now() + HOUR);
    await run(suspendUser(actor(), ann, suspension(until)));
    await run(suspendUser(actor(), other, suspension(until)));
    const newcomer = await client.user(`new-${key}`);
    await client.join(group, newcomer);
    for (const id of [ann, other]) await goBy(id, 2);

    await lifeCycle().endSuspensions();
    await lifeCycle().endSuspensions();

    expect([await stateOf(ann), await stateOf(other)]).toEqual(['suspended', 'active']);
    const about = { siteId: access.server.siteId, subjectId: ann, limit: 10 };
    const failures = await listLog(access.server.database, { ...about, outcome: 'failure' });
    expect(failures.map(({ action, errorCode }) => [action, errorCode])).toEqual([
      ['user.end-suspension', 'licence.out-of-seats'],
    ]);
    expect(await listLog(access.server.database, { ...about, action: 'user.keep-suspended' })).toHaveLength(1);
    await client.leave(group, newcomer);
    await run(reactivateByDecision(actor(), ann));
    expect(await holders()).toEqual(['ann']);
  });
});

describe('a deleted user', () => {
  it('is invisible to SCIM, leaves the name, and comes back with everything', async () => {
    const { ids, group, holders } = await staff(1, ['ann', 'bob']);
    const [ann = ''] = ids;
    const before = (await client.get(ann)).body;
    expect((await client.request('DELETE', `/Users/${ann}`)).status).toBe(204);
    expect((await client.get(ann)).status).toBe(404);
    expect(await stateOf(ann)).toBe('deletion-scheduled');
    expect(await holders()).toEqual(['bob']);

    await run(restoreUser(access.server.database, actor(), ann, undefined));

    const { meta, ...after } = (await client.get(ann)).body;
    expect({ ...after, meta: { ...meta, lastModified: '', version: '' } }).toEqual({
      ...before,
      meta: { ...before.meta, lastModified: '', version: '' },
    });
    const members = (await client.request('GET', `/Groups/${group}`)).body.members;
    expect(members.map(({ value }: { value: string }) => value)).toContain(ann);
    expect(await holders()).toEqual(['bob']);
    expect(await waits(ann)).toBe(1);
    expect((await lastEntry(ann))?.action).toBe('user.restore');
  });

  it('comes back as suspended as it went', async () => {
    const { ids } = await staff(1, ['ann']);
    const [ann = ''] = ids;
    await run(suspendUser(actor(), ann, suspension()));
    await client.request('DELETE', `/Users/${ann}`);
    await run(restoreUser(access.server.database, actor(), ann, undefined));
    expect(await stateOf(ann)).toBe('suspended');
  });

  it('whose name somebody else has by now comes back under another', async () => {
    const { ids, key } = await staff(1, ['ann']);
    const [ann = ''] = ids;
    const name = (await client.get(ann)).body.userName;
    await client.request('DELETE', `/Users/${ann}`);
    const successor = await client.user(name.toUpperCase());
    const restore = (userName?: string) => async () => run(restoreUser(access.server.database, actor(), ann, userName));
    await expect(restore()).rejects.toMatchObject({
      code: 'user.name-taken-meanwhile',
      details: { conflictsWith: successor },
      message: expect.stringContaining('--user-name'),
    });
    await expect(restore(' ')).rejects.toMatchObject({ code: 'user.invalid-user-name' });
    await restore(`Ann-Of-${key}`)();
    expect((await client.get(ann)).body.userName).toBe(`Ann-Of-${key}`);
    expect(
      await access.server.database.write(sql`
      SELECT folded->>'userName' AS name, user_name_key AS key FROM users WHERE id = ${ann}`),
    ).toEqual([{ name: `ann-of-${key}`, key: `ann-of-${key}` }]);
  });

  it('of the same name may be restored by two at once: one is', async () => {
    const { ids } = await staff(1, ['ann']);
    const [first = ''] = ids;
    const name = (await client.get(first)).body.userName;
    await client.request('DELETE', `/Users/${first}`);
    const second = await client.user(name);
    await client.request('DELETE', `/Users/${second}`);
    const restores = await Promise.allSettled(
      [first, second, first, second].map((id) => run(restoreUser(access.server.database, actor(), id, undefined))),
    );
    expect(restores.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is deleted by an administrator only when it is confirmed what is lost', async () => {
    const { ids, key } = await staff(1, ['ann']);
    const [ann = ''] = ids;
    const remove = (confirmation?: string) =>
      deleteUserConfirmed({ ...access.server, actor: actor() }, { id: ann, confirmation });
    await expect(remove()).rejects.toMatchObject({
      code: 'user.has-access',
      message: expect.stringContaining(`${key}: user -> nothing`),
    });
    expect((await client.get(ann)).status).toBe(200);
    await remove('any');
    expect((await client.get(ann)).status).toBe(404);
  });

  it('becomes a tombstone when the grace period is over: the id is all that is left', async () => {
    const { ids, key } = await staff(1, ['ann', 'bob']);
    const [ann = '', bob = ''] = ids;
    await client.patch(bob, [{ op: 'add', path: 'emails', value: [{ value: `bob@${key}.example`, type: 'work' }] }]);
    await access.grant(`${key}:user`, { kind: 'user', id: bob });
    await run(suspendUser(actor(), bob, suspension()));
    for (const id of [ann, bob]) await client.request('DELETE', `/Users/${id}`);
    await goBy(bob, GRACE_DAYS * 24 + 1);

    await Promise.all([lifeCycle(), lifeCycle()].map((each) => each.eraseExpired()));

    expect([await stateOf(ann), await stateOf(bob)]).toEqual(['deletion-scheduled', 'deleted']);
    const kept = await access.server.database.write<{ found: string }>(sql`
      SELECT u::text AS found FROM users u WHERE id = ${bob}
      UNION ALL SELECT e::text FROM user_emails e WHERE user_id = ${bob}
      UNION ALL SELECT m::text FROM memberships m WHERE user_id = ${bob}
      UNION ALL SELECT g::text FROM grants g WHERE user_id = ${bob}
      UNION ALL SELECT w::text FROM waiting_places w WHERE user_id = ${bob}
      UNION ALL SELECT i::text FROM identities i WHERE object_id = ${bob}`);
    expect(kept).toHaveLength(1);
    expect(kept[0]?.found).toMatch(/deleted user/);
    expect(kept[0]?.found).not.toMatch(new RegExp(`bob|${key}|laptop`));
    const entries = await listLog(access.server.database, {
      siteId: access.server.siteId,
      subjectId: bob,
      limit: 100,
    });
    expect(JSON.stringify(entries)).not.toMatch(/bob-|laptop/);
    expect(entries.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['user.create', 'user.suspend', 'user.delete', 'user.erase']),
    );
    expect(entries.filter(({ action }) => action === 'user.erase')).toHaveLength(1);
    await expect(run(restoreUser(access.server.database, actor(), bob, undefined))).rejects.toMatchObject({
      code: 'user.erased',
    });
  });

  it('can be erased before that, and only when deleted', async () => {
    const { ids } = await staff(1, ['ann']);
    const [ann = ''] = ids;
    const erase = () => run(eraseUserEverywhere(actor(), ann));
    await expect(erase()).rejects.toMatchObject({ code: 'user.wrong-state' });
    await client.request('DELETE', `/Users/${ann}`);
    await erase();
    expect(await stateOf(ann)).toBe('deleted');
    await expect(erase()).rejects.toMatchObject({ code: 'user.erased' });
    expect((await lastEntry(ann))?.personal?.name).toBe(undefined);
  });
});

describe('the type of a user', () => {
  it('customer is refused to who has a role that takes a seat, and names what gives it', async () => {
    const { ids, group, key } = await staff(1, ['ann']);
    const [ann = ''] = ids;
    await access.grant(`${key}:user`, { kind: 'user', id: ann });
    const become = () => run(changeUserType(actor(), ann, 'customer'));
    await expect(become()).rejects.toMatchObject({
      code: 'user.holds-seats',
      details: { grants: [`${key}/user through the group Staff ${keys}`, `${key}/user directly`] },
    });
    await access.ungrant(`${key}:user`, { kind: 'user', id: ann });
    await client.leave(group, ann);
    await become();
    await client.join(group, ann);
    expect(await access.held(ann)).toEqual([]);
  });

  it('service gives the seat to the next, and standard has to get one again', async () => {
    const { ids, holders } = await staff(1, ['ann', 'bob']);
    const [ann = ''] = ids;
    await run(changeUserType(actor(), ann, 'service'));
    expect(await holders()).toEqual(['ann', 'bob']);
    await run(changeUserType(actor(), ann, 'standard'));
    expect(await holders()).toEqual(['bob']);
    expect(await waits(ann)).toBe(1);
    expect((await lastEntry(ann))?.outcome).toBe('waiting');

    const refusing = await staff(1, ['cleo'], 'refuse');
    const [cleo = ''] = refusing.ids;
    await run(changeUserType(actor(), cleo, 'service'));
    await client.join(refusing.group, await client.user(`dan-${refusing.key}`));
    await expect(run(changeUserType(actor(), cleo, 'standard'))).rejects.toMatchObject({
      code: 'licence.out-of-seats',
    });
    expect(await refusing.holders()).toEqual(['cleo']);
  });

  it('stays who has the seat when it is set to what it is', async () => {
    const { ids, holders } = await staff(1, ['ann']);
    await run(changeUserType(actor(), ids[0] ?? '', 'standard'));
    expect(await holders()).toEqual(['ann']);
  });
});
