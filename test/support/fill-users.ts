import { type Database, sql } from '../../src/database/index.js';
import { USER_URN } from '../../src/scim/schema/index.js';

/**
 * Makes many users by SQL, as local ones of a site, in the order of their names: `user000001`. Two in three have a title,
 * of which there are 50; displayNames are in another order than names.
 * @returns their ids in the order in which they were made
 */
export async function fillUsers(database: Database, siteId: number, count: number): Promise<string[]> {
  const users = await database.write<{ id: string }>(sql`
    WITH made AS (
      INSERT INTO users (site_id, id, user_name, user_name_key, display_name, document, folded)
      SELECT ${siteId}::integer, uuidv7(), name, name, display_name, document, document FROM (
        SELECT n, name, display_name, jsonb_build_object(
          'schemas', jsonb_build_array(${USER_URN}::text), 'userName', name, 'displayName', display_name, 'active', true
        ) || CASE WHEN n % 3 = 0 THEN '{}' ELSE jsonb_build_object('title', 'title' || n % 50) END AS document
        FROM (
          SELECT n, 'user' || lpad(n::text, 6, '0') AS name, md5(n::text) AS display_name
          FROM generate_series(1, ${count}::integer) n
        ) numbered
      ) people ORDER BY n
      RETURNING id, user_name_key
    )
    SELECT id FROM made ORDER BY user_name_key`);
  await database.write(sql`
    INSERT INTO object_count_deltas (site_id, object_type, owner_connection_id, difference)
    VALUES (${siteId}, 'User', NULL, ${count})`);
  await database.write(sql`ANALYZE users`);
  return users.map(({ id }) => id);
}
