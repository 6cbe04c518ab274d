import {
  type Actor,
  type AlsoErase,
  eraseExpiredGroups,
  eraseExpiredUsers,
  eraseUser,
  type LockingCommand,
} from '../directory/index.js';
import { forgetInvitations } from '../invitations/index.js';
import { forgetGroups, forgetUsers } from '../licensing/index.js';
import { erasePeople } from '../log/index.js';
import { forgetSignUps } from '../sign-ups/index.js';
import { forgetNames } from '../webhooks/index.js';

/** See eraseUser; the log forgets who it was as well. */
export function eraseUserEverywhere(actor: Actor, id: string): LockingCommand<number> {
  return eraseUser(actor, id, everywhere(actor));
}

/** See eraseExpiredUsers; the log forgets who they were as well. */
export function eraseExpiredUsersEverywhere(actor: Actor, graceDays: number, limit: number): LockingCommand<number> {
  return eraseExpiredUsers(actor, graceDays, limit, everywhere(actor));
}

/** See eraseExpiredGroups. */
export function eraseExpiredGroupsEverywhere(actor: Actor, graceDays: number, limit: number): LockingCommand<number> {
  return eraseExpiredGroups(actor, graceDays, limit, (groupIds) => forgetGroups(actor.siteId, groupIds));
}

function everywhere({ siteId }: Actor): AlsoErase {
  return (userIds) => [
    ...forgetUsers(siteId, userIds),
    ...forgetInvitations(siteId, userIds),
    ...forgetSignUps(siteId, userIds),
    erasePeople(siteId, userIds),
    forgetNames(siteId, userIds),
  ];
}
