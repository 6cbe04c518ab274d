import { type Sql, sql } from '../../database/index.js';
import { RollcallError } from '../../errors/index.js';
import { comparisonKey } from '../comparison-key.js';

/** Runs a read: a transaction's `run`, or the database's `write`, which sees what was just committed. */
type Run = (statement: Sql) => Promise<{ id: string }[]>;

/**
 * Refuses a name that another visible group of the site has. Of two writers that both want it at once, the
 * index groups_unique_name refuses one.
 * @param groupId the group that wants it; undefined for one that is to be made
 * @throws RollcallError `group.name-taken`
 */
export async function requireFreeName(
  run: Run,
  siteId: number,
  displayName: string,
  groupId: string | undefined,
): Promise<void> {
  const [holder] = await run(sql`
    SELECT id FROM groups
    WHERE site_id = ${siteId} AND display_name_key = ${comparisonKey(displayName)} AND deleted_at IS NULL
      AND id IS DISTINCT FROM ${groupId ?? null}::uuid
    LIMIT 1`);
  if (holder === undefined) return;
  throw new RollcallError('conflict', 'group.name-taken', NAME_TAKEN, { conflictsWith: holder.id });
}

export const NAME_TAKEN = 'displayName: another group of this site has this name; choose another or change that group.';
