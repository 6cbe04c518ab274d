import { claim, release, requireFree } from './addresses.ts';
import { type Directory, deletedKey, type PushEvent, type Report } from './directory.ts';
import type { JsonObject } from './json.ts';
import type { NewUser, UserChange, UserRecord } from './records.ts';
import { eventsOfChange } from './user-events.ts';

/** Changes of users; `key` is an id, a primary address or an alias. All throw an Error where the key is unknown. */
export interface UserControl {
  /** @throws Error where the address is taken or in no domain of the customer */
  add(user: NewUser): UserRecord;
  /** What people change in their own profile shows in no report. */
  change(key: string, change: UserChange, options?: { readonly by?: 'administrator' | 'user' }): UserRecord;
  suspend(key: string, reason?: string): UserRecord;
  unsuspend(key: string): UserRecord;
  archive(key: string): UserRecord;
  unarchive(key: string): UserRecord;
  /** The old address becomes an alias, as it does at Google, unless `keepAlias` is false. */
  rename(key: string, primaryEmail: string, options?: { readonly keepAlias?: boolean }): UserRecord;
  /** Each user gets the primary address of the next, the last one that of the first; no aliases are left behind. */
  rotatePrimaries(keys: readonly string[]): UserRecord[];
  /** An alias becomes the primary address and the other way round. */
  promoteAlias(key: string, alias: string): UserRecord;
  /** Memberships end with it and do not come back. The user can be listed as deleted for 20 days. */
  delete(key: string): UserRecord;
  /** `id` is one of a deleted user. @throws Error where its address is taken */
  undelete(id: string): UserRecord;
  /** Deletes the user and makes one of the same address and names, with another id and no memberships. */
  recreate(key: string): UserRecord;
}

export function createUserControl(directory: Directory): UserControl {
  const { clock, random } = directory;

  function tell(user: UserRecord, push: PushEvent, name: string, parameters: Record<string, string> = {}): UserRecord {
    user.version += 1;
    const report: Report = {
      type: 'USER_SETTINGS',
      name,
      parameters: { USER_EMAIL: user.primaryEmail, ...parameters },
    };
    directory.emit({ report, push: { event: push, user } });
    return user;
  }

  function setPrimary(user: UserRecord, primaryEmail: string, aliases: readonly string[]): void {
    directory.users.delete(user.primaryEmail);
    release(directory, user);
    user.primaryEmail = primaryEmail.toLowerCase();
    user.aliases = aliases;
    claim(directory, user);
    directory.users.add(user);
  }

  function renamed(user: UserRecord, from: string): UserRecord {
    return tell(user, 'update', 'RENAME_USER', { USER_EMAIL: from, NEW_VALUE: user.primaryEmail });
  }

  const control: UserControl = {
    add(wanted) {
      const user = recordOf(wanted, wanted.id ?? `1${random.digits(20)}`, clock.now());
      requireFree(directory, [user.primaryEmail, ...user.aliases]);
      if (directory.usersById.has(user.id)) throw new Error(`the id ${user.id} is taken`);
      if (!directory.orgUnits.has(user.orgUnitPath)) throw new Error(`no organisational unit ${user.orgUnitPath}`);
      claim(directory, user);
      directory.usersById.set(user.id, user);
      directory.users.add(user);
      return tell(user, 'add', 'CREATE_USER');
    },
    change(key, { attributes, aliases, ...fields }, { by = 'administrator' } = {}) {
      const user = directory.requireUser(key);
      if (fields.orgUnitPath !== undefined && !directory.orgUnits.has(fields.orgUnitPath)) {
        throw new Error(`no organisational unit ${fields.orgUnitPath}`);
      }
      const before = { ...user };
      if (aliases !== undefined) {
        requireFree(directory, aliases, user);
        setPrimary(user, user.primaryEmail, lower(aliases));
      }
      Object.assign(user, fields, attributes && { attributes: laidOver(user.attributes, attributes) });
      if (JSON.stringify(user) === JSON.stringify(before)) return user;
      const events = by === 'user' ? [] : eventsOfChange(before, user);
      for (const { name, parameters } of events) {
        tell(user, name === 'GRANT_ADMIN_PRIVILEGE' ? 'makeAdmin' : 'update', name, parameters);
      }
      // Not everything that changes has an event of its own in the reports.
      if (events.length === 0) {
        user.version += 1;
        directory.emit({ push: { event: 'update', user } });
      }
      return user;
    },
    suspend(key, reason = 'ADMIN') {
      const user = directory.requireUser(key);
      Object.assign(user, { suspended: true, suspensionReason: reason, suspensionTime: clock.now() });
      return tell(user, 'update', 'SUSPEND_USER');
    },
    unsuspend(key) {
      const user = directory.requireUser(key);
      Object.assign(user, { suspended: false, suspensionReason: undefined, suspensionTime: undefined });
      return tell(user, 'update', 'UNSUSPEND_USER');
    },
    archive(key) {
      const user = directory.requireUser(key);
      Object.assign(user, { archived: true, archivalTime: clock.now() });
      return tell(user, 'update', 'ARCHIVE_USER');
    },
    unarchive(key) {
      const user = directory.requireUser(key);
      Object.assign(user, { archived: false, archivalTime: undefined });
      return tell(user, 'update', 'UNARCHIVE_USER');
    },
    rename(key, primaryEmail, { keepAlias = true } = {}) {
      const user = directory.requireUser(key);
      const from = user.primaryEmail;
      requireFree(directory, [primaryEmail], user);
      const others = user.aliases.filter((alias) => alias !== primaryEmail.toLowerCase());
      setPrimary(user, primaryEmail, keepAlias ? [...others, from] : others);
      return renamed(user, from);
    },
    rotatePrimaries(keys) {
      const users = keys.map((key) => directory.requireUser(key));
      if (new Set(users).size < users.length) throw new Error('an address can be passed on to another user only');
      const emails = users.map(({ primaryEmail }) => primaryEmail);
      for (const user of users) {
        directory.users.delete(user.primaryEmail);
        release(directory, user);
      }
      for (const [index, user] of users.entries()) {
        user.primaryEmail = emails[(index + 1) % emails.length] ?? user.primaryEmail;
        claim(directory, user);
        directory.users.add(user);
      }
      return users.map((user, index) => renamed(user, emails[index] ?? ''));
    },
    promoteAlias(key, alias) {
      const user = directory.requireUser(key);
      if (!user.aliases.includes(alias.toLowerCase())) throw new Error(`${alias} is no alias of ${user.primaryEmail}`);
      return control.rename(key, alias);
    },
    delete(key) {
      const user = directory.requireUser(key);
      directory.users.delete(user.primaryEmail);
      release(directory, user);
      directory.usersById.delete(user.id);
      for (const group of directory.groupsById.values()) if (group.members.delete(user.id)) group.version += 1;
      user.deletionTime = clock.now();
      directory.deletedUsers.add(user);
      return tell(user, 'delete', 'DELETE_USER');
    },
    undelete(id) {
      const user = directory.restorable().find((one) => one.id === id);
      if (user === undefined) throw new Error(`no deleted user ${id}`);
      requireFree(directory, [user.primaryEmail]);
      directory.deletedUsers.delete(deletedKey(user));
      user.deletionTime = undefined;
      user.aliases = user.aliases.filter((alias) => !directory.addresses.has(alias));
      claim(directory, user);
      directory.usersById.set(user.id, user);
      directory.users.add(user);
      return tell(user, 'undelete', 'UNDELETE_USER');
    },
    recreate(key) {
      const { primaryEmail, givenName, familyName, orgUnitPath } = control.delete(key);
      return control.add({ primaryEmail, givenName, familyName, orgUnitPath });
    },
  };
  return control;
}

function recordOf(wanted: NewUser, id: string, now: number): UserRecord {
  const local = wanted.primaryEmail.split('@', 1)[0] ?? '';
  const { suspended = false, archived = false } = wanted;
  return {
    id,
    primaryEmail: wanted.primaryEmail.toLowerCase(),
    givenName: wanted.givenName ?? local,
    familyName: wanted.familyName ?? 'Example',
    displayName: wanted.displayName,
    orgUnitPath: wanted.orgUnitPath ?? '/',
    isAdmin: wanted.isAdmin ?? false,
    isDelegatedAdmin: false,
    suspended,
    suspensionReason: suspended ? 'ADMIN' : undefined,
    suspensionTime: suspended ? now : undefined,
    archived,
    archivalTime: archived ? now : undefined,
    creationTime: now,
    lastLoginTime: undefined,
    deletionTime: undefined,
    aliases: lower(wanted.aliases ?? []),
    attributes: wanted.attributes ?? {},
    version: 0,
  };
}

function laidOver(before: JsonObject, changes: JsonObject): JsonObject {
  const all = Object.entries({ ...before, ...changes });
  return Object.fromEntries(all.filter(([, value]) => value !== undefined && value !== null));
}

function lower(addresses: readonly string[]): string[] {
  return addresses.map((address) => address.toLowerCase());
}
