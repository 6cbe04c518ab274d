import { type Sql, sql } from '../../database/index.js';

/** What is kept of the access and use of users who are scheduled for deletion, and who hold nothing; for who erases them. */
export function forgetUsers(siteId: number, userIds: readonly string[]): Sql[] {
  return [
    ...[sql`grants`, sql`waiting_places`, sql`application_activity`].map(
      (table) => sql`DELETE FROM ${table} WHERE site_id = ${siteId} AND user_id = ANY (${userIds}::uuid[])`,
    ),
    sql`
      UPDATE applications SET owner_user_id = NULL
      WHERE site_id = ${siteId} AND owner_user_id = ANY (${userIds}::uuid[])`,
  ];
}

/** The same of groups. */
export function forgetGroups(siteId: number, groupIds: readonly string[]): Sql[] {
  return [sql`grants`, sql`default_groups`].map(
    (table) => sql`DELETE FROM ${table} WHERE site_id = ${siteId} AND group_id = ANY (${groupIds}::uuid[])`,
  );
}
