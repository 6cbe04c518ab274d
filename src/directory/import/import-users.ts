import { sql } from '../../database/index.js';
import type { Actor } from '../actor.js';
import type { LockingCommand } from '../command.js';
import { comparisonKey } from '../comparison-key.js';
import { giveUpUniqueValues, holdersOfAny } from '../unique-values.js';
import { insertUsers } from '../users/insert-users.js';
import { claimNames, type NameClaim, nameHolders } from './claim-names.js';
import { currentUsers, currentUsersQuery } from './current-users.js';
import { decideUser, type UserDecision } from './decide-user.js';
import type { ImportedUser, ImportOutcome } from './imported.js';
import { outcomeOf, requireDistinct } from './outcome.js';
import { updateUsers } from './write-users.js';

/**
 * Creates and updates users as an import wants them, all of them in a few statements. Each user that differs has an
 * entry of its own in the log. Seats go to them in the order in which they are given.
 * @throws RollcallError `user.user-name-taken`, `attribute.value-taken` (`objects` are the users that cannot be as they
 *   are wanted), `licence.out-of-seats`, `connection.removal-limit`; then nothing has happened
 */
export function importUsers(actor: Actor, users: readonly ImportedUser[]): LockingCommand<ImportOutcome> {
  requireDistinct(users);
  const { siteId } = actor;
  return {
    action: 'user.import',
    objectType: 'User',
    structure: 'shared',
    groupIds: [],
    userIds: users.filter(({ as }) => as !== 'new').map(({ id }) => id),
    read: currentUsersQuery(
      actor,
      users.map(({ id }) => id),
    ),
    async run(transaction, held) {
      const current = currentUsers(held.rows);
      const decisions = users.map((user) => decideUser(actor, user, current.get(user.id), held.userIds.has(user.id)));
      const created = decisions.flatMap((decision) => (decision.kind === 'created' ? [decision.user] : []));
      const updated = decisions.flatMap((decision) => (decision.kind === 'updated' ? [decision.user] : []));
      const claims = decisions.flatMap(claimOf);
      await claimNames(transaction, siteId, claims);
      const gone = updated.map(({ before, values }) => ({ objectId: before.id, values: values.gone }));
      for (const release of giveUpUniqueValues(siteId, 'User', gone)) await transaction.run(release);
      const taken = [
        ...created.map(({ id, profile: { uniqueValues = [] } }) => ({ objectId: id, values: uniqueValues })),
        ...updated.map(({ before, values }) => ({ objectId: before.id, values: values.added })),
      ];
      return {
        result: outcomeOf(users, decisions),
        objectId: undefined,
        objectName: undefined,
        changed: [],
        subjects: [],
        objects: decisions.flatMap((decision) => ('effects' in decision ? [decision.effects] : [])),
        affectedUserIds: updated
          .filter(({ before, status }) => before.status.state !== status.state)
          .map(({ before }) => before.id),
        seatsInOrder: true,
        inTheWay: sql`${nameHolders(siteId, claims)} UNION ALL ${holdersOfAny(siteId, 'User', taken)}`,
        writes: [...insertUsers(actor, created), ...updateUsers(actor, updated)],
      };
    },
  };
}

function claimOf(decision: UserDecision): NameClaim[] {
  if (decision.kind === 'created') {
    return [{ userId: decision.user.id, key: comparisonKey(decision.user.profile.userName) }];
  }
  if (decision.kind !== 'updated') return [];
  const { before, profile } = decision.user;
  const key = comparisonKey(profile.userName);
  return key === before.userNameKey ? [] : [{ userId: before.id, key }];
}
