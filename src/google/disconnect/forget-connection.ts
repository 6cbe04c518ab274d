import { type Database, type Sql, sql } from '../../database/index.js';

const TOGETHER = 10_000;

/** Everything that is kept of the runs of a connection and in between, some rows at a time. */
export async function forgetConnection(database: Database, siteId: number, connectionId: string): Promise<void> {
  const ofRuns = sql`t.site_id = ${siteId} AND t.run_id IN (SELECT r.id FROM google_runs r
    WHERE r.site_id = ${siteId} AND r.connection_id = ${connectionId})`;
  const ofConnection = sql`t.site_id = ${siteId} AND t.connection_id = ${connectionId}`;
  // The runs last: they name the rows of the others.
  const tables: [Sql, Sql][] = [
    ...[sql`google_plan_items`, sql`google_matches`, sql`google_staged_members`, sql`google_staged_groups`].map(
      (table): [Sql, Sql] => [table, ofRuns],
    ),
    [sql`google_staged_users`, ofRuns],
    ...[sql`google_applied`, sql`google_absences`, sql`google_conflicts`, sql`google_runs`].map((table): [Sql, Sql] => [
      table,
      ofConnection,
    ]),
  ];
  for (const [table, condition] of tables) {
    for (let deleted = TOGETHER; deleted === TOGETHER; ) {
      const rows = await database.write(sql`
        DELETE FROM ${table} WHERE ctid = ANY (ARRAY(SELECT t.ctid FROM ${table} t WHERE ${condition} LIMIT ${TOGETHER}))
        RETURNING 1`);
      deleted = rows.length;
    }
  }
}
