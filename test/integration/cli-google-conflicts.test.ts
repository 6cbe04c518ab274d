import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import type { Conflict, Run, RunItem } from '../../src/google/index.js';
import type { Cli } from '../support/cli.js';
import { createGoogleCli, googleEnvironment } from '../support/google-cli.js';
import { type GoogleSync, startGoogleSync } from '../support/google-sync.js';

interface Page {
  readonly conflicts: readonly Conflict[];
  readonly next: string | null;
}

let world: GoogleSync;
let cli: Cli;
let environment: NodeJS.ProcessEnv;
/** Ids of local users by name, and of those whom a SCIM connection owns. */
const ids = new Map<string, string>();

beforeAll(async () => {
  world = await startGoogleSync({ settings: { link: 'manual' } });
  environment = process.env;
  process.env = { ...environment, ...(await googleEnvironment(world)) };
  cli = createGoogleCli(world);
  const { database, siteId } = world.server;
  for (const name of ['ann', 'ben', 'cleo', 'dora', 'eve', 'fay']) {
    world.emulator.users.add({ primaryEmail: `${name}@example.com` });
    const { body } = await world.server.request('POST', '/Users', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: `${name}@example.com`,
    });
    ids.set(name, body.id);
  }
  // Nobody's, but for one of another connection.
  await database.write(sql`
    UPDATE users SET owner_connection_id = NULL WHERE site_id = ${siteId} AND user_name <> 'fay@example.com'`);
  await database.write(sql`DELETE FROM identities WHERE site_id = ${siteId} AND object_id <> ${ids.get('fay') ?? ''}`);
});
afterAll(async () => {
  process.env = environment;
  await world.close();
});

const id = (name: string) => ids.get(name) ?? '';
const list = async (...options: string[]) =>
  (await cli.json<Page>('google', 'conflicts', ...options, world.connection.name)).conflicts;
const decide = (object: string, ...choice: string[]) =>
  cli.run('google', 'resolve', ...choice, world.connection.name, `${object}@example.com`);
const verify = (verified: boolean) =>
  world.server.database.write(sql`
    INSERT INTO domains (site_id, name, challenge, verified_at)
    VALUES (${world.server.siteId}, 'example.com', 'token', CASE WHEN ${verified} THEN now() END)
    ON CONFLICT (site_id, name) DO UPDATE SET verified_at = excluded.verified_at`);

describe('rollcall google conflicts and resolve', () => {
  beforeEach(() => verify(true));

  it('B18: a plan says of everybody who is there what they are linked by or why not, and writes nothing', async () => {
    const before = await world.marks();
    const plan = await cli.json<Run>('google', 'plan', '--wait', world.connection.name);
    expect(plan).toMatchObject({ state: 'completed', summary: { conflicts: 6 } });
    expect(await world.marks()).toMatchObject([{ ...(before as object[])[0], entries: expect.anything() }]);
    const found = await list();
    expect(found.map(({ name, reason, choice }) => `${name} ${reason} ${choice}`).sort()).toEqual([
      ...['ann', 'ben', 'cleo', 'dora', 'eve'].map((name) => `${name}@example.com manual null`),
      'fay@example.com other-owner null',
    ]);
    expect(found.find(({ name }) => name === 'ann@example.com')?.candidates).toEqual([
      { id: id('ann'), name: 'ann@example.com', owner: null },
    ]);
    const { items } = await cli.json<{ items: RunItem[] }>('google', 'run', 'show', '--kind', 'user', plan.id);
    expect(items.map(({ action, objectName }) => `${action} ${objectName}`)).toEqual([
      `create ${world.emulator.adminEmail}`,
    ]);
  });

  it('a page of conflicts goes on where the one before ended', async () => {
    const first = await cli.json<Page>('google', 'conflicts', '--limit', '4', world.connection.name);
    const rest = await cli.json<Page>(
      ...['google', 'conflicts', '--limit', '4', '--after', first.next ?? '', world.connection.name],
    );
    expect([first.conflicts.length, rest.conflicts.length, rest.next]).toEqual([4, 2, null]);
    expect([...first.conflicts, ...rest.conflicts]).toEqual(await list());
  });

  it('a decision that cannot be is refused with what to do', async () => {
    const code = async (object: string, ...choice: string[]) => (await decide(object, ...choice)).error.split(':')[0];
    expect((await decide('ann')).code).toBe(2);
    expect((await decide('ann', '--ignore', '--undo')).code).toBe(2);
    expect(await code('nobody', '--ignore')).toBe('google.conflict-not-found');
    expect(await code('ann', '--link', 'not-an-id')).toBe('google.candidate-not-found');
    expect(await code('ann', '--link', world.connection.id)).toBe('google.candidate-not-found');
    expect(await code('ann', '--rename', 'BEN@example.com')).toBe('user.user-name-taken');
    expect(await code('ann', '--rename', ' ')).toBe('google.name-invalid');
    await verify(false);
    expect(await code('ann', '--link', id('ann'))).toBe('google.domain-unverified');
    expect(await code('fay', '--take-over', id('fay'))).toBe('google.domain-unverified');
  });

  it('link, take over, ignore and rename are done by the next run; undo asks again', async () => {
    expect((await decide('ann', '--link', id('ann'))).code).toBe(0);
    expect((await decide('ben', '--link', id('ann'))).error).toMatch(/^google\.candidate-taken: /);
    expect((await decide('ben', '--take-over', id('ben'))).code).toBe(0);
    expect((await decide('cleo', '--ignore')).code).toBe(0);
    expect((await decide('dora', '--rename', 'dora.google@example.com')).code).toBe(0);
    expect((await decide('eve', '--ignore')).code).toBe(0);
    expect((await decide('eve', '--undo')).code).toBe(0);
    expect((await decide('fay', '--link', id('fay'))).code).toBe(0);
    expect((await list('--open')).map(({ name }) => name)).toEqual(['eve@example.com']);

    const run = await cli.json<Run>('google', 'sync', '--wait', world.connection.name);
    expect(run).toMatchObject({ state: 'completed', summary: { conflicts: 1 } });
    const users = await world.users();
    expect(users.get('ann@example.com')).toMatchObject({ id: id('ann'), mine: true, googleId: expect.any(String) });
    expect(users.get('ben@example.com')).toMatchObject({ id: id('ben'), mine: true, googleId: expect.any(String) });
    expect(users.get('cleo@example.com')).toMatchObject({ mine: false, googleId: null });
    expect(users.get('dora@example.com')).toMatchObject({ id: id('dora'), mine: false, googleId: null });
    expect(users.get('dora.google@example.com')).toMatchObject({ mine: true });
    expect(users.get('eve@example.com')).toMatchObject({ mine: false, googleId: null });
    // A guest: linked, and still its owner's.
    expect(users.get('fay@example.com')).toMatchObject({ id: id('fay'), mine: false, googleId: expect.any(String) });

    const { entries } = await cli.json<{ entries: { action: string; outcome: string }[] }>(
      'log',
      'list',
      '--limit',
      '500',
    );
    const decisions = entries.filter(({ action }) => action === 'google.resolve').map(({ outcome }) => outcome);
    expect(decisions.filter((outcome) => outcome === 'success')).toHaveLength(7);
  });
});
