import { type Sql, sql } from '../../database/index.js';
import { RollcallError } from '../../errors/index.js';
import type { Actor } from '../actor.js';
import type { AttributeChange } from '../attribute-changes.js';
import type { LockingCommand } from '../command.js';
import { laterThan } from '../later-than.js';
import { lockedUser, lockedUserQuery, requireUserId, wrongState } from './locked-user.js';
import type { UserRecord } from './user-profile.js';
import {
  nextStatus,
  showsActive,
  statusColumns,
  type UserEvent,
  type UserState,
  type UserStatus,
} from './user-states.js';

export interface Suspension {
  readonly reason: string;
  /** Undefined: until somebody ends it. */
  readonly until: Date | undefined;
}

/** What a decision about a user came to. */
export interface DecidedUser {
  readonly id: string;
  readonly userName: string;
  readonly state: UserState;
}

/** A reason is a remark, not a file. */
const LONGEST_REASON = 1000;

/**
 * Keeps a user out until the suspension ends. Groups, grants and places in queues stay; seats are free at once. A user
 * who is suspended already gets the new reason and end.
 * @throws RollcallError `user.not-found`, `user.no-reason`, `user.suspension-in-the-past`
 */
export function suspendUser(actor: Actor, id: string, { reason, until }: Suspension): LockingCommand<DecidedUser> {
  if (reason.trim() === '' || reason.length > LONGEST_REASON) {
    const message = `A suspension needs a reason of 1 to ${LONGEST_REASON} characters.`;
    throw new RollcallError('invalid', 'user.no-reason', message);
  }
  if (until !== undefined && until.getTime() <= Date.now()) {
    const message = 'The end of a suspension must lie ahead; to end it now, reactivate the user.';
    throw new RollcallError('invalid', 'user.suspension-in-the-past', message);
  }
  return stateCommand(actor, id, { action: 'user.suspend', event: 'suspend', suspension: { reason, until } });
}

/**
 * Ends a suspension, which brings back what it lies over, or makes a deactivated user active again. Seats are taken as
 * licences have room: the user may end up waiting.
 * @throws RollcallError `user.not-found`, `user.wrong-state`, `licence.out-of-seats` where a licence refuses
 */
export function reactivateByDecision(actor: Actor, id: string): LockingCommand<DecidedUser> {
  return stateCommand(actor, id, { action: 'user.reactivate', event: 'reactivate' });
}

/**
 * Says of a user that they are not active any more, as the user's connection would: it may say otherwise later. Ends a
 * suspension.
 * @throws RollcallError `user.not-found`, `user.wrong-state`
 */
export function deactivateUser(actor: Actor, id: string): LockingCommand<DecidedUser> {
  return stateCommand(actor, id, { action: 'user.deactivate', event: 'deactivate' });
}

interface Decision {
  readonly action: string;
  readonly event: UserEvent;
  readonly suspension?: Suspension;
}

function stateCommand(actor: Actor, id: string, decision: Decision): LockingCommand<DecidedUser> {
  const userId = requireUserId(id);
  return {
    action: decision.action,
    objectType: 'User',
    objectId: userId,
    structure: 'shared',
    groupIds: [],
    userIds: [userId],
    read: lockedUserQuery(actor, userId),
    async run(_transaction, held) {
      const current = lockedUser(held.rows, userId);
      const status = nextStatus(current.status, decision.event);
      if (status === undefined) throw wrongState(current);
      return {
        result: { id: userId, userName: current.userName, state: status.state },
        objectId: userId,
        objectName: current.userName,
        changed: changes(current, status, decision),
        subjects: [],
        affectedUserIds: [userId],
        writes: [writeState(actor.siteId, current, status, decision.suspension)],
      };
    },
  };
}

function changes(current: UserRecord, status: UserStatus, { suspension }: Decision): AttributeChange[] {
  const changed: AttributeChange[] = [];
  if (current.status.state !== status.state) {
    changed.push({ attribute: 'state', old: current.status.state, new: status.state });
  }
  if (suspension !== undefined) {
    changed.push({ attribute: 'suspensionReason', old: undefined, new: suspension.reason });
    changed.push({ attribute: 'suspendedUntil', old: undefined, new: suspension.until?.toISOString() });
  }
  return changed;
}

/** What clients read of a user follows the state: see showsActive. */
function writeState(siteId: number, current: UserRecord, status: UserStatus, suspension: Suspension | undefined): Sql {
  const { state, resumesTo } = statusColumns(status);
  const active = sql`jsonb_build_object('active', ${showsActive(status)}::boolean)`;
  const since = state === 'suspended' ? sql`coalesce(suspended_at, now())` : sql`NULL`;
  return sql`
    UPDATE users SET state = ${state}, resumes_to = ${resumesTo}, suspended_at = ${since},
      suspended_until = ${suspension?.until ?? null}, suspension_reason = ${suspension?.reason ?? null},
      suspension_overdue = false, document = document || ${active}, folded = folded || ${active},
      version = version + 1, modified_at = ${laterThan(current.modifiedAt)}
    WHERE site_id = ${siteId} AND id = ${current.id}`;
}
