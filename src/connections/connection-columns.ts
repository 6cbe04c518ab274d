import { sql } from '../database/index.js';
import { settingColumns } from './connection-settings.js';

/** The columns of `connections c` under the names of Connection. */
export const connectionColumns = sql`
  c.site_id AS "siteId", c.id, c.key, c.name, c.type, c.state, c.created_at AS "createdAt", ${settingColumns}`;
