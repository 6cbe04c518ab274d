import { afterEach, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import type { GoogleConnection, PartialGoogleSettings } from '../../src/google/index.js';
import { type GoogleSync, startGoogleSync } from '../support/google-sync.js';

let world: GoogleSync;
afterEach(() => world.close());

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const AT_ONCE = { confirmationRuns: 1, graceHours: 0 };

/** A Workspace with these people, beside the administrator. */
async function people(names: readonly string[], settings: PartialGoogleSettings = {}): Promise<GoogleSync> {
  world = await startGoogleSync({ settings });
  for (const name of names)
    world.emulator.users.add({ primaryEmail: `${name}@example.com`, givenName: name, familyName: 'Test' });
  return world;
}

async function user(name: string) {
  const found = (await world.users()).get(`${name}@example.com`);
  if (found === undefined) throw new Error(`There is no ${name}`);
  return found;
}

/** Somebody whom a SCIM connection made, which owns them; or nobody does. */
async function existing(userName: string, owned: boolean, more: object = {}): Promise<string> {
  const made = await world.server.request('POST', '/Users', { schemas: [USER], userName, ...more });
  if (!owned) {
    await world.server.database.write(sql`UPDATE users SET owner_connection_id = NULL WHERE id = ${made.body.id}`);
    await world.server.database.write(sql`DELETE FROM identities WHERE object_id = ${made.body.id}`);
  }
  return made.body.id as string;
}

async function verify(domain: string): Promise<void> {
  await world.server.database.write(sql`
    INSERT INTO domains (site_id, name, challenge, verified_at, verified_by)
    VALUES (${world.server.siteId}, ${domain}, 'x', now(), 'operator')`);
}

function conflicts() {
  return world.server.database.write<{ reason: string; name: string; candidates: string[] }>(sql`
    SELECT reason, name, candidates FROM google_conflicts ORDER BY name`);
}

async function decide(choice: string, objectId?: string, name?: string): Promise<void> {
  await world.server.database.write(sql`
    UPDATE google_conflicts SET choice = ${choice}, chosen_object_id = ${objectId ?? null}::uuid, chosen_name = ${name ?? null}`);
}

describe('renames', () => {
  it('B13: another primary address is the same user, and nobody else is touched', async () => {
    await people(['ada', 'bob']);
    await world.sync();
    const [ada, bob] = [await user('ada'), await user('bob')];
    world.emulator.users.rename('ada@example.com', 'lovelace@example.com', { keepAlias: true });
    expect(await world.sync()).toMatchObject({ state: 'completed', warnings: 0 });
    expect((await user('lovelace')).id).toBe(ada.id);
    expect(await user('bob')).toEqual(bob);
  });

  it.each([2, 3])('B14: %i users who pass their addresses round are renamed in one run', async (count) => {
    const names = ['ada', 'bob', 'cid'].slice(0, count);
    await people(names);
    await world.sync();
    const before = await Promise.all(names.map(user));
    world.emulator.users.rotatePrimaries(names.map((name) => `${name}@example.com`));
    expect(await world.sync()).toMatchObject({ state: 'completed', warnings: 0 });
    for (const { id, googleId } of before) {
      const google = world.emulator.directory.requireUser(googleId ?? '');
      const after = (await world.users()).get(google.primaryEmail);
      expect(after?.id).toBe(id);
    }
  });

  it('B15: an account that was made again is the same user', async () => {
    await people(['ada'], AT_ONCE);
    await world.sync();
    const before = await user('ada');
    const again = world.emulator.users.recreate('ada@example.com');
    const run = await world.sync();
    expect(run).toMatchObject({ state: 'completed', warnings: 0 });
    expect(await user('ada')).toMatchObject({ id: before.id, googleId: again.id, state: 'active' });
    expect((await world.items(run)).map(({ action }) => action)).toEqual(['relink']);
    expect((await world.sync()).summary.counts).toEqual([]);
  });

  it('B15: or somebody else, where that is wanted: the former user gives up the name', async () => {
    await people(['ada'], { ...AT_ONCE, recreated: 'separate' });
    await world.sync();
    const before = await user('ada');
    world.emulator.users.recreate('ada@example.com');
    expect(await world.sync()).toMatchObject({ state: 'completed', warnings: 0 });
    expect((await user('ada')).id).not.toBe(before.id);
    const former = [...(await world.users()).values()].find(({ id }) => id === before.id);
    expect(former).toMatchObject({ userName: `ada@example.com (${before.googleId})`, state: 'deactivated' });
  });

  it('an alias that becomes the primary address is a rename', async () => {
    await people(['ada']);
    world.emulator.users.change('ada@example.com', { aliases: ['countess@example.com'] });
    await world.sync();
    const { id } = await user('ada');
    world.emulator.users.promoteAlias('ada@example.com', 'countess@example.com');
    await world.sync();
    expect((await user('countess')).id).toBe(id);
  });

  it('B17: a renamed group stays the same, and the run after it writes nothing', async () => {
    await people(['ada']);
    world.emulator.groups.add({ email: 'eng@example.com', name: 'Engineering' });
    world.emulator.members.add('eng@example.com', 'ada@example.com');
    await world.sync();
    world.emulator.groups.change('eng@example.com', { name: 'R&D' });
    await world.sync();
    expect(await world.groups()).toEqual(new Map([['R&D', ['ada@example.com']]]));
    const before = await world.marks();
    await world.sync();
    expect(await world.marks()).toEqual(before);
  });
});

it('a rename to the name of somebody else is a conflict, and everything else of the run goes on', async () => {
  await people(['ada', 'bob']);
  await world.sync();
  const holder = await existing('taken@example.com', true);
  world.emulator.users.rename('ada@example.com', 'taken@example.com');
  world.emulator.users.suspend('bob@example.com');
  expect(await world.sync()).toMatchObject({ state: 'completed', warnings: 1, summary: { conflicts: 1 } });
  expect(await conflicts()).toEqual([{ reason: 'name-taken', name: 'taken@example.com', candidates: [holder] }]);
  expect((await user('ada')).mine).toBe(true);
  expect((await user('bob')).state).toBe('deactivated');
  await world.server.database.write(sql`UPDATE users SET deleted_at = now() WHERE id = ${holder}`);
  expect(await world.sync()).toMatchObject({ state: 'completed', warnings: 0 });
  expect((await user('taken')).mine).toBe(true);
  expect(await conflicts()).toEqual([]);
});

describe('who is there already', () => {
  it('B16: is linked by an address in a verified domain, and taken over', async () => {
    await people(['ada']);
    await verify('example.com');
    const id = await existing('ada@example.com', false);
    const run = await world.sync();
    expect(run).toMatchObject({ state: 'completed', warnings: 0 });
    expect(await user('ada')).toMatchObject({
      id,
      mine: true,
      googleId: world.emulator.directory.user('ada@example.com')?.id,
    });
    expect((await world.items(run)).find(({ action }) => action === 'link')?.reason).toContain(
      'linked by address ada@example.com',
    );
  });

  it.each(['manual', 'unverified'])(
    'B16: is a conflict where that is to be decided (%s), never a failed run',
    async (how) => {
      await people(['ada', 'bob'], how === 'manual' ? { link: 'manual' } : {});
      if (how === 'manual') await verify('example.com');
      const id = await existing('ada@example.com', false);
      expect(await world.sync()).toMatchObject({ state: 'completed', warnings: 1 });
      expect(await conflicts()).toEqual([
        { reason: how === 'manual' ? 'manual' : 'unverified-domain', name: 'ada@example.com', candidates: [id] },
      ]);
      expect(await user('ada')).toMatchObject({ mine: false, googleId: null });
      await user('bob');
      await decide('link', id);
      expect(await world.sync()).toMatchObject({ state: 'completed', warnings: 0 });
      expect(await user('ada')).toMatchObject({ id, mine: true });
    },
  );

  it('B19: a deleted account with the address of a living one is ignored', async () => {
    await people(['ada'], AT_ONCE);
    world.emulator.users.delete('ada@example.com');
    world.emulator.users.add({ primaryEmail: 'ada@example.com' });
    expect(await world.sync()).toMatchObject({ state: 'completed', warnings: 0 });
    expect(await user('ada')).toMatchObject({ state: 'active' });
  });

  it('B20: is found by an alias, and never by an address that only belongs to a person', async () => {
    await people(['ada', 'bob']);
    await verify('example.com');
    const byAlias = await existing('countess@example.com', false);
    const byHome = await existing('bob.home@example.com', false);
    world.emulator.users.change('ada@example.com', { aliases: ['countess@example.com'] });
    world.emulator.users.change('bob@example.com', {
      attributes: { emails: [{ address: 'bob.home@example.com', type: 'home' }] },
    });
    await world.sync();
    expect((await user('ada')).id).toBe(byAlias);
    expect((await user('bob')).id).not.toBe(byHome);
  });

  it('B22: belongs to SCIM and is neither deactivated nor renamed, but in the list of conflicts', async () => {
    await people(['ada']);
    await verify('example.com');
    const id = await existing('ada@example.com', true, { displayName: 'Of SCIM' });
    await world.sync();
    expect(await conflicts()).toEqual([{ reason: 'other-owner', name: 'ada@example.com', candidates: [id] }]);
    await decide('link', id);
    world.emulator.groups.add({ email: 'eng@example.com', name: 'Engineering' });
    world.emulator.members.add('eng@example.com', 'ada@example.com');
    await world.sync();
    world.emulator.users.suspend('ada@example.com');
    await world.sync();
    expect(await user('ada')).toMatchObject({ id, mine: false, state: 'active', document: { displayName: 'Of SCIM' } });
    expect(await world.groups()).toEqual(new Map([['Engineering', ['ada@example.com']]]));
  });

  it('B22: but for attributes that are taken from Google', async () => {
    await people(['ada'], { takes: ['active', 'title'] });
    const id = await existing('ada@example.com', true, { title: 'Clerk', displayName: 'Of SCIM' });
    world.emulator.users.change('ada@example.com', {
      attributes: { organizations: [{ title: 'Analyst', primary: true }] },
    });
    await world.sync();
    await decide('link', id);
    await world.sync();
    expect(await user('ada')).toMatchObject({ mine: false, document: { displayName: 'Of SCIM', title: 'Analyst' } });
    world.emulator.users.suspend('ada@example.com');
    await world.sync();
    expect(await user('ada')).toMatchObject({ state: 'deactivated' });
  });

  it('is taken over, renamed beside or ignored as an administrator decides', async () => {
    await people(['ada']);
    const id = await existing('ada@example.com', true);
    await world.sync();
    await decide('ignore');
    expect((await world.sync()).warnings).toBe(0);
    expect(await user('ada')).toMatchObject({ mine: false, googleId: null });
    await decide('rename', undefined, 'ada.google@example.com');
    await world.sync();
    expect(await user('ada.google')).toMatchObject({ mine: true });
    expect((await world.sync()).summary.counts).toEqual([]);
    await world.server.database.write(sql`DELETE FROM identities WHERE object_id = ${(await user('ada.google')).id}`);
    await decide('take-over', id);
    await world.sync();
    expect(await user('ada')).toMatchObject({ id, mine: true });
  });

  it('B18: a plan for adoption says for each by what it is linked, or why not, and writes nothing', async () => {
    await people(['ada', 'bob', 'cid']);
    await verify('example.com');
    await existing('ada@example.com', false);
    await existing('bob@example.com', true);
    const before = await world.marks();
    const plan = await world.sync('plan');
    expect(await world.marks()).toEqual(before);
    const items = await world.items(plan);
    expect(items.map(({ name, action, reason }) => [name, action, reason])).toEqual(
      expect.arrayContaining([
        ['ada@example.com', 'link', expect.stringContaining('linked by address ada@example.com')],
        ['cid@example.com', 'create', 'new in Google'],
      ]),
    );
    expect(await conflicts()).toMatchObject([{ reason: 'other-owner', name: 'bob@example.com' }]);
  });
});

describe('names', () => {
  it('B21: are those of the page that was read last', async () => {
    world = await startGoogleSync({ emulator: { seed: { users: 700 } } });
    world.emulator.fault('dup-across-pages');
    expect(await world.sync()).toMatchObject({ state: 'completed', warnings: 0 });
    expect((await world.users()).size).toBe(701);
  });

  it('B23: of people with one name hold no zero-width space', async () => {
    await people(['ada']);
    world.emulator.users.change('ada@example.com', { givenName: 'Madonna', familyName: '\u200B' });
    await world.sync();
    const { document } = await user('ada');
    expect(document).toMatchObject({ name: { givenName: 'Madonna' }, displayName: expect.stringContaining('Madonna') });
    expect(JSON.stringify(document)).not.toContain('\u200B');
    expect(document.name).not.toHaveProperty('familyName');
  });

  it('B24: are taken from where the mapping says', async () => {
    await people(['ada'], {
      mapping: { displayName: 'organizations[primary].description | name.fullName', nickName: 'name.givenName' },
    });
    world.emulator.users.change('ada@example.com', {
      attributes: { organizations: [{ description: 'Countess', primary: true }] },
    });
    await world.sync();
    expect((await user('ada')).document).toMatchObject({ displayName: 'Countess', nickName: 'ada' });
  });

  it('map organizations, phones, addresses, the manager and custom schemas', async () => {
    const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
    await people(['ada', 'boss'], { mapping: { [`${ENTERPRISE}:division`]: 'customSchemas.HR.site' } });
    world.emulator.users.change('ada@example.com', {
      attributes: {
        organizations: [{ title: 'Analyst', department: 'Engines', costCenter: '42', primary: true }],
        phones: [{ value: '+44 20 7946 0000', type: 'work_mobile', primary: true }],
        addresses: [{ type: 'work', formatted: '1 High St', countryCode: 'GB' }],
        relations: [{ value: 'boss@example.com', type: 'manager' }],
        customSchemas: { HR: { site: 'LON' } },
      },
    });
    await world.sync();
    const boss = await user('boss');
    expect((await user('ada')).document).toMatchObject({
      title: 'Analyst',
      phoneNumbers: [{ value: '+44 20 7946 0000', type: 'mobile', primary: true }],
      addresses: [{ type: 'work', formatted: '1 High St', country: 'GB' }],
      [ENTERPRISE]: { department: 'Engines', costCenter: '42', division: 'LON', manager: { value: boss.id } },
    });
    world.emulator.users.change('ada@example.com', { attributes: { relations: undefined, phones: undefined } });
    await world.sync();
    const { document } = await user('ada');
    expect(document).not.toHaveProperty('phoneNumbers');
    expect(document[ENTERPRISE]).not.toHaveProperty('manager');
  });

  it('a user without addresses of its own does not fail the run', async () => {
    await people(['ada']);
    world.emulator.fault('no-emails', { user: 'ada@example.com' });
    expect(await world.sync()).toMatchObject({ state: 'completed', warnings: 0 });
    expect((await user('ada')).document).not.toHaveProperty('emails');
  });
});

it('a connection that is asked twice at once runs once', async () => {
  await people(['ada']);
  const twice = (connection: GoogleConnection) =>
    Promise.allSettled([world.sync('sync', connection), world.sync('plan', connection)]);
  const outcomes = await twice(world.connection);
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});
