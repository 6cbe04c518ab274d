import { type Database, type Sql, sql, type Transaction } from '../../database/index.js';
import { RollcallError } from '../../errors/index.js';
import type { Actor } from '../actor.js';
import type { LockingCommand } from '../command.js';
import { comparisonKey } from '../comparison-key.js';
import { touchGroups } from '../groups/touch-groups.js';
import { movedOn } from '../later-than.js';
import { countDelta } from '../object-counts.js';
import { retakeUniqueValues } from '../unique-values.js';
import type { DecidedUser } from './change-state.js';
import { groupsOf, requireLockedGroups } from './delete-user.js';
import { requireUserId, userNotFound } from './locked-user.js';
import { type LastingState, type LivingState, livingStatus } from './user-states.js';

interface Row {
  readonly user_name: string;
  readonly state: LivingState;
  readonly resumes_to: LastingState | null;
  readonly owner_connection_id: string | null;
  readonly released_values: unknown;
  readonly erased: boolean;
  readonly visible: boolean;
}

/** What an index of names can hold. */
const MOST_BYTES = 1200;

/**
 * Brings a user back who is scheduled for deletion, as they were: state, groups, grants, addresses, places in queues.
 * Seats are taken as licences have room.
 * @param userName the name to come back under; undefined: the old one
 * @throws RollcallError `user.not-found`, `user.wrong-state`, `user.erased`, `user.invalid-user-name`,
 *   `user.name-taken-meanwhile` (with who has it), `attribute.value-taken`, `licence.out-of-seats`
 */
export async function restoreUser(
  database: Database,
  actor: Actor,
  id: string,
  userName: string | undefined,
): Promise<LockingCommand<DecidedUser>> {
  const userId = requireUserId(id);
  const { siteId } = actor;
  if (userName !== undefined) requireUserName(userName);
  const groupIds = await groupsOf(database, siteId, userId);
  return {
    action: 'user.restore',
    objectType: 'User',
    objectId: userId,
    structure: 'shared',
    groupIds,
    userIds: [],
    async run(transaction) {
      const current = await requireScheduled(transaction, siteId, userId);
      await requireLockedGroups(transaction, siteId, userId, groupIds);
      const name = userName ?? current.user_name;
      await requireFree(transaction, siteId, name);
      const { state } = livingStatus({ state: current.state, resumesTo: current.resumes_to });
      return {
        result: { id: userId, userName: name, state },
        objectId: userId,
        objectName: name,
        changed: [
          { attribute: 'state', old: 'deletion-scheduled', new: state },
          ...(name === current.user_name ? [] : [{ attribute: 'userName', old: current.user_name, new: name }]),
        ],
        subjects: groupIds.map((group) => ({ kind: 'Group', id: group, effect: 'member-added' })),
        affectedUserIds: [userId],
        inTheWay: nameHolder(siteId, name),
        writes: [
          restoration(siteId, userId, name),
          touchGroups(siteId, groupIds),
          ...retakeUniqueValues(siteId, 'User', userId, current.released_values),
          countDelta(siteId, 'User', current.owner_connection_id, 1),
        ],
      };
    },
  };
}

/**
 * Locks a user who is scheduled for deletion. The locks of a command pass over rows that cannot be seen.
 * @throws RollcallError `user.not-found`, `user.wrong-state`, `user.erased`
 */
export async function requireScheduled(transaction: Transaction, siteId: number, userId: string): Promise<Row> {
  const [, rows = []] = await transaction.runTogether([
    sql`SELECT 1 FROM users WHERE site_id = ${siteId} AND id = ${userId} FOR NO KEY UPDATE`,
    sql`
      SELECT user_name, state, resumes_to, owner_connection_id, released_values, erased_at IS NOT NULL AS erased,
        deleted_at IS NULL AS visible
      FROM users WHERE site_id = ${siteId} AND id = ${userId}`,
  ]);
  // The statement names these columns.
  const row = rows[0] as Row | undefined;
  if (row === undefined) throw userNotFound(userId);
  if (row.visible) {
    throw new RollcallError('conflict', 'user.wrong-state', `${row.user_name} is not deleted.`, { state: row.state });
  }
  if (!row.erased) return row;
  const message = 'The user is deleted for good: the grace period is over and nothing is left but the id.';
  throw new RollcallError('conflict', 'user.erased', message);
}

function restoration(siteId: number, userId: string, userName: string): Sql {
  const key = comparisonKey(userName);
  return sql`
    UPDATE users SET deleted_at = NULL, released_values = NULL, user_name = ${userName}, user_name_key = ${key},
      document = document || jsonb_build_object('userName', ${userName}::text),
      folded = folded || jsonb_build_object('userName', ${key}::text),
      version = version + 1, modified_at = ${movedOn(sql`users`)}
    WHERE site_id = ${siteId} AND id = ${userId}`;
}

async function requireFree(transaction: Transaction, siteId: number, userName: string): Promise<void> {
  const [holder] = await transaction.run<{ id: string }>(nameHolder(siteId, userName));
  if (holder === undefined) return;
  const message = `The userName ${userName} belongs to the user ${holder.id} now: restore this one under another, with --user-name.`;
  throw new RollcallError('conflict', 'user.name-taken-meanwhile', message, { conflictsWith: holder.id });
}

function nameHolder(siteId: number, userName: string): Sql {
  return sql`
    SELECT id FROM users
    WHERE site_id = ${siteId} AND user_name_key = ${comparisonKey(userName)} AND deleted_at IS NULL`;
}

function requireUserName(userName: string): void {
  const bytes = Buffer.byteLength(comparisonKey(userName));
  if (userName.trim() !== '' && bytes <= MOST_BYTES && !userName.includes('\0')) return;
  const message = `A userName has 1 to ${MOST_BYTES} bytes.`;
  throw new RollcallError('invalid', 'user.invalid-user-name', message);
}
