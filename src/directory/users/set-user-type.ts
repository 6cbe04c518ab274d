import { sql } from '../../database/index.js';
import type { Actor } from '../actor.js';
import type { LockingCommand } from '../command.js';
import type { UserType } from './find-users.js';
import { lockedUser, lockedUserQuery, requireUserId } from './locked-user.js';

/** Says what kind of user somebody is, which decides about seats. @throws RollcallError `user.not-found` */
export function setUserType(actor: Actor, id: string, type: UserType): LockingCommand<{ before: UserType }> {
  const userId = requireUserId(id);
  const { siteId } = actor;
  return {
    action: 'user.set-type',
    objectType: 'User',
    objectId: userId,
    structure: 'shared',
    groupIds: [],
    userIds: [userId],
    read: lockedUserQuery(actor, userId),
    async run(transaction, held) {
      const { userName } = lockedUser(held.rows, userId);
      const rows = await transaction.run<{ user_type: UserType }>(sql`
        SELECT user_type FROM users WHERE site_id = ${siteId} AND id = ${userId}`);
      const before = rows[0]?.user_type ?? type;
      const differs = before !== type;
      return {
        result: { before },
        objectId: userId,
        objectName: userName,
        changed: differs ? [{ attribute: 'userType', old: before, new: type }] : [],
        subjects: [],
        affectedUserIds: differs ? [userId] : [],
        asksForSeat: true,
        writes: differs ? [sql`UPDATE users SET user_type = ${type} WHERE site_id = ${siteId} AND id = ${userId}`] : [],
        unchanged: !differs,
      };
    },
  };
}
