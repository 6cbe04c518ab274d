import { randomUUID } from 'node:crypto';
import { type Change, eraseExpiredGroupsEverywhere, eraseExpiredUsersEverywhere } from './change/index.js';
import { forgetOldRemovals } from './connections/index.js';
import type { Database } from './database/index.js';
import {
  type Actor,
  dueSuspensions,
  endSuspensions,
  keepSuspended,
  type LockingCommand,
  sitesWithExpiredGroups,
  sitesWithExpiredUsers,
} from './directory/index.js';
import { RollcallError } from './errors/index.js';
import { dueInvitations, expireInvitations } from './invitations/index.js';

/** What time alone does to users and groups, by any number of processes side by side. */
export interface LifeCycle {
  /** Ends the suspensions whose end has come. */
  endSuspensions(): Promise<void>;
  /** Ends the invitations whose time is over. */
  endInvitations(): Promise<void>;
  /** Makes tombstones of users and groups whose grace period is over, and forgets removals that no longer count. */
  eraseExpired(): Promise<void>;
}

/** What a transaction holds at once: more of them only keep others waiting longer. */
const BATCH = 500;

export function createLifeCycle(database: Database, change: Change, graceDays: number): LifeCycle {
  return {
    async endSuspensions() {
      let due = await dueSuspensions(database, BATCH);
      while (due.length > 0) {
        for (const { siteId, userIds } of due) await endAll(system(siteId), userIds);
        due = await dueSuspensions(database, BATCH);
      }
    },
    async endInvitations() {
      const request = { action: 'invitation.expire', objectType: 'User' } as const;
      let due = await dueInvitations(database, BATCH);
      while (due.length > 0) {
        for (const { siteId, userIds } of due) {
          const actor = system(siteId);
          await change.run(actor, request, () => expireInvitations(actor, userIds));
        }
        due = await dueInvitations(database, BATCH);
      }
    },
    async eraseExpired() {
      for (const siteId of await sitesWithExpiredUsers(database, graceDays)) {
        await inBatches((actor) => eraseExpiredUsersEverywhere(actor, graceDays, BATCH), system(siteId));
      }
      for (const siteId of await sitesWithExpiredGroups(database, graceDays)) {
        await inBatches((actor) => eraseExpiredGroupsEverywhere(actor, graceDays, BATCH), system(siteId));
      }
      await forgetOldRemovals(database);
    },
  };

  async function endAll(actor: Actor, userIds: readonly string[]): Promise<void> {
    if (await ends(actor, userIds)) return;
    // Somebody among them gets no seat: the others come back.
    for (const userId of userIds) {
      if (await ends(actor, [userId])) continue;
      const request = { action: 'user.keep-suspended', objectType: 'User', objectId: userId } as const;
      await change.run(actor, request, () => keepSuspended(actor, userId));
    }
  }

  /** @returns false where a licence that refuses has no seat for one of them; nobody has come back then */
  async function ends(actor: Actor, userIds: readonly string[]): Promise<boolean> {
    const single = userIds.length === 1 ? userIds[0] : undefined;
    const request = { action: 'user.end-suspension', objectType: 'User', objectId: single } as const;
    try {
      await change.run(actor, request, () => endSuspensions(actor, userIds));
      return true;
    } catch (error) {
      if (error instanceof RollcallError && error.kind === 'out-of-seats') return false;
      throw error;
    }
  }

  /** A batch that is not full was the last: what is left another process has in hand. */
  async function inBatches(command: (actor: Actor) => LockingCommand<number>, actor: Actor): Promise<void> {
    const { action, objectType } = command(actor);
    while ((await change.run(actor, { action, objectType }, () => command(actor))) === BATCH);
  }
}

function system(siteId: number): Actor {
  return { siteId, source: 'system', connection: undefined, correlationId: randomUUID() };
}
