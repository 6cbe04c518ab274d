import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { createIncrements, type Increments } from '../support/google-increments.js';
import { type GoogleSync, startGoogleSync } from '../support/google-sync.js';

let world: GoogleSync;
let increments: Increments;
beforeEach(async () => {
  world = await startGoogleSync({
    emulator: { seed: { users: 12, groups: 4, memberships: 20, suspended: 0, archived: 0 } },
  });
  increments = createIncrements(world);
  expect(await world.sync()).toMatchObject({ state: 'completed', error: null });
  await increments.poll();
});
afterEach(() => world.close());

const hints = () =>
  world.server.database.write<{ kind: string; key: string }>(
    sql`SELECT kind, key FROM google_hints ORDER BY kind, key`,
  );
/** A run that finds nothing to do. */
async function expectNothingLeft(): Promise<void> {
  const before = await world.marks();
  const run = await world.sync();
  expect(run).toMatchObject({ state: 'completed', error: null });
  const items = await world.items(run);
  expect(items.filter(({ action }) => action !== 'skip')).toEqual([]);
  expect(await world.marks()).toEqual(before);
}
const aUser = (index = 3) => {
  const user = world.emulator.directory.users.items[index];
  if (user === undefined) throw new Error('There are not that many users');
  return user;
};
const aGroup = (index = 0) => {
  const group = world.emulator.directory.groups.items[index];
  if (group === undefined) throw new Error('There are not that many groups');
  return group;
};

type Step = [title: string, change: (world: GoogleSync) => void];
const users = (world: GoogleSync) => world.emulator.users;

describe('every event of the reports leads to what a complete run finds', () => {
  const steps: Step[] = [
    ['CREATE_USER', (w) => users(w).add({ primaryEmail: 'liz@example.com', givenName: 'Liz' })],
    ['SUSPEND_USER', (w) => users(w).suspend(aUser().id)],
    ['ARCHIVE_USER', (w) => users(w).archive(aUser().id)],
    ['CHANGE_FIRST_NAME, CHANGE_LAST_NAME', (w) => users(w).change(aUser().id, { givenName: 'E', familyName: 'S' })],
    ['CHANGE_DISPLAY_NAME', (w) => users(w).change(aUser().id, { displayName: 'Somebody else' })],
    ['ADD_NICKNAME', (w) => users(w).change(aUser().id, { aliases: ['nick@example.com'] })],
    ['RENAME_USER', (w) => users(w).rename(aUser().id, 'renamed@example.com')],
    ['RENAME_USER in a circle', (w) => users(w).rotatePrimaries([aUser(3).id, aUser(4).id, aUser(5).id])],
    ['DELETE_USER', (w) => users(w).delete(aUser().id)],
    ['DELETE_USER and CREATE_USER of one address', (w) => users(w).recreate(aUser().id)],
    ['CHANGE_USER_ORGANIZATION', (w) => change({ organizations: [{ title: 'Captain', primary: true }] })(w)],
    ['CHANGE_USER_PHONE_NUMBER', (w) => change({ phones: [{ value: '+1 555 0100', type: 'work' }] })(w)],
    ['CHANGE_USER_ADDRESS', (w) => change({ addresses: [{ formatted: 'Somewhere 1', type: 'work' }] })(w)],
    ['CHANGE_USER_RELATION', (w) => change({ relations: [{ type: 'manager', value: aUser(5).primaryEmail }] })(w)],
    ['CHANGE_USER_EXTERNAL_ID', (w) => change({ externalIds: [{ value: '77', type: 'organization' }] })(w)],
    ['MOVE_USER_TO_ORG_UNIT', (w) => users(w).change(aUser().id, { orgUnitPath: '/' })],
    ['GRANT_ADMIN_PRIVILEGE', (w) => users(w).change(aUser().id, { isAdmin: true })],
    [
      'CREATE_GROUP',
      (w) => {
        const { id } = w.emulator.groups.add({ email: 'crew@example.com', name: 'Crew' });
        w.emulator.members.add(id, aUser().id);
      },
    ],
    ['CHANGE_GROUP_NAME', (w) => w.emulator.groups.change(aGroup().id, { name: 'Another name' })],
    ['CHANGE_GROUP_NAME to one that is there', (w) => w.emulator.groups.change(aGroup(0).id, { name: aGroup(1).name })],
    ['CHANGE_GROUP_DESCRIPTION', (w) => w.emulator.groups.change(aGroup().id, { description: 'Of others' })],
    ['CHANGE_GROUP_EMAIL', (w) => w.emulator.groups.rename(aGroup().id, 'elsewhere@example.com')],
    [
      'ADD_GROUP_MEMBER',
      (w) => w.emulator.members.add(aGroup().id, users(w).add({ primaryEmail: 'n@example.com' }).id),
    ],
    [
      'UPDATE_GROUP_MEMBER',
      (w) => {
        const [member] = w.emulator.members.of(aGroup().id);
        w.emulator.members.add(aGroup().id, { member: member?.id ?? '', role: 'OWNER' });
      },
    ],
    [
      'REMOVE_GROUP_MEMBER',
      (w) => {
        const member = w.emulator.members.of(aGroup().id).find(({ type }) => type === 'USER');
        w.emulator.members.remove(aGroup().id, member?.id ?? '');
      },
    ],
    [
      'GROUP_MEMBER_BULK_UPLOAD',
      (w) => w.emulator.members.addMany(aGroup().id, [aUser(2).id, aUser(7).id, aUser(8).id]),
    ],
    ['a nested group', (w) => w.emulator.members.add(aGroup(0).id, aGroup(2).id)],
  ];
  const change =
    (attributes: Parameters<GoogleSync['emulator']['users']['change']>[1]['attributes']) => (w: GoogleSync) =>
      users(w).change(aUser().id, attributes === undefined ? {} : { attributes });

  it.each(steps)('%s', async (_title, apply) => {
    apply(world);
    expect(await increments.pollAndRefresh()).toMatchObject({ state: 'completed', error: null, kind: 'refresh' });
    expect(await hints()).toEqual([]);
    await expectNothingLeft();
  });
});
