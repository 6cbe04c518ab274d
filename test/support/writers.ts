import type { Change } from '../../src/change/index.js';
import type { Database } from '../../src/database/index.js';
import {
  type Actor,
  createGroup,
  createUser,
  deleteGroup,
  deleteUser,
  type MemberChange,
  newObjectId,
  type UpdatedGroup,
  type UpdatedUser,
  type UserProfile,
  updateGroup,
  updateUser,
} from '../../src/directory/index.js';
import type { World } from './directory-world.js';

interface UserChange {
  readonly userName?: string;
  readonly active?: boolean;
  readonly title?: string;
  readonly externalId?: string;
  readonly emails?: readonly string[];
  readonly document?: Readonly<Record<string, unknown>>;
  readonly passwordHash?: string;
}

/** What one actor may ask for, each through `change`. */
export interface Writer {
  readonly actor: Actor;
  createUser(userName: string, more?: UserChange): Promise<string>;
  updateUser(id: string, change: UserChange): Promise<UpdatedUser>;
  deleteUser(id: string): Promise<void>;
  createGroup(name: string, members?: readonly string[]): Promise<string>;
  updateGroup(id: string, members: readonly MemberChange[], name?: string): Promise<UpdatedGroup>;
  deleteGroup(id: string): Promise<void>;
}

/** Another connection of the world's site. */
export function connectionOf(world: World, name: string, adopt: boolean): Writer {
  const connection = { id: newObjectId(), name, adopt };
  return writerFor(world, { ...world.actor, connection });
}

export function writerFor({ change, database }: { change: Change; database: Database }, actor: Actor): Writer {
  return {
    actor,
    async createUser(userName, more = {}) {
      const user = {
        profile: profileOf(userName, more),
        externalId: more.externalId,
        passwordHash: more.passwordHash,
      };
      const request = { action: 'user.create', objectType: 'User' } as const;
      return (await change.run(actor, request, () => createUser(actor, user))).id;
    },
    updateUser: (id, more) =>
      change.run(actor, { action: 'user.update', objectType: 'User', objectId: id }, () =>
        updateUser(actor, id, (current) => ({
          profile: profileOf(more.userName ?? current.userName, more),
          previousEmails: (more.emails ?? []).map((value) => ({ value, type: undefined })),
          externalId: more.externalId ?? current.externalId ?? undefined,
          passwordHash: more.passwordHash,
        })),
      ),
    deleteUser: (id) =>
      change.run(actor, { action: 'user.delete', objectType: 'User', objectId: id }, () =>
        deleteUser(database, actor, id, () => undefined),
      ),
    async createGroup(name, members = []) {
      const group = { profile: groupOf(name), externalId: undefined, members, unknownMembers: 'reject' as const };
      const request = { action: 'group.create', objectType: 'Group' } as const;
      return (await change.run(actor, request, () => createGroup(database, actor, group))).id;
    },
    updateGroup: (id, members, name) =>
      change.run(actor, { action: 'group.update', objectType: 'Group', objectId: id }, () =>
        updateGroup(database, actor, id, {
          members,
          unknownMembers: 'reject',
          edit: (current) => ({
            profile: groupOf(name ?? current.displayName),
            externalId: current.externalId ?? undefined,
          }),
        }),
      ),
    deleteGroup: (id) =>
      change.run(actor, { action: 'group.delete', objectType: 'Group', objectId: id }, () =>
        deleteGroup(actor, id, () => undefined),
      ),
  };
}

function profileOf(userName: string, { active = true, title, emails = [], document = {} }: UserChange): UserProfile {
  const stored = { userName, active, ...(title === undefined ? {} : { title }), ...document };
  return {
    userName,
    displayName: undefined,
    active,
    managerId: undefined,
    emails: emails.map((value) => ({ value, type: undefined })),
    document: stored,
    folded: stored,
  };
}

function groupOf(displayName: string) {
  return { displayName, document: { displayName }, folded: { displayName } };
}
