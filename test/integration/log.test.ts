import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createChange } from '../../src/change/index.js';
import { sql } from '../../src/database/index.js';
import { createUser, newObjectId } from '../../src/directory/index.js';
import { RollcallError } from '../../src/errors/index.js';
import { type LogEntry, type LogFilter, type LogPage, listLog } from '../../src/log/index.js';
import { createWorld, type World } from '../support/directory-world.js';
import { type Writer, writerFor } from '../support/writers.js';

let world: World;
let client: Writer;

beforeEach(async () => {
  world = await createWorld();
  client = writerFor(world, world.actor);
});

afterEach(() => world.close());

describe('an entry tells', () => {
  it('who did what to whom, when, from where and how it ended', async () => {
    const before = Date.now();
    const user = await client.createUser('ann', { title: 'Boss' });
    const entry = await newest();
    expect(entry).toMatchObject({
      source: 'scim',
      connectionId: world.actor.connection?.id,
      action: 'user.create',
      objectType: 'User',
      objectId: user,
      outcome: 'success',
      errorCode: null,
      correlationId: 'test',
      changed: ['userName', 'active', 'title'],
      personal: { name: 'ann' },
    });
    expect(entry.at.getTime()).toBeGreaterThanOrEqual(before);
    expect(entry.steps.map(({ step }) => step)).toEqual(['match', 'decide', 'apply']);
  });

  it('old and new values', async () => {
    const user = await client.createUser('ann', { title: 'Boss', document: { nickName: 'A' } });
    await client.updateUser(user, { title: 'Chief', active: false, document: { locale: 'de' } });
    expect((await newest()).personal?.changes).toEqual([
      { attribute: 'title', old: 'Boss', new: 'Chief' },
      { attribute: 'active', old: true, new: false },
      { attribute: 'nickName', old: 'A' },
      { attribute: 'locale', new: 'de' },
    ]);
  });

  it('that nothing differed: skipped', async () => {
    const user = await client.createUser('ann');
    await client.updateUser(user, {});
    expect(await newest()).toMatchObject({ outcome: 'skipped', changed: [] });
  });

  it('who came, who went, and whose access changed', async () => {
    const { roles } = await world.application({ key: 'wiki', licence: { seats: 1, policy: 'wait' } });
    const [ann, bob, cid] = [await world.user('ann'), await world.user('bob'), await world.user('cid')];
    const group = await world.group('group', [ann]);
    await world.grant(roles.get('user') ?? '', group);
    expect(await effects()).toContainEqual([ann, 'access-granted']);
    await world.members(group, { kind: 'add', ids: [bob] });
    expect(await newest()).toMatchObject({ outcome: 'waiting', action: 'group.update' });
    expect(await effects()).toEqual([
      [bob, 'member-added'],
      [bob, 'access-waiting'],
    ]);
    await world.members(group, { kind: 'replaceAll', ids: [bob, cid] });
    const changes = await effects();
    expect(changes).toHaveLength(5);
    expect(changes).toEqual(
      expect.arrayContaining([
        [ann, 'member-removed'],
        [cid, 'member-added'],
        [ann, 'access-removed'],
        [bob, 'access-granted'],
        [cid, 'access-waiting'],
      ]),
    );
  });

  it('a failure, with its code and advice', async () => {
    const missing = newObjectId();
    await expect(client.updateUser(missing, {})).rejects.toMatchObject({ code: 'user.not-found' });
    const entry = await newest();
    expect(entry).toMatchObject({ outcome: 'failure', errorCode: 'user.not-found', objectId: missing, changed: [] });
    expect(entry.personal?.advice).toContain(missing);
  });

  it('a failure whose text no jsonb can hold', async () => {
    const strange = 'nul\0half\uD800';
    await expect(client.createGroup('group', [strange])).rejects.toMatchObject({ code: 'group.unknown-member' });
    expect((await newest()).personal?.details).toMatchObject({ unknown: ['nul\uFFFDhalf\uFFFD'] });
  });

  it('a group of 1,000 members in one entry with 1,000 subjects, of which it shows 100 itself', async () => {
    const users = await insertUsers(1_000);
    const group = await client.createGroup('big');
    await client.updateGroup(group, [{ kind: 'add', ids: users }]);
    const entries = await list({ action: 'group.update' });
    expect(entries).toHaveLength(1);
    expect([entries[0]?.subjectCount, entries[0]?.subjects.length]).toEqual([1_000, 100]);
    expect(JSON.stringify(entries[0]?.personal).length).toBeLessThan(500);
    const rows = await world.database.read<{ kind: string; total: number }>(sql`
      SELECT effect AS kind, count(*) AS total FROM log_subjects WHERE entry_id = ${entries[0]?.id}
      GROUP BY effect ORDER BY effect`);
    expect(rows).toEqual([
      { kind: 'member-added', total: 1_000 },
      { kind: 'object', total: 1 },
    ]);
    expect((await list({ subjectId: users[777] })).map((entry) => entry.id)).toEqual([entries[0]?.id]);
  });
});

describe('secrets', () => {
  it('never reach the log, wherever they lie', async () => {
    const secret = 'hunter2-do-not-show';
    const document = {
      password: secret,
      'urn:example:User': { apiKey: secret, deep: [{ clientSecret: secret, plain: 'seen' }] },
      tokens: [secret],
    };
    const user = await client.createUser('ann', { document, passwordHash: `hash-${secret}` });
    await client.updateUser(user, {
      document: { ...document, password: `${secret}2` },
      passwordHash: `hash-${secret}`,
    });
    await client.updateUser(user, {});
    const rows = await world.database.read<{ text: string }>(sql`SELECT to_jsonb(e)::text AS text FROM log_entries e`);
    expect(rows).toHaveLength(3);
    for (const { text } of rows) expect(text).not.toContain(secret);
    expect(rows.map(({ text }) => text).join()).toContain('seen');
    expect((await list({ action: 'user.update' }))[1]?.changed).toContain('password');
  });
});

describe('personal values', () => {
  it('have a salted hash beside them, which outlives their erasure', async () => {
    const user = await client.createUser('ann', { title: 'Bürgermeisterin “🎩”' });
    const verified = () =>
      world.database.write<{ verified: boolean | null; hash: Buffer }>(sql`
        SELECT sha256(salt || convert_to(personal::text, 'UTF8')) = personal_hash AS verified, personal_hash AS hash
        FROM log_entries WHERE object_id = ${user}`);
    const [before] = await verified();
    expect(before?.verified).toBe(true);
    await world.database.write(sql`UPDATE log_entries SET personal = NULL, salt = NULL WHERE object_id = ${user}`);
    expect(await verified()).toEqual([{ verified: null, hash: before?.hash }]);
    expect((await newest()).personal).toBeNull();
  });

  it('have another hash each time, so that nobody can guess them', async () => {
    for (let n = 0; n < 2; n++) await client.createUser('ann').then((id) => client.deleteUser(id));
    const hashes = await world.database.write(sql`
      SELECT DISTINCT personal_hash FROM log_entries WHERE action = 'user.create'`);
    expect(hashes).toHaveLength(2);
  });
});

describe('a command that fails', () => {
  it('leaves nothing but its entry', async () => {
    const { roles } = await world.application({ key: 'wiki', licence: { seats: 0, policy: 'refuse' } });
    const [user, group] = [await world.user('ann'), await world.group('group')];
    await world.grant(roles.get('user') ?? '', group);
    const before = await everything();
    const failing = client.updateGroup(group, [{ kind: 'add', ids: [user] }], 'new name');
    await expect(failing).rejects.toMatchObject({ code: 'licence.out-of-seats' });
    expect(await everything()).toEqual(before);
    expect(await newest()).toMatchObject({ outcome: 'failure', errorCode: 'licence.out-of-seats', objectId: group });
  });

  it('because its entry cannot be written changes nothing', async () => {
    const before = await everything();
    await world.database.write(sql`ALTER TABLE log_subjects ADD CONSTRAINT closed CHECK (effect <> 'object')`);
    await expect(client.createUser('ann')).rejects.toThrow();
    expect(await everything()).toEqual(before);
  });

  it('for want of a database is told to the caller and not written elsewhere', async () => {
    const away = new RollcallError('unavailable', 'database.unavailable', 'away');
    let statements = 0;
    const closed = async () => {
      statements += 1;
      throw away;
    };
    const change = createChange({ ...world.database, write: closed, transaction: closed });
    const user = { profile: { ...profile, userName: 'ann' }, externalId: undefined, passwordHash: undefined };
    const running = change.run(world.actor, { action: 'user.create', objectType: 'User' }, () =>
      createUser(world.actor, user),
    );
    await expect(running).rejects.toBe(away);
    expect(statements).toBe(1);
    expect(await list({})).toEqual([]);
  });
});

describe('pages', () => {
  it('go through all entries once, newest first, also where many share a moment', async () => {
    await Promise.all(Array.from({ length: 30 }, (_, n) => client.createUser(`user${n}`)));
    await world.database.write(sql`UPDATE log_entries SET at = date_trunc('second', at)`);
    const seen: LogEntry[] = [];
    for (let page = await list({ limit: 7 }); page.length > 0; ) {
      seen.push(...page);
      page = await list({ limit: 7, before: seen.at(-1) });
    }
    expect(seen.map((entry) => entry.id)).toEqual((await list({ limit: 100 })).map((entry) => entry.id));
    expect(new Set(seen.map((entry) => entry.id)).size).toBe(30);
    const times = seen.map((entry) => entry.at.getTime());
    expect(times).toEqual([...times].sort((left, right) => right - left));
  });

  it('show of one subject what it did and what was done to it, once each', async () => {
    const [ann, bob] = [await client.createUser('ann'), await client.createUser('bob')];
    const group = await client.createGroup('group', [ann]);
    await client.updateGroup(group, [{ kind: 'add', ids: [bob] }]);
    await client.deleteUser(ann);
    const actions = async (subjectId: string) => (await list({ subjectId })).map((entry) => entry.action);
    expect(await actions(ann)).toEqual(['user.delete', 'group.create', 'user.create']);
    expect(await actions(bob)).toEqual(['group.update', 'user.create']);
    expect(await actions(group)).toEqual(['user.delete', 'group.update', 'group.create']);
    expect(
      (await list({ subjectId: ann, limit: 1, before: (await list({ subjectId: ann }))[0] })).map(
        (entry) => entry.action,
      ),
    ).toEqual(['group.create']);
  });

  it('hold the entries of one site alone', async () => {
    const user = await client.createUser('ann');
    const elsewhere = await createWorld(world.database);
    await elsewhere.user('bob');
    expect(await list({})).toHaveLength(1);
    expect(await listLog(world.database, { siteId: elsewhere.actor.siteId, subjectId: user, limit: 10 })).toEqual([]);
  });
});

const profile = {
  displayName: undefined,
  active: true,
  managerId: undefined,
  emails: [],
  document: {},
  folded: {},
};

function list(filter: Partial<LogFilter & LogPage>): Promise<LogEntry[]> {
  return listLog(world.database, { siteId: world.actor.siteId, limit: 50, ...filter });
}

async function newest(): Promise<LogEntry> {
  const [entry] = await list({ limit: 1 });
  if (entry === undefined) throw new Error('the log is empty');
  return entry;
}

/** Subjects of the newest entry, access without its application. */
async function effects(): Promise<[string, string | undefined][]> {
  return (await newest()).subjects.map(({ id, effect }) => [id, effect.split(':')[0]]);
}

/** All that the commands of these tests may write, but the log. */
function everything() {
  return world.database.write(sql`
    SELECT (SELECT jsonb_agg(u ORDER BY u.id) FROM users u) AS users,
      (SELECT jsonb_agg(g ORDER BY g.id) FROM groups g) AS groups,
      (SELECT jsonb_agg(m ORDER BY m.user_id) FROM memberships m) AS memberships,
      (SELECT jsonb_agg(e ORDER BY e.user_id) FROM entitlements e) AS entitlements,
      (SELECT jsonb_agg(w ORDER BY w.user_id) FROM waiting_places w) AS places,
      (SELECT jsonb_agg(l ORDER BY l.id) FROM licences l) AS licences,
      (SELECT jsonb_agg(i ORDER BY i.object_id) FROM identities i) AS identities,
      (SELECT jsonb_agg(c ORDER BY c.id) FROM object_count_deltas c) AS counts`);
}

async function insertUsers(count: number): Promise<string[]> {
  const rows = await world.database.write<{ id: string }>(sql`
    INSERT INTO users (site_id, id, user_name, user_name_key, document, folded)
    SELECT ${world.actor.siteId}, gen_random_uuid(), 'user' || n, 'user' || n, '{}', '{}'
    FROM generate_series(1, ${count}::integer) AS n RETURNING id`);
  return rows.map((row) => row.id);
}
