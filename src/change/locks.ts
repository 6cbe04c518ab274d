import { type Sql, sql, type Transaction } from '../database/index.js';
import { type Held, isLiving, type LockingCommand, shareStructureLock, takeStructureLock } from '../directory/index.js';

/**
 * Takes a command's locks in the order of design section 4: structure, groups by id, users by id. (Licences come
 * last, where seats are settled.) Whatever is known beforehand goes in one round trip with the command's own read;
 * each is a statement of its own, for one statement keeps the snapshot from before its wait.
 */
export async function takeLocks(
  transaction: Transaction,
  siteId: number,
  command: LockingCommand<unknown>,
): Promise<Held> {
  const known = typeof command.userIds === 'function' ? undefined : command.userIds;
  let statements: Sql[] = [];
  if (command.structure === 'exclusive') statements.push(takeStructureLock(siteId));
  if (command.structure === 'shared') statements.push(shareStructureLock(siteId));
  let { groupIds } = command;
  if (typeof groupIds === 'function') {
    await transaction.runTogether(statements);
    statements = [];
    groupIds = await groupIds(transaction);
  }
  const groupsAt = groupIds.length > 0 ? statements.push(lockGroups(siteId, groupIds)) - 1 : undefined;
  const usersAt = known !== undefined && known.length > 0 ? statements.push(lockUsers(siteId, known)) - 1 : undefined;
  const readAt = command.read === undefined ? undefined : statements.push(command.read) - 1;
  const found = await transaction.runTogether(statements);
  const rows = readAt === undefined ? [] : (found[readAt] ?? []);
  const groups = groupsAt === undefined ? [] : (found[groupsAt] ?? []);
  let users = usersAt === undefined ? [] : (found[usersAt] ?? []);
  if (typeof command.userIds === 'function') {
    users = await transaction.run(lockUsers(siteId, await command.userIds(transaction)));
  }
  return { rows, groupIds: idsOf(groups), userIds: idsOf(users) };
}

/** The locking statements name the column. */
function idsOf(rows: readonly unknown[]): ReadonlySet<string> {
  return new Set((rows as readonly { id: string }[]).map(({ id }) => id));
}

function lockGroups(siteId: number, ids: readonly string[]): Sql {
  return sql`
    SELECT id FROM groups g WHERE site_id = ${siteId} AND id = ANY (${ids}::uuid[]) AND ${isLiving(sql`g`)}
    ORDER BY id FOR NO KEY UPDATE`;
}

function lockUsers(siteId: number, ids: readonly string[]): Sql {
  return sql`
    SELECT id FROM users u WHERE site_id = ${siteId} AND id = ANY (${ids}::uuid[]) AND ${isLiving(sql`u`)}
    ORDER BY id FOR NO KEY UPDATE`;
}
