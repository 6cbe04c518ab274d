import { jsonRows, type Sql, sql } from '../../database/index.js';
import type { Actor } from '../actor.js';
import { comparisonKey } from '../comparison-key.js';
import { writeIdentities } from '../identities.js';
import { movedOn } from '../later-than.js';
import { takeUniqueValues } from '../unique-values.js';
import { replaceEmails } from '../users/email-keys.js';
import { statusColumns } from '../users/user-states.js';
import type { ChangedUser } from './decide-user.js';
import { ownerCounts } from './rights.js';

/** Statements, one a table, that write down how users are now. Values that they no longer have are given up before. */
export function updateUsers(actor: Actor, users: readonly ChangedUser[]): Sql[] {
  if (users.length === 0) return [];
  const { siteId } = actor;
  const linked = users.filter(({ before, externalId }) => !before.linked || before.externalId !== externalId);
  return [
    updateRows(siteId, users),
    ...replaceEmails(
      siteId,
      users.map(({ before, previousEmails, profile }) => ({
        userId: before.id,
        before: previousEmails,
        after: profile.emails,
      })),
    ),
    ...takeUniqueValues(
      siteId,
      'User',
      users.map(({ before, values: { added } }) => ({ objectId: before.id, values: added })),
    ),
    ...writeIdentities(
      actor,
      'User',
      linked.map(({ before, externalId }) => ({ objectId: before.id, externalId })),
    ),
    ...ownerCounts(
      siteId,
      'User',
      users.map(({ before, ownerConnectionId }) => ({ before: before.ownerConnectionId, after: ownerConnectionId })),
    ),
  ];
}

/** The parts of documents that the import does not own are never read in their folded form, and stay. */
function updateRows(siteId: number, users: readonly ChangedUser[]): Sql {
  const rows = users.map(({ before, profile, status, ownerConnectionId, merged, visibly }) => {
    const { state, resumesTo } = statusColumns(status);
    return {
      id: before.id,
      user_name: profile.userName,
      user_name_key: comparisonKey(profile.userName),
      display_name: profile.displayName,
      state,
      resumes_to: resumesTo,
      manager_id: profile.managerId,
      owner_connection_id: ownerConnectionId,
      cleared: merged.cleared,
      document: merged.given,
      folded: merged.folded,
      visibly,
    };
  });
  rows.sort((left, right) => (left.user_name_key < right.user_name_key ? -1 : 1));
  return sql`
    UPDATE users u SET user_name = made.user_name, user_name_key = made.user_name_key,
      display_name = made.display_name, state = made.state, resumes_to = made.resumes_to,
      manager_id = made.manager_id, owner_connection_id = made.owner_connection_id,
      document = (u.document - made.cleared) || made.document, folded = (u.folded - made.cleared) || made.folded,
      version = u.version + made.visibly::integer,
      modified_at = CASE WHEN made.visibly THEN ${movedOn(sql`u`)} ELSE u.modified_at END
    FROM ${jsonRows(rows, COLUMNS)}
    WHERE u.site_id = ${siteId} AND u.id = made.id`;
}

const COLUMNS = sql`id uuid, user_name text, user_name_key text, display_name text, state text, resumes_to text,
  manager_id uuid, owner_connection_id uuid, cleared text[], document jsonb, folded jsonb, visibly boolean`;
