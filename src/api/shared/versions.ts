import { type Sql, sql, type Transaction } from '../../database/index.js';

/** Reads the version of a user or group whose row a command has locked. */
export function versionOf(table: 'users' | 'groups', siteId: number, id: string) {
  const rows: Sql = table === 'users' ? sql`users` : sql`groups`;
  return async (transaction: Transaction): Promise<number | undefined> => {
    const [row] = await transaction.run<{ version: number }>(sql`
      SELECT version FROM ${rows} WHERE site_id = ${siteId} AND id = ${id}`);
    return row?.version;
  };
}
