import { type Sql, sql } from '../database/index.js';
import { forgetMails } from '../mail/index.js';

/** What is kept of how people came who are erased, for who erases them. */
export function forgetInvitations(siteId: number, userIds: readonly string[]): Sql[] {
  return [
    sql`DELETE FROM invitations WHERE site_id = ${siteId} AND user_id = ANY (${userIds}::uuid[])`,
    forgetMails(siteId, userIds),
  ];
}
