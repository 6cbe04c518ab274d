import { sql, type Transaction } from '../../database/index.js';
import { RollcallError } from '../../errors/index.js';
import type { Planning } from './planning.js';

/**
 * Whether the walk can be what is there. It came to its end without an error, or it would not be planned; an account
 * without users is none, and one whose groups all vanish at once is more likely an answer that went wrong. What only
 * shrank is for the limits.
 * @throws RollcallError `google.no-users`, `google.no-groups` (unavailable)
 */
export async function proveWalk(
  transaction: Transaction,
  { siteId, connectionId, runId, whole }: Planning,
): Promise<void> {
  if (!whole) return;
  const [found] = await transaction.run<{ users: boolean; groups: boolean; hadGroups: boolean }>(sql`
    SELECT
      EXISTS (SELECT 1 FROM google_staged_users WHERE site_id = ${siteId} AND run_id = ${runId} AND state <> 'deleted') AS users,
      EXISTS (SELECT 1 FROM google_staged_groups WHERE site_id = ${siteId} AND run_id = ${runId}) AS groups,
      EXISTS (SELECT 1 FROM identities i JOIN groups g ON g.site_id = i.site_id AND g.id = i.object_id
        WHERE i.site_id = ${siteId} AND i.connection_id = ${connectionId} AND i.object_type = 'Group'
          AND g.deleted_at IS NULL) AS "hadGroups"`);
  if (found?.users !== true) {
    throw doubted('google.no-users', 'Google answered without any users. No account is empty, so nothing was changed.');
  }
  if (!found.groups && found.hadGroups) {
    const message = 'Google answered without any groups, where there were some before. Nothing was changed.';
    throw doubted('google.no-groups', message);
  }
}

function doubted(code: string, message: string): RollcallError {
  return new RollcallError('unavailable', code, message, { class: 'doubt' });
}
