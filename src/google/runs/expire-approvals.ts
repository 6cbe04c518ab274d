import { type Database, sql } from '../../database/index.js';

/** Plans that nobody approved in time. @returns how many there were */
export async function expireApprovals(database: Database): Promise<number> {
  const rows = await database.write(sql`
    WITH late AS (
      UPDATE google_runs SET state = 'expired' WHERE state = 'awaiting-approval' AND approval_expires_at <= now()
      RETURNING site_id, id
    ), dropped AS (
      UPDATE google_plan_items i SET state = 'dropped' FROM late
      WHERE i.site_id = late.site_id AND i.run_id = late.id AND i.state = 'held'
    )
    SELECT 1 FROM late`);
  return rows.length;
}
