import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sql } from '../../src/database/index.js';
import type { Emulator } from '../support/google-emulator/index.js';
import { type GoogleSync, startGoogleSync } from '../support/google-sync.js';

let world: GoogleSync;

const NO_LIMIT = { percent: 0, count: 0 };
const SETTINGS = {
  confirmationRuns: 1,
  graceHours: 0,
  limits: { users: NO_LIMIT, groups: NO_LIMIT, memberships: NO_LIMIT, seats: NO_LIMIT },
};

/** Something that happens in Google; what is not possible then does not happen. */
type Event = readonly [kind: (typeof KINDS)[number], one: number, other: number];

const KINDS = [
  'add-user',
  'suspend',
  'unsuspend',
  'archive',
  'unarchive',
  'delete-user',
  'undelete',
  'recreate',
  'rename',
  'rotate',
  'retitle',
  'add-alias',
  'promote',
  'add-group',
  'name-group',
  'delete-group',
  'join',
  'leave',
  'nest',
] as const;

const event: fc.Arbitrary<Event> = fc.tuple(fc.constantFrom(...KINDS), fc.nat(7), fc.nat(7));
const history = fc.array(fc.array(event, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 });

function address(number: number): string {
  return `u${number}@example.com`;
}

function happen(emulator: Emulator, [kind, one, other]: Event): void {
  const { users, groups, members, directory } = emulator;
  const living = directory.groups.items.filter(({ name }) => name !== 'Kept');
  const people = directory.users.items.filter(({ isAdmin }) => !isAdmin);
  const person = people[one % Math.max(1, people.length)]?.id ?? '';
  const someone = people[other % Math.max(1, people.length)]?.id ?? '';
  const group = living[one % Math.max(1, living.length)]?.id ?? '';
  const another = living[other % Math.max(1, living.length)]?.id ?? '';
  const acts: Record<Event[0], () => unknown> = {
    'add-user': () => users.add({ primaryEmail: address(one), givenName: `G${one}`, familyName: `F${other}` }),
    suspend: () => users.suspend(person),
    unsuspend: () => users.unsuspend(person),
    archive: () => users.archive(person),
    unarchive: () => users.unarchive(person),
    'delete-user': () => users.delete(person),
    undelete: () => users.undelete(directory.restorable()[one]?.id ?? ''),
    recreate: () => users.recreate(person),
    rename: () => users.rename(person, address(other), { keepAlias: one > 3 }),
    rotate: () => users.rotatePrimaries([person, someone]),
    retitle: () => users.change(person, { attributes: { organizations: [{ title: `T${other}`, primary: true }] } }),
    'add-alias': () => users.change(person, { aliases: [`alias${other}@example.com`] }),
    promote: () => users.promoteAlias(person, directory.user(person)?.aliases[0] ?? ''),
    'add-group': () => groups.add({ email: `g${one}@example.com`, name: `Group ${other % 3}` }),
    'name-group': () => groups.change(group, { name: `Group ${other}` }),
    'delete-group': () => groups.delete(group),
    join: () => members.add(group, someone),
    leave: () => members.remove(group, members.of(group)[0]?.id ?? ''),
    nest: () => members.add(group, another),
  };
  try {
    acts[kind]();
  } catch {
    // Google refuses as well what is not possible.
  }
}

/** Everything that does not belong to the connection. */
function others(): Promise<unknown[]> {
  const { database } = world.server;
  const owned = sql`owner_connection_id IS DISTINCT FROM ${world.connection.id}`;
  return database.write(sql`
    SELECT (SELECT string_agg(u::text, ' ' ORDER BY id) FROM users u WHERE ${owned}) AS users,
      (SELECT string_agg(g::text, ' ' ORDER BY id) FROM groups g WHERE ${owned}) AS groups,
      (SELECT string_agg(m::text, ' ' ORDER BY group_id, user_id) FROM memberships m WHERE ${owned}) AS members`);
}

/** What the directory has of Google is what Google has; who is gone from there is inactive here. */
async function compare(): Promise<void> {
  const { directory, members } = world.emulator;
  const found = await world.users();
  const byGoogleId = new Map([...found.values()].map((user) => [user.googleId, user]));
  const living = directory.users.items;
  for (const { id, primaryEmail, suspended, archived, givenName, familyName, attributes } of living) {
    const organizations = attributes.organizations as { title: string }[] | undefined;
    expect(byGoogleId.get(id)).toMatchObject({
      userName: primaryEmail,
      mine: true,
      state: suspended || archived ? 'deactivated' : 'active',
      document: { userName: primaryEmail, name: { givenName, familyName } },
    });
    expect(byGoogleId.get(id)?.document.title).toBe(organizations?.[0]?.title);
  }
  const ids = new Set(living.map(({ id }) => id));
  for (const user of found.values()) {
    if (user.mine && !ids.has(user.googleId ?? '')) expect(user.state).toBe('deactivated');
  }
  const groups = await world.groups();
  const mine = [...groups.keys()].filter((name) => name !== 'Local');
  expect(mine.map(nameOf).sort()).toEqual(directory.groups.items.map(({ name }) => name).sort());
  for (const { id, name, email } of directory.groups.items) {
    const shown = groups.get(`${name} (${email})`) ?? groups.get(name) ?? [];
    const wanted = members.of(id).flatMap((member) => {
      const user = directory.user(member.id);
      const inner = directory.group(member.id);
      return user?.primaryEmail ?? (inner === undefined || inner.id === id ? [] : `[${inner.name}]`);
    });
    const there = shown.map((member) => (member.startsWith('[') ? `[${nameOf(member.slice(1, -1))}]` : member));
    // Who is gone keeps the groups until they are deleted here.
    expect(there.filter((member) => member.startsWith('[') || directory.user(member) !== undefined).sort()).toEqual(
      wanted.sort(),
    );
  }
}

/** Without the address that tells two of one name apart. */
function nameOf(shown: string): string {
  return shown.replace(/ \(g\d@example\.com\)$/, '');
}

it('whatever happens in Google, the owned part of the directory follows, and nothing else changes', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (steps) => {
      world = await startGoogleSync({ settings: SETTINGS });
      try {
        const { server, emulator } = world;
        const schemas = ['urn:ietf:params:scim:schemas:core:2.0:User'];
        const local = await server.request('POST', '/Users', { schemas, userName: 'local@elsewhere.test' });
        await server.request('POST', '/Groups', {
          schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
          displayName: 'Local',
          members: [{ value: local.body.id }],
        });
        // An account that loses all of its groups at once is not believed.
        emulator.groups.add({ email: 'kept@example.com', name: 'Kept' });
        const before = await others();
        for (const events of steps) {
          for (const one of events) happen(emulator, one);
          expect(await world.sync()).toMatchObject({ state: 'completed', error: null });
          await compare();
          const marks = await world.marks();
          expect(await world.sync()).toMatchObject({ state: 'completed' });
          expect(await world.marks()).toEqual(marks);
          expect(await others()).toEqual(before);
        }
      } finally {
        await world.close();
      }
    }),
    {
      numRuns: Number(process.env.HISTORIES ?? 12),
      examples: [
        [
          [
            [
              ['add-user', 0, 0],
              ['recreate', 0, 0],
            ],
            [['add-user', 0, 0]],
          ],
        ],
      ],
    },
  );
}, 300_000);
