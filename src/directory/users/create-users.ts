import type { Actor } from '../actor.js';
import type { CommandBatch } from '../command.js';
import { createUser, type NewUser } from './create-user.js';
import { insertUsers } from './insert-users.js';
import type { UserRecord } from './user-profile.js';

/**
 * Creates users that nobody knows of yet, as `createUser` does, in one statement a table. Their passwords have to be
 * stored one by one.
 * @throws what createUser throws, for any of them
 */
export function createUsers(actor: Actor, users: readonly Omit<NewUser, 'passwordHash'>[]): CommandBatch<UserRecord> {
  return {
    commands: users.map((user) => createUser(actor, { ...user, passwordHash: undefined })),
    writesOf(effects) {
      const records = effects.map(({ result }) => result);
      return insertUsers(
        actor,
        users.flatMap((user, index) => {
          const record = records[index];
          return record === undefined ? [] : [{ ...user, id: record.id, createdAt: record.createdAt }];
        }),
      );
    },
  };
}
