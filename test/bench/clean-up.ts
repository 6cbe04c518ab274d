import pg from 'pg';
import { INSERTED, POSTED } from './write-operations.ts';

/** Takes away what the write operations made, so that the next operation finds the directory in its size. */
export async function cleanUp(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query(`
      CREATE TEMPORARY TABLE made ON COMMIT DROP AS SELECT site_id, id, user_name_key LIKE '${POSTED}%' AS counted
      FROM users WHERE user_name_key LIKE '${POSTED}%' OR user_name_key LIKE '${INSERTED}%'`);
    await client.query('ANALYZE made');
    const links = [
      ['entitlements', 'user_id'],
      ['memberships', 'user_id'],
      ['identities', 'object_id'],
      ['user_emails', 'user_id'],
      ['users', 'id'],
    ];
    for (const [table, column] of links) {
      await client.query(`DELETE FROM ${table} t USING made m WHERE t.site_id = m.site_id AND t.${column} = m.id`);
    }
    await client.query(`
      UPDATE licences l SET seats_used = (SELECT count(*) FROM entitlements e WHERE e.licence_id = l.id)`);
    await client.query(`
      INSERT INTO object_count_deltas (site_id, object_type, owner_connection_id, difference)
      SELECT c.site_id, 'User', c.id, -(SELECT count(*) FROM made WHERE counted) FROM connections c`);
    await client.query('COMMIT');
    await client.query(
      'VACUUM users, user_emails, identities, memberships, entitlements, licences, object_count_deltas',
    );
    await client.query('CHECKPOINT');
  } finally {
    await client.end();
  }
}
