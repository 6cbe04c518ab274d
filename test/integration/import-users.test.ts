import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { countObjects, newObjectId, suspendUser } from '../../src/directory/index.js';
import { createImportStage, type ImportStage, imported, logOf, readUser } from '../support/import/import-stage.js';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

let stage: ImportStage;
/** SCIM, an administrator and the import. */
let scim: ImportStage['importer'];
let importer: ImportStage['importer'];

beforeEach(async () => {
  stage = await createImportStage();
  ({ importer } = stage);
  scim = stage.connect('scim');
});

// Looks at the invariants of the whole database as well.
afterEach(() => stage.close());

const read = (id: string) => readUser(stage.world, id);
const ours = () => importer.actor.connection?.id ?? '';

describe('new users', () => {
  it('are there as if each had been created alone', async () => {
    const users = ['Ann', 'Bob', 'Cid'].map((name) =>
      imported({
        userName: `${name}@Example.com`,
        externalId: `id of ${name}`,
        reason: 'new in the list',
        attributes: { displayName: name, emails: [{ value: `${name}@Example.com`, type: 'work' }] },
      }),
    );
    const outcome = await importer.importUsers(...users);
    expect(outcome).toEqual({ changed: users.map(({ id }) => id), unchanged: [], outdated: [], refused: [] });
    const row = await read(users[0]?.id ?? '');
    expect(row).toMatchObject({ userName: 'Ann@Example.com', state: 'active', owner: ours(), version: 1 });
    expect(row.document).toMatchObject({ userName: 'Ann@Example.com', active: true, displayName: 'Ann' });
    expect(row.emails).toEqual(['ann@example.com']);
    expect(row.identities).toEqual({ [ours()]: 'id of Ann' });
    const reader = { siteId: importer.actor.siteId, connectionId: ours(), sees: 'own' } as const;
    expect(await countObjects(stage.world.database, reader, 'User')).toBe(3);
  });

  it('have an entry of the log each', async () => {
    const users = ['ann', 'bob'].map((userName) => imported({ userName, reason: 'new in the list' }));
    await importer.importUsers(...users);
    for (const { id, userName } of users) {
      expect(await logOf(stage.world, id)).toMatchObject([
        {
          action: 'user.create',
          source: 'google',
          objectType: 'User',
          objectId: id,
          outcome: 'success',
          connectionId: ours(),
          steps: expect.arrayContaining([{ step: 'decide', result: 'new in the list' }]),
          personal: { name: userName },
        },
      ]);
    }
    expect(await entries()).toBe(2);
  });

  it('are deactivated where the connection says so', async () => {
    const user = imported({ userName: 'ann', active: false });
    await importer.importUsers(user);
    expect(await read(user.id)).toMatchObject({ state: 'deactivated', document: { active: false } });
  });

  it('are outdated where the id is taken, also by a deleted user', async () => {
    const [there, gone] = [
      await importer.createUser({ userName: 'ann' }),
      await importer.createUser({ userName: 'bob' }),
    ];
    await importer.deleteUser(gone);
    const before = await read(there);
    const fresh = imported({ userName: 'dan' });
    const outcome = await importer.importUsers(
      imported({ id: there, as: 'new', userName: 'cid' }),
      fresh,
      imported({ id: gone, as: 'new', userName: 'eve' }),
    );
    expect(outcome).toMatchObject({ changed: [fresh.id], outdated: [there, gone] });
    expect(await read(there)).toEqual(before);
  });
});

it('the same users twice at once are there once, and outdated for whoever comes second', async () => {
  const users = Array.from({ length: 20 }, (_, n) => imported({ userName: `user${n}` }));
  const outcomes = await Promise.all([importer.importUsers(...users), importer.importUsers(...users)]);
  const ids = users.map(({ id }) => id);
  expect(outcomes.map(({ changed }) => changed).sort()).toEqual([[], ids]);
  expect(outcomes.map(({ outdated }) => outdated).sort()).toEqual([[], ids]);
  expect(await entries()).toBe(20);
});

describe('attributes', () => {
  it('of others stay, with their schemas; cleared ones go', async () => {
    const id = await importer.createUser(
      { userName: 'ann', title: 'Chef', nickName: 'Annie', [ENTERPRISE]: { costCenter: '7' } },
      'theirs',
    );
    await importer.importUsers(imported({ id, attributes: { displayName: 'Ann' }, cleared: ['title', 'locale'] }));
    const { document, version } = await read(id);
    expect(document).toEqual({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE],
      userName: 'ann',
      active: true,
      nickName: 'Annie',
      displayName: 'Ann',
      [ENTERPRISE]: { costCenter: '7' },
    });
    expect(version).toBe(2);
    const [entry] = await logOf(stage.world, id);
    expect(entry).toMatchObject({ action: 'user.update', changed: ['title', 'displayName'] });
    expect(entry?.personal).toMatchObject({
      changes: [
        { attribute: 'title', old: 'Chef' },
        { attribute: 'displayName', new: 'Ann' },
      ],
    });
  });

  it('of an extension go as a whole, with the schema', async () => {
    const id = await importer.createUser({ userName: 'ann', [ENTERPRISE]: { costCenter: '7' } }, 'theirs');
    await importer.importUsers(imported({ id, cleared: [ENTERPRISE] }));
    const { document } = await read(id);
    expect(Object.keys(document).sort()).toEqual(['active', 'schemas', 'userName']);
    expect(document.schemas).toEqual(['urn:ietf:params:scim:schemas:core:2.0:User']);
  });

  it('that are the same write nothing and log nothing', async () => {
    const id = await importer.createUser({ userName: 'ann', title: 'Chef' }, 'theirs');
    const [before, logged] = [await read(id), await entries()];
    const outcome = await importer.importUsers(
      imported({ id, userName: 'ann', active: true, attributes: { title: 'Chef' }, cleared: ['locale'] }),
    );
    expect(outcome).toEqual({ changed: [], unchanged: [id], outdated: [], refused: [] });
    expect(await read(id)).toEqual(before);
    expect(await entries()).toBe(logged);
  });

  it('keep the keys of addresses in step, also where nothing is said of addresses', async () => {
    const emails = (...values: readonly string[]) => values.map((value) => ({ value, type: 'work' }));
    const id = await importer.createUser({ userName: 'ann', emails: emails('A@x', 'b@x') }, 'theirs');
    await importer.importUsers(imported({ id, attributes: { title: 'Chef' } }));
    expect((await read(id)).emails).toEqual(['a@x', 'b@x']);
    await importer.importUsers(imported({ id, attributes: { emails: emails('a@x', 'c@x') } }));
    expect((await read(id)).emails).toEqual(['a@x', 'c@x']);
    await importer.importUsers(imported({ id, cleared: ['emails'] }));
    expect((await read(id)).emails).toEqual([]);
  });

  it('are told once to those who watch the version', async () => {
    const id = await importer.createUser({ userName: 'ann' }, 'theirs');
    const before = await read(id);
    await importer.importUsers(imported({ id, externalId: 'another' }));
    const after = await read(id);
    expect(after.version).toBe(2);
    expect(after.modifiedAt.getTime()).toBeGreaterThan(before.modifiedAt.getTime());
    expect(after.identities).toEqual({ [ours()]: 'another' });
  });
});

describe('the state', () => {
  it('follows the word of the connection, and stays where nothing is said', async () => {
    const id = await importer.createUser({ userName: 'ann' }, 'theirs');
    await importer.importUsers(imported({ id, active: false, reason: 'suspended there' }));
    expect(await read(id)).toMatchObject({ state: 'deactivated', document: { active: false } });
    await importer.importUsers(imported({ id, attributes: { title: 'Chef' } }));
    expect(await read(id)).toMatchObject({ state: 'deactivated', document: { active: false } });
    await importer.importUsers(imported({ id, active: true }));
    expect(await read(id)).toMatchObject({ state: 'active', document: { active: true } });
  });

  it('of whom an administrator suspended changes only under the suspension', async () => {
    const id = await importer.createUser({ userName: 'ann' }, 'theirs');
    const { change, administrator } = stage.world;
    await change.run(administrator, { action: 'user.suspend', objectType: 'User' }, () =>
      suspendUser(administrator, id, { reason: 'holiday', until: undefined }),
    );
    await importer.importUsers(imported({ id, active: false, reason: 'suspended there' }));
    expect(await read(id)).toMatchObject({ state: 'suspended', document: { active: false } });
    const [entry] = await logOf(stage.world, id);
    expect(entry?.changed).toEqual(['stateAfterSuspension']);
    expect(JSON.stringify(entry?.steps)).toContain('suspended there; stays suspended');
  });

  it('counts towards the limit of the connection, all or nothing', async () => {
    const ids = [];
    for (const userName of ['ann', 'bob', 'cid']) ids.push(await importer.createUser({ userName }, 'theirs'));
    const { connection } = importer.actor;
    await stage.world.database.write(sql`
      INSERT INTO connections (site_id, id, key, name, type, profile)
      VALUES (${importer.actor.siteId}, ${connection?.id ?? ''}, 'abcdefghij', 'importer', 'scim', 'generic')`);
    const limited = stage.limited(importer, 2);
    const leave = (some: readonly string[]) => some.map((id) => imported({ id, active: false }));
    await expect(limited.importUsers(...leave(ids))).rejects.toMatchObject({ code: 'connection.removal-limit' });
    expect(await states(ids)).toEqual(['active', 'active', 'active']);
    await limited.importUsers(...leave(ids.slice(0, 2)));
    expect(await states(ids)).toEqual(['deactivated', 'deactivated', 'active']);
    await expect(limited.importUsers(...leave(ids.slice(2)))).rejects.toMatchObject({
      code: 'connection.removal-limit',
    });
  });
});

describe('ownership', () => {
  it.each([
    ['own', 'nobody', false],
    ['own', 'another', false],
    ['own', 'ours', true],
    ['adopt', 'nobody', true],
    ['adopt', 'another', false],
    ['adopt', 'ours', false],
    ['take-over', 'nobody', true],
    ['take-over', 'another', true],
    ['take-over', 'ours', true],
    ['guest', 'nobody', true],
    ['guest', 'another', true],
    ['guest', 'ours', false],
  ] as const)('as %s of a user of %s: %s', async (as, owner, fits) => {
    const makers = { nobody: stage.administrator, another: scim, ours: importer };
    const id = await makers[owner].createUser({ userName: 'ann' });
    const before = await read(id);
    const outcome = await importer.importUsers(imported({ id, as, attributes: { title: 'Chef' } }));
    expect(outcome).toMatchObject(fits ? { changed: [id], outdated: [] } : { changed: [], outdated: [id] });
    const after = await read(id);
    if (!fits) expect(after).toEqual(before);
    else {
      expect(after.document.title).toBe('Chef');
      expect(after.owner).toBe(as === 'guest' ? before.owner : ours());
      expect(after.identities).toMatchObject({ [ours()]: 'theirs' });
      if (owner === 'another') expect(after.identities).toMatchObject({ [scim.actor.connection?.id ?? '']: null });
    }
  });

  it('alone changes nothing that clients read, and is told', async () => {
    const id = await scim.createUser({ userName: 'ann' });
    await importer.importUsers(imported({ id, as: 'guest' }));
    const linked = await read(id);
    expect(linked).toMatchObject({ version: 1, identities: { [ours()]: 'theirs' } });
    await importer.importUsers(imported({ id, as: 'take-over' }));
    expect(await read(id)).toMatchObject({ version: 1, owner: ours(), modifiedAt: linked.modifiedAt });
    const log = await logOf(stage.world, id);
    expect(log.map(({ changed }) => changed)).toEqual([['owner'], ['externalId'], expect.anything()]);
  });

  it('is looked at for each alone: those that do not fit do not keep the others', async () => {
    const [mine, theirs] = [await importer.createUser({ userName: 'a' }), await scim.createUser({ userName: 'b' })];
    const fresh = imported({ userName: 'c' });
    const gone = newObjectId();
    const chef = { title: 'Chef' };
    const outcome = await importer.importUsers(
      imported({ id: theirs, attributes: chef }),
      fresh,
      imported({ id: gone, attributes: chef }),
      imported({ id: mine, attributes: chef }),
    );
    expect(outcome).toEqual({ changed: [fresh.id, mine], unchanged: [], outdated: [theirs, gone], refused: [] });
  });

  it('makes users of an administrator local', async () => {
    const user = imported({ userName: 'ann', attributes: { title: 'Chef' } });
    await stage.administrator.importUsers(user);
    expect(await read(user.id)).toMatchObject({ owner: null, identities: {} });
    await stage.administrator.importUsers(imported({ id: user.id, attributes: { title: 'Cook' } }));
    expect(await read(user.id)).toMatchObject({ owner: null, version: 2, document: { title: 'Cook' } });
  });
});

describe('names', () => {
  it.each([2, 3, 5])('pass on in a circle of %s', async (length) => {
    const ids: string[] = [];
    for (let n = 0; n < length; n++) ids.push(await importer.createUser({ userName: `user${n}@x` }, 'theirs'));
    const outcome = await importer.importUsers(
      ...ids.map((id, n) => imported({ id, userName: `USER${(n + 1) % length}@x` })),
    );
    expect(outcome.changed).toEqual(ids);
    for (const [n, id] of ids.entries()) {
      expect(await read(id)).toMatchObject({ userName: `USER${(n + 1) % length}@x`, version: 2 });
    }
  });

  it('that somebody gives up are free for a new user in the same import', async () => {
    const old = await importer.createUser({ userName: 'ann' }, 'theirs');
    const fresh = imported({ userName: 'Ann' });
    await importer.importUsers(fresh, imported({ id: old, userName: 'ann.old' }));
    expect(await read(fresh.id)).toMatchObject({ userName: 'Ann' });
    expect(await read(old)).toMatchObject({ userName: 'ann.old' });
  });

  it('that somebody else has are an error which tells whom it hits', async () => {
    const holder = await scim.createUser({ userName: 'ann' });
    const [first, hit] = [imported({ userName: 'bob' }), imported({ userName: 'ANN' })];
    const mine = await importer.createUser({ userName: 'cid' }, 'theirs');
    await expect(importer.importUsers(first, hit, imported({ id: mine, userName: 'Ann' }))).rejects.toMatchObject({
      code: 'user.user-name-taken',
      details: { objects: [hit.id, mine], conflictsWith: holder },
    });
    await expect(read(first.id)).rejects.toThrow();
    await importer.importUsers(first);
    expect(await read(first.id)).toMatchObject({ userName: 'bob' });
  });

  it('that two want are an error that tells who comes too late', async () => {
    const [first, second] = [imported({ userName: 'ann' }), imported({ userName: 'Ann' })];
    await expect(importer.importUsers(first, second)).rejects.toMatchObject({
      code: 'user.user-name-taken',
      details: { objects: [second.id] },
    });
  });

  it('of those who are left alone stay theirs', async () => {
    const theirs = await scim.createUser({ userName: 'ann' });
    const fresh = imported({ userName: 'ann' });
    await expect(importer.importUsers(imported({ id: theirs, userName: 'bob' }), fresh)).rejects.toMatchObject({
      code: 'user.user-name-taken',
      details: { objects: [fresh.id] },
    });
  });

  it('that are taken while the import waits tell whom it hits as well', async () => {
    const { database } = stage.world;
    const fresh = [imported({ userName: 'ann' }), imported({ userName: 'bob' })];
    const holder = newObjectId();
    let importing: Promise<unknown> | undefined;
    await database.transaction(async (transaction) => {
      await transaction.run(sql`
        INSERT INTO users (site_id, id, user_name, user_name_key, document, folded)
        VALUES (${importer.actor.siteId}, ${holder}, 'bob', 'bob', '{"userName": "bob"}', '{"userName": "bob"}')`);
      importing = importer.importUsers(...fresh);
      importing.catch(() => undefined);
      await waiting(1);
    });
    await expect(importing).rejects.toMatchObject({
      code: 'user.user-name-taken',
      details: { objects: [fresh[1]?.id], conflictsWith: holder },
    });
    await database.write(sql`DELETE FROM users WHERE id = ${holder}`);
  });
});

async function waiting(count: number): Promise<void> {
  for (;;) {
    const [row] = await stage.world.database.write<{ n: number }>(sql`
      SELECT count(*) AS n FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`);
    if ((row?.n ?? 0) >= count) return;
  }
}

async function entries(): Promise<number> {
  const [row] = await stage.world.database.write<{ n: number }>(sql`SELECT count(*) AS n FROM log_entries`);
  return row?.n ?? 0;
}

async function states(ids: readonly string[]): Promise<string[]> {
  return Promise.all(ids.map(async (id) => (await read(id)).state));
}
