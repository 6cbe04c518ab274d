import { type Database, sql } from '../database/index.js';
import type { Actor, LockingCommand } from '../directory/index.js';
import { dropPendingMails } from '../mail/index.js';

/** Users of one site whose invitation should have ended by now. */
export interface DueInvitations {
  readonly siteId: number;
  readonly userIds: readonly string[];
}

/** The first of them in each site, at most `limit`, the longest overdue first. */
export function dueInvitations(database: Database, limit: number): Promise<DueInvitations[]> {
  return database.write<DueInvitations>(sql`
    SELECT s.id AS "siteId", due.ids AS "userIds" FROM sites s CROSS JOIN LATERAL (
      SELECT array_agg(first.user_id::text ORDER BY first.expires_at, first.user_id) AS ids FROM (
        SELECT i.user_id, i.expires_at FROM invitations i
        WHERE i.site_id = s.id AND i.state = 'pending' AND i.expires_at <= now()
        ORDER BY i.expires_at LIMIT ${limit}
      ) first
    ) due WHERE due.ids IS NOT NULL`);
}

/**
 * Ends invitations whose time is over. Those who have not come are deactivated, which frees their seats, with groups
 * and grants as they are for the day when they are invited again. Safe to run twice at once.
 * @returns how many there were
 */
export function expireInvitations(actor: Actor, userIds: readonly string[]): LockingCommand<number> {
  const { siteId } = actor;
  const inactive = sql`'{"active": false}'::jsonb`;
  return {
    action: 'invitation.expire',
    objectType: 'User',
    structure: 'shared',
    groupIds: [],
    userIds,
    async run(transaction) {
      const expired = await transaction.run<{ id: string }>(sql`
        UPDATE invitations SET state = 'expired', finished_at = now()
        WHERE site_id = ${siteId} AND user_id = ANY (${userIds}::uuid[]) AND state = 'pending' AND expires_at <= now()
        RETURNING user_id AS id`);
      const ids = expired.map(({ id }) => id);
      // A suspension stays, and what it lies over is no longer an invitation.
      const users = await transaction.run<{ id: string }>(sql`
        UPDATE users SET state = CASE WHEN state = 'suspended' THEN state ELSE 'deactivated' END,
          resumes_to = CASE WHEN state = 'suspended' THEN 'deactivated' END, document = document || ${inactive},
          folded = folded || ${inactive}, version = version + 1,
          modified_at = greatest(now(), modified_at + interval '1 millisecond')
        WHERE site_id = ${siteId} AND id = ANY (${ids}::uuid[]) AND deleted_at IS NULL
          AND 'invited' IN (state, resumes_to)
        RETURNING id`);
      return {
        result: ids.length,
        objectId: undefined,
        objectName: undefined,
        changed: [],
        subjects: ids.map((id) => ({ kind: 'User', id, effect: 'invitation-expired' })),
        affectedUserIds: users.map(({ id }) => id),
        writes: ids.length === 0 ? [] : [dropPendingMails(siteId, ids)],
        unchanged: ids.length === 0,
      };
    },
  };
}
