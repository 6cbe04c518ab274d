import { type Database, sql } from '../../database/index.js';
import type { Actor } from '../actor.js';
import type { LockingCommand } from '../command.js';

/** Users of one site whose suspension should have ended by now. */
export interface DueSuspensions {
  readonly siteId: number;
  readonly userIds: readonly string[];
}

/** The first of them in each site, at most `limit`, the longest overdue first. */
export function dueSuspensions(database: Database, limit: number): Promise<DueSuspensions[]> {
  return database.write<DueSuspensions>(sql`
    SELECT s.id AS "siteId", due.ids AS "userIds" FROM sites s CROSS JOIN LATERAL (
      SELECT array_agg(first.id::text ORDER BY first.suspended_until, first.id) AS ids FROM (
        SELECT u.id, u.suspended_until FROM users u
        WHERE u.site_id = s.id AND u.suspended_until <= now() AND NOT u.suspension_overdue
          AND u.state = 'suspended' AND u.deleted_at IS NULL
        ORDER BY u.suspended_until LIMIT ${limit}
      ) first
    ) due WHERE due.ids IS NOT NULL`);
}

/**
 * Ends the suspensions of those users whose end has come and who are still suspended; what the suspension lies over
 * comes back, as nextStatus has it. Safe to run twice at once.
 * @returns how many there were
 * @throws RollcallError `licence.out-of-seats` where a licence refuses one of them, who can be ended one by one then
 */
export function endSuspensions(actor: Actor, userIds: readonly string[]): LockingCommand<number> {
  return {
    action: 'user.end-suspension',
    objectType: 'User',
    ...(userIds.length === 1 && userIds[0] !== undefined ? { objectId: userIds[0] } : {}),
    structure: 'shared',
    groupIds: [],
    userIds,
    async run(transaction) {
      const active = sql`jsonb_build_object('active', coalesce(resumes_to, 'active') <> 'deactivated')`;
      const ended = await transaction.run<{ id: string; user_name: string; state: string }>(sql`
        UPDATE users SET state = coalesce(resumes_to, 'active'), resumes_to = NULL, suspended_at = NULL,
          suspended_until = NULL, suspension_reason = NULL, document = document || ${active},
          folded = folded || ${active}, version = version + 1,
          modified_at = greatest(now(), modified_at + interval '1 millisecond')
        WHERE site_id = ${actor.siteId} AND id = ANY (${userIds}::uuid[]) AND state = 'suspended'
          AND suspended_until <= now() AND deleted_at IS NULL
        RETURNING id, user_name, state`);
      const [first, ...others] = ended;
      const single = others.length === 0 ? first : undefined;
      return {
        result: ended.length,
        objectId: single?.id,
        objectName: single?.user_name,
        changed: single === undefined ? [] : [{ attribute: 'state', old: 'suspended', new: single.state }],
        subjects: single === undefined ? ended.map(({ id }) => ({ kind: 'User', id, effect: 'suspension-ended' })) : [],
        affectedUserIds: ended.map(({ id }) => id),
        writes: [],
        unchanged: ended.length === 0,
      };
    },
  };
}

/**
 * Leaves a user suspended whose suspension should end and for whom a licence that refuses has no seat: nobody tries
 * again by itself.
 */
export function keepSuspended(actor: Actor, userId: string): LockingCommand<void> {
  return {
    action: 'user.keep-suspended',
    objectType: 'User',
    objectId: userId,
    structure: 'none',
    groupIds: [],
    userIds: [userId],
    async run(transaction) {
      const [kept] = await transaction.run<{ user_name: string }>(sql`
        UPDATE users SET suspension_overdue = true
        WHERE site_id = ${actor.siteId} AND id = ${userId} AND state = 'suspended' AND suspended_until <= now()
        RETURNING user_name`);
      return {
        result: undefined,
        objectId: userId,
        objectName: kept?.user_name,
        changed: kept === undefined ? [] : [{ attribute: 'suspensionOverdue', old: false, new: true }],
        subjects: [],
        affectedUserIds: [],
        writes: [],
        decision: 'no seat is free: stays suspended until an administrator reactivates the user',
        unchanged: kept === undefined,
      };
    },
  };
}
