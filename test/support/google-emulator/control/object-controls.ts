import type { Emulator } from '../emulator.ts';
import type {
  GroupChange,
  GroupRecord,
  NewGroup,
  NewMember,
  NewUser,
  UserChange,
  UserRecord,
} from '../state/records.ts';
import { type Control, options, text, texts } from './control.ts';

const shown = (group: GroupRecord) => ({ ...group, members: group.members.size });

type UserAction = (emulator: Emulator, key: string, body: Parameters<Control['run']>[1]['body']) => UserRecord;

const USER_ACTIONS: Readonly<Record<string, UserAction>> = {
  suspend: ({ users }, key, body) => users.suspend(key, options<{ reason?: string }>(body, 'reason').reason),
  unsuspend: ({ users }, key) => users.unsuspend(key),
  archive: ({ users }, key) => users.archive(key),
  unarchive: ({ users }, key) => users.unarchive(key),
  rename: ({ users }, key, body) => users.rename(key, text(body, 'primaryEmail')),
  'promote-alias': ({ users }, key, body) => users.promoteAlias(key, text(body, 'alias')),
  undelete: ({ users }, key) => users.undelete(key),
  recreate: ({ users }, key) => users.recreate(key),
};

/** Users, groups, members and organisational units, as the emulator's own functions change them. */
export const objectControls: readonly Control[] = [
  {
    method: 'POST',
    path: '/users',
    does: 'Adds a user: primaryEmail, and what else there is to say.',
    run({ users }, { body }) {
      text(body, 'primaryEmail');
      const names = 'primaryEmail id givenName familyName displayName orgUnitPath isAdmin suspended archived aliases';
      return users.add(options<NewUser>(body, ...(names.split(' ') as (keyof NewUser)[]), 'attributes'));
    },
  },
  {
    method: 'GET',
    path: '/users/{key}',
    does: 'Shows a user.',
    run: ({ directory }, { params: { key = '' } }) => directory.requireUser(key),
  },
  {
    method: 'PATCH',
    path: '/users/{key}',
    does: 'Changes a user; `attributes` are laid over those there are. With ?by=user it shows in no report.',
    run({ users }, { params: { key = '' }, body, query }) {
      const by = query.get('by') === 'user' ? 'user' : 'administrator';
      const names = 'givenName familyName displayName orgUnitPath isAdmin isDelegatedAdmin aliases lastLoginTime';
      const change = options<UserChange>(body, ...(names.split(' ') as (keyof UserChange)[]), 'attributes');
      return users.change(key, change, { by });
    },
  },
  {
    method: 'DELETE',
    path: '/users/{key}',
    does: 'Deletes a user.',
    run: ({ users }, { params: { key = '' } }) => users.delete(key),
  },
  {
    method: 'POST',
    path: '/users/{key}/{action}',
    does: `Does one of ${Object.keys(USER_ACTIONS).join(', ')}; rename needs primaryEmail, promote-alias needs alias.`,
    run(emulator, { params: { key = '', action = '' }, body }) {
      const act = USER_ACTIONS[action];
      if (act === undefined) throw new Error(`no action ${action}, but ${Object.keys(USER_ACTIONS).join(', ')}`);
      return act(emulator, key, body);
    },
  },
  {
    method: 'POST',
    path: '/rotate-primaries',
    does: 'Gives each of `users` the primary address of the next.',
    run: ({ users }, { body }) => ({ users: users.rotatePrimaries(texts(body, 'users')) }),
  },
  {
    method: 'POST',
    path: '/groups',
    does: 'Adds a group: email, name, description, aliases, id.',
    run({ groups }, { body }) {
      text(body, 'email');
      return shown(groups.add(options<NewGroup>(body, 'email', 'name', 'description', 'aliases', 'id')));
    },
  },
  {
    method: 'GET',
    path: '/groups/{key}',
    does: 'Shows a group.',
    run: ({ directory }, { params: { key = '' } }) => shown(directory.requireGroup(key)),
  },
  {
    method: 'PATCH',
    path: '/groups/{key}',
    does: 'Changes name, description or aliases of a group.',
    run: ({ groups }, { params: { key = '' }, body }) =>
      shown(groups.change(key, options<GroupChange>(body, 'name', 'description', 'aliases'))),
  },
  {
    method: 'POST',
    path: '/groups/{key}/rename',
    does: 'Gives a group another `email`.',
    run: ({ groups }, { params: { key = '' }, body }) => shown(groups.rename(key, text(body, 'email'))),
  },
  {
    method: 'DELETE',
    path: '/groups/{key}',
    does: 'Deletes a group.',
    run: ({ groups }, { params: { key = '' } }) => shown(groups.delete(key)),
  },
  {
    method: 'GET',
    path: '/groups/{key}/effective-members',
    does: 'Ids of the users that it holds in truth; ?active=true leaves out those suspended or archived.',
    run: (emulator, { params: { key = '' }, query }) => ({
      members: [...emulator.effectiveMembers(key, { active: query.get('active') === 'true' })],
    }),
  },
  {
    method: 'GET',
    path: '/groups/{key}/members',
    does: 'Its direct members.',
    run: ({ members }, { params: { key = '' } }) => ({ members: members.of(key) }),
  },
  {
    method: 'POST',
    path: '/groups/{key}/members',
    does: 'Adds `member` (id, address, an address outside, or CUSTOMER), with a `role`.',
    run({ members }, { params: { key = '' }, body }) {
      text(body, 'member');
      return members.add(key, options<NewMember>(body, 'member', 'role'));
    },
  },
  {
    method: 'POST',
    path: '/groups/{key}/foreign-groups',
    does: 'Adds a group of another company, by `email`.',
    run: ({ members }, { params: { key = '' }, body }) => members.addForeignGroup(key, text(body, 'email')),
  },
  {
    method: 'DELETE',
    path: '/groups/{key}/members/{member}',
    does: 'Removes a member.',
    run({ members }, { params: { key = '', member = '' } }) {
      members.remove(key, member);
      return {};
    },
  },
  {
    method: 'POST',
    path: '/org-units',
    does: 'Adds the organisational unit of a `path`.',
    run: ({ orgUnits }, { body }) => orgUnits.add(text(body, 'path')),
  },
  {
    method: 'POST',
    path: '/org-units/move',
    does: 'Moves or renames the unit of a `path`: `to`.',
    run: ({ orgUnits }, { body }) => orgUnits.move(text(body, 'path'), text(body, 'to')),
  },
  {
    method: 'DELETE',
    path: '/org-units',
    does: 'Deletes the empty unit of a `path`.',
    run({ orgUnits }, { body }) {
      orgUnits.delete(text(body, 'path'));
      return {};
    },
  },
];
