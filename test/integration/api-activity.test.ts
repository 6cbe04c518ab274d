import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eraseUserEverywhere } from '../../src/change/index.js';
import { sql } from '../../src/database/index.js';
import { newObjectId } from '../../src/directory/index.js';
import { findApplication, reportActivity } from '../../src/licensing/index.js';
import type { AccessClient } from '../support/access-server.js';
import { type ApiClient, type ApiServer, startApiServer } from '../support/api-server.js';
import { createCli, urlOf } from '../support/cli.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ago = (milliseconds: number) => new Date(Date.now() - milliseconds).toISOString();

interface Seat {
  readonly userName: string;
  readonly role: string;
  readonly licence: string;
  readonly since: string;
  readonly lastActiveAt?: string;
}

interface Unused {
  readonly unused: readonly Seat[];
  readonly neverReported: readonly Seat[];
}

const cli = createCli();
const url = process.env.DATABASE_URL;
let server: ApiServer;
let idp: AccessClient;
let key: string;
let app: ApiClient;

beforeAll(async () => {
  server = await startApiServer({ limits: { activityReports: 5 } });
  process.env.DATABASE_URL = await urlOf(server.server.database);
  idp = await server.client();
});
beforeEach(async () => {
  key = `app-${newObjectId()}`;
  const roles = [
    { key: 'user', takesSeat: true },
    { key: 'viewer', takesSeat: false },
  ];
  await server.application({ key, name: 'Wiki', roles, licence: { seats: 10, policy: 'wait' } });
  app = await server.api(key);
});
afterAll(async () => {
  if (url === undefined) delete process.env.DATABASE_URL;
  else process.env.DATABASE_URL = url;
  await server.close();
});

const userName = (name: string) => `${name}-${newObjectId()}@example.com`;
const put = (user: string, lastActiveAt: string) =>
  app.request('PUT', `/users/${encodeURIComponent(user)}/activity`, { lastActiveAt });
const post = (...reports: { user: string; lastActiveAt: string }[]) => app.request('POST', '/activity', { reports });

async function kept(user: string): Promise<string | undefined> {
  const { database, siteId } = server.server;
  const { id } = await findApplication(database, siteId, key);
  const [row] = await database.read<{ at: Date }>(sql`
    SELECT last_active_at AS at FROM application_activity WHERE application_id = ${id} AND user_id = ${user}`);
  return row?.at.toISOString();
}

async function count(table: 'log_entries' | 'application_activity'): Promise<number> {
  const from = table === 'log_entries' ? sql`log_entries` : sql`application_activity`;
  const [row] = await server.server.database.read<{ count: number }>(
    sql`SELECT count(*)::integer AS count FROM ${from}`,
  );
  return row?.count ?? 0;
}

describe('activity of one person', () => {
  it('is kept by id and by userName, moves on and never back', async () => {
    const name = userName('Ann');
    const ann = await idp.user(name);
    const first = ago(5 * DAY);
    expect((await put(ann, first)).status).toBe(204);
    expect(await kept(ann)).toBe(first);
    const second = ago(3 * DAY);
    expect((await put(name.toUpperCase(), second)).status).toBe(204);
    expect(await kept(ann)).toBe(second);
    expect((await put(ann, first)).status).toBe(204);
    expect(await kept(ann)).toBe(second);
  });

  it('leaves no entry in the log and no version of the user', async () => {
    const ann = await idp.user(userName('ann'));
    const before = [await count('log_entries'), (await idp.get(ann)).text];
    for (let sent = 5; sent > 0; sent--) await put(ann, ago(sent * DAY));
    expect([await count('log_entries'), (await idp.get(ann)).text]).toEqual(before);
  });

  it('is written at most once in ACTIVITY_RESOLUTION_SECONDS', async () => {
    const ann = await idp.user(userName('ann'));
    const first = ago(5 * HOUR);
    await put(ann, first);
    await put(ann, ago(5 * HOUR - 3_599_000));
    expect(await kept(ann)).toBe(first);
    const second = ago(3 * HOUR);
    await put(ann, second);
    expect(await kept(ann)).toBe(second);
  });

  it('is never in the future: a little counts as now, more is refused', async () => {
    const ann = await idp.user(userName('ann'));
    expect((await put(ann, ago(-60_000))).status).toBe(204);
    const at = Date.parse((await kept(ann)) ?? '');
    expect(at).toBeLessThanOrEqual(Date.now() + 1000);
    const refused = await put(ann, ago(-DAY));
    expect([refused.status, refused.body.code]).toEqual([400, 'activity.in-the-future']);
    expect(refused.body.detail).toContain('ACTIVITY_SKEW_SECONDS');
  });

  it.each([
    [{ lastActiveAt: 'yesterday' }, 'lastActiveAt'],
    [{ lastActiveAt: '2026-02-31T00:00:00Z' }, 'lastActiveAt'],
    [{ lastActiveAt: '2026-02-01T00:00:00' }, 'lastActiveAt'],
    [{}, 'lastActiveAt'],
    [{ lastActiveAt: ago(DAY), more: 1 }, 'more'],
    [[], 'body'],
  ])('is refused where it says %j', async (body, name) => {
    const ann = await idp.user(userName('ann'));
    const refused = await app.request('PUT', `/users/${ann}/activity`, body);
    expect([refused.status, refused.body.code]).toEqual([400, 'request.invalid']);
    expect(refused.body.detail).toContain(name);
    expect(await kept(ann)).toBeUndefined();
  });

  it('is forgotten with the user who is erased', async () => {
    const ann = await idp.user(userName('ann'));
    await put(ann, ago(DAY));
    await idp.request('DELETE', `/Users/${ann}`);
    expect(await kept(ann)).toBeDefined();
    const { change } = server.server;
    const actor = server.server.actor();
    await change.run(actor, { action: 'user.erase', objectType: 'User' }, () => eraseUserEverywhere(actor, ann));
    expect(await kept(ann)).toBeUndefined();
  });

  it('is refused where the body is no JSON, too long or something else', async () => {
    const path = `/api/v1/applications/${key}/users/ann/activity`;
    const send = async (body: string, type = 'application/json') =>
      server.send('PUT', path, { token: app.token, body, headers: { 'content-type': type } });
    const answers = [
      await send('{'),
      await send(''),
      await send('{}', 'text/plain'),
      await send(' '.repeat(2_000_000)),
    ];
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [400, 'request.not-json'],
      [400, 'request.not-json'],
      [415, 'request.media-type'],
      [413, 'request.too-large'],
    ]);
  });

  it('needs the scope activity:write and a user that is there', async () => {
    const { request } = await server.api(key, { scopes: ['access:read'] });
    const refused = await request('PUT', '/users/ann/activity', { lastActiveAt: ago(DAY) });
    expect([refused.status, refused.body.code]).toEqual([403, 'token.scope']);
    const gone = await idp.user(userName('gone'));
    await idp.request('DELETE', `/Users/${gone}`);
    for (const user of ['nobody@example.com', gone, newObjectId()]) {
      const missing = await put(user, ago(DAY));
      expect([missing.status, missing.body.code]).toEqual([404, 'user.not-found']);
    }
  });
});

describe('activity of several people', () => {
  it('keeps the newest of each, and names whom it does not know', async () => {
    const [ann, name] = [await idp.user(userName('ann')), userName('bob')];
    const bob = await idp.user(name);
    const [older, newer] = [ago(4 * DAY), ago(2 * DAY)];
    const { status, body } = await post(
      { user: ann, lastActiveAt: newer },
      { user: ann, lastActiveAt: older },
      { user: 'nobody', lastActiveAt: newer },
      { user: name, lastActiveAt: older },
    );
    expect([status, body]).toEqual([200, { known: 3, unknown: ['nobody'] }]);
    expect([await kept(ann), await kept(bob)]).toEqual([newer, older]);
  });

  it('is refused whole over LIMIT_ACTIVITY_REPORTS, empty, or with one time that has not come', async () => {
    const ann = await idp.user(userName('ann'));
    const good = { user: ann, lastActiveAt: ago(DAY) };
    const many = await post(...Array.from({ length: 6 }, () => good));
    expect([many.status, many.body.code]).toEqual([400, 'request.invalid']);
    expect(many.body.detail).toMatch(/at most 5 .*LIMIT_ACTIVITY_REPORTS/);
    expect((await post(...Array.from({ length: 5 }, () => ({ ...good, user: 'nobody' })))).body.known).toBe(0);
    expect((await post()).status).toBe(400);
    const future = await post(good, { user: ann, lastActiveAt: ago(-DAY) });
    expect([future.status, future.body.code]).toEqual([400, 'activity.in-the-future']);
    expect(await kept(ann)).toBeUndefined();
  });

  it('of an application that is gone is refused', async () => {
    const ann = await idp.user(userName('ann'));
    const { database, siteId, config } = server.server;
    const gone = { siteId, id: newObjectId() };
    const report = { user: ann, lastActiveAt: new Date(0) };
    await expect(reportActivity(database, gone, [report], config.activity)).rejects.toMatchObject({
      code: 'application.not-found',
    });
  });

  it('comes from many sides at once: nobody fails, and the newest stays', async () => {
    const people = await Promise.all(['a', 'b', 'c', 'd'].map((name) => idp.user(userName(name))));
    const rounds = Array.from({ length: 40 }, (_, index) => index + 1);
    const answers = await Promise.all(
      rounds.map((days) => {
        const ordered = days % 2 === 0 ? people : [...people].reverse();
        return post(...ordered.map((user) => ({ user, lastActiveAt: ago(days * DAY) })));
      }),
    );
    expect(answers.map(({ status }) => status)).toEqual(rounds.map(() => 200));
    for (const user of people) expect(Date.now() - Date.parse((await kept(user)) ?? '')).toBeLessThan(1.5 * DAY);
    expect(
      (
        await server.server.database.read(sql`
      SELECT 1 FROM application_activity WHERE user_id = ANY (${people}::uuid[])`)
      ).length,
    ).toBe(people.length);
  });
});

describe('rollcall application unused', () => {
  const unused = (days: number) => cli.json<Unused>('application', 'unused', key, '--days', String(days));
  const names = (seats: readonly Seat[]) => seats.map((seat) => seat.userName);

  /** Time goes by since the person was given the seat. */
  async function heldFor(user: string, days: number): Promise<void> {
    await server.server.database.write(sql`
      UPDATE entitlements SET since = since - make_interval(days => ${days}) WHERE user_id = ${user}`);
  }

  it('lists seats unused for as many days, those never reported apart, and no others', async () => {
    const people: Record<string, string> = {};
    for (const name of ['old', 'older', 'fresh', 'never', 'given', 'viewer']) {
      people[name] = await idp.user(userName(name));
      await server.grant(`${key}:${name === 'viewer' ? 'viewer' : 'user'}`, { kind: 'user', id: people[name] });
      if (name !== 'given') await heldFor(people[name], 100);
    }
    const { old = '', older = '', fresh = '', given = '' } = people;
    for (const [user, days] of [
      [old, 40],
      [older, 90],
      [fresh, 5],
      [given, 60],
    ] as const) {
      await put(user, ago(days * DAY));
    }
    const found = await unused(30);
    expect(names(found.unused).map((name) => name.split('-')[0])).toEqual(['older', 'old']);
    expect(names(found.neverReported).map((name) => name.split('-')[0])).toEqual(['never']);
    expect(found.unused[1]).toMatchObject({ role: 'user', licence: 'Wiki' });
    expect(Date.now() - Date.parse(found.unused[1]?.lastActiveAt ?? '')).toBeGreaterThan(39 * DAY);
    expect(Date.now() - Date.parse(found.neverReported[0]?.since ?? '')).toBeGreaterThan(99 * DAY);
    expect(await unused(95)).toMatchObject({ unused: [], neverReported: [{ role: 'user' }] });
    expect(await unused(101)).toMatchObject({ unused: [], neverReported: [] });

    const { out } = await cli.run('application', 'unused', key, '--days', '30');
    expect(out).toMatch(/USER +ROLE +LICENCE +LAST USED +HELD SINCE\nolder-/);
    expect(out).toMatch(/1 seat of which Wiki never reported any use\n\nUSER +ROLE +LICENCE +HELD SINCE\nnever-/);
  });

  it('says in one line what is wrong', async () => {
    expect((await cli.run('application', 'unused', key)).code).toBe(2);
    expect((await cli.run('application', 'unused', key, '--days', '0')).error).toContain('whole number from 1');
    expect((await cli.run('application', 'unused', 'nothing', '--days', '3')).error).toContain('application.not-found');
  });
});
