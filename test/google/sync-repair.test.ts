import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { deactivateUser, updateGroup, updateUser } from '../../src/directory/index.js';
import { type GoogleSync, startGoogleSync } from '../support/google-sync.js';

let world: GoogleSync;
beforeEach(async () => {
  world = await startGoogleSync({ settings: { confirmationRuns: 1, graceHours: 0 } });
  for (const name of ['ada', 'bob']) world.emulator.users.add({ primaryEmail: `${name}@example.com`, givenName: name });
  world.emulator.groups.add({ email: 'eng@example.com', name: 'eng' });
  for (const name of ['ada', 'bob']) world.emulator.members.add('eng@example.com', `${name}@example.com`);
  await world.sync();
  await world.sync();
});
afterEach(() => world.close());

async function user(name: string) {
  const found = (await world.users()).get(`${name}@example.com`);
  if (found === undefined) throw new Error(`There is no ${name}`);
  return found;
}

it('what an administrator changed of attributes that Google owns is as in Google again, and the rest stays', async () => {
  const { change, actor } = world.server;
  const before = await user('ada');
  const document = { ...before.document, nickName: 'Countess', name: { givenName: 'Augusta' } };
  await change.run(actor(), { action: 'user.update', objectType: 'User', objectId: before.id }, () =>
    updateUser(actor(), before.id, (current) => ({
      profile: {
        ...{ userName: current.userName, displayName: undefined, active: true, managerId: undefined, emails: [] },
        document,
        folded: document,
      },
      previousEmails: [],
      externalId: undefined,
      passwordHash: undefined,
    })),
  );
  expect((await user('ada')).document.name).toEqual({ givenName: 'Augusta' });
  const run = await world.sync();
  expect((await world.items(run)).map(({ action, name }) => [action, name])).toEqual([['update', 'ada@example.com']]);
  expect((await user('ada')).document).toEqual({ ...before.document, nickName: 'Countess' });
  expect((await world.sync()).summary.counts).toEqual([]);
});

it('who was deactivated here is active again, as Google says', async () => {
  const { change, actor } = world.server;
  const { id } = await user('ada');
  await change.run(actor(), { action: 'user.deactivate', objectType: 'User', objectId: id }, () =>
    deactivateUser(actor(), id),
  );
  await world.sync();
  expect((await user('ada')).state).toBe('active');
});

it('who was taken out of a group here is in it again, though its list in Google is the same', async () => {
  const { change, actor, database } = world.server;
  const [group] = await database.write<{ id: string }>(sql`SELECT id FROM groups WHERE display_name = 'eng'`);
  const { id } = await user('ada');
  await change.run(actor(), { action: 'group.update', objectType: 'Group', objectId: group?.id }, () =>
    updateGroup(database, actor(), group?.id ?? '', {
      members: [{ kind: 'remove', ids: [id] }],
      unknownMembers: 'reject',
    }),
  );
  expect((await world.groups()).get('eng')).toEqual(['bob@example.com']);
  await world.sync();
  expect((await world.groups()).get('eng')).toEqual(['ada@example.com', 'bob@example.com']);
});

it('a manager who becomes known later is taken over, though nothing changed in Google', async () => {
  const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
  const relations = [{ type: 'manager', value: 'bob@example.com' }];
  world.emulator.users.change('ada@example.com', { attributes: { relations } });
  await world.sync();
  const bob = await user('bob');
  expect((await user('ada')).document[ENTERPRISE]).toEqual({ manager: { value: bob.id } });
  // Another account has the address from now on; Google says the same of Ada.
  world.emulator.users.rename('bob@example.com', 'robert@example.com', { keepAlias: false });
  world.emulator.users.add({ primaryEmail: 'bob@example.com' });
  await world.sync();
  await world.sync();
  expect((await user('ada')).document[ENTERPRISE]).toEqual({ manager: { value: (await user('bob')).id } });
});
