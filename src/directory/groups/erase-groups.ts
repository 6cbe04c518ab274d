import { type Database, type Sql, sql } from '../../database/index.js';
import type { Actor } from '../actor.js';
import type { LockingCommand } from '../command.js';
import { isExpired } from '../living.js';

const DELETED_GROUP = 'deleted group';

/** Sites with groups whose grace period is over. @param graceDays how many days after its deletion a group is kept */
export async function sitesWithExpiredGroups(database: Database, graceDays: number): Promise<number[]> {
  const rows = await database.write<{ id: number }>(sql`
    SELECT s.id FROM sites s WHERE EXISTS (
      SELECT 1 FROM groups g WHERE g.site_id = s.id AND ${isExpired(sql`g`, graceDays)})`);
  return rows.map(({ id }) => id);
}

/**
 * Makes tombstones of groups whose grace period is over, `limit` of them at most. Those that another process has in
 * hand are passed over.
 * @param also statements of others for what they know of groups that are erased
 * @returns how many there were
 */
export function eraseExpiredGroups(
  actor: Actor,
  graceDays: number,
  limit: number,
  also: (groupIds: readonly string[]) => readonly Sql[],
): LockingCommand<number> {
  const { siteId } = actor;
  return {
    action: 'group.erase',
    objectType: 'Group',
    structure: 'shared',
    groupIds: [],
    userIds: [],
    async run(transaction) {
      const rows = await transaction.run<{ id: string }>(sql`
        SELECT id FROM groups g WHERE g.site_id = ${siteId} AND ${isExpired(sql`g`, graceDays)}
        ORDER BY g.deleted_at LIMIT ${limit} FOR UPDATE SKIP LOCKED`);
      const ids = rows.map(({ id }) => id);
      return {
        result: ids.length,
        objectId: undefined,
        objectName: undefined,
        changed: [],
        subjects: ids.map((id) => ({ kind: 'Group', id, effect: 'erased' })),
        affectedUserIds: [],
        writes: ids.length === 0 ? [] : [...tombstones(siteId, ids), ...also(ids)],
        unchanged: ids.length === 0,
      };
    },
  };
}

function tombstones(siteId: number, ids: readonly string[]): Sql[] {
  return [
    sql`
      UPDATE groups SET display_name = ${DELETED_GROUP}, display_name_key = ${DELETED_GROUP}, unique_name_key = NULL,
        released_values = NULL, document = '{}', folded = '{}', version = version + 1, erased_at = now()
      WHERE site_id = ${siteId} AND id = ANY (${ids}::uuid[])`,
    sql`DELETE FROM memberships WHERE site_id = ${siteId} AND group_id = ANY (${ids}::uuid[])`,
    sql`
      DELETE FROM nestings
      WHERE site_id = ${siteId} AND (group_id = ANY (${ids}::uuid[]) OR child_group_id = ANY (${ids}::uuid[]))`,
    sql`DELETE FROM identities WHERE site_id = ${siteId} AND object_id = ANY (${ids}::uuid[])`,
  ];
}
