import type { Database } from '../../src/database/index.js';
import { foldObjectCounts } from '../../src/directory/index.js';

/** Takes away what is scheduled for deletion, so that a long run in one database does not slow down. */
export async function forgetDeleted(database: Database): Promise<void> {
  await database.dataSource.query(`
    DELETE FROM identities i USING users u WHERE u.site_id = i.site_id AND u.id = i.object_id AND u.deleted_at IS NOT NULL;
    DELETE FROM identities i USING groups g WHERE g.site_id = i.site_id AND g.id = i.object_id AND g.deleted_at IS NOT NULL;
    DELETE FROM user_emails e USING users u WHERE u.site_id = e.site_id AND u.id = e.user_id AND u.deleted_at IS NOT NULL;
    DELETE FROM memberships m USING users u WHERE u.site_id = m.site_id AND u.id = m.user_id AND u.deleted_at IS NOT NULL;
    DELETE FROM memberships m USING groups g WHERE g.site_id = m.site_id AND g.id = m.group_id AND g.deleted_at IS NOT NULL;
    DELETE FROM nestings n USING groups g
    WHERE g.site_id = n.site_id AND g.id IN (n.group_id, n.child_group_id) AND g.deleted_at IS NOT NULL;
    DELETE FROM users WHERE deleted_at IS NOT NULL;
    DELETE FROM groups WHERE deleted_at IS NOT NULL;`);
  await foldObjectCounts(database);
}
